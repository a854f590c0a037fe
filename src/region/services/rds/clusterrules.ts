import { enforced, recorded, states, type MemberRule } from "../../operations/members.js";
import { tagRules } from "./tags.js";

/** What becomes of each thing that can be said of a DB cluster, in CreateDBCluster and in CloudFormation alike. */
export const clusterRules = {
  AllocatedStorage: enforced,
  AutoMinorVersionUpgrade: recorded("what runs is what the engine image has"),
  AvailabilityZones: recorded("members go to the zones of the DB subnet group"),
  BackupRetentionPeriod: enforced,
  CopyTagsToSnapshot: enforced,
  DBClusterIdentifier: enforced,
  DBClusterInstanceClass: enforced,
  DBClusterParameterGroupName: enforced,
  DBSubnetGroupName: enforced,
  DatabaseName: enforced,
  DeletionProtection: enforced,
  EnableIAMDatabaseAuthentication: states(false),
  Engine: enforced,
  EngineLifecycleSupport: recorded("it is a matter of the bill alone"),
  EngineMode: states("provisioned"),
  EngineVersion: recorded("the engine image's release of this major version is what runs"),
  Iops: recorded("this machine's disk alone bounds the speed of data"),
  KmsKeyId: recorded("data are only as encrypted as this machine's disk"),
  MasterUserPassword: enforced,
  MasterUsername: enforced,
  NetworkType: states("IPV4"),
  Port: enforced,
  PreferredBackupWindow: enforced,
  PreferredMaintenanceWindow: recorded("only another class or more storage of a Multi-AZ DB cluster waits for it"),
  StorageEncrypted: recorded("data are only as encrypted as this machine's disk"),
  StorageType: recorded("this machine's disk alone bounds the speed of data"),
  Tags: tagRules,
  VpcSecurityGroupIds: enforced,
} as const satisfies Readonly<Record<string, MemberRule>>;
