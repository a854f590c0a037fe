import type {
  RestoreDBInstanceFromDBSnapshotCommandInput,
  RestoreDBInstanceFromDBSnapshotCommandOutput,
  RestoreDBInstanceToPointInTimeCommandInput,
  RestoreDBInstanceToPointInTimeCommandOutput,
} from "@aws-sdk/client-rds";
import { enforced, recorded, states, type MemberRule } from "../../../operations/members.js";
import { operation, type Operation } from "../../../operations/operation.js";
import { instanceRules } from "../instancerules.js";
import { describeDBInstance } from "../instanceview.js";
import { fromTags } from "../tags.js";
import { restoreFromSnapshot, restoreToPointInTime, type RestoreWish } from "./restoring.js";

/** What both ways of restoring have, by CreateDBInstance's own rules. */
const rules = {
  AllocatedStorage: instanceRules.AllocatedStorage,
  AutoMinorVersionUpgrade: instanceRules.AutoMinorVersionUpgrade,
  AvailabilityZone: instanceRules.AvailabilityZone,
  BackupRetentionPeriod: instanceRules.BackupRetentionPeriod,
  BackupTarget: states("region"),
  CACertificateIdentifier: instanceRules.CACertificateIdentifier,
  CopyTagsToSnapshot: instanceRules.CopyTagsToSnapshot,
  DBInstanceClass: instanceRules.DBInstanceClass,
  DBName: recorded("the databases are those of the backup, as on AWS for every engine that runs here"),
  DBParameterGroupName: instanceRules.DBParameterGroupName,
  DBSubnetGroupName: instanceRules.DBSubnetGroupName,
  DedicatedLogVolume: instanceRules.DedicatedLogVolume,
  DeletionProtection: instanceRules.DeletionProtection,
  EnableCloudwatchLogsExports: instanceRules.EnableCloudwatchLogsExports,
  EnableIAMDatabaseAuthentication: instanceRules.EnableIAMDatabaseAuthentication,
  Engine: enforced,
  EngineLifecycleSupport: instanceRules.EngineLifecycleSupport,
  Iops: instanceRules.Iops,
  LicenseModel: instanceRules.LicenseModel,
  ManageMasterUserPassword: instanceRules.ManageMasterUserPassword,
  MasterUserSecretKmsKeyId: enforced,
  MultiAZ: instanceRules.MultiAZ,
  NetworkType: instanceRules.NetworkType,
  OptionGroupName: instanceRules.OptionGroupName,
  Port: instanceRules.Port,
  PreferredBackupWindow: instanceRules.PreferredBackupWindow,
  PubliclyAccessible: instanceRules.PubliclyAccessible,
  StorageThroughput: instanceRules.StorageThroughput,
  StorageType: instanceRules.StorageType,
  Tags: instanceRules.Tags,
  VpcSecurityGroupIds: enforced,
} as const satisfies Readonly<Record<string, MemberRule>>;

type Said = Omit<RestoreDBInstanceFromDBSnapshotCommandInput, "DBSnapshotIdentifier">;

const wishOf = (input: Said): RestoreWish => ({
  identifier: input.DBInstanceIdentifier ?? "",
  // Its password is that of the backup, unless RDS is to manage another.
  master: { managed: input.ManageMasterUserPassword, secretKmsKeyId: input.MasterUserSecretKmsKeyId },
  parameterGroupName: input.DBParameterGroupName,
  optionGroupName: input.OptionGroupName,
  instanceClass: input.DBInstanceClass,
  engine: input.Engine,
  port: input.Port,
  subnetGroupName: input.DBSubnetGroupName,
  zone: input.AvailabilityZone,
  multiAz: input.MultiAZ,
  groupIds: input.VpcSecurityGroupIds,
  publiclyAccessible: input.PubliclyAccessible,
  deletionProtection: input.DeletionProtection,
  settings: {
    allocatedStorage: input.AllocatedStorage,
    storageType: input.StorageType,
    iops: input.Iops,
    storageThroughput: input.StorageThroughput,
    backupRetentionPeriod: input.BackupRetentionPeriod,
    preferredBackupWindow: input.PreferredBackupWindow,
    copyTagsToSnapshot: input.CopyTagsToSnapshot,
    autoMinorVersionUpgrade: input.AutoMinorVersionUpgrade,
    caCertificateIdentifier: input.CACertificateIdentifier,
    logExports: input.EnableCloudwatchLogsExports,
    engineLifecycleSupport: input.EngineLifecycleSupport,
  },
  tags: fromTags(input.Tags),
});

export const restoreOperations: readonly Operation[] = [
  operation<RestoreDBInstanceFromDBSnapshotCommandInput, RestoreDBInstanceFromDBSnapshotCommandOutput>(
    "rds",
    "RestoreDBInstanceFromDBSnapshot",
    { ...rules, DBInstanceIdentifier: enforced, DBSnapshotIdentifier: enforced },
    async (call, input) => ({
      DBInstance: describeDBInstance(call, await restoreFromSnapshot(call, input.DBSnapshotIdentifier ?? "", wishOf(input))),
    }),
  ),
  operation<RestoreDBInstanceToPointInTimeCommandInput, RestoreDBInstanceToPointInTimeCommandOutput>(
    "rds",
    "RestoreDBInstanceToPointInTime",
    {
      ...rules,
      MaxAllocatedStorage: instanceRules.MaxAllocatedStorage,
      TargetDBInstanceIdentifier: enforced,
      SourceDBInstanceIdentifier: enforced,
      SourceDbiResourceId: enforced,
      SourceDBInstanceAutomatedBackupsArn: enforced,
      RestoreTime: enforced,
      UseLatestRestorableTime: enforced,
    },
    async (call, input) => {
      const wish = wishOf({ ...input, DBInstanceIdentifier: input.TargetDBInstanceIdentifier });
      const restored = await restoreToPointInTime(
        call,
        {
          instance: input.SourceDBInstanceIdentifier,
          resourceId: input.SourceDbiResourceId,
          arn: input.SourceDBInstanceAutomatedBackupsArn,
          time: input.RestoreTime?.getTime(),
          latest: input.UseLatestRestorableTime,
        },
        { ...wish, settings: { ...wish.settings, maxAllocatedStorage: input.MaxAllocatedStorage } },
      );
      return { DBInstance: describeDBInstance(call, restored) };
    },
  ),
];
