import type { Environment } from "../../environment/environment.js";
import { isKnown, isUnknown, Unknown, type Maybe } from "../../environment/maybe.js";
import type { BackupPlan } from "../../environment/watching.js";
import { untold } from "../rule.js";
import { timingOf } from "./schedules.js";
import { plansFor, type DataStore } from "./stores.js";

type PlanRule = BackupPlan["rules"][number];

/** A continuous backup takes the logs along, as RDS uploads them. Seconds. */
const logUpload = 300;

/** Without a schedule AWS Backup runs once a day, at 5 o'clock (AWS Backup API reference, BackupRuleInput). */
const daily = 86_400;

/** The longest time between two backups that a rule of a plan makes, in seconds; undefined: it makes none. */
export function pauseOf({ schedule, continuous }: Pick<PlanRule, "schedule" | "continuous">): Maybe<number> | undefined {
  if (continuous === true) return logUpload;
  if (schedule === undefined) return daily;
  if (isUnknown(schedule)) return schedule;
  const timing = timingOf(schedule);
  if ("never" in timing) return undefined;
  return timing.longestGap ?? new Unknown(`how often ${schedule} runs is not to be told`);
}

/** The same for all plans that back a database up; unknown too where an account does not tell of its plans. */
export function plannedPause(environment: Environment, store: DataStore): Maybe<number> | undefined {
  const pauses = plansFor(environment, store).flatMap(({ plan, isCertain }) =>
    plan.rules.flatMap((rule) => {
      const pause = pauseOf(rule);
      if (pause === undefined) return [];
      return [isCertain ? pause : new Unknown(`whether ${plan.name} backs it up is not known`)];
    }),
  );
  const known = pauses.filter(isKnown);
  return known.length > 0 ? Math.min(...known) : (pauses[0] ?? untold(environment, "AWS::Backup::BackupPlan"));
}
