import type { DBClusterSnapshot as ApiDBClusterSnapshot, DBSnapshot as ApiDBSnapshot } from "@aws-sdk/client-rds";
import type { Scope } from "../../../operations/call.js";
import { theEngine } from "../engines.js";
import { toTags } from "../tags.js";
import { clusterBackups, instanceBackups } from "./kinds.js";
import { snapshotArn } from "./names.js";
import type { Snapshot } from "./records.js";

/** A snapshot as DescribeDBSnapshots tells it. */
export function describeDBSnapshot(scope: Scope, snapshot: Snapshot): ApiDBSnapshot {
  const { source, made, status, copyOf } = snapshot;
  const { settings } = source;
  const isThere = status === "available";
  return {
    DBSnapshotIdentifier: snapshot.identifier,
    DBSnapshotArn: snapshotArn(scope, instanceBackups, snapshot.identifier),
    DBInstanceIdentifier: source.identifier,
    DbiResourceId: source.resourceId,
    SnapshotType: snapshot.type,
    Status: status,
    PercentProgress: isThere ? 100 : 0,
    SnapshotCreateTime: createdAt(snapshot),
    OriginalSnapshotCreateTime: isThere && made !== undefined ? new Date(made.to) : undefined,
    SnapshotTarget: "region",
    SourceDBSnapshotIdentifier: copyOf?.arn,
    Engine: source.engine,
    EngineVersion: source.engineVersion,
    LicenseModel: theEngine(source.engine).license,
    MasterUsername: source.masterUsername,
    Port: source.port,
    AvailabilityZone: source.zone,
    VpcId: source.vpcId,
    InstanceCreateTime: new Date(source.createdAt),
    AllocatedStorage: settings.allocatedStorage,
    StorageType: settings.storageType,
    Iops: settings.iops,
    StorageThroughput: settings.storageThroughput,
    Encrypted: settings.storageEncrypted,
    KmsKeyId: settings.kmsKeyId,
    BackupRetentionPeriod: settings.backupRetentionPeriod,
    PreferredBackupWindow: settings.preferredBackupWindow,
    FullSnapshotSizeInBytes: isThere ? made?.bytes : undefined,
    IAMDatabaseAuthenticationEnabled: false,
    ProcessorFeatures: [],
    TagList: toTags(snapshot.tags),
  };
}

/** Of a copy, when the copy was asked for. */
const createdAt = ({ status, copyOf, made, requestedAt }: Snapshot): Date | undefined =>
  status === "available" ? new Date(copyOf === undefined ? (made?.to ?? requestedAt) : requestedAt) : undefined;

/** A snapshot as DescribeDBClusterSnapshots tells it. */
export function describeDBClusterSnapshot(scope: Scope, snapshot: Snapshot): ApiDBClusterSnapshot {
  const { source, status, copyOf } = snapshot;
  const { settings } = source;
  const isThere = status === "available";
  return {
    DBClusterSnapshotIdentifier: snapshot.identifier,
    DBClusterSnapshotArn: snapshotArn(scope, clusterBackups, snapshot.identifier),
    DBClusterIdentifier: source.identifier,
    DbClusterResourceId: source.resourceId,
    SnapshotType: snapshot.type,
    Status: status,
    PercentProgress: isThere ? 100 : 0,
    SnapshotCreateTime: createdAt(snapshot),
    SourceDBClusterSnapshotArn: copyOf?.arn,
    Engine: source.engine,
    EngineMode: "provisioned",
    EngineVersion: source.engineVersion,
    LicenseModel: theEngine(source.engine).license,
    MasterUsername: source.masterUsername,
    Port: source.port,
    VpcId: source.vpcId,
    ClusterCreateTime: new Date(source.createdAt),
    // Aurora, whose members alone have a class, tells 1 for storage that grows by itself.
    AllocatedStorage: source.instanceClass === undefined ? 1 : settings.allocatedStorage,
    StorageType: settings.storageType,
    StorageEncrypted: settings.storageEncrypted,
    BackupRetentionPeriod: settings.backupRetentionPeriod,
    PreferredBackupWindow: settings.preferredBackupWindow,
    IAMDatabaseAuthenticationEnabled: false,
    TagList: toTags(snapshot.tags),
  };
}
