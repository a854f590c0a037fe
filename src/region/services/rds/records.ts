import { recordType } from "../../records/records.js";
import type { Tags } from "../ec2/records.js";

/** The records of RDS. Names are kept in lower case, as on AWS; times are milliseconds since the epoch. */

export interface DBSubnetGroup {
  readonly name: string;
  readonly description: string;
  readonly vpcId: string;
  readonly subnetIds: readonly string[];
  readonly tags: Tags;
}
/** By name. */
export const DBSubnetGroups = recordType<DBSubnetGroup>("rds:DBSubnetGroup");

export type DBInstanceStatus =
  | "creating"
  | "available"
  | "rebooting"
  | "stopping"
  | "stopped"
  | "starting"
  | "deleting"
  | "failed";

export interface DBInstance {
  readonly identifier: string;
  /** `db-` and 26 letters and digits; never used again, so the part keeps data by it. */
  readonly resourceId: string;
  readonly engine: "postgres";
  /** As asked for. */
  readonly engineVersion: string;
  readonly instanceClass: string;
  readonly masterUsername: string;
  readonly masterPassword: string;
  /** Unset: only `postgres` is made. */
  readonly databaseName?: string;
  readonly port: number;
  readonly subnetGroupName: string;
  readonly vpcId: string;
  readonly zone: string;
  readonly interfaceId: string;
  readonly groupIds: readonly string[];
  readonly publiclyAccessible: boolean;
  readonly deletionProtection: boolean;
  /** What the user wants of it. */
  readonly wish: "running" | "stopped" | "deleted";
  /** Set until the keeper has restarted it. */
  readonly rebootWished?: boolean;
  readonly status: DBInstanceStatus;
  /** Why it is `failed`. */
  readonly statusReason?: string;
  /** It has been available: from then on it has an endpoint. */
  readonly born: boolean;
  readonly createdAt: number;
  readonly settings: DBInstanceSettings;
  readonly tags: Tags;
}
/** By identifier. */
export const DBInstances = recordType<DBInstance>("rds:DBInstance", { sealed: ["masterPassword"] });

/** Kept and returned, without effect here. */
export interface DBInstanceSettings {
  readonly allocatedStorage: number;
  readonly storageType: string;
  readonly iops?: number;
  readonly storageThroughput?: number;
  readonly maxAllocatedStorage?: number;
  readonly storageEncrypted: boolean;
  readonly kmsKeyId?: string;
  readonly backupRetentionPeriod: number;
  readonly preferredBackupWindow: string;
  readonly preferredMaintenanceWindow: string;
  readonly copyTagsToSnapshot: boolean;
  readonly autoMinorVersionUpgrade: boolean;
  readonly monitoringInterval: number;
  readonly monitoringRoleArn?: string;
  readonly performanceInsights: boolean;
  readonly performanceInsightsRetention?: number;
  readonly logExports: readonly string[];
  readonly caCertificateIdentifier: string;
  readonly engineLifecycleSupport: string;
}
