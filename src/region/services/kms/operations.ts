import type { Operation } from "../../operations/operation.js";
import { aliasOperations } from "./aliases.js";
import { cryptoOperations } from "./cryptooperations.js";
import { keyOperations } from "./keyoperations.js";
import { policyOperations } from "./policies.js";
import { rotationOperations } from "./rotation.js";
import { tagOperations } from "./tags.js";

export const kmsOperations: readonly Operation[] = [
  ...keyOperations,
  ...aliasOperations,
  ...cryptoOperations,
  ...policyOperations,
  ...rotationOperations,
  ...tagOperations,
];
