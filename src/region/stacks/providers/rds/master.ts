import type { MasterPasswordWish } from "../../../services/rds/masterpassword.js";
import { optionalFlag, optionalText, structure } from "../properties.js";
import type { Properties } from "../../provider.js";

/** How a template says that the master user's password is to be had. */
export const masterSaid = (given: Properties): MasterPasswordWish => ({
  masterPassword: optionalText(given, "MasterUserPassword"),
  ...managing(given),
});

const managing = (given: Properties): MasterPasswordWish => ({
  managed: optionalFlag(given, "ManageMasterUserPassword"),
  secretKmsKeyId: optionalText(structure(given, "MasterUserSecret") ?? {}, "KmsKeyId"),
});

/** The password where it is another than before, and who has charge of it where that changed: a secret keeps the key it was made with. */
export function masterChange(from: Properties, to: Properties): MasterPasswordWish {
  const [before, after] = [managing(from), managing(to)];
  const password = optionalText(to, "MasterUserPassword");
  const changesHands = (before.managed ?? false) !== (after.managed ?? false);
  return {
    ...(password === optionalText(from, "MasterUserPassword") && !changesHands ? {} : { masterPassword: password }),
    ...(changesHands ? { managed: after.managed ?? false } : {}),
    ...(changesHands || before.secretKmsKeyId !== after.secretKmsKeyId ? { secretKmsKeyId: after.secretKmsKeyId } : {}),
  };
}
