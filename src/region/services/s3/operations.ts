import type { Operation } from "../../operations/operation.js";
import { bucketOperations } from "./bucketoperations.js";
import { configurationOperations } from "./configurations.js";
import { copyOperations } from "./copying.js";
import { listOperations } from "./lists.js";
import { objectOperations } from "./objects.js";
import { readingOperations } from "./reading.js";
import { uploadListOperations } from "./uploadlists.js";
import { uploadOperations } from "./uploads.js";

/** What is not here (ACLs, websites, replication, object lock, …) is refused by its name. */
export const s3Operations: readonly Operation[] = [
  ...bucketOperations,
  ...configurationOperations,
  ...listOperations,
  ...objectOperations,
  ...readingOperations,
  ...copyOperations,
  ...uploadOperations,
  ...uploadListOperations,
];
