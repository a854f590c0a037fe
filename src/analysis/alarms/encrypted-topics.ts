import type { Environment } from "../../environment/environment.js";
import { isUnknown, type Maybe } from "../../environment/maybe.js";
import type { NodeId } from "../../environment/node.js";
import { managedKey, type Topic } from "../../environment/watching.js";
import type { Rule } from "../finding.js";
import { saidBy } from "../identity/grants.js";
import { meansStrangers } from "../identity/strangers.js";
import { at, listed, notKnown, ruleOn } from "../rule.js";

interface Publisher {
  readonly service: "cloudwatch.amazonaws.com" | "events.amazonaws.com";
  readonly names: readonly string[];
}

/** AWS's services that publish to a topic, and what of them does. A schedule of EventBridge Scheduler publishes with a role. */
function publishersOf(environment: Environment, topic: NodeId): readonly Publisher[] {
  const alarms = [...environment.alarms.values()].filter(({ alarmActions, okActions, insufficientDataActions }) =>
    [...alarmActions, ...okActions, ...insufficientDataActions].includes(topic),
  );
  const rules = [...environment.schedules.values()].filter(
    ({ type, topics }) => type === "AWS::Events::Rule" && topics.includes(topic),
  );
  const named = (nodes: readonly { readonly name: string }[]): readonly string[] => nodes.map(({ name }) => name);
  const all: readonly Publisher[] = [
    { service: "cloudwatch.amazonaws.com", names: named(alarms) },
    { service: "events.amazonaws.com", names: named(rules) },
  ];
  return all.filter(({ names }) => names.length > 0);
}

/** May a service encrypt with the topic's key? */
function mayUse({ keys }: Environment, { key }: Topic, service: string): Maybe<boolean> {
  if (key === undefined) return true;
  if (isUnknown(key)) return key;
  if (key === managedKey) return false;
  const policy = keys.get(key)?.policy;
  if (policy === undefined) return false;
  if (isUnknown(policy)) return policy;
  const meant = policy.statements.map((statement) => ({
    statement,
    isMeant:
      (typeof statement.principals === "object" && statement.principals["Service"]?.includes(service)) === true ||
      meansStrangers(statement),
  }));
  const lets = (isMeant: (each: Maybe<boolean>) => boolean): boolean =>
    saidBy(
      { statements: meant.filter((each) => isMeant(each.isMeant)).map(({ statement }) => statement) },
      "kms:GenerateDataKey",
      () => true,
    ) === "granted";
  const unsure = meant.map(({ isMeant }) => isMeant).find(isUnknown);
  return lets((each) => each === true) || (unsure !== undefined && lets((each) => each !== false) ? unsure : false);
}

export const shutTopic: Rule = ruleOn(
  "topics",
  {
    id: "topic-key-shuts-publishers-out",
    subject: "alarms",
    severity: "high",
    summary: "An encrypted topic with whose key alarms, or rules of EventBridge, cannot publish",
    sources: [
      "Amazon SNS Developer Guide: Key management (event sources from AWS services and encrypted topics)",
      "AWS re:Post Knowledge Center: CloudWatch alarms and encrypted SNS topics",
    ],
  },
  function* (topic, environment) {
    for (const { service, names } of publishersOf(environment, topic.id)) {
      const may = mayUse(environment, topic, service);
      if (may === true) continue;
      const said = {
        title: `never hears ${listed(names.slice(0, 3))}${names.length > 3 ? " …" : ""}: its key shuts ${service} out`,
        reason:
          topic.key === managedKey
            ? `It is encrypted with AWS's own key for SNS (alias/aws/sns), whose policy does not let ${service} publish and cannot be changed: every message fails with an error of KMS.`
            : `The policy of its key does not grant ${service} kms:GenerateDataKey and kms:Decrypt: every message fails with an error of KMS.`,
        fix: `encrypt it with a key of your own whose policy allows ${service} kms:Decrypt and kms:GenerateDataKey*`,
        ...at(topic, "KmsMasterKeyId"),
      };
      yield isUnknown(may) ? notKnown({ ...said, title: `may never hear ${listed(names.slice(0, 3))}` }, may) : said;
    }
  },
);
