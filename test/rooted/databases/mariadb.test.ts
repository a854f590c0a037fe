import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ServerEnded } from "../../../src/parts/databases/ended.js";
import type { ServerSpec } from "../../../src/parts/databases/spec.js";
import { until } from "../engines.js";
import { master, TestServers } from "./mariadbs.js";

let servers: TestServers;
let spec: ServerSpec;

beforeAll(async () => {
  servers = await TestServers.begin("db-ONE");
  spec = servers.writer("db-ONE");
});
afterAll(async () => {
  expect(await servers.end()).toEqual([]);
});

const query = (...args: Parameters<TestServers["query"]> extends [string, ...infer Rest] ? Rest : never): Promise<string> =>
  servers.query("db-ONE", ...args);

describe("a MariaDB server", () => {
  test("is made, started, given its master user, and answers him over the wire", async () => {
    const { mariadb } = servers;
    expect(mariadb.observe(spec.id)).toBe("absent");
    await mariadb.make(spec, { kind: "new" });
    expect(mariadb.observe(spec.id)).toBe("stopped");
    await mariadb.start(spec);
    await mariadb.setMaster(spec, master);
    expect(mariadb.observe(spec.id)).toBe("ready");
    expect(await query("select version(), database()")).toMatch(/^10\.11\..*\tapp$/);
    // All once more change nothing.
    await mariadb.make(spec, { kind: "new" });
    await mariadb.start(spec);
    await mariadb.setMaster(spec, master);
    expect(await mariadb.health(spec)).toEqual({ role: "writer", receives: false, behind: 0, copies: [] });
  });

  test("the master user is as on RDS: rights on everything, to be passed on, but none over the server", async () => {
    const grants = await query("show grants");
    expect(grants).toMatch(/GRANT .*RELOAD.*CREATE USER.* ON \*\.\* TO .* WITH GRANT OPTION/);
    expect(grants).not.toMatch(/SUPER|FILE|SHUTDOWN|READ_ONLY ADMIN|ALL PRIVILEGES/);
    await query("create table users (id int primary key); insert into users values (1); create database other");
    await query("create user web@'%' identified by 'w'; grant select on app.* to web@'%'");
    expect(await query("select count(*) from users", { user: "web", password: "w" })).toBe("1");
    await expect(query("set global max_connections = 5")).rejects.toThrow(/Access denied/);
  });

  test("nobody else is let in: no anonymous user, no test database, no control user over the wire", async () => {
    expect(await query("select group_concat(concat(user, '@', host) order by user) from mysql.user")).toBe(
      "flask@%,mariadb.sys@localhost,mysql@localhost,rdsadmin@localhost,rdsrepladmin@%,web@%",
    );
    expect((await query("show databases")).split("\n")).not.toContain("test");
    await expect(query("select 1", { password: "wrong" })).rejects.toThrow(/Access denied/);
    await expect(query("select 1", { user: "rdsadmin", database: "mysql" })).rejects.toThrow(/Access denied/);
    await expect(query("select 1", { user: "", database: "mysql" })).rejects.toThrow(/Access denied/);
  });

  test("a connection may be encrypted, and has to be where the spec says so", async () => {
    expect(
      await query("select variable_value <> '' from information_schema.session_status where variable_name = 'ssl_cipher'"),
    ).toBe("1");
    expect(await query("select 1", { tls: false })).toBe("1");
    spec = { ...spec, requiresTls: true };
    await servers.mariadb.start(spec);
    await expect(query("select 1", { tls: false })).rejects.toThrow(/Access denied/);
    expect(await query("select 1")).toBe("1");
  });

  test("its memory follows the instance class, and it stays within it while half a gigabyte is written", async () => {
    expect(await query("select @@innodb_buffer_pool_size, @@max_connections")).toBe("805306368\t85");
    await query(`create table large (id int auto_increment primary key, text longblob);
      insert into large (text) values (repeat('x', 4000000));
      ${"insert into large (text) select text from large;".repeat(7)} select sum(length(text)) from large`);
    expect(await query("select count(*) from large")).toBe("128");
    await query("drop table large");
    expect((await servers.mariadb.metrics(spec)).memoryFree).toBeGreaterThan(0);
  });

  test("a parameter that is read at any time takes effect at once; another one waits for a restart", async () => {
    const { mariadb } = servers;
    spec = { ...spec, parameters: { max_connections: "40", wait_timeout: "1000" } };
    await mariadb.start(spec);
    expect(await query("select @@max_connections, @@global.wait_timeout")).toBe("40\t1000");
    expect(await mariadb.pending(spec)).toBe(false);
    spec = { ...spec, parameters: { wait_timeout: "1000", "back-log": "77" } };
    await mariadb.start(spec);
    expect(await query("select @@max_connections, @@back_log = 77")).toBe("85\t0");
    expect(await mariadb.pending(spec)).toBe(true);
    await mariadb.stop(spec.id);
    await mariadb.start(spec);
    expect(await query("select @@back_log")).toBe("77");
    expect(await mariadb.pending(spec)).toBe(false);
    spec = { ...spec, parameters: {} };
    await mariadb.start(spec);
    expect(await query("select @@global.wait_timeout")).toBe("28800");
  });

  test("another master password takes effect at once; what the user lost of its rights comes back with it", async () => {
    await query("revoke event on *.* from flask@'%'");
    await servers.mariadb.setMaster(spec, { ...master, password: "another" });
    expect(await query("show grants", { password: "another" })).toMatch(/EVENT/);
    await expect(query("select 1")).rejects.toThrow(/Access denied/);
    await servers.mariadb.setMaster(spec, master);
  });

  test("stopped and started it still has its data, and a database that was dropped does not come back", async () => {
    const { mariadb } = servers;
    await query("drop database other");
    await mariadb.stop(spec.id);
    expect(mariadb.observe(spec.id)).toBe("stopped");
    await mariadb.stop(spec.id);
    await mariadb.start(spec);
    expect(await query("select count(*) from users")).toBe("1");
    await mariadb.setMaster(spec, { ...master, databaseName: "other" });
    expect((await query("show databases")).split("\n")).not.toContain("other");
  });

  test("killed with SIGKILL it recovers what was committed; who watches it hears of its end", async () => {
    await query("insert into users values (2)");
    let ended = 0;
    servers.mariadb.watch(spec.id, () => (ended += 1));
    servers.kill(spec.id);
    await until("it is told", () => ended === 1);
    expect(servers.mariadb.observe(spec.id)).toBe("stopped");
    // Another may be about to take its place: who only tells it something does not start it.
    await expect(servers.mariadb.tell(spec)).rejects.toThrow(ServerEnded);
    expect(servers.mariadb.observe(spec.id)).toBe("stopped");
    await servers.mariadb.start(spec);
    await servers.mariadb.tell(spec);
    expect(await query("select count(*) from users")).toBe("2");
  });

  test("its logs are files of RDS's names, which nobody else on the host can read", async () => {
    const { mariadb } = servers;
    spec = { ...spec, parameters: { general_log: "1", slow_query_log: "1", long_query_time: "0", log_output: "FILE" } };
    await mariadb.start(spec);
    await query("select 'seen in the logs'");
    expect(mariadb.logs(spec.id).map(({ name }) => name)).toEqual(
      expect.arrayContaining(["error/mysql-error.log", "general/mysql-general.log", "slowquery/mysql-slowquery.log"]),
    );
    expect(mariadb.readLog(spec.id, "general/mysql-general.log", 0, 1_000_000)?.toString()).toContain("seen in the logs");
    expect(mariadb.readLog(spec.id, "slowquery/mysql-slowquery.log", 0, 1_000_000)?.toString()).toContain("seen in the logs");
    expect(mariadb.readLog(spec.id, "error/mysql-error.log", 0, 1_000_000)?.toString()).toContain("ready for connections");
    expect(mariadb.readLog(spec.id, "../server.key", 0, 10)).toBeUndefined();
    // What is old goes, and the server writes on.
    mariadb.pruneLogs(spec.id, Date.now() + 1000);
    await query("select 'seen afterwards'");
    const general = mariadb.readLog(spec.id, "general/mysql-general.log", 0, 1_000_000)?.toString();
    expect(general).toContain("seen afterwards");
    expect(general).not.toContain("seen in the logs");
    spec = { ...spec, parameters: {} };
    await mariadb.start(spec);
  });

  test("no password is in its logs, its settings, its console or the arguments of a process", async () => {
    const { mariadb, options } = servers;
    await mariadb.setMaster(spec, master);
    const folder = join(options.folder, spec.id);
    const texts = [
      ...mariadb.logs(spec.id).map(({ name }) => mariadb.readLog(spec.id, name, 0, 10_000_000)?.toString() ?? ""),
      ...["config.json", "console.log", "started.cnf"].map((file) => readFileSync(join(folder, file), "utf8")),
      ...readdirSync("/proc")
        .filter((pid) => /^\d+$/.test(pid))
        .map((pid) => {
          try {
            return readFileSync(`/proc/${pid}/cmdline`, "utf8");
          } catch {
            return "";
          }
        }),
    ];
    for (const secret of [master.password, spec.replicationPassword])
      expect(texts.filter((text) => text.includes(secret))).toEqual([]);
  });

  test("removed it is gone, and removing it again succeeds", async () => {
    await servers.mariadb.remove(spec.id);
    expect(servers.mariadb.observe(spec.id)).toBe("absent");
    await servers.mariadb.remove(spec.id);
  });
});

test("a server outlives the process that started it, and the next one finds it", async () => {
  const starter = spawn(process.execPath, ["--import", "tsx", join(import.meta.dirname, "mariadbstarter.ts")], {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, WISH: JSON.stringify({ options: servers.options, spec, master }) },
  });
  await once(starter.stdout, "data");
  starter.kill("SIGKILL");
  await once(starter, "exit");
  expect(servers.mariadb.observe(spec.id)).toBe("ready");
  const [, pid] = [await servers.mariadb.start(spec), await query("select @@pid_file, @@server_id, connection_id() < 1000")];
  expect(pid).toMatch(/1$/);
  await servers.mariadb.remove(spec.id);
});

test("a start that was cut short is taken up again", async () => {
  const { mariadb } = servers;
  await mariadb.make(spec, { kind: "new" });
  const starting = mariadb.start(spec);
  await until("it runs", () => mariadb.observe(spec.id) !== "stopped");
  await servers.mariadb.start(spec);
  await starting;
  await mariadb.setMaster(spec, master);
  expect(await query("select 1")).toBe("1");
  await mariadb.remove(spec.id);
});
