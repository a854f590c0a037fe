import type { DBSnapshot as ApiDBSnapshot } from "@aws-sdk/client-rds";
import type { Scope } from "../../../operations/call.js";
import { theEngine } from "../engines.js";
import { toTags } from "../tags.js";
import { snapshotArn } from "./names.js";
import type { DBSnapshot } from "./records.js";

/** A snapshot as DescribeDBSnapshots tells it. */
export function describeDBSnapshot(scope: Scope, snapshot: DBSnapshot): ApiDBSnapshot {
  const { source, made, status, copyOf } = snapshot;
  const { settings } = source;
  const isThere = status === "available";
  return {
    DBSnapshotIdentifier: snapshot.identifier,
    DBSnapshotArn: snapshotArn(scope, snapshot.identifier),
    DBInstanceIdentifier: source.identifier,
    DbiResourceId: source.resourceId,
    SnapshotType: snapshot.type,
    Status: status,
    PercentProgress: isThere ? 100 : 0,
    SnapshotCreateTime: isThere
      ? new Date(copyOf === undefined ? (made?.to ?? snapshot.requestedAt) : snapshot.requestedAt)
      : undefined,
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
