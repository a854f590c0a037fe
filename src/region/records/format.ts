import { crc32 } from "node:zlib";
import { UserFault } from "../../faults.js";

/**
 * The journal's text. A header, then one line a commit, each with a checksum of itself as its last member, so that a line that was
 * changed on the disk is told from a whole one even where it is still JSON:
 *
 *     {"sandtable":"journal","format":3,"version":1,"seq":120,"records":87,"key":"0c4e…","sum":"9a0c11fe"}
 *     {"seq":120,"requestId":"compaction","puts":[…],"deletes":[],"sum":"…"}     the records as of commit 120
 *     {"seq":121,"requestId":"…","puts":[…],"deletes":[…],"sum":"…"}             what was committed since, without a gap
 *
 * What is secret of a record is not in its `value` but beside it, in `sealed`, encrypted with the root key that the header names.
 *
 * Format 2 had nothing sealed, format 1 no header and no checksums either, and the version in every line; both are read, and written
 * anew as format 3.
 */
export interface JournalLine {
  readonly seq: number;
  readonly requestId: string;
  readonly puts: readonly StoredPut[];
  readonly deletes: readonly StoredKey[];
}

export interface StoredKey {
  readonly account: string;
  readonly region: string;
  readonly type: string;
  readonly id: string;
}

export interface StoredPut extends StoredKey {
  readonly value: object;
  /** On its way to the journal and from it: further members of the value, encrypted. */
  readonly sealed?: string;
}

export interface JournalHeader {
  /** The last commit that the records at the beginning of the file hold; 0 for a journal that began empty. */
  readonly seq: number;
  /** How many records follow as of that commit. */
  readonly records: number;
  /** The root key's fingerprint; none in older formats. */
  readonly key?: string;
}

export const journalFormat = 3;

/** From this one on there is a header, and every line has a checksum. */
const summedFormat = 2;

/** The version of the records' shapes that this program writes. Older ones are migrated forward, newer ones refused. */
export const recordsVersion = 1;

export const writeHeader = ({ seq, records, key }: JournalHeader): string =>
  summed({ sandtable: "journal", format: journalFormat, version: recordsVersion, seq, records, key });

export const writeLine = (line: JournalLine): string => summed(line);

/** What was read. `good` is the offset after the last whole line; what follows it was cut short by a crash, never acknowledged. */
export interface ReadJournal {
  readonly good: number;
  /** Bytes of the header and the records at the beginning. */
  readonly snapshotBytes: number;
  /** Nothing was ever written whole. */
  readonly empty: boolean;
  readonly format: number;
}

/**
 * Hand the header's key (nothing where it names none) to `checkKey`, and every whole line to `visit`, in order. A line that is not whole is refused unless it is the unfinished end: leaving out a
 * commit in the middle would give records that never existed together, and what it held may have been acknowledged.
 * @throws UserFault JournalDamaged, JournalTooNew, JournalTooOld
 */
export function readJournal(
  file: string,
  bytes: Buffer,
  visit: (line: JournalLine) => void,
  checkKey: (fingerprint: string) => void = () => undefined,
): ReadJournal {
  let good = 0;
  let number = 0;
  let header: (JournalHeader & { readonly format: number }) | undefined;
  let seq = 0;
  let records = 0;
  let snapshotBytes = 0;
  const damaged = (why: string): UserFault => {
    const isSnapshot = good === 0 || records < (header?.records ?? 0);
    return journalDamaged({ file, line: number, byte: good, size: bytes.length, seq, isSnapshot, why });
  };
  for (let end = bytes.indexOf(10); end !== -1; end = bytes.indexOf(10, good)) {
    number += 1;
    const whole = bytes.subarray(good, end);
    // A power cut can leave a file that has grown but was not filled; a line break may come out of what was written behind.
    if (whole.every((byte) => byte === 0) && restIsBlank(bytes, good)) break;
    const value = parse(whole);
    if (header === undefined && number === 1) header = headerOf(file, value, damaged);
    const isHeaded = (header?.format ?? 1) >= summedFormat;
    if (number === 1 && header !== undefined && isHeaded) {
      if (!isSummed(whole)) throw damaged("its checksum is not that of its text");
      if (header.key !== undefined) checkKey(header.key);
      seq = header.seq;
    } else {
      const line = value as JournalLine | undefined;
      if (line === undefined || !Array.isArray(line.puts) || !Array.isArray(line.deletes) || typeof line.seq !== "number")
        throw damaged("it is not a commit");
      if (isHeaded && !isSummed(whole)) throw damaged("its checksum is not that of its text");
      const isSnapshot = header !== undefined && records < header.records;
      if (isSnapshot ? line.seq !== seq : line.seq !== seq + 1) throw damaged(`it is commit ${line.seq}, after commit ${seq}`);
      visit(line);
      if (isSnapshot) records += line.puts.length;
      seq = line.seq;
    }
    good = end + 1;
    if (header !== undefined && records <= header.records && seq === header.seq) snapshotBytes = good;
  }
  if (header !== undefined && records < header.records)
    throw damaged(`the file ends after ${records} of the ${header.records} records that it begins with`);
  return { good, snapshotBytes, empty: good === 0, format: header?.format ?? journalFormat };
}

function headerOf(
  file: string,
  value: unknown,
  damaged: (why: string) => UserFault,
): (JournalHeader & { readonly format: number }) | undefined {
  const found = value as ({ sandtable?: unknown; format?: number; version?: number } & Partial<JournalHeader>) | undefined;
  if (found === undefined) throw damaged("it is not JSON");
  const { format = 1, version = 1 } = found;
  if (found.sandtable !== "journal" && !("puts" in found)) throw damaged("it is neither a journal's header nor a commit");
  const fix = discard(file);
  if (format > journalFormat || version > recordsVersion)
    throw new UserFault("JournalTooNew", {
      at: file,
      message: `the records were written by a newer Sandtable (format ${format}, version ${version}; this one knows format ${journalFormat}, version ${recordsVersion})`,
      fix: `use the newer Sandtable, or ${fix}`,
    });
  if (format < 1 || version < 1)
    throw new UserFault("JournalTooOld", {
      at: file,
      message: `the records have a form that this Sandtable no longer reads (format ${format}, version ${version})`,
      fix: `use the Sandtable that wrote them, or ${fix}`,
    });
  if (format < summedFormat) return { format, seq: 0, records: 0 };
  const { seq = 0, records = 0, key } = found;
  return { format, seq, records, ...(key === undefined ? {} : { key }) };
}

function parse(bytes: Buffer): unknown {
  try {
    const value: unknown = JSON.parse(bytes.toString("utf8"));
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

const restIsBlank = (bytes: Buffer, from: number): boolean => bytes.subarray(from).every((byte) => byte === 0 || byte === 10);

/** The checksum covers everything before it. */
function summed(value: object): string {
  const text = JSON.stringify(value).slice(0, -1);
  return `${text},"sum":"${sumOf(text)}"}\n`;
}

const tail = '","sum":"00000000"}'.length - 1;

function isSummed(line: Buffer): boolean {
  const text = line.subarray(0, line.length - tail);
  return line.subarray(line.length - tail).toString("latin1") === `,"sum":"${sumOf(text)}"}`;
}

const sumOf = (text: string | Buffer): string => crc32(text).toString(16).padStart(8, "0");

/** Only a region that starts can remove what is on the machine, and without its records it does. */
const discard = (file: string): string => `discard the region: \`rm ${file} && sandtable region stop --purge\``;

/** `isSnapshot`: in what the file begins with. All commits after it build on it, so that a part of it is of no use. */
function journalDamaged(at: {
  readonly file: string;
  readonly line: number;
  readonly byte: number;
  readonly size: number;
  readonly seq: number;
  readonly isSnapshot: boolean;
  readonly why: string;
}): UserFault {
  const { file, line, byte, size, seq, isSnapshot, why } = at;
  const what = isSnapshot
    ? "It is among the records that the file begins with and that everything after it builds on, so nothing of the file can be used"
    : `Everything before it is whole, up to commit ${seq}; the ${size - byte} bytes from it on cannot be used`;
  const goOn = isSnapshot
    ? ""
    : `; or go on with what is whole, giving up all that came later: \`cp ${file} ${file}.damaged && truncate --size ${byte} ${file}\``;
  return new UserFault("JournalDamaged", {
    at: `${file}, line ${line}, byte ${byte}`,
    message: `the region's records are damaged: line ${line} of ${file} cannot be trusted, for ${why}. ${what}`,
    fix: `put the file back from a copy${goOn}; or ${discard(file)}`,
  });
}
