import { recordType } from "../../../records/records.js";
import type { Tags } from "../../ec2/records.js";
import type { DBInstance, DBInstanceSettings } from "../records.js";

/** Records of backups. Times are milliseconds since the epoch; folders are paths below the folder of all backups. */

/** What a backup tells of the DB instance it was made of, and a restore begins with. */
export interface BackupSource extends Pick<
  DBInstance,
  "engine" | "engineVersion" | "instanceClass" | "masterUsername" | "databaseName" | "port" | "vpcId"
> {
  /** Of the DB instance. */
  readonly identifier: string;
  /** Its `DbiResourceId`: backups and log of one are kept together. */
  readonly resourceId: string;
  readonly zone: string;
  readonly createdAt: number;
  readonly settings: DBInstanceSettings;
}

export interface DBSnapshot {
  /** `orders-before-upgrade`, or of an automated one `rds:orders-2026-11-21-03-00`. */
  readonly identifier: string;
  readonly type: "manual" | "automated";
  /** `failed`: what it was to be made of has gone before. */
  readonly status: "creating" | "available" | "failed";
  readonly source: BackupSource;
  /** Holds the backup, whole, once it is available. */
  readonly folder: string;
  /** Copied from this folder, of the snapshot of this ARN; made from the running instance where it is not set. */
  readonly copyOf?: { readonly folder: string; readonly arn: string };
  readonly requestedAt: number;
  /** It holds all that was committed before `from` and nothing later than `to`. Set when it is available. */
  readonly made?: { readonly from: number; readonly to: number; readonly bytes: number };
  readonly tags: Tags;
}
/** By identifier. */
export const DBSnapshots = recordType<DBSnapshot>("rds:DBSnapshot");

/**
 * That automated backups are kept of a DB instance, and the log between them. `creating` until the first is there; `retained` when the
 * instance is gone and they are not.
 */
export interface DBInstanceAutomatedBackup {
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
export const DBInstanceAutomatedBackups = recordType<DBInstanceAutomatedBackup>("rds:DBInstanceAutomatedBackup");

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
