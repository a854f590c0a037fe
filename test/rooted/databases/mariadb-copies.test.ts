import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Copy } from "../../../src/parts/databases/spec.js";
import { until } from "../engines.js";
import { master, TestServers } from "./mariadbs.js";

const rounds = Number(process.env["SANDTABLE_SOAK_ROUNDS"] ?? 3);

let servers: TestServers;
beforeAll(async () => {
  servers = await TestServers.begin("db-A", "db-B");
});
afterAll(async () => {
  expect(await servers.end()).toEqual([]);
});

const waitingFor = (
  ...acknowledges: readonly string[]
): { replication: { role: "writer"; acknowledges: readonly string[] } } => ({
  replication: { role: "writer", acknowledges },
});

const copy = async (writer: string, id: string, acknowledges: readonly string[] = []): Promise<Copy | undefined> =>
  (await servers.mariadb.health(servers.writer(writer, waitingFor(...acknowledges)))).copies.find((each) => each.id === id);

/** As a region does it: a copy is made, follows, is waited for, and may take over from the moment its writer says so. */
async function join(writer: string, id: string): Promise<void> {
  const { mariadb } = servers;
  const reader = servers.reader(id, writer);
  await mariadb.make(reader, servers.origin(writer));
  await mariadb.start(reader);
  await until("it copies", async () => (await copy(writer, id)) !== undefined);
  await mariadb.start(servers.writer(writer, waitingFor(id)));
  await until("it acknowledges", async () => (await copy(writer, id, [id]))?.acknowledges === true);
}

const numbersOf = async (id: string): Promise<number[]> =>
  (await servers.query(id, "select number from numbered order by number")).split("\n").filter(Boolean).map(Number);

describe("a writer and its copy", () => {
  test("a copy of a running writer has what was there, follows what comes, answers reads and refuses writes", async () => {
    const { mariadb } = servers;
    await mariadb.make(servers.writer("db-A-0"), { kind: "new" });
    await mariadb.start(servers.writer("db-A-0"));
    await mariadb.setMaster(servers.writer("db-A-0"), master);
    await servers.query("db-A-0", "create table numbered (number int primary key); insert into numbered values (-2)");
    const reader = servers.reader("db-B-0", "db-A-0");
    await mariadb.make(reader, servers.origin("db-A-0"));
    await mariadb.start(reader);
    await servers.query("db-A-0", "insert into numbered values (-1)");
    await until("it follows", async () => (await numbersOf("db-B-0")).length === 2);
    expect(await mariadb.health(reader)).toEqual({ role: "reader", receives: true, behind: 0, copies: [] });
    expect(await copy("db-A-0", "db-B-0")).toEqual({ id: "db-B-0", acknowledges: false, missing: 0 });
    await expect(servers.query("db-B-0", "insert into numbered values (0)")).rejects.toThrow(/read-only/);
  });

  test("the copies speak with each other encrypted", async () => {
    expect(
      await servers.query(
        "db-B-0",
        "select variable_value from information_schema.global_status where variable_name = 'Slave_connections'",
      ),
    ).not.toBe("");
    await expect(
      servers.query("db-A-0", "select 1", { user: "rdsrepladmin", password: "co'py\\", tls: false, database: "" }),
    ).rejects.toThrow(/Access denied/);
  });

  test("told to, its commits wait for the copy; when the copy is gone they wait until told otherwise", async () => {
    const { mariadb } = servers;
    await mariadb.start(servers.writer("db-A-0", waitingFor("db-B-0")));
    await until("it acknowledges", async () => (await copy("db-A-0", "db-B-0", ["db-B-0"]))?.acknowledges === true);
    await mariadb.stop("db-B-0", 0);
    const application = servers.append("db-A-0", 1);
    await until("the first row waits", async () => (await servers.query("db-A-0", "show processlist")).includes("semi-sync"));
    // A second holds the lock of the log while it waits for the first.
    const another = servers.append("db-A-0", 6_000_000);
    await until("the second waits, too", async () => (await servers.query("db-A-0", "show processlist")).includes("(6000000)"));
    expect(application.acknowledged).toEqual([]);
    expect(await copy("db-A-0", "db-B-0", ["db-B-0"])).toBeUndefined();
    await mariadb.start(servers.writer("db-A-0"));
    await until("commits go on", () => Math.min(application.acknowledged.length, another.acknowledged.length) > 5);
    await another.end();
    // It comes back, catches up, and is waited for again; all while rows are written.
    await mariadb.start(servers.reader("db-B-0", "db-A-0"));
    await mariadb.start(servers.writer("db-A-0", waitingFor("db-B-0")));
    await until("it acknowledges again", async () => (await copy("db-A-0", "db-B-0", ["db-B-0"]))?.acknowledges === true);
    const { length } = application.acknowledged;
    await until("commits go on", () => application.acknowledged.length > length);
    await application.end();
    await until("nobody commits any more", async () => !(await servers.query("db-A-0", "show processlist")).includes("INSERT"));
  });

  test("a commit that the copy received over a connection that did not acknowledge waits until it is looked at, not for ever", async () => {
    const { mariadb } = servers;
    const over = async (acknowledges: "ON" | "OFF"): Promise<void> => {
      for (const sql of [
        "STOP SLAVE IO_THREAD",
        `SET GLOBAL rpl_semi_sync_slave_enabled = ${acknowledges}`,
        "START SLAVE IO_THREAD",
      ])
        await servers.control("db-B-0", sql);
    };
    await over("OFF");
    // The second holds the lock of the log while it waits for the first, and the third waits for that: it is not even in the log.
    const applications: ReturnType<TestServers["append"]>[] = [];
    for (const first of [2_000_000, 3_000_000]) {
      applications.push(servers.append("db-A-0", first));
      await until("the row is there", async () => (await numbersOf("db-B-0")).includes(first));
    }
    applications.push(servers.append("db-A-0", 4_000_000));
    await until("the third waits", async () => (await servers.query("db-A-0", "show processlist")).includes("(4000000)"));
    await over("ON");
    await until("it is connected again", async () => (await copy("db-A-0", "db-B-0", ["db-B-0"]))?.acknowledges === true);
    expect(applications.flatMap(({ acknowledged }) => acknowledged)).toEqual([]);
    await until("commits go on", async () => {
      await mariadb.tell(servers.writer("db-A-0", waitingFor("db-B-0")));
      return applications.every(({ acknowledged }) => acknowledged.length > 5);
    });
    await until("nobody but the copy asks for the log", async () => {
      const processes = (await servers.control("db-A-0", "SHOW PROCESSLIST")) as readonly { Command: string }[];
      return processes.filter(({ Command }) => Command === "Binlog Dump").length === 1;
    });
    for (const application of applications) await application.end();
    await servers.query("db-A-0", "delete from numbered where number >= 2000000");
  });

  test("a copy that is not to be waited for does not count, even if it once did", async () => {
    await servers.mariadb.start(servers.writer("db-A-0", waitingFor("db-B-other")));
    await until("it copies on", async () => (await copy("db-A-0", "db-B-0", ["db-B-other"]))?.acknowledges === false);
    const application = servers.append("db-A-0", 1_000_000);
    await until("the row waits", async () => (await servers.query("db-A-0", "show processlist")).includes("semi-sync"));
    expect(application.acknowledged).toEqual([]);
    await servers.mariadb.start(servers.writer("db-A-0"));
    await application.end();
    await servers.query("db-A-0", "delete from numbered");
    await servers.mariadb.remove("db-B-0");
  });

  test("one that took writes is no reader any more before it is made anew", async () => {
    await servers.mariadb.stop("db-A-0");
    await expect(servers.mariadb.start(servers.reader("db-A-0", "db-B-0"))).rejects.toThrow(/made anew/);
    await servers.mariadb.start(servers.writer("db-A-0"));
  });
});

test("what a copy has received it keeps, though both servers die before it has applied it", async () => {
  const { mariadb } = servers;
  await servers.query("db-A-0", "truncate numbered");
  await join("db-A-0", "db-B-kept");
  await servers.control("db-B-kept", "STOP SLAVE SQL_THREAD");
  const application = servers.append("db-A-0", 1);
  await until("rows are written", () => application.acknowledged.length > 50);
  servers.kill("db-B-kept");
  servers.kill("db-A-0");
  await application.end();
  await mariadb.stop("db-A-0", 0);
  await mariadb.stop("db-B-kept", 0);
  // It looks for its writer in vain first.
  await mariadb.start(servers.reader("db-B-kept", "db-A-0"));
  expect((await mariadb.health(servers.reader("db-B-kept", "db-A-0"))).receives).toBe(false);
  await mariadb.start(servers.writer("db-B-kept"));
  const there = new Set(await numbersOf("db-B-kept"));
  expect(application.acknowledged.filter((number) => !there.has(number))).toEqual([]);
  await mariadb.start(servers.writer("db-A-0"));
  await servers.query("db-A-0", "truncate numbered");
  await mariadb.remove("db-B-kept");
});

test(
  `killed with SIGKILL while it commits, again and again (${rounds} times), the copy has every row that was acknowledged`,
  async () => {
    const { mariadb } = servers;
    const acknowledged: number[] = [];
    let writer = "db-A-0";
    for (let round = 1; round <= rounds; round += 1) {
      const other = `db-${writer.startsWith("db-A") ? "B" : "A"}-${round}`;
      const application = servers.append(writer, round * 100_000);
      await join(writer, other);
      const { length } = application.acknowledged;
      await until("rows are written", () => application.acknowledged.length > length + 20 + Math.floor(Math.random() * 30));
      const began = performance.now();
      servers.kill(writer);
      await mariadb.stop(writer, 0);
      await mariadb.start(servers.writer(other));
      const took = performance.now() - began;
      await application.end();
      acknowledged.push(...application.acknowledged);
      const there = new Set(await numbersOf(other));
      const lost = acknowledged.filter((number) => !there.has(number));
      if (process.env["SANDTABLE_FIGURES"] !== undefined)
        process.stderr.write(
          `round ${round}: ${application.acknowledged.length} acknowledged, ${lost.length} lost, ${there.size - acknowledged.length} more, writer again after ${took.toFixed(0)} ms\n`,
        );
      expect(lost).toEqual([]);
      await mariadb.remove(writer);
      writer = other;
    }
    expect(acknowledged.length).toBeGreaterThan(rounds * 20);
    await mariadb.remove(writer);
  },
  60_000 * rounds,
);
