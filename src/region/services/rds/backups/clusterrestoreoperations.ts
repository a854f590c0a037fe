import type {
  RestoreDBClusterFromSnapshotCommandInput,
  RestoreDBClusterFromSnapshotCommandOutput,
  RestoreDBClusterToPointInTimeCommandInput,
  RestoreDBClusterToPointInTimeCommandOutput,
} from "@aws-sdk/client-rds";
import { enforced, recorded, states, type MemberRule } from "../../../operations/members.js";
import { operation, type Operation } from "../../../operations/operation.js";
import { clusterRules } from "../clusterrules.js";
import { describeDBCluster } from "../clusterview.js";
import { fromTags } from "../tags.js";
import { restoreClusterFromSnapshot, restoreClusterToPointInTime, type ClusterRestoreWish } from "./clusterrestoring.js";

/** What both ways of restoring have, by CreateDBCluster's own rules. */
const rules = {
  BackupRetentionPeriod: enforced,
  CopyTagsToSnapshot: clusterRules.CopyTagsToSnapshot,
  DBClusterIdentifier: enforced,
  DBClusterInstanceClass: clusterRules.DBClusterInstanceClass,
  DBClusterParameterGroupName: clusterRules.DBClusterParameterGroupName,
  DBSubnetGroupName: clusterRules.DBSubnetGroupName,
  DeletionProtection: clusterRules.DeletionProtection,
  EnableIAMDatabaseAuthentication: clusterRules.EnableIAMDatabaseAuthentication,
  EngineLifecycleSupport: clusterRules.EngineLifecycleSupport,
  EngineMode: clusterRules.EngineMode,
  KmsKeyId: clusterRules.KmsKeyId,
  NetworkType: clusterRules.NetworkType,
  Port: clusterRules.Port,
  PreferredBackupWindow: enforced,
  PubliclyAccessible: states(false),
  StorageType: clusterRules.StorageType,
  Tags: clusterRules.Tags,
  VpcSecurityGroupIds: clusterRules.VpcSecurityGroupIds,
} as const satisfies Readonly<Record<string, MemberRule>>;

type Said = Partial<RestoreDBClusterFromSnapshotCommandInput>;

const wishOf = (input: Said): ClusterRestoreWish => ({
  identifier: input.DBClusterIdentifier ?? "",
  master: {},
  engine: input.Engine,
  engineVersion: input.EngineVersion,
  port: input.Port,
  subnetGroupName: input.DBSubnetGroupName,
  groupIds: input.VpcSecurityGroupIds,
  deletionProtection: input.DeletionProtection,
  instanceClass: input.DBClusterInstanceClass,
  storageType: input.StorageType,
  backupRetentionPeriod: input.BackupRetentionPeriod,
  preferredBackupWindow: input.PreferredBackupWindow,
  copyTagsToSnapshot: input.CopyTagsToSnapshot,
  parameterGroupName: input.DBClusterParameterGroupName,
  tags: fromTags(input.Tags),
});

export const clusterRestoreOperations: readonly Operation[] = [
  operation<RestoreDBClusterFromSnapshotCommandInput, RestoreDBClusterFromSnapshotCommandOutput>(
    "rds",
    "RestoreDBClusterFromSnapshot",
    {
      ...rules,
      AvailabilityZones: clusterRules.AvailabilityZones,
      DatabaseName: recorded("the databases are those of the backup"),
      Engine: enforced,
      EngineVersion: clusterRules.EngineVersion,
      SnapshotIdentifier: enforced,
    },
    async (call, input) => ({
      DBCluster: describeDBCluster(call, await restoreClusterFromSnapshot(call, input.SnapshotIdentifier ?? "", wishOf(input))),
    }),
  ),
  operation<RestoreDBClusterToPointInTimeCommandInput, RestoreDBClusterToPointInTimeCommandOutput>(
    "rds",
    "RestoreDBClusterToPointInTime",
    {
      ...rules,
      RestoreToTime: enforced,
      // A clone of Aurora's shared storage is not modelled; what it has is the same.
      RestoreType: states("full-copy"),
      SourceDBClusterIdentifier: enforced,
      SourceDbClusterResourceId: enforced,
      UseLatestRestorableTime: enforced,
    },
    async (call, input) => {
      const restored = await restoreClusterToPointInTime(
        call,
        {
          cluster: input.SourceDBClusterIdentifier,
          resourceId: input.SourceDbClusterResourceId,
          time: input.RestoreToTime?.getTime(),
          latest: input.UseLatestRestorableTime,
        },
        wishOf(input),
      );
      return { DBCluster: describeDBCluster(call, restored) };
    },
  ),
];
