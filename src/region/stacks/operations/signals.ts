import type { SignalResourceCommandInput, SignalResourceCommandOutput } from "@aws-sdk/client-cloudformation";
import { enforced } from "../../operations/members.js";
import { operation, type Operation } from "../../operations/operation.js";
import { entryOf, moveResource } from "../engine/journal.js";
import { validationError } from "../validation/prepare.js";
import { requiredName, theStack } from "./common.js";
import { expectOneOf } from "./enumerations.js";

export const signalOperations: readonly Operation[] = [
  operation<SignalResourceCommandInput, SignalResourceCommandOutput>(
    "cloudformation",
    "SignalResource",
    { StackName: enforced, LogicalResourceId: enforced, UniqueId: enforced, Status: enforced },
    (call, input) => {
      const stack = theStack(call, input.StackName);
      const logicalId = requiredName(input.LogicalResourceId, "logicalResourceId");
      const uniqueId = requiredName(input.UniqueId, "uniqueId");
      expectOneOf("resourceSignalStatus", "status", requiredName(input.Status, "status"));
      const status = input.Status === "FAILURE" ? "FAILURE" : "SUCCESS";
      const entry = entryOf(call, stack.stackId, logicalId);
      if (entry === undefined) throw validationError(`Resource ${logicalId} does not exist for stack ${stack.stackName}`);
      if (!entry.status.endsWith("_IN_PROGRESS") || entry.awaits === undefined)
        throw validationError(`Resource ${logicalId} is in ${entry.status} state and cannot be signaled`);
      const { signals = {} } = entry;
      if (Object.hasOwn(signals, uniqueId) && status !== "FAILURE")
        throw validationError(
          `Signal with ID ${uniqueId} for resource ${logicalId} already exists. Signals may only be updated with a FAILURE status.`,
        );
      const reason = `Received ${status} signal with UniqueId ${uniqueId}`;
      moveResource(call, stack, { ...entry, signals: { ...signals, [uniqueId]: status } }, { reason });
      return {};
    },
  ),
];
