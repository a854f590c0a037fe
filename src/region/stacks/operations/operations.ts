import type { Operation } from "../../operations/operation.js";
import { cloudFormation, type CloudFormation } from "../stacks.js";
import { changeSetOperations } from "./changesets.js";
import { describeOperations } from "./describe.js";
import { exportOperations } from "./exports.js";
import { rollbackOperations } from "./rollbacks.js";
import { signalOperations } from "./signals.js";
import { stackOperations } from "./stacks.js";
import { templateOperations } from "./templates.js";

/** The operations of CloudFormation for one engine. */
export const operationsOf = (formation: CloudFormation): readonly Operation[] => [
  ...stackOperations(formation),
  ...changeSetOperations(formation),
  ...rollbackOperations(formation),
  ...describeOperations,
  ...exportOperations,
  ...signalOperations,
  ...templateOperations(formation),
];

export const cloudformationOperations: readonly Operation[] = operationsOf(cloudFormation);
