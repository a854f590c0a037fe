import type {
  CreateDBClusterCommandInput,
  CreateDBClusterCommandOutput,
  DBCluster as ApiDBCluster,
  DeleteDBClusterCommandInput,
  DeleteDBClusterCommandOutput,
  DescribeDBClustersCommandInput,
  DescribeDBClustersCommandOutput,
  FailoverDBClusterCommandInput,
  FailoverDBClusterCommandOutput,
  Filter,
  ModifyDBClusterCommandInput,
  ModifyDBClusterCommandOutput,
  RebootDBClusterCommandInput,
  RebootDBClusterCommandOutput,
  StartDBClusterCommandInput,
  StartDBClusterCommandOutput,
  StopDBClusterCommandInput,
  StopDBClusterCommandOutput,
} from "@aws-sdk/client-rds";
import type { Call } from "../../operations/call.js";
import { ServiceFault } from "../../operations/fault.js";
import { enforced, within } from "../../operations/members.js";
import { operation, type Operation, type Output } from "../../operations/operation.js";
import { clusterRules } from "./clusterrules.js";
import { deleteDBCluster, failoverDBCluster, rebootDBCluster, startDBCluster, stopDBCluster } from "./clusterchanges.js";
import { modifyDBCluster } from "./clustermodifying.js";
import { createDBCluster } from "./clusters.js";
import { theDBCluster } from "./clusterstate.js";
import { describeDBCluster } from "./clusterview.js";
import { pageOf } from "./pages.js";
import { DBClusters, type DBCluster } from "./records.js";
import { fromTags } from "./tags.js";

const answer = (call: Call, cluster: DBCluster): { DBCluster: ApiDBCluster } => ({ DBCluster: describeDBCluster(call, cluster) });

const create = async (call: Call, input: CreateDBClusterCommandInput): Promise<{ DBCluster: ApiDBCluster }> =>
  answer(
    call,
    await createDBCluster(call, {
      identifier: input.DBClusterIdentifier ?? "",
      engine: input.Engine ?? "",
      engineVersion: input.EngineVersion,
      masterUsername: input.MasterUsername,
      master: {
        masterPassword: input.MasterUserPassword,
        managed: input.ManageMasterUserPassword,
        secretKmsKeyId: input.MasterUserSecretKmsKeyId,
      },
      databaseName: input.DatabaseName,
      port: input.Port,
      subnetGroupName: input.DBSubnetGroupName,
      groupIds: input.VpcSecurityGroupIds,
      deletionProtection: input.DeletionProtection,
      instanceClass: input.DBClusterInstanceClass,
      allocatedStorage: input.AllocatedStorage,
      storageType: input.StorageType,
      iops: input.Iops,
      backupRetentionPeriod: input.BackupRetentionPeriod,
      preferredBackupWindow: input.PreferredBackupWindow,
      preferredMaintenanceWindow: input.PreferredMaintenanceWindow,
      copyTagsToSnapshot: input.CopyTagsToSnapshot,
      parameterGroupName: input.DBClusterParameterGroupName,
      storageEncrypted: input.StorageEncrypted,
      kmsKeyId: input.KmsKeyId,
      autoMinorVersionUpgrade: input.AutoMinorVersionUpgrade,
      engineLifecycleSupport: input.EngineLifecycleSupport,
      tags: fromTags(input.Tags),
    }),
  );

async function describe(call: Call, input: DescribeDBClustersCommandInput): Promise<Output<DescribeDBClustersCommandOutput>> {
  const { DBClusterIdentifier: wanted } = input;
  if (wanted !== undefined && wanted !== "") {
    const { identifier } = theDBCluster(call, /:cluster:(.+)$/.exec(wanted)?.[1] ?? wanted);
    await call.holdWhile(() => !["available", "stopped", undefined].includes(call.records.get(DBClusters, identifier)?.status));
    return { DBClusters: [describeDBCluster(call, theDBCluster(call, identifier))] };
  }
  const kept = call.records
    .list(DBClusters)
    .filter((cluster) => (input.Filters ?? []).every((filter) => matches(cluster, filter)));
  const page = pageOf(kept, ({ identifier }) => identifier, input);
  return { DBClusters: page.items.map((cluster) => describeDBCluster(call, cluster)), Marker: page.NextToken };
}

const filterable: Readonly<Record<string, (cluster: DBCluster) => string>> = {
  "db-cluster-id": ({ identifier }) => identifier,
  "db-cluster-resource-id": ({ resourceId }) => resourceId,
  engine: ({ engine }) => engine,
};

function matches(cluster: DBCluster, { Name, Values }: Filter): boolean {
  const read = Name !== undefined && Object.hasOwn(filterable, Name) ? filterable[Name] : undefined;
  if (read === undefined) throw new ServiceFault("InvalidParameterValue", `Unrecognized filter name: ${Name}`);
  return (Values ?? []).includes(read(cluster));
}

const named = { DBClusterIdentifier: enforced };

export const clusterOperations: readonly Operation[] = [
  operation<CreateDBClusterCommandInput, CreateDBClusterCommandOutput>(
    "rds",
    "CreateDBCluster",
    { ...clusterRules, MasterUserSecretKmsKeyId: enforced },
    create,
  ),
  operation<DescribeDBClustersCommandInput, DescribeDBClustersCommandOutput>(
    "rds",
    "DescribeDBClusters",
    { ...named, Filters: within<Filter>({ Name: enforced, Values: enforced }), MaxRecords: enforced, Marker: enforced },
    describe,
  ),
  operation<ModifyDBClusterCommandInput, ModifyDBClusterCommandOutput>(
    "rds",
    "ModifyDBCluster",
    {
      ...named,
      MasterUserPassword: enforced,
      ManageMasterUserPassword: enforced,
      MasterUserSecretKmsKeyId: enforced,
      RotateMasterUserPassword: enforced,
      DeletionProtection: enforced,
      BackupRetentionPeriod: enforced,
      PreferredBackupWindow: enforced,
      PreferredMaintenanceWindow: clusterRules.PreferredMaintenanceWindow,
      CopyTagsToSnapshot: enforced,
      DBClusterParameterGroupName: enforced,
      VpcSecurityGroupIds: enforced,
      DBClusterInstanceClass: enforced,
      AllocatedStorage: enforced,
      StorageType: clusterRules.StorageType,
      Iops: clusterRules.Iops,
      AutoMinorVersionUpgrade: clusterRules.AutoMinorVersionUpgrade,
      ApplyImmediately: enforced,
    },
    async (call, input) =>
      answer(
        call,
        await modifyDBCluster(call, input.DBClusterIdentifier ?? "", {
          master: {
            masterPassword: input.MasterUserPassword,
            managed: input.ManageMasterUserPassword,
            secretKmsKeyId: input.MasterUserSecretKmsKeyId,
            rotate: input.RotateMasterUserPassword,
          },
          deletionProtection: input.DeletionProtection,
          backupRetentionPeriod: input.BackupRetentionPeriod,
          preferredBackupWindow: input.PreferredBackupWindow,
          preferredMaintenanceWindow: input.PreferredMaintenanceWindow,
          copyTagsToSnapshot: input.CopyTagsToSnapshot,
          parameterGroupName: input.DBClusterParameterGroupName,
          groupIds: input.VpcSecurityGroupIds,
          instanceClass: input.DBClusterInstanceClass,
          allocatedStorage: input.AllocatedStorage,
          storageType: input.StorageType,
          iops: input.Iops,
          autoMinorVersionUpgrade: input.AutoMinorVersionUpgrade,
          immediately: input.ApplyImmediately ?? false,
        }),
      ),
  ),
  operation<DeleteDBClusterCommandInput, DeleteDBClusterCommandOutput>(
    "rds",
    "DeleteDBCluster",
    { ...named, SkipFinalSnapshot: enforced, FinalDBSnapshotIdentifier: enforced, DeleteAutomatedBackups: enforced },
    (call, input) =>
      answer(
        call,
        deleteDBCluster(call, input.DBClusterIdentifier ?? "", {
          skipFinalSnapshot: input.SkipFinalSnapshot ?? false,
          finalSnapshot: input.FinalDBSnapshotIdentifier,
          retainBackups: input.DeleteAutomatedBackups === false,
        }),
      ),
  ),
  operation<FailoverDBClusterCommandInput, FailoverDBClusterCommandOutput>(
    "rds",
    "FailoverDBCluster",
    { ...named, TargetDBInstanceIdentifier: enforced },
    (call, input) => answer(call, failoverDBCluster(call, input.DBClusterIdentifier ?? "", input.TargetDBInstanceIdentifier)),
  ),
  operation<StopDBClusterCommandInput, StopDBClusterCommandOutput>("rds", "StopDBCluster", named, (call, input) =>
    answer(call, stopDBCluster(call, input.DBClusterIdentifier ?? "")),
  ),
  operation<StartDBClusterCommandInput, StartDBClusterCommandOutput>("rds", "StartDBCluster", named, (call, input) =>
    answer(call, startDBCluster(call, input.DBClusterIdentifier ?? "")),
  ),
  operation<RebootDBClusterCommandInput, RebootDBClusterCommandOutput>("rds", "RebootDBCluster", named, (call, input) =>
    answer(call, rebootDBCluster(call, input.DBClusterIdentifier ?? "")),
  ),
];
