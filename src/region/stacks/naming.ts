import { randomBytes, randomUUID } from "node:crypto";
import type { Naming } from "./provider.js";
import type { Stack } from "./records.js";

export const newStackId = (regionName: string, accountId: string, stackName: string): string =>
  `arn:aws:cloudformation:${regionName}:${accountId}:stack/${stackName}/${randomUUID()}`;

export const newChangeSetId = (regionName: string, accountId: string, changeSetName: string): string =>
  `arn:aws:cloudformation:${regionName}:${accountId}:changeSet/${changeSetName}/${randomUUID()}`;

/** The names and tags of one resource. The stack must have been deployed. */
export function namingOf(stack: Stack, logicalId: string): Naming {
  const { stackName, stackId } = stack;
  return {
    logicalId,
    stackName,
    stackId,
    physicalName: (maximum) => physicalName(stackName, logicalId, maximum, randomSuffix()),
    tags: {
      ...Object.fromEntries((stack.deployment?.tags ?? []).map(({ Key, Value }) => [Key ?? "", Value ?? ""])),
      "aws:cloudformation:stack-name": stackName,
      "aws:cloudformation:stack-id": stackId,
      "aws:cloudformation:logical-id": logicalId,
    },
  };
}

/** `STACK-LOGICAL-SUFFIX`; what is too long loses its end, first the stack's name and the logical id in equal parts. */
export function physicalName(stackName: string, logicalId: string, maximum: number, suffix: string): string {
  const room = Math.max(maximum - suffix.length - 2, 2);
  const half = Math.floor(room / 2);
  const stackPart = stackName.slice(0, Math.max(half, room - logicalId.length));
  const logicalPart = logicalId.slice(0, room - stackPart.length);
  return `${stackPart}-${logicalPart}-${suffix}`.slice(0, maximum);
}

const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

/** Twelve letters and digits, as AWS makes them up. */
const randomSuffix = (): string => [...randomBytes(12)].map((byte) => letters[byte % letters.length]).join("");
