import type { DBCluster as ApiDBCluster } from "@aws-sdk/client-rds";
import type { Scope } from "../../operations/call.js";
import { restoreWindowOf } from "./backups/automated.js";
import { membersOf } from "./clustermembers.js";
import { theEngine } from "./engines.js";
import { clusterArn, clusterEndpointName } from "./names.js";
import { defaultParameterGroup } from "./parametermembership.js";
import { DBSubnetGroups, type DBCluster } from "./records.js";
import { sitesOf } from "./servers.js";
import { toTags } from "./tags.js";

/** A DB cluster as DescribeDBClusters tells it. */
export function describeDBCluster(scope: Scope, cluster: DBCluster): ApiDBCluster {
  const group = scope.records.get(DBSubnetGroups, cluster.subnetGroupName);
  const range = restoreWindowOf(scope, cluster.resourceId);
  return {
    DBClusterIdentifier: cluster.identifier,
    DBClusterArn: clusterArn(scope, cluster.identifier),
    DbClusterResourceId: cluster.resourceId,
    Status: cluster.status,
    Engine: cluster.engine,
    EngineVersion: cluster.engineVersion,
    EngineMode: "provisioned",
    MasterUsername: cluster.masterUsername,
    MasterUserSecret:
      cluster.masterSecret === undefined
        ? undefined
        : {
            SecretArn: cluster.masterSecret.secretArn,
            KmsKeyId: cluster.masterSecret.kmsKeyArn,
            SecretStatus:
              cluster.masterPassword === undefined ? "active" : cluster.writer === undefined ? "creating" : "rotating",
          },
    DatabaseName: cluster.databaseName,
    Endpoint: clusterEndpointName(scope, cluster.identifier),
    ReaderEndpoint: clusterEndpointName(scope, cluster.identifier, "cluster-ro"),
    Port: cluster.port,
    MultiAZ: new Set(membersOf(scope, cluster.identifier).map(({ server }) => server.zone)).size > 1,
    DBSubnetGroup: cluster.subnetGroupName,
    AvailabilityZones: group === undefined ? [] : sitesOf(scope, group).map(({ zone }) => zone),
    VpcSecurityGroups: cluster.groupIds.map((id) => ({ VpcSecurityGroupId: id, Status: "active" })),
    DBClusterMembers: membersOf(scope, cluster.identifier).map(({ identifier, clusterParameterGroup }) => ({
      DBInstanceIdentifier: identifier,
      IsClusterWriter: identifier === cluster.writer,
      DBClusterParameterGroupStatus: clusterParameterGroup?.status ?? "in-sync",
      PromotionTier: 1,
    })),
    DBClusterParameterGroup:
      cluster.parameterGroupName ?? defaultParameterGroup(theEngine(cluster.engine), cluster.engineVersion),
    DBClusterInstanceClass: cluster.instanceClass,
    // Aurora tells 1 for storage that grows by itself.
    AllocatedStorage: cluster.kind === "aurora" ? 1 : cluster.allocatedStorage,
    StorageType: cluster.kind === "aurora" ? undefined : cluster.storageType,
    Iops: cluster.iops,
    StorageEncrypted: cluster.storageEncrypted,
    KmsKeyId: cluster.kmsKeyId,
    AutoMinorVersionUpgrade: cluster.autoMinorVersionUpgrade ?? true,
    EngineLifecycleSupport: cluster.engineLifecycleSupport ?? "open-source-rds-extended-support",
    PendingModifiedValues:
      cluster.pending?.allocatedStorage === undefined ? undefined : { AllocatedStorage: cluster.pending.allocatedStorage },
    BackupRetentionPeriod: cluster.backupRetentionPeriod,
    EarliestRestorableTime: range === undefined ? undefined : new Date(range.earliest),
    LatestRestorableTime: range === undefined ? undefined : new Date(range.latest),
    CopyTagsToSnapshot: cluster.copyTagsToSnapshot ?? false,
    PreferredBackupWindow: cluster.preferredBackupWindow,
    PreferredMaintenanceWindow: cluster.preferredMaintenanceWindow,
    DeletionProtection: cluster.deletionProtection,
    ClusterCreateTime: new Date(cluster.createdAt),
    NetworkType: "IPV4",
    IAMDatabaseAuthenticationEnabled: false,
    ReadReplicaIdentifiers: [],
    AssociatedRoles: [],
    TagList: toTags(cluster.tags),
  };
}
