import { createCipheriv, createDecipheriv, createHash, randomBytes } from "node:crypto";
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { UserFault } from "../../faults.js";

/**
 * The one key of a state folder: what is secret in the journal is encrypted with it (AES-256-GCM), so that a copy of the journal, in a
 * backup or a bug report, tells none. Who can read both files reads everything: the key is no protection from root.
 */
export interface RootKey {
  /** Of the key, for the journal's header; tells a wrong key before anything is read with it. */
  readonly fingerprint: string;
  /** `place` is whose text it is: moved to another, it does not open. */
  seal(text: string, place: string): string;
  /** Undefined: it was sealed with another key, for another place, or changed. */
  open(sealed: string, place: string): string | undefined;
}

const fileName = "root.key";
const nonceLength = 12;
const tagLength = 16;

/** The key of a state folder, or nothing where there is none yet. @throws UserFault RootKeyDamaged */
export function readRootKey(folder: string): RootKey | undefined {
  const file = join(folder, fileName);
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
  const bytes = Buffer.from(text.trim(), "base64");
  if (bytes.length !== 32)
    throw new UserFault("RootKeyDamaged", {
      at: file,
      message: `${file} does not hold a key of 32 bytes, so the secrets among the region's records cannot be read`,
      fix: waysOn(folder),
    });
  return rootKey(bytes);
}

/** A new key, on the disk before anything is sealed with it. Readable by who runs the region alone (0600). */
export function makeRootKey(folder: string): RootKey {
  const bytes = randomBytes(32);
  const whole = join(folder, `${fileName}.new`);
  writeFileSync(whole, `${bytes.toString("base64")}\n`, { mode: 0o600 });
  sync(whole);
  renameSync(whole, join(folder, fileName));
  sync(folder);
  return rootKey(bytes);
}

function sync(path: string): void {
  const fd = openSync(path, "r");
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

function rootKey(bytes: Buffer): RootKey {
  return {
    fingerprint: createHash("sha256").update("sandtable root key").update(bytes).digest("hex").slice(0, 16),
    seal(text, place) {
      const nonce = randomBytes(nonceLength);
      const cipher = createCipheriv("aes-256-gcm", bytes, nonce).setAAD(Buffer.from(place));
      const sealed = Buffer.concat([cipher.update(text, "utf8"), cipher.final()]);
      return Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString("base64");
    },
    open(sealed, place) {
      const all = Buffer.from(sealed, "base64");
      if (all.length < nonceLength + tagLength) return undefined;
      const decipher = createDecipheriv("aes-256-gcm", bytes, all.subarray(0, nonceLength)).setAAD(Buffer.from(place));
      decipher.setAuthTag(all.subarray(nonceLength, nonceLength + tagLength));
      try {
        return decipher.update(all.subarray(nonceLength + tagLength), undefined, "utf8") + decipher.final("utf8");
      } catch {
        return undefined;
      }
    },
  };
}

export const rootKeyMissing = (folder: string): UserFault =>
  new UserFault("RootKeyMissing", {
    at: join(folder, fileName),
    message: `${join(folder, fileName)} is not there: the secrets among the region's records (passwords, keys, templates, user data) are encrypted with it`,
    fix: waysOn(folder),
  });

export const rootKeyWrong = (folder: string): UserFault =>
  new UserFault("RootKeyWrong", {
    at: join(folder, fileName),
    message: `${join(folder, fileName)} is not the key that the region's records were written with, so the secrets among them cannot be read`,
    fix: waysOn(folder),
  });

/** Only a region that starts can remove what is on the machine, and without its records it does. */
const waysOn = (folder: string): string =>
  `put the file back from a copy; without it nothing can read them, and the region can only be discarded: \`rm -f ${join(folder, fileName)} ${join(folder, "journal.jsonl")} && sandtable region stop --purge\``;
