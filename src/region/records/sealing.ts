import type { JournalLine, StoredKey, StoredPut } from "./format.js";
import { sealedMembers } from "./records.js";
import type { RootKey } from "./rootkey.js";

/*
 * Between records as they are in memory and a line as it is in the journal: the members that a record type declares sealed leave the
 * value, and stand beside it as one text that only the root key opens.
 */

/** Pure but for the chance in it. */
export function sealLine(line: JournalLine, key: RootKey): JournalLine {
  return { ...line, puts: line.puts.map((put) => sealPut(put, key)) };
}

function sealPut(put: StoredPut, key: RootKey): StoredPut {
  const names = sealedMembers(put.type);
  if (names.size === 0) return put;
  const entries = Object.entries(put.value);
  const secret = entries.filter(([name, member]) => names.has(name) && member !== undefined);
  if (secret.length === 0) return put;
  const open = Object.fromEntries(entries.filter(([name]) => !names.has(name)));
  return { ...put, value: open, sealed: key.seal(JSON.stringify(Object.fromEntries(secret)), placeOf(put)) };
}

/** A line of a journal from before there was a key has nothing sealed, and is as it is. `fail` is called where the key does not fit. */
export function openLine(line: JournalLine, key: RootKey | undefined, fail: () => Error): JournalLine {
  if (line.puts.every(({ sealed }) => sealed === undefined)) return line;
  return { ...line, puts: line.puts.map((put) => openPut(put, key, fail)) };
}

function openPut({ sealed, ...put }: StoredPut, key: RootKey | undefined, fail: () => Error): StoredPut {
  if (sealed === undefined) return put;
  const text = key?.open(sealed, placeOf(put));
  if (text === undefined) throw fail();
  return { ...put, value: { ...put.value, ...(JSON.parse(text) as object) } };
}

const placeOf = ({ account, region, type, id }: StoredKey): string => JSON.stringify([account, region, type, id]);
