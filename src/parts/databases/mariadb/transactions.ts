import { open } from "node:fs/promises";
import { firstEventAt, headerBytes, lengthAt, typeAt } from "./binlog.js";

/**
 * Which transactions a file of the log has whole, when its server did not come to end it: between their first event, which bears their
 * number, and their last (https://mariadb.com/kb/en/gtid_event/). What comes after the last whole one was never acknowledged.
 */
export interface WholeTransactions {
  /** Number of the last whole transaction; 0 for none. */
  readonly last: number;
  /** Bytes of the file up to its end. */
  readonly bytes: number;
}

const types = { query: 2, xid: 16, xaPrepare: 38, gtid: 162, compressedQuery: 165 } as const;
/** Flag of a Gtid event: what follows is one statement, which ends by itself. */
const isAlone = 1;

interface BinlogEvent {
  readonly at: number;
  readonly end: number;
  readonly type: number;
  /** Its bytes; only the first of them where it is longer than the window that was read. */
  readonly bytes: Buffer;
}

interface Reading extends WholeTransactions {
  /** The transaction that has begun. */
  readonly begun?: { readonly sequence: number; readonly alone: boolean };
  /** The next one is beyond the limit. */
  readonly isOver: boolean;
}

const nothingRead: Reading = { last: 0, bytes: firstEventAt, isOver: false };

/** Read on by one event. Pure. */
function after(read: Reading, event: BinlogEvent, limit: number): Reading {
  if (read.isOver) return read;
  if (event.type === types.gtid) {
    const sequence = Number(event.bytes.readBigUInt64LE(headerBytes));
    const alone = (event.bytes.readUInt8(headerBytes + 12) & isAlone) !== 0;
    return sequence > limit ? { ...read, isOver: true } : { ...read, begun: { sequence, alone } };
  }
  const { begun, ...rest } = read;
  if (begun === undefined) return { ...rest, bytes: event.end };
  const ends = begun.alone ? isStatement(event) : endsTransaction(event);
  return ends ? { last: begun.sequence, bytes: event.end, isOver: false } : read;
}

const isStatement = ({ type }: BinlogEvent): boolean => type === types.query || type === types.compressedQuery;

/** The statement is an event's last, before its checksum, where it has one (4 bytes). */
const endsTransaction = ({ type, bytes }: BinlogEvent): boolean =>
  type === types.xid ||
  type === types.xaPrepare ||
  (type === types.query &&
    /\0(COMMIT|ROLLBACK)([^]{4})?$/.test(bytes.toString("latin1", Math.max(headerBytes, bytes.length - 16))));

/** The events that begin in a window of the file, which is read from `from` on and has `size` bytes. None: it is cut short here. Pure. */
function eventsIn(window: Buffer, from: number, size: number): readonly BinlogEvent[] {
  const events: BinlogEvent[] = [];
  for (let at = 0; at + headerBytes <= window.length;) {
    const length = lengthAt(window, at);
    if (length < headerBytes || from + at + length > size) break;
    // The rest of it is in the next window; one that is longer than any window is known by its header.
    if (at > 0 && at + length > window.length) break;
    const bytes = window.subarray(at, Math.min(at + length, window.length));
    events.push({ at: from + at, end: from + at + length, type: typeAt(window, at), bytes });
    at += length;
  }
  return events;
}

/** The whole transactions of a file, up to the one of this number. `windowBytes`: so much of it is read at once. */
export async function wholeTransactions(file: string, limit = Infinity, windowBytes = 256 * 1024): Promise<WholeTransactions> {
  let read = nothingRead;
  for await (const event of eventsOf(file, windowBytes)) {
    read = after(read, event, limit);
    if (read.isOver) break;
  }
  return { last: read.last, bytes: read.bytes };
}

/** Of a file, one after the other. An event's bytes are good until the next is asked for. */
async function* eventsOf(file: string, windowBytes: number): AsyncGenerator<BinlogEvent> {
  const handle = await open(file, "r");
  try {
    const { size } = await handle.stat();
    const window = Buffer.alloc(windowBytes);
    for (let at = firstEventAt; at < size;) {
      const { bytesRead } = await handle.read(window, 0, windowBytes, at);
      const events = eventsIn(window.subarray(0, bytesRead), at, size);
      yield* events;
      const next = events.at(-1)?.end;
      if (next === undefined) break;
      at = next;
    }
  } finally {
    await handle.close();
  }
}

/** Is there something in the file that is of this second (since the epoch) or later? There a reading that is to stop then stops. */
export async function reaches(file: string, second: number, windowBytes = 256 * 1024): Promise<boolean> {
  for await (const { bytes } of eventsOf(file, windowBytes)) if (bytes.readUInt32LE(0) >= second) return true;
  return false;
}
