import { ServiceFault } from "../../operations/fault.js";
import { enforced } from "../../operations/members.js";
import type { Operation } from "../../operations/operation.js";

/**
 * `DryRun`, once for every operation of EC2 that has it: it asks for permission only, changes nothing, and the answer that it would
 * have worked is an error. https://docs.aws.amazon.com/AWSEC2/latest/APIReference/CommonParameters.html
 */
export const rehearsed = (operations: readonly Operation[]): readonly Operation[] =>
  operations.map((operation) =>
    Object.hasOwn(operation.members, "DryRun")
      ? {
          ...operation,
          members: { ...operation.members, DryRun: enforced },
          run: (call, input) => {
            if ((input as { readonly DryRun?: boolean }).DryRun === true)
              throw new ServiceFault("DryRunOperation", "Request would have succeeded, but DryRun flag is set.", 412);
            return operation.run(call, input);
          },
        }
      : operation,
  );
