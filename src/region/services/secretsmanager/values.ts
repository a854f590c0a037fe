import type { Scope } from "../../operations/call.js";
import { ServiceFault } from "../../operations/fault.js";
import { resolveKey } from "../kms/keys.js";
import { open, seal } from "../kms/sealing.js";
import { invalidParameter, invalidValue, notFound } from "./faults.js";
import { SealedValues, valueKey, type SealedValue, type Secret } from "./records.js";

export interface SecretValue {
  readonly form: "string" | "binary";
  readonly bytes: Uint8Array;
}

export const textValue = (text: string): SecretValue => ({ form: "string", bytes: Buffer.from(text, "utf8") });

/** Bytes. https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html */
const longest = 65_536;

/** The value that a request carries, if any. @throws ServiceFault */
export function valueIn(input: {
  readonly SecretString?: string | undefined;
  readonly SecretBinary?: Uint8Array | undefined;
}): SecretValue | undefined {
  const { SecretString, SecretBinary } = input;
  if (SecretString !== undefined && SecretBinary !== undefined)
    throw invalidParameter("You can't specify both a binary secret value and a string secret value in the same secret.");
  const value =
    SecretString !== undefined
      ? textValue(SecretString)
      : SecretBinary === undefined
        ? undefined
        : { form: "binary" as const, bytes: SecretBinary };
  if (value !== undefined && value.bytes.length > longest)
    throw invalidValue(
      value.form === "string" ? "secretString" : "secretBinary",
      `Member must have length less than or equal to ${longest}`,
    );
  return value;
}

/** The members of an answer that carry a value. */
export const valueMembers = ({ form, bytes }: SecretValue): { SecretString?: string; SecretBinary?: Uint8Array } =>
  form === "string" ? { SecretString: Buffer.from(bytes).toString("utf8") } : { SecretBinary: bytes };

export const sameValue = (a: SecretValue, b: SecretValue): boolean => a.form === b.form && Buffer.from(a.bytes).equals(b.bytes);

/** What the version of a secret without a key of its own says of its key. */
const defaultKey = "DefaultEncryptionKey";

/** Encrypt a value with the secret's key, as AWS does, in the context of the version. @throws ServiceFault EncryptionFailure */
export function sealValue(
  scope: Scope,
  { arn, kmsKeyId }: Pick<Secret, "arn" | "kmsKeyId">,
  versionId: string,
  { form, bytes }: SecretValue,
): { readonly sealed: SealedValue; readonly encryptionKey: string } {
  try {
    const key = resolveKey(scope, kmsKeyId ?? "alias/aws/secretsmanager");
    const blob = seal(key, bytes, contextOf(arn, versionId)).toString("base64");
    return { sealed: { arn, versionId, form, blob }, encryptionKey: kmsKeyId === undefined ? defaultKey : key.arn };
  } catch (error) {
    throw keyTrouble(error, "EncryptionFailure", "encrypt");
  }
}

/** @throws ServiceFault DecryptionFailure, ResourceNotFoundException */
export function openValue(scope: Scope, arn: string, versionId: string): SecretValue {
  const sealed = scope.records.get(SealedValues, valueKey(arn, versionId));
  if (sealed === undefined) throw notFound(`the specified secret value for VersionId: ${versionId}`);
  try {
    const { plaintext } = open(scope, Buffer.from(sealed.blob, "base64"), contextOf(arn, versionId));
    return { form: sealed.form, bytes: plaintext };
  } catch (error) {
    throw keyTrouble(error, "DecryptionFailure", "decrypt");
  }
}

/** https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html#security-encryption-encryption-context */
const contextOf = (arn: string, versionId: string): Record<string, string> => ({ SecretARN: arn, SecretVersionId: versionId });

function keyTrouble(error: unknown, code: string, verb: string): unknown {
  if (!(error instanceof ServiceFault)) return error;
  const fault = new ServiceFault(
    code,
    `Secrets Manager can't ${verb} the protected secret text using the provided KMS key. Check that the KMS key is available, enabled, and not in an invalid state: ${error.message}`,
  );
  fault.cause = error;
  return fault;
}
