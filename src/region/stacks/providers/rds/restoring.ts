import type { Call } from "../../../operations/call.js";
import { NotModelled, ServiceFault } from "../../../operations/fault.js";
import { enforced, type MemberRules } from "../../../operations/members.js";
import { restoreFromSnapshot, restoreToPointInTime, type RestoreWish } from "../../../services/rds/backups/restoring.js";
import type { DBInstance } from "../../../services/rds/records.js";
import type { Properties } from "../../provider.js";
import { optionalFlag, optionalText } from "../properties.js";

/** What a DB instance of a template may be made from. */
export const restoreProperties: MemberRules = {
  DBSnapshotIdentifier: enforced,
  RestoreTime: enforced,
  SourceDBInstanceAutomatedBackupsArn: enforced,
  SourceDBInstanceIdentifier: enforced,
  SourceDbiResourceId: enforced,
  UseLatestRestorableTime: enforced,
};

/** The DB instance restored as the template says; undefined where it is to be a new one. */
export function restoreAsSaid(
  call: Call,
  given: Properties,
  said: Omit<RestoreWish, "instanceClass" | "engine">,
): Promise<DBInstance> | undefined {
  const wish: RestoreWish = {
    ...said,
    instanceClass: optionalText(given, "DBInstanceClass"),
    engine: optionalText(given, "Engine"),
  };
  const snapshot = optionalText(given, "DBSnapshotIdentifier");
  if (snapshot !== undefined) return restoreFromSnapshot(call, snapshot, wish);
  const time = optionalText(given, "RestoreTime");
  const latest = optionalFlag(given, "UseLatestRestorableTime");
  const source = {
    instance: optionalText(given, "SourceDBInstanceIdentifier"),
    resourceId: optionalText(given, "SourceDbiResourceId"),
    arn: optionalText(given, "SourceDBInstanceAutomatedBackupsArn"),
  };
  if (time !== undefined || latest === true)
    return restoreToPointInTime(call, { ...source, time: time === undefined ? undefined : timeOf(time), latest }, wish);
  const { instance = source.resourceId ?? source.arn } = source;
  if (instance === undefined) return undefined;
  throw new NotModelled(
    `read replicas in templates (of ${instance})`,
    "Make it with CreateDBInstanceReadReplica, or say RestoreTime or UseLatestRestorableTime for a copy that stands alone.",
  );
}

/** e.g. `2026-11-21T10:00:00Z`. */
function timeOf(text: string): number {
  const time = Date.parse(text);
  if (Number.isNaN(time))
    throw new ServiceFault("InvalidParameterValue", `Invalid RestoreTime: ${text}. Write it as 2026-11-21T10:00:00Z (UTC).`);
  return time;
}
