import { ServiceFault } from "../../../operations/fault.js";
import type { RecordType, Records } from "../../../records/records.js";
import { DBClusters, DBInstances } from "../records.js";
import {
  DBClusterAutomatedBackups,
  DBClusterSnapshots,
  DBInstanceAutomatedBackups,
  DBSnapshots,
  type AutomatedBackup,
  type BackupSource,
  type Snapshot,
} from "./records.js";

/** What there are backups of: DB instances and DB clusters, and what AWS calls the one's and the other's. */
export interface BackupKind {
  readonly of: "instance" | "cluster";
  readonly snapshots: RecordType<Snapshot>;
  readonly automated: RecordType<AutomatedBackup>;
  /** In a sentence. */
  readonly noun: "DB instance" | "DB cluster";
  readonly snapshotNoun: "DBSnapshot" | "DBClusterSnapshot";
  /** In their ARNs. */
  readonly arn: { readonly snapshot: string; readonly automated: string };
  /** The code of each fault. */
  readonly codes: {
    readonly snapshotGone: string;
    readonly snapshotThere: string;
    readonly snapshotState: string;
    readonly automatedGone: string;
    readonly automatedState: string;
    readonly ownerState: string;
  };
}

export const instanceBackups: BackupKind = {
  of: "instance",
  snapshots: DBSnapshots,
  automated: DBInstanceAutomatedBackups,
  noun: "DB instance",
  snapshotNoun: "DBSnapshot",
  arn: { snapshot: "snapshot", automated: "auto-backup" },
  codes: {
    snapshotGone: "DBSnapshotNotFound",
    snapshotThere: "DBSnapshotAlreadyExists",
    snapshotState: "InvalidDBSnapshotState",
    automatedGone: "DBInstanceAutomatedBackupNotFound",
    automatedState: "InvalidDBInstanceAutomatedBackupState",
    ownerState: "InvalidDBInstanceState",
  },
};

export const clusterBackups: BackupKind = {
  of: "cluster",
  snapshots: DBClusterSnapshots,
  automated: DBClusterAutomatedBackups,
  noun: "DB cluster",
  snapshotNoun: "DBClusterSnapshot",
  arn: { snapshot: "cluster-snapshot", automated: "cluster-auto-backup" },
  codes: {
    snapshotGone: "DBClusterSnapshotNotFoundFault",
    snapshotThere: "DBClusterSnapshotAlreadyExistsFault",
    snapshotState: "InvalidDBClusterSnapshotStateFault",
    automatedGone: "DBClusterAutomatedBackupNotFoundFault",
    automatedState: "InvalidDBClusterAutomatedBackupStateFault",
    ownerState: "InvalidDBClusterStateFault",
  },
};

export const backupKinds: readonly BackupKind[] = [instanceBackups, clusterBackups];

/** What a resource id is of: `db-ABC`, or `cluster-ABC`. */
export const kindOf = (resourceId: string): BackupKind => (resourceId.startsWith("cluster-") ? clusterBackups : instanceBackups);

/** For how many days backups are kept of what is there; undefined where it is gone. */
export function daysKept(records: Records, { identifier, resourceId }: BackupSource): number | undefined {
  if (kindOf(resourceId) === clusterBackups) {
    const cluster = records.get(DBClusters, identifier);
    return cluster?.resourceId === resourceId ? cluster.backupRetentionPeriod : undefined;
  }
  const db = records.get(DBInstances, identifier);
  return db?.resourceId === resourceId ? db.settings.backupRetentionPeriod : undefined;
}

/** @throws the kind's fault of a snapshot's state */
export function expectAvailable(kind: BackupKind, snapshot: Snapshot, done: string): void {
  if (snapshot.status !== "available")
    throw new ServiceFault(
      kind.codes.snapshotState,
      `The snapshot ${snapshot.identifier} cannot be ${done} because it is in the ${snapshot.status} state. Wait until it is available.`,
    );
}
