import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ServerEnded } from "../../../src/parts/databases/ended.js";
import { Postgres } from "../../../src/parts/databases/postgres/postgres.js";
import type { ServerSpec } from "../../../src/parts/databases/spec.js";
import { until } from "../engines.js";
import { master, TestServers } from "./support.js";

let servers: TestServers;
let postgres: Postgres;
let spec: ServerSpec;

beforeAll(async () => {
  servers = await TestServers.begin();
  postgres = new Postgres(servers.options);
  spec = servers.spec("db-TEST", 1);
});
afterAll(async () => {
  expect(await servers.end()).toEqual([]);
});

const query: (sql: string, how?: Parameters<TestServers["query"]>[2]) => Promise<string> = (sql, how) =>
  servers.query(1, sql, how);

async function begin(id: string): Promise<ServerSpec> {
  const begun = servers.spec(id, 1);
  await postgres.make(begun, { kind: "new" });
  await postgres.start(begun);
  await postgres.setMaster(begun, master);
  return begun;
}

describe("a PostgreSQL server", () => {
  test("is made, started and answers the master user over the wire", async () => {
    expect(postgres.observe(spec.id)).toBe("absent");
    await postgres.make(spec, { kind: "new" });
    expect(postgres.observe(spec.id)).toBe("stopped");
    await postgres.start(spec);
    expect(postgres.observe(spec.id)).toBe("ready");
    await postgres.setMaster(spec, master);
    expect(Date.parse(await query("select now()"))).toBeGreaterThan(0);
    expect(await query("show server_version")).toMatch(/^15\./);
    // All once more change nothing.
    await postgres.make(spec, { kind: "new" });
    await postgres.start(spec);
    await postgres.setMaster(spec, master);
    expect(await postgres.health(spec)).toEqual({ role: "writer", receives: false, behind: 0, copies: [] });
  });

  test("the master user is as on RDS: no superuser, makes databases and roles, owns its tables", async () => {
    expect(await query("select rolsuper, rolcreatedb, rolcreaterole from pg_roles where rolname = current_user")).toBe("f|t|t");
    expect(await query("select pg_has_role('rds_superuser', 'member')")).toBe("t");
    await query("create table users (id int); insert into users values (1)");
    expect(await query("select current_database()", { database: "postgres" })).toBe("postgres");
    const owned = "select string_agg(datname, ',' order by datname) from pg_database where datdba = current_user::regrole";
    expect(await query(owned)).toBe("app,postgres");
  });

  test("shows a certificate that the authority signed for its name, and no other", async () => {
    writeFileSync(join(servers.engines.state, "ca.pem"), servers.authority);
    const trust = (host: string): Promise<string> =>
      servers.engines.ask("hub", tlsProgram(servers.address(1), join(servers.engines.state, "ca.pem"), host));
    expect(await trust("database.test")).toBe("authorized");
    expect(await trust("another.test")).toMatch(/ERR_TLS_CERT_ALTNAME_INVALID/);
  });

  test("a connection without TLS, with a wrong password or as a user of its own is refused", async () => {
    expect(await query("select ssl from pg_stat_ssl where pid = pg_backend_pid()")).toBe("t");
    await expect(query("select 1", { ssl: "disable" })).rejects.toThrow(/no pg_hba.conf entry .* no encryption/);
    await expect(query("select 1", { password: "wrong" })).rejects.toThrow(/password authentication failed/);
    for (const user of ["rdsadmin", "rdsrepladmin"])
      await expect(query("select 1", { user, database: "postgres" })).rejects.toThrow(/pg_hba.conf rejects/);
  });

  test("where TLS is not required a connection without it is let in", async () => {
    await postgres.start({ ...spec, requiresTls: false });
    expect(await query("select 1", { ssl: "disable" })).toBe("1");
    await postgres.start(spec);
  });

  test("another master password takes effect while it runs", async () => {
    await postgres.setMaster(spec, { ...master, password: "another-password" });
    expect(await query("select 1", { password: "another-password" })).toBe("1");
    await expect(query("select 1")).rejects.toThrow(/password authentication failed/);
    await postgres.setMaster(spec, master);
  });

  test("another master password makes no database again that was dropped, and takes back none that was given away", async () => {
    await query("create database other");
    await query("drop database app", { database: "other" });
    await query("create role friend", { database: "other" });
    await query("grant friend to current_user", { database: "other" });
    await query("alter database postgres owner to friend", { database: "other" });
    await postgres.setMaster(spec, master);
    const all = "select string_agg(datname, ',' order by datname) from pg_database where not datistemplate";
    expect(await query(all, { database: "other" })).toBe("other,postgres");
    const owner = "select datdba::regrole from pg_database where datname = 'postgres'";
    expect(await query(owner, { database: "other" })).toBe("friend");
    // For those that follow.
    await query("create database app", { database: "other" });
    await query("create table users (id int)");
    await query("insert into users values (1)");
  });

  test("a setting that it can take while it runs is live; one that wants a restart is pending until then", async () => {
    const live = { ...spec, parameters: { work_mem: "1234kB" } };
    await postgres.start(live);
    expect(await query("show work_mem")).toBe("1234kB");
    expect(await postgres.pending(live)).toBe(false);
    const waits = { ...live, parameters: { ...live.parameters, max_connections: "42" } };
    await postgres.start(waits);
    expect(await postgres.pending(waits)).toBe(true);
    expect(await query("show max_connections")).not.toBe("42");
    await postgres.stop(waits.id);
    await postgres.start(waits);
    expect(await query("show max_connections")).toBe("42");
    expect(await postgres.pending(waits)).toBe(false);
  });

  test("stopped and started it still has its data", async () => {
    await postgres.stop(spec.id);
    expect(postgres.observe(spec.id)).toBe("stopped");
    await postgres.stop(spec.id);
    await postgres.start(spec);
    expect(await query("select count(*) from users")).toBe("1");
  });

  test("killed with SIGKILL it recovers what was committed, and who watches is told", async () => {
    await query("insert into users values (2)");
    let told = 0;
    postgres.watch(spec.id, () => (told += 1));
    await postgres.stop(spec.id, 0);
    await until("the watcher is told", () => told > 0);
    // Another may be about to take its place: who only tells it something does not start it.
    await expect(postgres.tell(spec)).rejects.toThrow(ServerEnded);
    expect(postgres.observe(spec.id)).toBe("stopped");
    await postgres.start(spec);
    await postgres.tell(spec);
    expect(await query("select count(*) from users")).toBe("2");
  });

  test("removed it is gone, and removing it again succeeds", async () => {
    await postgres.remove(spec.id);
    expect(postgres.observe(spec.id)).toBe("absent");
    await postgres.remove(spec.id);
  });
});

test("a full disk ends writes and not the data, and a larger one brings them back", async () => {
  const small = { ...servers.spec("db-FULL", 1), storageGiB: 1, keepsLog: false };
  await postgres.make(small, { kind: "new" });
  await postgres.start(small);
  await postgres.setMaster(small, master);
  await query("create table filled (text text); alter table filled alter text set storage external");
  await query("insert into filled values ('before')");
  // More than there is, and as it is said: nothing of it may be kept.
  await expect(query("insert into filled select repeat('x', 1000000) from generate_series(1, 2000)")).rejects.toThrow(
    /No space left on device/,
  );
  expect(postgres.storage(small.id).free).toBeLessThan(256 * 1024 * 1024);
  const larger = { ...small, storageGiB: 3 };
  await until("it answers again", () =>
    postgres.start(larger).then(
      () => true,
      () => false,
    ),
  );
  expect(postgres.storage(small.id).total).toBeGreaterThan(2 * 1024 ** 3);
  await query("insert into filled values ('after')");
  expect(await query("select string_agg(text, ',' order by text desc) from filled")).toBe("before,after");
  await postgres.remove(small.id);
});

test("a server outlives the process that started it, and the next one finds it", async () => {
  const begun = await begin("db-OUTLIVES");
  await postgres.stop(begun.id);
  const starter = spawn(
    process.execPath,
    ["--import", "tsx", join(import.meta.dirname, "starter.ts"), JSON.stringify({ options: servers.options, spec: begun })],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  await once(starter.stdout, "data");
  starter.kill("SIGKILL");
  await once(starter, "exit");
  const next = new Postgres(servers.options);
  expect(next.observe(begun.id)).toBe("ready");
  const began = await query("select pg_postmaster_start_time()");
  await next.start(begun);
  expect(await query("select pg_postmaster_start_time()")).toBe(began);
  await next.remove(begun.id);
});

test("a start that was cut short is taken up again", async () => {
  const cut = servers.spec("db-CUT", 1);
  await postgres.make(cut, { kind: "new" });
  const starting = postgres.start(cut);
  await until("it runs", () => postgres.observe(cut.id) !== "stopped");
  await new Postgres(servers.options).start(cut);
  await starting;
  await postgres.setMaster(cut, master);
  expect(await query("select 1")).toBe("1");
  await postgres.remove(cut.id);
});

/** Speaks PostgreSQL's SSLRequest, then TLS; prints whether the certificate is good for the name. */
const tlsProgram = (address: string, authority: string, name: string): string => `
  const [net, tls, fs] = [require("node:net"), require("node:tls"), require("node:fs")];
  const socket = net.connect(5432, ${JSON.stringify(address)}, () => socket.write(Buffer.from([0, 0, 0, 8, 4, 210, 22, 47])));
  socket.once("data", () => {
    const secure = tls.connect({ socket, ca: fs.readFileSync(${JSON.stringify(authority)}), servername: ${JSON.stringify(name)} });
    secure.on("secureConnect", () => { console.log("authorized"); secure.destroy(); });
    secure.on("error", (error) => { console.log(error.code); socket.destroy(); });
  });`;
