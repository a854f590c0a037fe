import type { Operation } from "../../operations/operation.js";
import { clusterOperations } from "./clusteroperations.js";
import { clusterAutomatedBackupOperations } from "./backups/clusterautomatedoperations.js";
import { clusterRestoreOperations } from "./backups/clusterrestoreoperations.js";
import { clusterSnapshotOperations } from "./backups/clustersnapshotoperations.js";
import { automatedBackupOperations } from "./backups/automatedoperations.js";
import { restoreOperations } from "./backups/restoreoperations.js";
import { snapshotOperations } from "./backups/snapshotoperations.js";
import { eventOperations } from "./eventoperations.js";
import { instanceOperations } from "./instanceoperations.js";
import { logOperations } from "./logoperations.js";
import { parameterGroupOperations } from "./parametergroupoperations.js";
import { subnetGroupOperations } from "./subnetgroups.js";
import { replicaOperations } from "./replicaoperations.js";
import { tagOperations } from "./tags.js";

/** RDS: https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/ */
export const rdsOperations: readonly Operation[] = [
  ...subnetGroupOperations,
  ...parameterGroupOperations,
  ...instanceOperations,
  ...replicaOperations,
  ...clusterOperations,
  ...snapshotOperations,
  ...automatedBackupOperations,
  ...restoreOperations,
  ...clusterSnapshotOperations,
  ...clusterAutomatedBackupOperations,
  ...clusterRestoreOperations,
  ...eventOperations,
  ...logOperations,
  ...tagOperations,
];
