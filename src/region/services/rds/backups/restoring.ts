import type { Scope } from "../../../operations/call.js";
import { ServiceFault } from "../../../operations/fault.js";
import { eventOf, ofInstance, ofSnapshot } from "../events.js";
import type { Change } from "../../../records/records.js";
import { createDBInstance, defined, theDBInstance, type DBInstanceWish } from "../instances.js";
import type { DBInstance } from "../records.js";
import { automatedBackupOf, theAutomatedBackup } from "./automated.js";
import { expectAvailable, instanceBackups } from "./kinds.js";
import { checkMoment, restorePoint, type Moment } from "./points.js";
import type { AutomatedBackup, BackupSource } from "./records.js";
import { theSnapshot } from "./snapshots.js";

/** What may be said of a DB instance that is restored; the rest is as it was. */
export interface RestoreWish extends Pick<
  DBInstanceWish,
  | "identifier"
  | "port"
  | "subnetGroupName"
  | "zone"
  | "multiAz"
  | "groupIds"
  | "publiclyAccessible"
  | "deletionProtection"
  | "settings"
  | "tags"
  | "master"
  | "parameterGroupName"
  | "optionGroupName"
> {
  readonly instanceClass?: string | undefined;
  /** Can only be said again. */
  readonly engine?: string | undefined;
}

/** https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_RestoreDBInstanceFromDBSnapshot.html */
export function restoreFromSnapshot(call: Scope, wanted: string, wish: RestoreWish): Promise<DBInstance> {
  const snapshot = theSnapshot(call, instanceBackups, wanted);
  expectAvailable(instanceBackups, snapshot, "restored");
  const told = eventOf(call, ofSnapshot(call, instanceBackups, snapshot.identifier), "RDS-EVENT-0043", {
    name: snapshot.identifier,
  });
  return restore(call, snapshot.source, { kind: "backup", backup: snapshot.folder }, wish, told);
}

export interface InstanceMoment extends Moment {
  readonly instance?: string | undefined;
  readonly resourceId?: string | undefined;
  readonly arn?: string | undefined;
}

/** https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_RestoreDBInstanceToPointInTime.html */
export function restoreToPointInTime(call: Scope, moment: InstanceMoment, wish: RestoreWish): Promise<DBInstance> {
  checkMoment(moment, "RestoreTime");
  const kept = keptOf(call, moment);
  const { origin } = restorePoint(call, kept, moment);
  const told = eventOf(call, ofInstance(call, wish), "RDS-EVENT-0019", {
    name: kept.source.identifier,
    time: new Date(origin.until ?? 0).toISOString().replace(/\.\d+Z$/, "Z"),
  });
  return restore(call, kept.source, origin, wish, told);
}

/** The automated backups that are meant: a DB instance's, or what stayed of one that is gone. */
function keptOf(call: Scope, { instance, resourceId, arn }: InstanceMoment): AutomatedBackup {
  const said = [instance, resourceId, arn].filter((each) => each !== undefined);
  if (said.length !== 1)
    throw new ServiceFault(
      "InvalidParameterCombination",
      "Exactly one of SourceDBInstanceIdentifier, SourceDbiResourceId and SourceDBInstanceAutomatedBackupsArn must be specified.",
    );
  if (instance === undefined) return theAutomatedBackup(call, instanceBackups, { resourceId, arn });
  const db = theDBInstance(call, instance);
  if (db.settings.backupRetentionPeriod === 0)
    throw new ServiceFault(
      "PointInTimeRestoreNotEnabled",
      `Point in time restore is not enabled for ${db.identifier}: its BackupRetentionPeriod is 0.`,
    );
  const kept = automatedBackupOf(call.records, db.resourceId);
  if (kept === undefined)
    throw new ServiceFault(
      "InvalidRestoreFault",
      `There is no automated backup of ${db.identifier} yet: wait for its first one.`,
    );
  return kept;
}

function restore(
  call: Scope,
  source: BackupSource,
  origin: DBInstance["origin"],
  wish: RestoreWish,
  told: Change,
): Promise<DBInstance> {
  if (wish.engine !== undefined && wish.engine !== source.engine)
    throw new ServiceFault(
      "InvalidParameterCombination",
      `A backup of the engine ${source.engine} cannot be restored with the engine ${wish.engine}.`,
    );
  const { instanceClass = source.instanceClass ?? "", engine: _same, ...rest } = wish;
  const said = defined(wish.settings);
  const { allocatedStorage: before } = source.settings;
  if (said.allocatedStorage !== undefined && said.allocatedStorage < before)
    throw new ServiceFault(
      "InvalidParameterValue",
      `Invalid storage size: ${said.allocatedStorage} GiB. The backup of ${source.identifier} needs ${before} GiB at least.`,
    );
  return createDBInstance(call, {
    ...rest,
    instanceClass,
    engine: source.engine,
    engineVersion: source.engineVersion,
    databaseName: source.databaseName,
    port: wish.port ?? source.port,
    settings: { ...source.settings, ...said },
    restored: { origin, masterUsername: source.masterUsername, told },
  });
}
