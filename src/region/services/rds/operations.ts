import type { Operation } from "../../operations/operation.js";
import { clusterOperations } from "./clusteroperations.js";
import { automatedBackupOperations } from "./backups/automatedoperations.js";
import { restoreOperations } from "./backups/restoreoperations.js";
import { snapshotOperations } from "./backups/snapshotoperations.js";
import { instanceOperations } from "./instanceoperations.js";
import { subnetGroupOperations } from "./subnetgroups.js";
import { replicaOperations } from "./replicaoperations.js";
import { tagOperations } from "./tags.js";

/** RDS: https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/ */
export const rdsOperations: readonly Operation[] = [
  ...subnetGroupOperations,
  ...instanceOperations,
  ...replicaOperations,
  ...clusterOperations,
  ...snapshotOperations,
  ...automatedBackupOperations,
  ...restoreOperations,
  ...tagOperations,
];
