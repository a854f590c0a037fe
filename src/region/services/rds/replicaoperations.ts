import type {
  CreateDBInstanceReadReplicaCommandInput,
  CreateDBInstanceReadReplicaCommandOutput,
  PromoteReadReplicaCommandInput,
  PromoteReadReplicaCommandOutput,
} from "@aws-sdk/client-rds";
import { enforced, states } from "../../operations/members.js";
import { operation, type Operation } from "../../operations/operation.js";
import { instanceRules, settingRules } from "./instancerules.js";
import { describeDBInstance } from "./instanceview.js";
import { createReadReplica, promoteReadReplica } from "./replicas.js";
import { settingsOf } from "./settings.js";
import { fromTags, tagRules } from "./tags.js";

const {
  BackupRetentionPeriod: _backups,
  PreferredBackupWindow: _window,
  PreferredMaintenanceWindow: _maintenance,
  ...replicaSettingRules
} = settingRules;

export const replicaOperations: readonly Operation[] = [
  operation<CreateDBInstanceReadReplicaCommandInput, CreateDBInstanceReadReplicaCommandOutput>(
    "rds",
    "CreateDBInstanceReadReplica",
    {
      ...replicaSettingRules,
      AllocatedStorage: enforced,
      DBInstanceIdentifier: enforced,
      SourceDBInstanceIdentifier: enforced,
      DBInstanceClass: enforced,
      AvailabilityZone: enforced,
      Port: enforced,
      DBSubnetGroupName: enforced,
      DBParameterGroupName: enforced,
      PubliclyAccessible: enforced,
      VpcSecurityGroupIds: enforced,
      DeletionProtection: enforced,
      // A standby of its own is refused: nobody here would keep two servers that copy a third.
      MultiAZ: states(false),
      EnableIAMDatabaseAuthentication: states(false),
      EnableCloudwatchLogsExports: instanceRules.EnableCloudwatchLogsExports,
      KmsKeyId: instanceRules.KmsKeyId,
      NetworkType: states("IPV4"),
      DedicatedLogVolume: states(false),
      Tags: tagRules,
    },
    async (call, input) => ({
      DBInstance: describeDBInstance(
        call,
        await createReadReplica(call, {
          identifier: input.DBInstanceIdentifier ?? "",
          source: input.SourceDBInstanceIdentifier ?? "",
          instanceClass: input.DBInstanceClass,
          zone: input.AvailabilityZone,
          port: input.Port,
          subnetGroupName: input.DBSubnetGroupName,
          parameterGroupName: input.DBParameterGroupName,
          optionGroupName: input.OptionGroupName,
          groupIds: input.VpcSecurityGroupIds,
          publiclyAccessible: input.PubliclyAccessible,
          deletionProtection: input.DeletionProtection,
          settings: settingsOf(input),
          tags: fromTags(input.Tags),
        }),
      ),
    }),
  ),
  operation<PromoteReadReplicaCommandInput, PromoteReadReplicaCommandOutput>(
    "rds",
    "PromoteReadReplica",
    { DBInstanceIdentifier: enforced, BackupRetentionPeriod: enforced, PreferredBackupWindow: enforced },
    (call, input) => ({
      DBInstance: describeDBInstance(
        call,
        promoteReadReplica(call, input.DBInstanceIdentifier ?? "", {
          backupRetentionPeriod: input.BackupRetentionPeriod,
          preferredBackupWindow: input.PreferredBackupWindow,
        }),
      ),
    }),
  ),
];
