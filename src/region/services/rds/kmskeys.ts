import type { Scope } from "../../operations/call.js";
import { ServiceFault } from "../../operations/fault.js";
import { resolveKey } from "../kms/keys.js";
import type { KmsKey } from "../kms/records.js";

/** The key that RDS is to encrypt with: by id, ARN or alias. @throws KMSKeyNotAccessibleFault */
export function accessibleKey(scope: Scope, wanted: string): KmsKey {
  const key = keyOf(scope, wanted);
  if (key.state !== "Enabled") throw notAccessible(wanted, `It is ${key.state}.`);
  return key;
}

function keyOf(scope: Scope, wanted: string): KmsKey {
  try {
    return resolveKey(scope, wanted);
  } catch (error) {
    if (error instanceof ServiceFault) throw notAccessible(wanted, error.message);
    throw error;
  }
}

const notAccessible = (wanted: string, why: string): ServiceFault =>
  new ServiceFault(
    "KMSKeyNotAccessibleFault",
    `The specified KMS key [${wanted}] does not exist, is not enabled or you do not have permissions to access it. (${why})`,
  );
