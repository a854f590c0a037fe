import { randomBytes } from "node:crypto";
import type {
  DecryptCommandInput,
  DecryptCommandOutput,
  EncryptCommandInput,
  EncryptCommandOutput,
  GenerateDataKeyCommandInput,
  GenerateDataKeyCommandOutput,
  GenerateDataKeyWithoutPlaintextCommandInput,
  GenerateDataKeyWithoutPlaintextCommandOutput,
  GenerateRandomCommandInput,
  GenerateRandomCommandOutput,
  ReEncryptCommandInput,
  ReEncryptCommandOutput,
} from "@aws-sdk/client-kms";
import type { Call } from "../../operations/call.js";
import { ServiceFault } from "../../operations/fault.js";
import { enforced, states } from "../../operations/members.js";
import { operation, type Operation } from "../../operations/operation.js";
import { resolveKey } from "./keys.js";
import { open, seal } from "./sealing.js";

const algorithm = "SYMMETRIC_DEFAULT";

/** Bytes. https://docs.aws.amazon.com/kms/latest/APIReference/API_Encrypt.html */
const longestPlaintext = 4096;
const longestCiphertext = 6144;

function sized(what: string, bytes: Uint8Array | undefined, longest: number): Uint8Array {
  const length = bytes?.length ?? 0;
  if (bytes === undefined || length === 0 || length > longest)
    throw new ServiceFault(
      "ValidationException",
      `1 validation error detected: Value at '${what}' failed to satisfy constraint: Member must have length between 1 and ${longest} (it has ${length}).`,
    );
  return bytes;
}

/** How many bytes of a data key are asked for. */
function dataKeyLength({ KeySpec, NumberOfBytes }: GenerateDataKeyWithoutPlaintextCommandInput): number {
  if ((KeySpec === undefined) === (NumberOfBytes === undefined))
    throw new ServiceFault("ValidationException", "Please specify either number of bytes or key spec.");
  return KeySpec === undefined ? countOf(NumberOfBytes) : KeySpec === "AES_128" ? 16 : 32;
}

function countOf(bytes: number | undefined): number {
  if (bytes === undefined || bytes < 1 || bytes > 1024)
    throw new ServiceFault("ValidationException", `NumberOfBytes is ${bytes}; it must be between 1 and 1024.`);
  return bytes;
}

function makeDataKey(
  call: Call,
  input: GenerateDataKeyWithoutPlaintextCommandInput,
): Omit<GenerateDataKeyCommandOutput, "$metadata"> {
  const Plaintext = randomBytes(dataKeyLength(input));
  const key = resolveKey(call, input.KeyId);
  return { KeyId: key.arn, Plaintext, CiphertextBlob: seal(key, Plaintext, input.EncryptionContext ?? {}) };
}

const dataKeyRules = {
  KeyId: enforced,
  EncryptionContext: enforced,
  KeySpec: states("AES_128", "AES_256"),
  NumberOfBytes: enforced,
  DryRun: states(false),
};

export const cryptoOperations: readonly Operation[] = [
  operation<EncryptCommandInput, EncryptCommandOutput>(
    "kms",
    "Encrypt",
    {
      KeyId: enforced,
      Plaintext: enforced,
      EncryptionContext: enforced,
      EncryptionAlgorithm: states(algorithm),
      DryRun: states(false),
    },
    (call, input) => {
      const plaintext = sized("plaintext", input.Plaintext, longestPlaintext);
      const key = resolveKey(call, input.KeyId);
      const CiphertextBlob = seal(key, plaintext, input.EncryptionContext ?? {});
      return { KeyId: key.arn, CiphertextBlob, EncryptionAlgorithm: algorithm };
    },
  ),
  operation<DecryptCommandInput, DecryptCommandOutput>(
    "kms",
    "Decrypt",
    {
      CiphertextBlob: enforced,
      EncryptionContext: enforced,
      KeyId: enforced,
      EncryptionAlgorithm: states(algorithm),
      DryRun: states(false),
    },
    (call, input) => {
      const blob = sized("ciphertextBlob", input.CiphertextBlob, longestCiphertext);
      const { key, plaintext } = open(call, blob, input.EncryptionContext ?? {}, input.KeyId);
      return { KeyId: key.arn, Plaintext: plaintext, EncryptionAlgorithm: algorithm };
    },
  ),
  operation<ReEncryptCommandInput, ReEncryptCommandOutput>(
    "kms",
    "ReEncrypt",
    {
      CiphertextBlob: enforced,
      SourceEncryptionContext: enforced,
      SourceKeyId: enforced,
      DestinationKeyId: enforced,
      DestinationEncryptionContext: enforced,
      SourceEncryptionAlgorithm: states(algorithm),
      DestinationEncryptionAlgorithm: states(algorithm),
      DryRun: states(false),
    },
    (call, input) => {
      const blob = sized("ciphertextBlob", input.CiphertextBlob, longestCiphertext);
      const from = open(call, blob, input.SourceEncryptionContext ?? {}, input.SourceKeyId);
      const to = resolveKey(call, input.DestinationKeyId);
      return {
        CiphertextBlob: seal(to, from.plaintext, input.DestinationEncryptionContext ?? {}),
        SourceKeyId: from.key.arn,
        KeyId: to.arn,
        SourceEncryptionAlgorithm: algorithm,
        DestinationEncryptionAlgorithm: algorithm,
      };
    },
  ),
  operation<GenerateDataKeyCommandInput, GenerateDataKeyCommandOutput>("kms", "GenerateDataKey", dataKeyRules, makeDataKey),
  operation<GenerateDataKeyWithoutPlaintextCommandInput, GenerateDataKeyWithoutPlaintextCommandOutput>(
    "kms",
    "GenerateDataKeyWithoutPlaintext",
    dataKeyRules,
    (call, input) => {
      const { Plaintext: _plaintext, ...rest } = makeDataKey(call, input);
      return rest;
    },
  ),
  operation<GenerateRandomCommandInput, GenerateRandomCommandOutput>(
    "kms",
    "GenerateRandom",
    { NumberOfBytes: enforced },
    (_call, input) => ({ Plaintext: randomBytes(countOf(input.NumberOfBytes)) }),
  ),
];
