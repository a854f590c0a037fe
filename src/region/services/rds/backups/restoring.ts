import type { Scope } from "../../../operations/call.js";
import { ServiceFault } from "../../../operations/fault.js";
import { eventOf, ofInstance, ofSnapshot } from "../events.js";
import type { Change } from "../../../records/records.js";
import { createDBInstance, defined, theDBInstance, type DBInstanceWish } from "../instances.js";
import type { DBInstance } from "../records.js";
import { automatedSnapshots, isMade, restorable, theAutomatedBackup } from "./automated.js";
import { DBInstanceAutomatedBackups, type BackupSource, type DBInstanceAutomatedBackup } from "./records.js";
import { baseFor } from "./retention.js";
import { expectAvailable, theDBSnapshot } from "./snapshots.js";

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
  const snapshot = theDBSnapshot(call, wanted);
  expectAvailable(snapshot, "restored");
  const told = eventOf(call, ofSnapshot(call, snapshot), "RDS-EVENT-0043", { name: snapshot.identifier });
  return restore(call, snapshot.source, { kind: "backup", backup: snapshot.folder }, wish, told);
}

export interface RestorePoint {
  readonly instance?: string | undefined;
  readonly resourceId?: string | undefined;
  readonly arn?: string | undefined;
  /** Milliseconds since the epoch; the latest there is where it is not said. */
  readonly time?: number | undefined;
  readonly latest?: boolean | undefined;
}

/** https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_RestoreDBInstanceToPointInTime.html */
export function restoreToPointInTime(call: Scope, point: RestorePoint, wish: RestoreWish): Promise<DBInstance> {
  if ((point.time === undefined) === (point.latest !== true))
    throw new ServiceFault(
      "InvalidParameterCombination",
      "Either RestoreTime or UseLatestRestorableTime must be specified, and not both.",
    );
  const kept = keptOf(call, point);
  const { identifier, resourceId } = kept.source;
  const range = restorable(call, kept);
  if (range === undefined || kept.latest === undefined)
    throw new ServiceFault(
      "InvalidRestoreFault",
      `There is no time yet to which ${identifier} can be restored: wait until its LatestRestorableTime is told.`,
    );
  // To the second when it is said.
  const until = point.time ?? kept.latest;
  if (until > kept.latest || until < range.earliest)
    throw new ServiceFault(
      "InvalidParameterValue",
      `The specified instance cannot be restored to a time later than ${iso(range.latest)} or earlier than ${iso(range.earliest)}: ${identifier} was asked for at ${iso(until)}.`,
    );
  const backups = automatedSnapshots(call.records, resourceId).filter(isMade);
  const base = baseFor(
    backups.map(({ folder, made }) => ({ folder, ...made })),
    until,
  );
  if (base === undefined) throw new Error(`no automated backup of ${identifier} is older than ${iso(until)}`);
  const told = eventOf(call, ofInstance(call, wish), "RDS-EVENT-0019", { name: identifier, time: iso(until) });
  return restore(call, kept.source, { kind: "backup", backup: base.folder, log: kept.log, until }, wish, told);
}

const iso = (at: number): string => new Date(at).toISOString().replace(/\.\d+Z$/, "Z");

/** The automated backups that are meant: a DB instance's, or what stayed of one that is gone. */
function keptOf(call: Scope, { instance, resourceId, arn }: RestorePoint): DBInstanceAutomatedBackup {
  const said = [instance, resourceId, arn].filter((each) => each !== undefined);
  if (said.length !== 1)
    throw new ServiceFault(
      "InvalidParameterCombination",
      "Exactly one of SourceDBInstanceIdentifier, SourceDbiResourceId and SourceDBInstanceAutomatedBackupsArn must be specified.",
    );
  if (instance === undefined) return theAutomatedBackup(call, { resourceId, arn });
  const db = theDBInstance(call, instance);
  if (db.settings.backupRetentionPeriod === 0)
    throw new ServiceFault(
      "PointInTimeRestoreNotEnabled",
      `Point in time restore is not enabled for ${db.identifier}: its BackupRetentionPeriod is 0.`,
    );
  const kept = call.records.get(DBInstanceAutomatedBackups, db.resourceId);
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
  const { instanceClass = source.instanceClass, engine: _same, ...rest } = wish;
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
