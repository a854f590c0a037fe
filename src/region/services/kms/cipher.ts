import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";

/**
 * A ciphertext blob: a byte that names this form, the 16 bytes of the key's id, the nonce (12), the tag (16), and the ciphertext.
 * AWS says nothing of its own blobs but that they name their key. The head and the encryption context are authenticated with it.
 */
const form = 1;
const headLength = 17;
const nonceLength = 12;
const tagLength = 16;
const overhead = headLength + nonceLength + tagLength;

/** Names and values that are no secret but must be the same again: KMS's additional authenticated data. */
export type EncryptionContext = Readonly<Record<string, string>>;

export interface CipherKey {
  /** A UUID. */
  readonly keyId: string;
  /** 32 bytes, in base64. */
  readonly material: string;
}

export function encrypt({ keyId, material }: CipherKey, plaintext: Uint8Array, context: EncryptionContext): Buffer {
  const head = Buffer.concat([Buffer.of(form), Buffer.from(keyId.replaceAll("-", ""), "hex")]);
  const nonce = randomBytes(nonceLength);
  const cipher = createCipheriv("aes-256-gcm", Buffer.from(material, "base64"), nonce);
  cipher.setAAD(Buffer.concat([head, contextBytes(context)]));
  const text = Buffer.concat([cipher.update(plaintext), cipher.final()]);
  return Buffer.concat([head, nonce, cipher.getAuthTag(), text]);
}

/** The id of the key that a blob names; undefined: it is none of ours. */
export function keyIdOf(blob: Uint8Array): string | undefined {
  if (blob.length < overhead || blob[0] !== form) return undefined;
  const hex = Buffer.from(blob).toString("hex", 1, headLength);
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

/** Undefined: the blob was changed, or was made with another key or in another context. */
export function decrypt({ material }: CipherKey, blob: Uint8Array, context: EncryptionContext): Buffer | undefined {
  const bytes = Buffer.from(blob);
  const nonce = bytes.subarray(headLength, headLength + nonceLength);
  const decipher = createDecipheriv("aes-256-gcm", Buffer.from(material, "base64"), nonce);
  decipher.setAAD(Buffer.concat([bytes.subarray(0, headLength), contextBytes(context)]));
  decipher.setAuthTag(bytes.subarray(headLength + nonceLength, overhead));
  try {
    return Buffer.concat([decipher.update(bytes.subarray(overhead)), decipher.final()]);
  } catch {
    return undefined;
  }
}

/** The same whatever order the context was written in. */
const contextBytes = (context: EncryptionContext): Buffer =>
  Buffer.from(JSON.stringify(Object.entries(context).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))));
