import { createHash, randomBytes } from "node:crypto";

/** An AWS resource id: the prefix and 17 hexadecimal digits, e.g. `vpc-0123456789abcdef0`. */
export const newId = (prefix: string): string => `${prefix}-0${randomBytes(8).toString("hex")}`;

/** A locally administered unicast MAC, derived from the interface so that it never changes. */
export const macOf = (interfaceId: string): string =>
  `02:${createHash("sha256").update(interfaceId).digest("hex").slice(0, 10).match(/../g)!.join(":")}`;
