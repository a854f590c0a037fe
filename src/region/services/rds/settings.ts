import type {
  CreateDBInstanceCommandInput,
  CreateDBInstanceReadReplicaCommandInput,
  ModifyDBInstanceCommandInput,
} from "@aws-sdk/client-rds";
import type { DBInstanceSettings } from "./records.js";

/** What the operations that make or change a DB instance say in the same words. */
export const settingsOf = (
  input: CreateDBInstanceCommandInput | ModifyDBInstanceCommandInput | CreateDBInstanceReadReplicaCommandInput,
): Partial<DBInstanceSettings> => ({
  allocatedStorage: input.AllocatedStorage,
  storageType: input.StorageType,
  iops: input.Iops,
  storageThroughput: input.StorageThroughput,
  maxAllocatedStorage: input.MaxAllocatedStorage,
  copyTagsToSnapshot: input.CopyTagsToSnapshot,
  autoMinorVersionUpgrade: input.AutoMinorVersionUpgrade,
  monitoringInterval: input.MonitoringInterval,
  monitoringRoleArn: input.MonitoringRoleArn,
  performanceInsights: input.EnablePerformanceInsights,
  performanceInsightsRetention: input.PerformanceInsightsRetentionPeriod,
  caCertificateIdentifier: input.CACertificateIdentifier,
  ...("StorageEncrypted" in input ? { storageEncrypted: input.StorageEncrypted } : {}),
  ...("KmsKeyId" in input ? { kmsKeyId: input.KmsKeyId } : {}),
  ...("EnableCloudwatchLogsExports" in input ? { logExports: input.EnableCloudwatchLogsExports } : {}),
  ...("EngineLifecycleSupport" in input ? { engineLifecycleSupport: input.EngineLifecycleSupport } : {}),
  // A read replica has none of its own to say.
  ...("BackupRetentionPeriod" in input ? { backupRetentionPeriod: input.BackupRetentionPeriod } : {}),
  ...("PreferredBackupWindow" in input ? { preferredBackupWindow: input.PreferredBackupWindow } : {}),
  ...("PreferredMaintenanceWindow" in input ? { preferredMaintenanceWindow: input.PreferredMaintenanceWindow } : {}),
});
