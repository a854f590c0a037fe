import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { reaches, wholeTransactions } from "../../../../src/parts/databases/mariadb/transactions.js";

/** Files of MariaDB's binary log, by hand: https://mariadb.com/kb/en/1-binary-log-overview/ */
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "sandtable-transactions-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function event(type: number, body: Buffer): Buffer {
  const header = Buffer.alloc(19);
  header.writeUInt8(type, 4);
  header.writeUInt32LE(19 + body.length, 9);
  return Buffer.concat([header, body]);
}

function gtid(sequence: number, flags: number): Buffer {
  const body = Buffer.alloc(19);
  body.writeBigUInt64LE(BigInt(sequence));
  body.writeUInt8(flags, 12);
  return event(162, body);
}

const query = (sql: string): Buffer =>
  event(2, Buffer.concat([Buffer.alloc(24), Buffer.from(`app\0${sql}`), Buffer.from("\xF0cks", "latin1")]));
const rows = (bytes: number): Buffer => event(23, Buffer.alloc(bytes));

/** The ways in which a transaction is written. */
const transaction: Readonly<Record<string, (sequence: number) => Buffer>> = {
  "of InnoDB": (n) =>
    Buffer.concat([gtid(n, 0), query("BEGIN"), query("insert into t values ('COMMIT')"), event(16, Buffer.alloc(8))]),
  "of rows": (n) => Buffer.concat([gtid(n, 0), event(19, Buffer.alloc(30)), rows(90), event(16, Buffer.alloc(8))]),
  "of another engine": (n) => Buffer.concat([gtid(n, 0), query("insert into t values (1)"), query("COMMIT")]),
  "of one statement": (n) => Buffer.concat([gtid(n, 1), event(5, Buffer.alloc(9)), query("create table t (n int)")]),
};
const begin = Buffer.concat([Buffer.from("fe62696e", "hex"), event(15, Buffer.alloc(230)), event(163, Buffer.alloc(4))]);

function written(bytes: Buffer): string {
  const file = join(folder, "log");
  writeFileSync(file, bytes);
  return file;
}

test.each(Object.entries(transaction))("a transaction %s is whole with its last event, and not before", async (_way, write) => {
  const whole = Buffer.concat([begin, write(7), write(8)]);
  expect(await wholeTransactions(written(whole))).toEqual({ last: 8, bytes: whole.length });
  const end = begin.length + write(7).length;
  expect(await wholeTransactions(written(whole.subarray(0, -1)))).toEqual({ last: 7, bytes: end });
});

test("what is beyond the number asked for is left out", async () => {
  const [one, two] = [transaction["of rows"]!(3), transaction["of InnoDB"]!(4)];
  const whole = Buffer.concat([begin, one, two]);
  expect(await wholeTransactions(written(whole), 3)).toEqual({ last: 3, bytes: begin.length + one.length });
  expect(await wholeTransactions(written(whole), 2)).toEqual({ last: 0, bytes: begin.length });
});

test("wherever a file was cut short, and in however small windows it is read, it has the transactions that end before", async () => {
  const ways = fc.array(fc.constantFrom(...Object.values(transaction)), { minLength: 1, maxLength: 8 });
  await fc.assert(
    fc.asyncProperty(
      ways,
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.integer({ min: 64, max: 400 }),
      async (list, part, windowBytes) => {
        const pieces = list.map((write, index) => write(index + 1));
        const ends = pieces.map((_one, index) => begin.length + Buffer.concat(pieces.slice(0, index + 1)).length);
        const all = Buffer.concat([begin, ...pieces]);
        const cut = begin.length + Math.round(part * (all.length - begin.length));
        const last = ends.filter((end) => end <= cut).length;
        expect(await wholeTransactions(written(all.subarray(0, cut)), Infinity, windowBytes)).toEqual({
          last,
          bytes: ends[last - 1] ?? begin.length,
        });
      },
    ),
    { numRuns: 60 },
  );
});

test.each([
  ["before all of it", 99, true],
  ["of one event in its middle, though those after it are earlier", 200, true],
  ["later than all", 201, false],
])("a second %s: does the file reach it?", async (_which, second, isReached) => {
  const at = (seconds: number, bytes: Buffer): Buffer => {
    bytes.writeUInt32LE(seconds, 0);
    return bytes;
  };
  const file = written(Buffer.concat([begin, at(100, rows(300)), at(200, rows(300)), at(101, rows(300))]));
  expect(await reaches(file, second, 256)).toBe(isReached);
});
