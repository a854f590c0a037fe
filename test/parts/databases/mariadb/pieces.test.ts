import { describe, expect, test } from "vitest";
import { sequenceAtStart } from "../../../../src/parts/databases/mariadb/binlog.js";
import { sequenceOf } from "../../../../src/parts/databases/mariadb/gtid.js";
import { chainOf, pieceName, piecesAmong } from "../../../../src/parts/databases/mariadb/pieces.js";
import { restoreScript } from "../../../../src/parts/databases/mariadb/restore.js";

const pieces = (...of: readonly (readonly [number, number, string])[]): ReturnType<typeof piecesAmong> =>
  piecesAmong(of.map(([first, last, id]) => pieceName(first, last, id)));

describe("the pieces of the log that a restore applies", () => {
  test("are those behind the backup, in order", () => {
    const chain = chainOf(pieces([0, 10, "A"], [20, 30, "A"], [10, 20, "A"]), 10);
    expect(chain.map(({ first, behind, last }) => [first, behind, last])).toEqual([
      [10, 10, 20],
      [20, 20, 30],
    ]);
  });

  test("go over from one server to the next, without what was applied already", () => {
    const chain = chainOf(pieces([0, 10, "A"], [10, 20, "A"], [5, 40, "B"], [40, 41, "B"]), 3);
    expect(chain.map(({ name, behind }) => [name.at(-1), behind])).toEqual([
      ["A", 3],
      ["B", 10],
      ["B", 40],
    ]);
  });

  test("are none where nothing came after the backup", () => {
    expect(chainOf(pieces([0, 10, "A"]), 10)).toEqual([]);
  });

  test("are refused where one is missing", () => {
    expect(() => chainOf(pieces([0, 10, "A"], [12, 20, "A"]), 3)).toThrow(/transactions 11 to 12 are in no piece/);
  });

  test("are applied from where the data are, to the end of the second that the moment is within, by a server that nobody reaches", () => {
    const steps = chainOf(pieces([0, 10, "A"], [10, 20, "A"]), 3);
    expect(restoreScript("db-ABC", "0-7-20", steps, Date.UTC(2026, 10, 21, 9, 59, 59, 500))).toMatchInlineSnapshot(`
      "set -euo pipefail
      mariadbd --no-defaults --datadir=/srv/data.making --socket=/run/mariadb.sock --pid-file=/run/mariadb.pid --skip-networking --server-id=3328410573 --log-bin=/srv/binlog/mysql-bin-changelog --gtid-strict-mode --skip-slave-start --event-scheduler=OFF --tmpdir=/srv/tmp --innodb-log-file-size=134217728 --max-allowed-packet=1G --skip-name-resolve &
      server=$!
      until mariadb --no-defaults --socket=/run/mariadb.sock --user=mysql --max-allowed-packet=1G --binary-mode -e 'SELECT 1' >/dev/null 2>&1; do kill -0 $server; sleep 0.02; done
      mariadb-binlog --no-defaults --disable-log-bin --skip-gtid-strict-mode --start-position=0-1-3 --stop-datetime='2026-11-21 10:00:00' /mnt/log/000000000000000-000000000000010-A | mariadb --no-defaults --socket=/run/mariadb.sock --user=mysql --max-allowed-packet=1G --binary-mode
      mariadb-binlog --no-defaults --disable-log-bin --skip-gtid-strict-mode --stop-datetime='2026-11-21 10:00:00' /mnt/log/000000000000010-000000000000020-A | mariadb --no-defaults --socket=/run/mariadb.sock --user=mysql --max-allowed-packet=1G --binary-mode
      mariadb --no-defaults --socket=/run/mariadb.sock --user=mysql --max-allowed-packet=1G --binary-mode <<'end'
      RESET MASTER;
      SET GLOBAL gtid_slave_pos = '0-7-20';
      SET GLOBAL gtid_binlog_state = '0-7-20';
      end
      kill -TERM $server
      wait $server
      "
    `);
  });
});

test("other files are no pieces", () => {
  expect(piecesAmong(["000000000000000-000000000000010-A.making.x", "notes", ".x"].slice(1))).toEqual([]);
});

test.each([
  ["", 0],
  ["0-12-345", 345],
  ["0-1-100,0-2-120", 120],
  ["1-1-900,0-1-5", 5],
])("how far %j is", (gtids, sequence) => {
  expect(sequenceOf(gtids)).toBe(sequence);
});

describe("the beginning of a binary log", () => {
  const event = (type: number, body: Buffer): Buffer => {
    const header = Buffer.alloc(19);
    header.writeUInt8(type, 4);
    header.writeUInt32LE(19 + body.length, 9);
    return Buffer.concat([header, body]);
  };
  const list = (...of: readonly (readonly [number, number, bigint])[]): Buffer => {
    const body = Buffer.alloc(4 + 16 * of.length + 4);
    body.writeUInt32LE(of.length, 0);
    for (const [index, [domain, server, sequence]] of of.entries()) {
      body.writeUInt32LE(domain, 4 + index * 16);
      body.writeUInt32LE(server, 8 + index * 16);
      body.writeBigUInt64LE(sequence, 12 + index * 16);
    }
    return event(163, body);
  };
  const magic = Buffer.from("fe62696e", "hex");

  test("says how far the log was, over all servers of our domain", () => {
    const start = Buffer.concat([magic, event(15, Buffer.alloc(200)), list([0, 1, 100n], [0, 2, 120n], [3, 1, 999n])]);
    expect(sequenceAtStart(start)).toBe(120);
    expect(sequenceAtStart(Buffer.concat([magic, event(15, Buffer.alloc(200)), list()]))).toBe(0);
  });

  test("is not taken for one when it is something else, or cut short", () => {
    expect(() => sequenceAtStart(Buffer.from("something else"))).toThrow(/not a binary log/);
    expect(() => sequenceAtStart(Buffer.concat([magic, event(15, Buffer.alloc(200))]))).toThrow(/cut short/);
    expect(() => sequenceAtStart(Buffer.concat([magic, Buffer.alloc(100)]))).toThrow(/cut short/);
  });
});
