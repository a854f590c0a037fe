import type { Operation } from "../../operations/operation.js";
import { listOperations } from "./lists.js";
import { policyOperations } from "./policies.js";
import { secretOperations } from "./secretoperations.js";
import { tagOperations } from "./tags.js";
import { valueOperations } from "./valueoperations.js";

export const secretsmanagerOperations: readonly Operation[] = [
  ...secretOperations,
  ...valueOperations,
  ...listOperations,
  ...policyOperations,
  ...tagOperations,
];
