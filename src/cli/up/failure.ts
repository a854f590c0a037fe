import { UserFault } from "../../faults.js";
import type { TargetName } from "../aws/target-names.js";
import type { Failure } from "./events.js";

export interface FailedDeployment {
  readonly stackName: string;
  readonly target: TargetName;
  /** What the API said. */
  readonly message: string;
  readonly firstFailure: Failure | undefined;
  /** Status of the stack afterwards; undefined when there is none. */
  readonly status: string | undefined;
  readonly cause: unknown;
}

/** What failed first, why, where the stack stands now, and the way on. Pure. */
export function explainFailure(failed: FailedDeployment): UserFault {
  const { stackName, firstFailure, status } = failed;
  const code =
    firstFailure === undefined && (status === undefined || status === "REVIEW_IN_PROGRESS") ? "Refused" : "DeploymentFailed";
  const what =
    firstFailure === undefined ? failed.message.trim() : `${firstFailure.type} is ${firstFailure.status}: ${firstFailure.reason}`;
  const stands = status === undefined || code === "Refused" ? "Nothing was created." : `Stack ${stackName} is now ${status}.`;
  return new UserFault(code, {
    at: firstFailure === undefined ? stackName : `${stackName}/${firstFailure.logicalId}`,
    message: `${what}\n  ${stands}`,
    fix: wayOn(code, stackName, status, failed.target),
    cause: failed.cause,
  });
}

function wayOn(code: string, stackName: string, status: string | undefined, target: TargetName): string {
  const down = `\`sandtable down ${stackName}${target === "aws" ? " --target aws" : ""}\``;
  if (code === "Refused") return "correct the definition and run `sandtable up` again";
  switch (status) {
    case "ROLLBACK_COMPLETE":
      return `correct the definition and run \`sandtable up\` again: it deletes the rolled-back stack and makes it anew; or delete it with ${down}`;
    case "UPDATE_ROLLBACK_COMPLETE":
      return "everything is as it was before; correct the definition and run `sandtable up` again";
    case "ROLLBACK_FAILED":
    case "UPDATE_ROLLBACK_FAILED":
    case "DELETE_FAILED":
      return `some resources could not be put back: \`sandtable status ${stackName}\` shows them; then delete the stack with ${down}`;
    default:
      return `see \`sandtable status ${stackName}\`; delete it with ${down}`;
  }
}
