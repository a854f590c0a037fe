import { recordType } from "../../../records/records.js";
import type { Tags } from "../../ec2/records.js";
import { defaultSettings } from "../defaults.js";
import type { DBCluster, DBInstance, DBInstanceSettings } from "../records.js";

/** Records of backups. Times are milliseconds since the epoch; folders are paths below the folder of all backups. */

/** What a backup tells of the DB instance or the DB cluster it was made of, and a restore begins with. */
export interface BackupSource extends Pick<
  DBInstance,
  "engine" | "engineVersion" | "masterUsername" | "databaseName" | "port" | "vpcId"
> {
  readonly identifier: string;
  /** Its `DbiResourceId` or `DbClusterResourceId`: backups and log of one are kept together. */
  readonly resourceId: string;
  /** Unset of an Aurora cluster, whose members have one each. */
  readonly instanceClass?: string;
  /** Unset of a cluster. */
  readonly zone?: string;
  readonly createdAt: number;
  readonly settings: DBInstanceSettings;
}

/** A DB snapshot, or a DB cluster snapshot. */
export interface Snapshot {
  /** `orders-before-upgrade`, or of an automated one `rds:orders-2026-11-21-03-00`. */
  readonly identifier: string;
  readonly type: "manual" | "automated";
  /** `failed`: what it was to be made of has gone before. */
  readonly status: "creating" | "available" | "failed";
  readonly source: BackupSource;
  /** Holds the backup, whole, once it is available. */
  readonly folder: string;
  /** Copied from this folder, of the snapshot of this ARN if it is one's; made from what runs where it is not set. */
  readonly copyOf?: { readonly folder: string; readonly arn?: string };
  readonly requestedAt: number;
  /** It holds all that was committed before `from` and nothing later than `to`. Set when it is available. */
  readonly made?: { readonly from: number; readonly to: number; readonly bytes: number };
  readonly tags: Tags;
}
/** By identifier. */
export const DBSnapshots = recordType<Snapshot>("rds:DBSnapshot");
/** By identifier. */
export const DBClusterSnapshots = recordType<Snapshot>("rds:DBClusterSnapshot");

/**
 * That automated backups are kept of a DB instance or a DB cluster, and the log between them. `creating` until the first is there;
 * `retained` when what they are of is gone and they are not.
 */
export interface AutomatedBackup {
  /** `ab-` and 26 letters and digits. */
  readonly id: string;
  readonly status: "creating" | "active" | "retained";
  /** As it was when it was last looked at. */
  readonly source: BackupSource;
  /** Holds the log. */
  readonly log: string;
  /** Up to here the log goes. */
  readonly latest?: number;
}
/** By resource id of the DB instance. */
export const DBInstanceAutomatedBackups = recordType<AutomatedBackup>("rds:DBInstanceAutomatedBackup");
/** By resource id of the DB cluster. */
export const DBClusterAutomatedBackups = recordType<AutomatedBackup>("rds:DBClusterAutomatedBackup");

export const sourceOf = (db: DBInstance): BackupSource => ({
  identifier: db.identifier,
  resourceId: db.resourceId,
  engine: db.engine,
  engineVersion: db.engineVersion,
  instanceClass: db.instanceClass,
  masterUsername: db.masterUsername,
  ...(db.databaseName === undefined ? {} : { databaseName: db.databaseName }),
  port: db.port,
  vpcId: db.vpcId,
  zone: db.server.zone,
  createdAt: db.createdAt,
  settings: db.settings,
});

export const sourceOfCluster = (cluster: DBCluster): BackupSource => ({
  identifier: cluster.identifier,
  resourceId: cluster.resourceId,
  engine: cluster.engine,
  engineVersion: cluster.engineVersion,
  ...(cluster.instanceClass === undefined ? {} : { instanceClass: cluster.instanceClass }),
  masterUsername: cluster.masterUsername,
  ...(cluster.databaseName === undefined ? {} : { databaseName: cluster.databaseName }),
  port: cluster.port,
  vpcId: cluster.vpcId,
  createdAt: cluster.createdAt,
  settings: {
    ...defaultSettings,
    allocatedStorage: cluster.allocatedStorage,
    storageType: cluster.storageType,
    storageEncrypted: cluster.storageEncrypted,
    backupRetentionPeriod: cluster.backupRetentionPeriod,
    preferredBackupWindow: cluster.preferredBackupWindow,
    preferredMaintenanceWindow: cluster.preferredMaintenanceWindow,
    copyTagsToSnapshot: cluster.copyTagsToSnapshot ?? false,
  },
});
