import type { DBInstance as ApiDBInstance } from "@aws-sdk/client-rds";
import type { Scope } from "../../operations/call.js";
import { restoreWindowOf } from "./backups/automated.js";
import { defaultOptionGroup, theEngine } from "./engines.js";
import { endpointName, instanceArn } from "./names.js";
import { defaultParameterGroup } from "./parametermembership.js";
import { DBClusters, DBSubnetGroups, type DBInstance } from "./records.js";
import { describeDBSubnetGroup } from "./subnetgroups.js";
import { replicasOf } from "./replication.js";
import { toTags } from "./tags.js";

/** A DB instance as DescribeDBInstances tells it. */
export function describeDBInstance(scope: Scope, db: DBInstance): ApiDBInstance {
  const group = scope.records.get(DBSubnetGroups, db.subnetGroupName);
  const { settings } = db;
  const cluster = db.clusterId === undefined ? undefined : scope.records.get(DBClusters, db.clusterId);
  const engine = theEngine(db.engine);
  const latest = restoreWindowOf(scope, db.resourceId)?.latest;
  return {
    DBInstanceIdentifier: db.identifier,
    DBInstanceArn: instanceArn(scope, db),
    DbiResourceId: db.resourceId,
    DBInstanceClass: db.instanceClass,
    DBInstanceStatus: db.status,
    DBClusterIdentifier: db.clusterId,
    PromotionTier: db.clusterId === undefined ? undefined : 1,
    Engine: db.engine,
    EngineVersion: db.engineVersion,
    EngineLifecycleSupport: settings.engineLifecycleSupport,
    MasterUsername: db.masterUsername,
    MasterUserSecret:
      db.masterSecret === undefined
        ? undefined
        : {
            SecretArn: db.masterSecret.secretArn,
            KmsKeyId: db.masterSecret.kmsKeyArn,
            SecretStatus: !db.born ? "creating" : db.masterPassword === undefined ? "active" : "rotating",
          },
    DBName: db.databaseName,
    // As on AWS there is none until it has been available.
    Endpoint: db.born ? { Address: endpointName(scope, db.identifier), Port: db.port } : undefined,
    DbInstancePort: 0,
    InstanceCreateTime: db.born ? new Date(db.createdAt) : undefined,
    AvailabilityZone: db.server.zone,
    // One that is being made could not take over.
    SecondaryAvailabilityZone: db.standby?.state === "synchronous" ? db.standby.zone : undefined,
    MultiAZ: db.multiAz,
    PubliclyAccessible: db.publiclyAccessible,
    DBSubnetGroup: group === undefined ? undefined : describeDBSubnetGroup(scope, group),
    VpcSecurityGroups: db.groupIds.map((id) => ({ VpcSecurityGroupId: id, Status: "active" })),
    DBSecurityGroups: [],
    DBParameterGroups: [
      {
        DBParameterGroupName: db.parameterGroup?.name ?? defaultParameterGroup(engine, db.engineVersion),
        ParameterApplyStatus: db.parameterGroup?.status ?? "in-sync",
      },
    ],
    OptionGroupMemberships: [{ OptionGroupName: defaultOptionGroup(engine, db.engineVersion), Status: "in-sync" }],
    PendingModifiedValues: {
      DBInstanceClass: db.pending?.instanceClass,
      MultiAZ: db.pending?.multiAz,
      AllocatedStorage: db.pending?.allocatedStorage,
      MasterUserPassword: db.masterPassword === undefined || !db.born ? undefined : "****",
    },
    LicenseModel: engine.license,
    NetworkType: "IPV4",
    IAMDatabaseAuthenticationEnabled: false,
    DeletionProtection: db.deletionProtection,
    AllocatedStorage: settings.allocatedStorage,
    MaxAllocatedStorage: settings.maxAllocatedStorage,
    StorageType: settings.storageType,
    Iops: settings.iops,
    StorageThroughput: settings.storageThroughput,
    StorageEncrypted: settings.storageEncrypted,
    KmsKeyId: settings.kmsKeyId,
    // Backups of a member are its cluster's.
    BackupRetentionPeriod: cluster?.backupRetentionPeriod ?? settings.backupRetentionPeriod,
    LatestRestorableTime: latest === undefined ? undefined : new Date(latest),
    BackupTarget: "region",
    PreferredBackupWindow: cluster?.preferredBackupWindow ?? settings.preferredBackupWindow,
    PreferredMaintenanceWindow: settings.preferredMaintenanceWindow,
    CopyTagsToSnapshot: settings.copyTagsToSnapshot,
    AutoMinorVersionUpgrade: settings.autoMinorVersionUpgrade,
    MonitoringInterval: settings.monitoringInterval,
    MonitoringRoleArn: settings.monitoringRoleArn,
    PerformanceInsightsEnabled: settings.performanceInsights,
    PerformanceInsightsRetentionPeriod: settings.performanceInsightsRetention,
    EnabledCloudwatchLogsExports: settings.logExports.length === 0 ? undefined : [...settings.logExports],
    CACertificateIdentifier: settings.caCertificateIdentifier,
    CertificateDetails: { CAIdentifier: settings.caCertificateIdentifier },
    ReadReplicaDBInstanceIdentifiers: replicasOf(scope, db.identifier).map(({ identifier }) => identifier),
    ReadReplicaSourceDBInstanceIdentifier: db.origin.kind === "replica" ? db.origin.of : undefined,
    StatusInfos: statusInfos(db),
    AssociatedRoles: [],
    DomainMemberships: [],
    TagList: toTags(db.tags),
  };
}

/** What is wrong with it, or how its copying goes. */
function statusInfos(db: DBInstance): ApiDBInstance["StatusInfos"] {
  if (db.statusReason !== undefined)
    return [{ StatusType: "instance", Normal: false, Status: db.status, Message: db.statusReason }];
  return db.origin.kind === "replica" && db.status === "available"
    ? [{ StatusType: "read replication", Normal: true, Status: "replicating" }]
    : undefined;
}
