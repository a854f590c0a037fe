import type { DBInstanceSettings } from "./records.js";

/** What is not said of a DB instance. */
export const defaultSettings: DBInstanceSettings = {
  allocatedStorage: 20,
  storageType: "gp3",
  storageEncrypted: false,
  backupRetentionPeriod: 1,
  preferredBackupWindow: "03:00-03:30",
  preferredMaintenanceWindow: "sun:04:00-sun:04:30",
  copyTagsToSnapshot: false,
  autoMinorVersionUpgrade: true,
  monitoringInterval: 0,
  performanceInsights: false,
  logExports: [],
  caCertificateIdentifier: "rds-ca-rsa2048-g1",
  engineLifecycleSupport: "open-source-rds-extended-support",
};
