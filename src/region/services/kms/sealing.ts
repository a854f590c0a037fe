import type { Scope } from "../../operations/call.js";
import { ServiceFault } from "../../operations/fault.js";
import { decrypt, encrypt, keyIdOf, type EncryptionContext } from "./cipher.js";
import { invalidState, resolveKey, theKey } from "./keys.js";
import type { KmsKey } from "./records.js";

/*
 * What other services encrypt with: as they do on AWS, through a key that a user can disable.
 */

/** Encrypt with a key that is enabled. @throws ServiceFault DisabledException, KMSInvalidStateException */
export function seal(key: KmsKey, plaintext: Uint8Array, context: EncryptionContext): Buffer {
  checkUsable(key);
  return encrypt(key, plaintext, context);
}

/**
 * Decrypt with the key that the blob names. `wanted`: the key that it must be, by id, ARN or alias.
 * @throws ServiceFault InvalidCiphertextException, IncorrectKeyException, DisabledException, KMSInvalidStateException
 */
export function open(
  scope: Scope,
  blob: Uint8Array,
  context: EncryptionContext,
  wanted?: string,
): { readonly key: KmsKey; readonly plaintext: Buffer } {
  const keyId = keyIdOf(blob);
  if (keyId === undefined)
    throw new ServiceFault("InvalidCiphertextException", "This is no ciphertext blob of KMS in this region.");
  if (wanted !== undefined && resolveKey(scope, wanted).keyId !== keyId)
    throw new ServiceFault(
      "IncorrectKeyException",
      "The key ID in the request does not identify a CMK that can perform this operation.",
    );
  const key = theKey(scope, keyId);
  checkUsable(key);
  const plaintext = decrypt(key, blob, context);
  if (plaintext === undefined)
    throw new ServiceFault(
      "InvalidCiphertextException",
      "The ciphertext was changed, or it was made with another encryption context.",
    );
  return { key, plaintext };
}

/** @throws ServiceFault DisabledException, KMSInvalidStateException */
export function checkUsable(key: KmsKey): void {
  if (key.state === "PendingDeletion") throw invalidState(key);
  if (key.state === "Disabled") throw new ServiceFault("DisabledException", `${key.arn} is disabled.`);
}
