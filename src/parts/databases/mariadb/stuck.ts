import { once } from "node:events";
import { setTimeout as pause } from "node:timers/promises";
import { NoAnswer } from "../noanswer.js";
import type { ServerPlace } from "../place.js";
import { statusOf, type SlaveStatus } from "./replication.js";
import { openConnection, type Query } from "./session.js";

/**
 * Do commits wait for a copy that has them, and has said so to nobody? A copy that connects anew by its GTID begins after what it has:
 * what it had received and not acknowledged it never acknowledges. Who committed that would wait until there is a later commit; and
 * where two wait already there is none, since the second holds the log's lock (`LOCK_log`) until the first is through.
 */
export async function isStuck(query: Query): Promise<boolean> {
  const before = await waiting(query);
  if (before === undefined) return false;
  await pause(100);
  return (await waiting(query)) === before;
}

/** How many acknowledged commits there have been, where one waits and there is a copy that could acknowledge it. */
async function waiting(query: Query): Promise<string | undefined> {
  if ((await statusOf(query, "Rpl_semi_sync_master_wait_sessions")) === "0") return undefined;
  if ((await statusOf(query, "Rpl_semi_sync_master_clients")) === "0") return undefined;
  return statusOf(query, "Rpl_semi_sync_master_yes_tx");
}

/**
 * Tell a writer how far a copy has received its log. There is no statement for it; but of one that connects by file and position, and says
 * that it acknowledges, a writer takes all before that position as acknowledged. So we ask for the log from there on, as the copy itself
 * would if it did not go by GTID, and go away when it begins. What the copy lacks is acknowledged by nobody and waits on.
 * https://mariadb.com/kb/en/com_binlog_dump/
 * @throws NoAnswer
 */
export async function vouch(place: ServerPlace, { Master_Log_File, Read_Master_Log_Pos }: SlaveStatus): Promise<void> {
  const connection = await openConnection(place);
  try {
    const sql = "SET @rpl_semi_sync_slave = 1, @master_binlog_checksum = 'NONE', @mariadb_slave_capability = 4";
    await connection.query({ sql, timeout: patience });
    // What comes is the log: none of the driver's business.
    const { stream } = (connection as unknown as { connection: { stream: NodeJS.ReadWriteStream } }).connection;
    stream.removeAllListeners("data");
    stream.write(dumpRequest(Master_Log_File, Number(Read_Master_Log_Pos)));
    const late = AbortSignal.timeout(patience);
    await once(stream, "data", { signal: late }).catch((error: unknown) => {
      throw late.aborted ? new NoAnswer(`MariaDB of ${place.name}`, patience) : error;
    });
  } finally {
    connection.destroy();
  }
}

/** Milliseconds. */
const patience = 5000;

/** COM_BINLOG_DUMP; the first four bytes are the packet's length and number. Pure. */
function dumpRequest(file: string, position: number): Buffer {
  const name = Buffer.from(file);
  const packet = Buffer.alloc(15 + name.length);
  packet.writeUIntLE(packet.length - 4, 0, 3);
  packet.writeUInt8(0x12, 4);
  packet.writeUInt32LE(position, 5);
  packet.writeUInt16LE(endAtEnd, 9);
  packet.writeUInt32LE(nobody, 11);
  name.copy(packet, 15);
  return packet;
}

/** BINLOG_DUMP_NON_BLOCK: the writer does not wait for what comes later. */
const endAtEnd = 1;
/** A server that no copy is (see `serverNumber`): of one that is there already the writer would end the connection. */
const nobody = 0xffffffff;
