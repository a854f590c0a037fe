import { createHash } from "node:crypto";

/** Names and texts inside MariaDB's SQL. Pure. */
export const identifier = (name: string): string => `\`${name.replaceAll("`", "``")}\``;
/** Right whether or not the session has NO_BACKSLASH_ESCAPES, for it is in hexadecimal where that would matter. */
export const literal = (text: string): string =>
  /[\\\u0000-\u001f]/.test(text) ? `CONVERT(X'${Buffer.from(text).toString("hex")}' USING utf8mb4)` : plain(text);
/** Where the grammar takes nothing but a text, such as a user's name. */
export const plain = (text: string): string => `'${text.replaceAll("\\", "\\\\").replaceAll("'", "''")}'`;

/** What mysql_native_password keeps of a password: so that it is in no statement, and in no log of statements. */
export function passwordHash(password: string): string {
  const sha1 = (data: string | Buffer): Buffer => createHash("sha1").update(data).digest();
  return `*${sha1(sha1(password)).toString("hex").toUpperCase()}`;
}

/** The value of a setting, as my.cnf has it, in a SET statement, which knows no `128M`. */
export function settingValue(text: string): string {
  const [, digits, unit] = /^(\d+)([KMGT]?)$/i.exec(text) ?? [];
  if (digits !== undefined && unit !== undefined)
    return String(BigInt(digits) * 1024n ** BigInt(" KMGT".indexOf(unit.toUpperCase() || " ")));
  return /^-?\d+(\.\d+)?$/.test(text) ? text : literal(text);
}
