import { isKnown, isUnknown, type Maybe } from "../../environment/maybe.js";
import type { Schedule } from "../../environment/watching.js";
import type { Rule } from "../finding.js";
import { at, notKnown, ruleOn, type About } from "../rule.js";
import { notBefore, timingOf } from "./schedules.js";

const about: Omit<About, "id" | "summary"> = {
  subject: "backups",
  severity: "high",
  sources: [
    "Amazon EventBridge User Guide: Setting a schedule pattern for scheduled rules",
    "AWS Backup Developer Guide: Managing backup plans",
  ],
};
const fix = "e.g. cron(0 5 ? * * *) for five o'clock UTC each day, or rate(12 hours)";

export const neverFires: Rule = ruleOn(
  "schedules",
  { ...about, id: "schedule-never-fires", summary: "A schedule that has no time, or that AWS refuses" },
  function* (schedule, _, today) {
    const { expression } = schedule;
    if (expression === undefined) return;
    const place = at(schedule, "ScheduleExpression");
    if (isUnknown(expression))
      yield { ...notKnown({ title: "may never fire", reason: "Its expression is not known.", fix }, expression), ...place };
    else {
      const never = whyNever(schedule, expression, startOf(today));
      if (never !== undefined) yield { title: "never fires", reason: `${never}.`, fix, ...place };
    }
  },
);

/** Why a schedule never fires, of whatever kind it is. */
function whyNever({ type, until }: Schedule, expression: string, now: Date): string | undefined {
  if (type === "AWS::Events::Rule" && /^\s*at\(/.test(expression))
    return `${expression.trim()}: a rule of EventBridge takes cron(…) and rate(…), and AWS refuses it; at(…) is for a schedule of EventBridge Scheduler`;
  const timing = timingOf(expression, now);
  if ("never" in timing) return timing.never;
  return isOver(until, now) ? `Its EndDate ${String(until)} is over` : undefined;
}

const isOver = (until: Maybe<string> | undefined, now: Date): boolean =>
  until !== undefined && isKnown(until) && Date.parse(until) < now.getTime();

const startOf = (today: string | undefined): Date => (today === undefined ? notBefore : new Date(`${today}T00:00:00Z`));

export const planNeverFires: Rule = ruleOn(
  "backupPlans",
  { ...about, id: "backup-plan-never-fires", summary: "A backup plan with a schedule that has no time, or that AWS refuses" },
  function* (plan, _, today) {
    for (const { name, schedule } of plan.rules) {
      if (schedule === undefined) continue;
      if (isUnknown(schedule)) {
        yield notKnown({ title: `its rule ${name} may never fire`, reason: "Its schedule is not known.", fix }, schedule);
        continue;
      }
      const timing = timingOf(schedule, startOf(today));
      if ("never" in timing)
        yield { title: `its rule ${name} never fires`, reason: `${timing.never}.`, fix, ...at(plan, "BackupPlan") };
    }
  },
);

export const withoutTarget: Rule = ruleOn(
  "schedules",
  { ...about, id: "schedule-does-nothing", severity: "medium", summary: "A schedule that is turned off, or has nothing to do" },
  function* (schedule) {
    if (schedule.targets === 0)
      yield {
        title: "fires, and does nothing",
        reason: "It has no target.",
        fix: "give it a target, or remove it",
        ...at(schedule, "Targets"),
      };
    if (isKnown(schedule.enabled) && !schedule.enabled)
      yield {
        title: "is turned off",
        reason: "Its state is DISABLED: nothing is done at that time.",
        fix: "enable it, or remove it",
        ...at(schedule, "State"),
      };
    if (isUnknown(schedule.enabled))
      yield notKnown(
        { title: "may be turned off", reason: "Its state is not known.", fix: "enable it", ...at(schedule, "State") },
        schedule.enabled,
      );
  },
);
