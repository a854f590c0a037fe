import { randomBytes } from "node:crypto";

const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/**
 * IAM's unique ids: a prefix and 17 letters, e.g. `AROA…` a role, `AIPA…` an instance profile; those of access keys (`AKIA…`, `ASIA…` a temporary
 * one) have 16. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids
 */
export const uniqueId = (prefix: "AROA" | "AIPA" | "ASIA" | "AKIA" | "AIDA"): string =>
  prefix +
  [...randomBytes(prefix === "AKIA" || prefix === "ASIA" ? 16 : 17)].map((byte) => letters[byte % letters.length]).join("");
