import type { Call } from "../../../operations/call.js";
import { NotModelled, ServiceFault } from "../../../operations/fault.js";
import { enforced, states, type MemberRules } from "../../../operations/members.js";
import {
  restoreClusterFromSnapshot,
  restoreClusterToPointInTime,
  type ClusterRestoreWish,
} from "../../../services/rds/backups/clusterrestoring.js";
import { restoreFromSnapshot, restoreToPointInTime, type RestoreWish } from "../../../services/rds/backups/restoring.js";
import { theDBInstance } from "../../../services/rds/instances.js";
import { createReadReplica } from "../../../services/rds/replicas.js";
import type { DBCluster, DBInstance } from "../../../services/rds/records.js";
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
  const other = source.resourceId ?? source.arn;
  if (source.instance === undefined && other !== undefined)
    throw new NotModelled(
      `read replicas of what is not named by SourceDBInstanceIdentifier (${other})`,
      "Say SourceDBInstanceIdentifier; or RestoreTime or UseLatestRestorableTime for a copy that stands alone.",
    );
  return source.instance === undefined ? undefined : replicaAsSaid(call, given, source.instance, wish);
}

/** Does the template make it a read replica? Removing SourceDBInstanceIdentifier then promotes it. */
export const isReplica = (given: Properties): boolean =>
  optionalText(given, "SourceDBInstanceIdentifier") !== undefined &&
  optionalText(given, "RestoreTime") === undefined &&
  optionalFlag(given, "UseLatestRestorableTime") !== true &&
  optionalText(given, "DBSnapshotIdentifier") === undefined;

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-rds-dbinstance.html, SourceDBInstanceIdentifier */
async function replicaAsSaid(
  call: Call,
  given: Properties,
  source: string,
  { master, multiAz, engine, ...wish }: RestoreWish,
): Promise<DBInstance> {
  if (master.masterPassword !== undefined || master.managed === true)
    throw new ServiceFault(
      "InvalidParameterCombination",
      `${wish.identifier} is a read replica of ${source}, and has its master user: leave out MasterUserPassword and ManageMasterUserPassword.`,
    );
  if (multiAz === true)
    throw new NotModelled(
      `Multi-AZ read replicas (${wish.identifier})`,
      "Leave out MultiAZ; once promoted it may have a standby.",
    );
  if ((wish.settings.backupRetentionPeriod ?? 0) > 0)
    throw new NotModelled(
      `automated backups of read replicas (${wish.identifier})`,
      "Leave out BackupRetentionPeriod; once promoted it may have backups.",
    );
  const own = ["MasterUsername", "DBName", "PreferredBackupWindow"].find((name) => given[name] !== undefined);
  if (own !== undefined)
    throw new ServiceFault(
      "InvalidParameterCombination",
      `${wish.identifier} is a read replica of ${source}, and is like it: leave out ${own}.`,
    );
  const like = theDBInstance(call, source.split(":").at(-1) ?? source);
  if (engine !== undefined && engine !== like.engine)
    throw new ServiceFault(
      "InvalidParameterCombination",
      `A read replica of the engine ${like.engine} cannot be made with the engine ${engine}.`,
    );
  return createReadReplica(call, { ...wish, source });
}

/** What a DB cluster of a template may be made from. */
export const restoreClusterProperties: MemberRules = {
  RestoreToTime: enforced,
  // A clone of Aurora's shared storage is not modelled; what it has is the same.
  RestoreType: states("full-copy"),
  SnapshotIdentifier: enforced,
  SourceDBClusterIdentifier: enforced,
  SourceDbClusterResourceId: enforced,
  UseLatestRestorableTime: enforced,
};

/** The DB cluster restored as the template says; undefined where it is to be a new one. */
export function restoreClusterAsSaid(
  call: Call,
  given: Properties,
  said: Omit<ClusterRestoreWish, "engine">,
): Promise<DBCluster> | undefined {
  const wish: ClusterRestoreWish = { ...said, engine: optionalText(given, "Engine") };
  const snapshot = optionalText(given, "SnapshotIdentifier");
  if (snapshot !== undefined) return restoreClusterFromSnapshot(call, snapshot, wish);
  const source = {
    cluster: optionalText(given, "SourceDBClusterIdentifier"),
    resourceId: optionalText(given, "SourceDbClusterResourceId"),
  };
  if (source.cluster === undefined && source.resourceId === undefined) return undefined;
  const time = optionalText(given, "RestoreToTime");
  const latest = optionalFlag(given, "UseLatestRestorableTime");
  return restoreClusterToPointInTime(call, { ...source, time: time === undefined ? undefined : timeOf(time), latest }, wish);
}

/** e.g. `2026-11-21T10:00:00Z`. */
function timeOf(text: string): number {
  const time = Date.parse(text);
  if (Number.isNaN(time))
    throw new ServiceFault("InvalidParameterValue", `Invalid RestoreTime: ${text}. Write it as 2026-11-21T10:00:00Z (UTC).`);
  return time;
}
