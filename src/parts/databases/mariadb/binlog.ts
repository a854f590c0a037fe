import { closeSync, openSync, readSync } from "node:fs";
import { join } from "node:path";
import { filesIn } from "../files.js";
import type { ServerPlace } from "../place.js";

const magic = "fe62696e";
/** Where a file's first event begins. */
export const firstEventAt = magic.length / 2;
/** Of every event: seconds (4), type (1), server (4), length of the event (4), its end (4), flags (2). */
export const headerBytes = 19;
const gtidListType = 163;

/** Of an event whose header begins here. */
export const typeAt = (bytes: Buffer, at: number): number => bytes.readUInt8(at + 4);
export const lengthAt = (bytes: Buffer, at: number): number => bytes.readUInt32LE(at + 9);

/**
 * How far the log was when a file of it was begun, out of the file's first events: the Gtid_list event says
 * (https://mariadb.com/kb/en/gtid_list_event/). Pure.
 * @param start the file's first bytes: some kilobytes
 * @throws when they are no binary log
 */
export function sequenceAtStart(start: Buffer): number {
  if (start.toString("hex", 0, firstEventAt) !== magic) throw new Error("not a binary log of MariaDB");
  for (let at = firstEventAt; at + headerBytes + 4 <= start.length;) {
    if (typeAt(start, at) === gtidListType) return highestOf(start.subarray(at + headerBytes));
    const length = lengthAt(start, at);
    if (length < headerBytes) break;
    at += length;
  }
  throw new Error("a binary log of MariaDB without a list of transactions: it was cut short");
}

/** Count (its upper 4 bits are flags), then domain (4), server (4) and sequence (8) of each. */
function highestOf(body: Buffer): number {
  const count = body.readUInt32LE(0) & 0x0fffffff;
  let highest = 0;
  for (let index = 0; index < count; index += 1) {
    const at = 4 + index * 16;
    if (body.readUInt32LE(at) === 0) highest = Math.max(highest, Number(body.readBigUInt64LE(at + 8)));
  }
  return highest;
}

export function sequenceAtStartOf(file: string): number {
  const open = openSync(file, "r");
  try {
    const buffer = Buffer.alloc(64 * 1024);
    return sequenceAtStart(buffer.subarray(0, readSync(open, buffer, 0, buffer.length, 0)));
  } finally {
    closeSync(open);
  }
}

/** The files of a server's log, oldest first. To ask the server is to wait for its commits, and they may wait for a copy. */
export const logsOn = ({ disk }: ServerPlace): readonly string[] =>
  filesIn(join(disk, "binlog"))
    .filter((name) => /\.\d+$/.test(name))
    .map((name) => join(disk, "binlog", name));
