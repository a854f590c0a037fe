import { isKnown, isUnknown, Unknown } from "../../environment/maybe.js";
import type { Rule } from "../finding.js";
import { at, isFalse, listed, notKnown, ruleOn, where } from "../rule.js";

const actionsGuide = "Amazon CloudWatch User Guide: Alarm actions";

export const withoutAction: Rule = ruleOn(
  "alarms",
  {
    id: "alarm-without-action",
    subject: "alarms",
    severity: "medium",
    summary: "An alarm that tells nobody",
    sources: [actionsGuide],
  },
  function* (alarm, environment) {
    if (alarm.alarmActions.length > 0) return;
    const said = {
      title: "tells nobody when it is raised",
      reason: "It has no AlarmActions: it changes its colour in the console.",
      fix: "send it to a topic that somebody has subscribed to",
      ...at(alarm, "AlarmActions"),
    };
    const computed = [...environment.alarms.values()].find(({ isComputed, id }) => isComputed && id !== alarm.id);
    yield computed === undefined ? said : notKnown(said, new Unknown(`${computed.name} may be computed from it and tell for it`));
  },
);

export const actionsDisabled: Rule = ruleOn(
  "alarms",
  {
    id: "alarm-actions-disabled",
    subject: "alarms",
    severity: "medium",
    summary: "An alarm whose actions are turned off",
    sources: [actionsGuide],
  },
  (alarm) =>
    where(alarm.actionsEnabled, isFalse, {
      title: "its actions are turned off",
      reason: "ActionsEnabled is false: it is raised, and nobody hears.",
      fix: "set ActionsEnabled to true (a maintenance window ends some day)",
      ...at(alarm, "ActionsEnabled"),
    }),
);

export const silentRecovery: Rule = ruleOn(
  "alarms",
  {
    id: "alarm-silent-on-recovery",
    subject: "alarms",
    severity: "low",
    summary: "An alarm that tells neither that it is over nor that nothing is measured",
    sources: [actionsGuide],
  },
  function* (alarm, { topics }) {
    if (alarm.okActions.length > 0 || alarm.insufficientDataActions.length > 0) return;
    // One that scales a group or restarts a host tells nobody, and needs no end.
    const tells = alarm.alarmActions.some((action) => isUnknown(action) || topics.has(action) || /:sns:/.test(action));
    if (!tells) return;
    yield {
      title: "tells neither that it is over nor that it measures nothing",
      reason:
        "It has no OKActions and no InsufficientDataActions: whoever got the message does not learn of its end, and an alarm that has gone blind looks like one that is content.",
      fix: "give it the same topic as OKActions and InsufficientDataActions",
      ...at(alarm, "AlarmActions"),
    };
  },
);

/** Could somebody confirm that subscription? */
function isConfirmable(protocol: string, endpoint: string): boolean {
  if (/^email/.test(protocol)) return /^[^@\s]+@[^@\s]+\.[^@\s]+$/.test(endpoint);
  if (protocol === "https" || protocol === "http") return endpoint.startsWith(`${protocol}://`);
  if (protocol === "sms") return /^\+[1-9]\d{5,14}$/.test(endpoint);
  return true;
}

export const unheardTopic: Rule = ruleOn(
  "topics",
  {
    id: "topic-without-subscriber",
    subject: "alarms",
    severity: "medium",
    summary: "A topic that nobody has subscribed to, or could confirm to have",
    sources: ["Amazon SNS Developer Guide: Confirm an Amazon SNS subscription"],
  },
  function* (topic) {
    const said = {
      title: "nobody hears what it says",
      fix: "subscribe an address that somebody reads, and confirm it: a subscription by e-mail waits for a click",
      ...at(topic, "Subscription"),
    };
    if (topic.subscriptions.length === 0) {
      yield { ...said, reason: "It has no subscription: what is published is lost." };
      return;
    }
    const heard = topic.subscriptions.map(({ protocol, endpoint, pending }) =>
      pending === true
        ? false
        : isUnknown(protocol) || isUnknown(endpoint)
          ? [protocol, endpoint].find(isUnknown)
          : isConfirmable(protocol, endpoint),
    );
    if (heard.includes(true)) return;
    const unsure = heard.find((each) => each instanceof Unknown);
    const waiting = topic.subscriptions.filter(({ pending }) => pending === true);
    if (unsure === undefined && waiting.length > 0)
      yield {
        ...said,
        reason: `${listed(waiting.map(({ protocol, endpoint }) => [protocol, endpoint].filter(isKnown).join(" ")))} ${waiting.length === 1 ? "has" : "have"} not confirmed the subscription yet: SNS sends nothing there.`,
      };
    else if (unsure === undefined)
      yield {
        ...said,
        reason: `Its subscriptions (${topic.subscriptions.map(({ protocol, endpoint }) => [protocol, endpoint].filter(isKnown).join(" ")).join(", ")}) have addresses that their protocols do not know.`,
      };
    else
      yield notKnown(
        { ...said, title: "perhaps nobody hears what it says", reason: "Its subscription's address is not known." },
        unsure,
      );
  },
);
