import { recordType } from "../../records/records.js";
import type { Tags } from "../ec2/records.js";
import type { ParameterMembership } from "./parametergrouprecords.js";

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
  | "backing-up"
  | "modifying"
  | "rebooting"
  | "stopping"
  | "stopped"
  | "starting"
  | "storage-full"
  | "deleting"
  | "incompatible-parameters"
  | "failed";

/** Do commits wait for a copy, and may it take over? As `Standby.state`. */
export type CopyState = "building" | "joining" | "synchronous";

export type EngineName = "postgres" | "mariadb" | "mysql" | "aurora-postgresql" | "aurora-mysql";

/** A database server of ours in one zone, with an interface of its own. A DB instance has one, or two in Multi-AZ. */
export interface DBServer {
  /** The part keeps disk and container by it; never used again. */
  readonly id: string;
  readonly zone: string;
  readonly interfaceId: string;
  /** The parameters it runs with, in the engine's units; unset: those of its writer, or it has not been started. */
  readonly parameters?: Readonly<Record<string, string>>;
}

/**
 * The standby of a Multi-AZ DB instance. `building`: commits do not wait for it. `joining`: they may, but it need not have all that was
 * committed before. `synchronous`: it has every commit that was acknowledged, and only then it may take over. Written down before the
 * writer is told to stop waiting, and after it is known to wait.
 */
export interface Standby extends DBServer {
  readonly state: CopyState;
}

/** What the data of a DB instance are made from, once. */
export type DBInstanceOrigin =
  | { readonly kind: "new" }
  /** A backup's folder and, for a point in time, a log's, both below the folder of backups; `until` in milliseconds since the epoch. */
  | { readonly kind: "backup"; readonly backup: string; readonly log?: string; readonly until?: number }
  /** The DB instance of this identifier, which it goes on copying until it is promoted. */
  | { readonly kind: "replica"; readonly of: string };

/** What ModifyDBInstance asked for that waits for the maintenance window. */
export interface PendingModification {
  readonly instanceClass?: string;
  readonly multiAz?: boolean;
  readonly allocatedStorage?: number;
}

/** A secret of Secrets Manager that is RDS's own. */
export interface MasterSecret {
  readonly secretArn: string;
  readonly kmsKeyArn: string;
}

/** What is being done to a DB instance that was asked for by ModifyDBInstance; for the events that tell of it. */
export type Modification = "class" | "storage" | "multiAz" | "singleAz";

/** Why a standby took over. */
export type FailoverReason = "requested" | "modified" | "unhealthy" | "unreachable" | "unresponsive";

export interface DBInstance {
  readonly identifier: string;
  /** `db-` and 26 letters and digits; never used again. */
  readonly resourceId: string;
  readonly engine: EngineName;
  /** As asked for. */
  readonly engineVersion: string;
  readonly instanceClass: string;
  readonly masterUsername: string;
  /** Until the server has been told, which keeps its own hash of it. */
  readonly masterPassword?: string;
  /** Where RDS keeps the password when it manages it itself. */
  readonly masterSecret?: MasterSecret;
  /** Of the user by whom its servers copy each other. */
  readonly replicationPassword: string;
  /** Unset: none but what every server of the engine has. */
  readonly databaseName?: string;
  readonly port: number;
  readonly subnetGroupName: string;
  readonly vpcId: string;
  /** The one its name leads to. */
  readonly server: DBServer;
  readonly standby?: Standby;
  /** Servers that are never to run again, and go. */
  readonly retired: readonly DBServer[];
  /** So many servers there have been; for their ids. */
  readonly servers: number;
  readonly multiAz: boolean;
  readonly origin: DBInstanceOrigin;
  /** The DB cluster it is a member of, which decides what it is: a writer, or a reader that copies it. */
  readonly clusterId?: string;
  /** Of a member: its cluster's DB cluster parameter group. */
  readonly clusterParameterGroup?: ParameterMembership;
  readonly groupIds: readonly string[];
  readonly publiclyAccessible: boolean;
  readonly deletionProtection: boolean;
  /** Unset: the default one of its family, by which it was started. */
  readonly parameterGroup?: ParameterMembership;
  /** What the user wants of it. */
  readonly wish: "running" | "stopped" | "deleted";
  /** Set until the keeper has restarted it. */
  readonly rebootWished?: "restart" | "failover";
  readonly pending?: PendingModification;
  /** The manual snapshot to be made before it is deleted. */
  readonly finalSnapshot?: string;
  /** Its automated backups stay when it is deleted. */
  readonly retainsBackups?: boolean;
  /** The writer is known to keep its log for restoring to a point in time. */
  readonly keepsLog?: boolean;
  /** Of what was pending, in force and not done yet. */
  readonly applying?: readonly Modification[];
  /** Set from the moment the standby has the writer's place until it takes writes. */
  readonly failover?: FailoverReason;
  readonly status: DBInstanceStatus;
  /** Why it is `failed`, `storage-full` or `incompatible-parameters`. */
  readonly statusReason?: string;
  /** It has been available: from then on it has an endpoint. */
  readonly born: boolean;
  readonly createdAt: number;
  readonly settings: DBInstanceSettings;
  readonly tags: Tags;
}
/** By identifier. */
export const DBInstances = recordType<DBInstance>("rds:DBInstance", {
  sealed: ["masterPassword", "replicationPassword"],
});

/** What is said of a DB instance and kept with it; `instancerules.ts` tells which of it has an effect. */
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

export type DBClusterStatus =
  | "creating"
  | "available"
  | "backing-up"
  | "failing-over"
  | "modifying"
  | "rebooting"
  | "stopping"
  | "stopped"
  | "starting"
  | "deleting";

/**
 * The data of a cluster while no member has them: of the backup it is restored from, or of an Aurora cluster's last member, whose data
 * outlive it. The first member that is made is made from them.
 */
export interface ClusterVolume {
  readonly backup: Extract<DBInstanceOrigin, { kind: "backup" }>;
  /** When it was made, as a snapshot's. */
  readonly made: { readonly from: number; readonly to: number; readonly bytes: number };
}

/** What ModifyDBCluster asked for that waits for the maintenance window. */
export type DBClusterPending = Pick<PendingModification, "instanceClass" | "allocatedStorage">;

/** An Aurora cluster, or a Multi-AZ DB cluster. Its members are DB instances with one server each. */
export interface DBCluster {
  readonly identifier: string;
  /** `cluster-` and 26 letters and digits; never used again. */
  readonly resourceId: string;
  readonly kind: "aurora" | "multi-az";
  readonly engine: EngineName;
  readonly engineVersion: string;
  readonly masterUsername: string;
  /** Until the writer has been told. */
  readonly masterPassword?: string;
  /** Where RDS keeps the password when it manages it itself. */
  readonly masterSecret?: MasterSecret;
  readonly replicationPassword: string;
  readonly databaseName?: string;
  readonly port: number;
  readonly subnetGroupName: string;
  readonly vpcId: string;
  readonly groupIds: readonly string[];
  readonly deletionProtection: boolean;
  /** Of a Multi-AZ DB cluster's members. */
  readonly instanceClass?: string;
  readonly allocatedStorage: number;
  readonly storageType: string;
  readonly iops?: number;
  readonly backupRetentionPeriod: number;
  readonly preferredBackupWindow: string;
  readonly preferredMaintenanceWindow: string;
  readonly storageEncrypted: boolean;
  readonly kmsKeyId?: string;
  readonly copyTagsToSnapshot?: boolean;
  readonly autoMinorVersionUpgrade?: boolean;
  readonly engineLifecycleSupport?: string;
  /** Of a Multi-AZ DB cluster. */
  readonly pending?: DBClusterPending;
  /** Of its DB cluster parameter group; unset: the default one of its family. */
  readonly parameterGroupName?: string;
  /** Set until the first member has them. */
  readonly volume?: ClusterVolume;
  /** The writer is known to keep its log for restoring to a point in time. */
  readonly keepsLog?: boolean;
  /** The manual snapshot to be made before it is deleted. */
  readonly finalSnapshot?: string;
  /** Its automated backups stay when it is deleted. */
  readonly retainsBackups?: boolean;
  /** Identifier of the member that takes the writes. */
  readonly writer?: string;
  /** The state of each reader that is not `building`, by its server's id. */
  readonly copies: Readonly<Record<string, CopyState>>;
  /** Set from the moment a reader has the writer's place until it takes writes. */
  readonly failover?: { readonly to: string; readonly crossesZones: boolean };
  /** Another member is to take the writes: this one, if it can. */
  readonly failoverWished?: { readonly target?: string };
  readonly wish: "running" | "stopped" | "deleted";
  readonly status: DBClusterStatus;
  /** It has been available. */
  readonly born: boolean;
  readonly createdAt: number;
  readonly tags: Tags;
}
/** By identifier. */
export const DBClusters = recordType<DBCluster>("rds:DBCluster", { sealed: ["masterPassword", "replicationPassword"] });
