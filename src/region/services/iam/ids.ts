import { randomBytes } from "node:crypto";

const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/**
 * IAM's unique ids: a prefix and 17 letters, e.g. `AROA…` a role, `AIPA…` an instance profile, `ASIA…` a temporary access key.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids
 */
export const uniqueId = (prefix: "AROA" | "AIPA" | "ASIA" | "AKIA" | "AIDA"): string =>
  prefix + [...randomBytes(16)].map((byte) => letters[byte % letters.length]).join("");
