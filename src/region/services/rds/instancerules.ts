import { enforced, recorded, states, type MemberRule } from "../../operations/members.js";
import { tagRules } from "./tags.js";

const diskOfHost = "this machine's disk alone bounds the speed of data";
const noMonitoring = "Enhanced Monitoring and Performance Insights are not modelled, only the metrics of AWS/RDS are collected";

/** What may be said at creation and be changed later. */
export const settingRules = {
  AutoMinorVersionUpgrade: recorded("what runs is what the engine image has"),
  BackupRetentionPeriod: enforced,
  CACertificateIdentifier: recorded("the server's TLS certificate is of the region's own authority"),
  CopyTagsToSnapshot: enforced,
  EnablePerformanceInsights: recorded(noMonitoring),
  Iops: recorded(diskOfHost),
  MaxAllocatedStorage: recorded("storage does not grow by itself here"),
  MonitoringInterval: recorded(noMonitoring),
  MonitoringRoleArn: recorded(noMonitoring),
  PerformanceInsightsRetentionPeriod: recorded(noMonitoring),
  PreferredBackupWindow: enforced,
  PreferredMaintenanceWindow: enforced,
  StorageThroughput: recorded(diskOfHost),
  StorageType: recorded(diskOfHost),
  DBParameterGroupName: enforced,
  // The default one; another is refused by name.
  OptionGroupName: enforced,
} as const satisfies Readonly<Record<string, MemberRule>>;

/** What becomes of each thing that can be said of a DB instance, in CreateDBInstance and in CloudFormation alike. */
export const instanceRules = {
  ...settingRules,
  AllocatedStorage: enforced,
  AvailabilityZone: enforced,
  DBInstanceClass: enforced,
  DBInstanceIdentifier: enforced,
  DBName: enforced,
  DBSubnetGroupName: enforced,
  DedicatedLogVolume: states(false),
  DeletionProtection: enforced,
  EnableCloudwatchLogsExports: recorded("CloudWatch Logs is not modelled yet"),
  EnableIAMDatabaseAuthentication: states(false),
  Engine: enforced,
  EngineLifecycleSupport: recorded("it is a matter of the bill alone"),
  EngineVersion: recorded("the engine image's release of this major version is what runs"),
  KmsKeyId: recorded("data are only as encrypted as this machine's disk"),
  LicenseModel: states("postgresql-license", "general-public-license"),
  ManageMasterUserPassword: enforced,
  MasterUserAuthenticationType: states("password"),
  MasterUserPassword: enforced,
  MasterUsername: enforced,
  MultiAZ: enforced,
  NetworkType: states("IPV4"),
  Port: enforced,
  PubliclyAccessible: enforced,
  StorageEncrypted: recorded("data are only as encrypted as this machine's disk"),
  Tags: tagRules,
} as const satisfies Readonly<Record<string, MemberRule>>;
