import { validationError } from "../validation/prepare.js";

/** Values that a member may have (API reference of CloudFormation, in its order of words: the alphabet's). */
const enumerations = {
  capability: ["CAPABILITY_AUTO_EXPAND", "CAPABILITY_IAM", "CAPABILITY_NAMED_IAM"],
  changeSetType: ["CREATE", "IMPORT", "UPDATE"],
  onFailure: ["DELETE", "DO_NOTHING", "ROLLBACK"],
  resourceSignalStatus: ["FAILURE", "SUCCESS"],
  stackStatus: [
    "CREATE_COMPLETE",
    "CREATE_FAILED",
    "CREATE_IN_PROGRESS",
    "DELETE_COMPLETE",
    "DELETE_FAILED",
    "DELETE_IN_PROGRESS",
    "IMPORT_COMPLETE",
    "IMPORT_IN_PROGRESS",
    "IMPORT_ROLLBACK_COMPLETE",
    "IMPORT_ROLLBACK_FAILED",
    "IMPORT_ROLLBACK_IN_PROGRESS",
    "REVIEW_IN_PROGRESS",
    "ROLLBACK_COMPLETE",
    "ROLLBACK_FAILED",
    "ROLLBACK_IN_PROGRESS",
    "UPDATE_COMPLETE",
    "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS",
    "UPDATE_FAILED",
    "UPDATE_IN_PROGRESS",
    "UPDATE_ROLLBACK_COMPLETE",
    "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS",
    "UPDATE_ROLLBACK_FAILED",
    "UPDATE_ROLLBACK_IN_PROGRESS",
  ],
  templateStage: ["Original", "Processed"],
} as const;

/**
 * Throws AWS's `ValidationError` where a member (`"onFailure"`), or one of a list, is none of its values: `delete` is not `DELETE`, and must
 * not count as something else.
 */
export function expectOneOf(
  enumeration: keyof typeof enumerations,
  member: string,
  sent: string | readonly string[] | undefined,
): void {
  const values: readonly string[] = enumerations[enumeration];
  const given = typeof sent === "string" ? [sent] : (sent ?? []);
  if (given.every((value) => values.includes(value))) return;
  const [said, constraint] =
    typeof sent === "string" ? [sent, "Member must"] : [`[${given.join(", ")}]`, "Member must satisfy constraint: [Member must"];
  const end = typeof sent === "string" ? "" : "]";
  throw validationError(
    `1 validation error detected: Value '${said}' at '${member}' failed to satisfy constraint: ${constraint} satisfy enum value set: [${values.join(", ")}]${end}`,
  );
}
