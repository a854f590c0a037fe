import { enforced, recorded, states, type MemberRule } from "../../operations/members.js";
import { tagRules } from "./tags.js";

const noBackups = "automated backups are not taken yet";
const diskOfHost = "data are kept on this machine's disk, which alone bounds their size and speed";
const noMonitoring = "metrics are not collected yet";

/** What becomes of each thing that can be said of a DB instance, in CreateDBInstance and in CloudFormation alike. */
export const instanceRules = {
  AllocatedStorage: recorded(diskOfHost),
  AutoMinorVersionUpgrade: recorded("the engine image's PostgreSQL 15 is what runs"),
  AvailabilityZone: enforced,
  BackupRetentionPeriod: recorded(noBackups),
  CACertificateIdentifier: recorded("the server's TLS certificate is self-signed here"),
  CopyTagsToSnapshot: recorded("snapshots are not modelled yet"),
  DBInstanceClass: enforced,
  DBInstanceIdentifier: enforced,
  DBName: enforced,
  DBParameterGroupName: states("default.postgres15"),
  DBSubnetGroupName: enforced,
  DedicatedLogVolume: states(false),
  DeletionProtection: enforced,
  EnableCloudwatchLogsExports: recorded("CloudWatch Logs is not modelled yet"),
  EnableIAMDatabaseAuthentication: states(false),
  EnablePerformanceInsights: recorded(noMonitoring),
  Engine: enforced,
  EngineLifecycleSupport: recorded("it is a matter of the bill alone"),
  EngineVersion: recorded("every 15.x runs as the PostgreSQL 15 of the engine image"),
  Iops: recorded(diskOfHost),
  KmsKeyId: recorded("data are only as encrypted as this machine's disk"),
  LicenseModel: states("postgresql-license"),
  ManageMasterUserPassword: states(false),
  MasterUserAuthenticationType: states("password"),
  MasterUserPassword: enforced,
  MasterUsername: enforced,
  MaxAllocatedStorage: recorded(diskOfHost),
  MonitoringInterval: recorded(noMonitoring),
  MonitoringRoleArn: recorded(noMonitoring),
  // A standby is a later chapter; a single instance must not pass for one that survives its zone.
  MultiAZ: states(false),
  NetworkType: states("IPV4"),
  OptionGroupName: states("default:postgres-15"),
  PerformanceInsightsRetentionPeriod: recorded(noMonitoring),
  Port: enforced,
  PreferredBackupWindow: recorded(noBackups),
  PreferredMaintenanceWindow: recorded("nothing is maintained here"),
  PubliclyAccessible: enforced,
  StorageEncrypted: recorded("data are only as encrypted as this machine's disk"),
  StorageThroughput: recorded(diskOfHost),
  StorageType: recorded(diskOfHost),
  Tags: tagRules,
} as const satisfies Readonly<Record<string, MemberRule>>;
