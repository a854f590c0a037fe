import type { Scope } from "../../../operations/call.js";
import { ServiceFault } from "../../../operations/fault.js";
import { createDBCluster, type DBClusterWish } from "../clusters.js";
import { theDBCluster } from "../clusterstate.js";
import type { ClusterVolume, DBCluster } from "../records.js";
import { automatedBackupOf, theAutomatedBackup } from "./automated.js";
import { clusterBackups, expectAvailable } from "./kinds.js";
import { checkMoment, restorePoint, type Moment } from "./points.js";
import type { AutomatedBackup, BackupSource } from "./records.js";
import { theSnapshot } from "./snapshots.js";

/** What may be said of a DB cluster that is restored; the rest is as it was. */
export interface ClusterRestoreWish extends Omit<
  DBClusterWish,
  "engine" | "masterUsername" | "databaseName" | "allocatedStorage" | "restored"
> {
  /** Can only be said again. */
  readonly engine?: string | undefined;
}

/** https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_RestoreDBClusterFromSnapshot.html */
export function restoreClusterFromSnapshot(call: Scope, wanted: string, wish: ClusterRestoreWish): Promise<DBCluster> {
  if (/:snapshot:/.test(wanted))
    throw new ServiceFault(
      "InvalidParameterValue",
      `${wanted} is a snapshot of a DB instance: restore it with RestoreDBInstanceFromDBSnapshot.`,
    );
  const snapshot = theSnapshot(call, clusterBackups, wanted);
  expectAvailable(clusterBackups, snapshot, "restored");
  if (snapshot.made === undefined) throw new Error(`the snapshot ${snapshot.identifier} does not say when it was made`);
  return restore(call, snapshot.source, { backup: { kind: "backup", backup: snapshot.folder }, made: snapshot.made }, wish);
}

export interface ClusterMoment extends Moment {
  readonly cluster?: string | undefined;
  readonly resourceId?: string | undefined;
}

/** https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_RestoreDBClusterToPointInTime.html */
export function restoreClusterToPointInTime(call: Scope, moment: ClusterMoment, wish: ClusterRestoreWish): Promise<DBCluster> {
  checkMoment(moment, "RestoreToTime");
  const kept = keptOf(call, moment);
  const { origin, made } = restorePoint(call, kept, moment);
  return restore(call, kept.source, { backup: origin, made }, wish);
}

/** The automated backups that are meant: a DB cluster's, or what stayed of one that is gone. */
function keptOf(call: Scope, { cluster: wanted, resourceId }: ClusterMoment): AutomatedBackup {
  if ((wanted === undefined) === (resourceId === undefined))
    throw new ServiceFault(
      "InvalidParameterCombination",
      "Exactly one of SourceDBClusterIdentifier and SourceDbClusterResourceId must be specified.",
    );
  if (wanted === undefined) return theAutomatedBackup(call, clusterBackups, { resourceId });
  const cluster = theDBCluster(call, /:cluster:(.+)$/.exec(wanted)?.[1] ?? wanted);
  const kept = automatedBackupOf(call.records, cluster.resourceId);
  if (kept === undefined)
    throw new ServiceFault(
      "InvalidRestoreFault",
      `There is no automated backup of ${cluster.identifier} yet: wait for its first one, which is made when it has a DB instance.`,
    );
  return kept;
}

function restore(call: Scope, source: BackupSource, volume: ClusterVolume, wish: ClusterRestoreWish): Promise<DBCluster> {
  if (wish.engine !== undefined && wish.engine !== source.engine)
    throw new ServiceFault(
      "InvalidParameterCombination",
      `A backup of the engine ${source.engine} cannot be restored with the engine ${wish.engine}.`,
    );
  const { settings, instanceClass } = source;
  const isAurora = instanceClass === undefined;
  return createDBCluster(call, {
    ...wish,
    engine: source.engine,
    engineVersion: wish.engineVersion ?? source.engineVersion,
    databaseName: source.databaseName,
    port: wish.port ?? source.port,
    instanceClass: wish.instanceClass ?? instanceClass,
    ...(isAurora ? {} : { allocatedStorage: settings.allocatedStorage }),
    storageType: wish.storageType ?? settings.storageType,
    backupRetentionPeriod: wish.backupRetentionPeriod ?? settings.backupRetentionPeriod,
    preferredBackupWindow: wish.preferredBackupWindow ?? settings.preferredBackupWindow,
    preferredMaintenanceWindow: wish.preferredMaintenanceWindow ?? settings.preferredMaintenanceWindow,
    storageEncrypted: wish.storageEncrypted ?? settings.storageEncrypted,
    restored: { volume, masterUsername: source.masterUsername },
  });
}
