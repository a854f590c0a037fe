import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Postgres, type PostgresOptions } from "../../../src/parts/databases/postgres/postgres.js";
import type { PostgresSpec } from "../../../src/parts/databases/postgres/spec.js";
import { command, inNamespace, run } from "../../../src/parts/host/command.js";
import { TestEngines, until } from "../engines.js";

let engines: TestEngines;
let options: PostgresOptions;
let spec: PostgresSpec;

beforeAll(async () => {
  engines = await TestEngines.begin();
  await engines.wire("database", "application");
  options = {
    label: engines.label,
    folder: join(engines.state, "databases"),
    root: engines.root,
    templates: engines.templates,
  };
  spec = {
    id: "db-TEST",
    namespace: engines.named("database"),
    port: 5432,
    masterUsername: "flask",
    masterPassword: "it's a $ecret;--",
    databaseName: "app",
    memoryMiB: 1024,
    vcpus: 2,
  };
});
afterAll(async () => {
  expect(await engines.end()).toEqual([]);
});

/** A query from the application's namespace, by psql over the wire. */
const query = (sql: string, how: { password?: string; user?: string; ssl?: string; database?: string } = {}): Promise<string> => {
  const to = `host=10.99.1.1 user=${how.user ?? "flask"} dbname=${how.database ?? "app"} sslmode=${how.ssl ?? "prefer"}`;
  const psql = command("chroot", engines.root, "psql", "--no-psqlrc", "-qAt", "-c", sql, to);
  return run(inNamespace(engines.named("application"), psql), {
    env: { PGPASSWORD: how.password ?? spec.masterPassword, LC_ALL: "C.UTF-8" },
  });
};

describe("a PostgreSQL server", () => {
  test("is made, started and answers the master user over the wire", async () => {
    const postgres = new Postgres(options);
    expect(postgres.observe(spec.id)).toBe("absent");
    await postgres.create(spec);
    expect(postgres.observe(spec.id)).toBe("stopped");
    await postgres.start(spec);
    expect(postgres.observe(spec.id)).toBe("ready");
    expect(Date.parse(await query("select now()"))).toBeGreaterThan(0);
    expect(await query("show server_version")).toMatch(/^15\./);
    // Both once more change nothing.
    await postgres.create(spec);
    await postgres.start(spec);
  });

  test("the master user is as on RDS: no superuser, makes databases and roles, owns its tables", async () => {
    expect(await query("select rolsuper, rolcreatedb, rolcreaterole from pg_roles where rolname = current_user")).toBe("f|t|t");
    expect(await query("select pg_has_role('rds_superuser', 'member')")).toBe("t");
    await query("create table users (id int); insert into users values (1)");
    expect(await query("select current_database()", { database: "postgres" })).toBe("postgres");
  });

  test("a connection is encrypted; one without TLS, with a wrong password or as the control role is refused", async () => {
    expect(await query("select ssl from pg_stat_ssl where pid = pg_backend_pid()")).toBe("t");
    await expect(query("select 1", { ssl: "disable" })).rejects.toThrow(/no pg_hba.conf entry .* no encryption/);
    await expect(query("select 1", { password: "wrong" })).rejects.toThrow(/password authentication failed/);
    await expect(query("select 1", { user: "rdsadmin", database: "postgres" })).rejects.toThrow(/pg_hba.conf rejects/);
  });

  test("another master password takes effect at the next start", async () => {
    const before = spec;
    spec = { ...spec, masterPassword: "another-password" };
    await new Postgres(options).start(spec);
    expect(await query("select 1")).toBe("1");
    await expect(query("select 1", { password: before.masterPassword })).rejects.toThrow(/password authentication failed/);
  });

  test("stopped and started it still has its data", async () => {
    const postgres = new Postgres(options);
    await postgres.stop(spec.id);
    expect(postgres.observe(spec.id)).toBe("stopped");
    await postgres.stop(spec.id);
    await postgres.start(spec);
    expect(await query("select count(*) from users")).toBe("1");
  });

  test("killed with SIGKILL it recovers what was committed", async () => {
    await query("insert into users values (2)");
    const postgres = new Postgres(options);
    await postgres.stop(spec.id, 0);
    await postgres.start(spec);
    expect(await query("select count(*) from users")).toBe("2");
  });

  test("removed it is gone, and removing it again succeeds", async () => {
    const postgres = new Postgres(options);
    await postgres.remove(spec.id);
    expect(postgres.observe(spec.id)).toBe("absent");
    await postgres.remove(spec.id);
  });
});

test("a server outlives the process that started it, and the next one finds it", async () => {
  const starter = spawn(
    process.execPath,
    ["--import", "tsx", join(import.meta.dirname, "starter.ts"), JSON.stringify({ options, spec })],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  await once(starter.stdout, "data");
  starter.kill("SIGKILL");
  await once(starter, "exit");
  const postgres = new Postgres(options);
  expect(postgres.observe(spec.id)).toBe("ready");
  const began = await query("select pg_postmaster_start_time()");
  await postgres.start(spec);
  expect(await query("select pg_postmaster_start_time()")).toBe(began);
  await postgres.remove(spec.id);
});

test("a start that was cut short between copy and first start is taken up again", async () => {
  const postgres = new Postgres(options);
  await postgres.create(spec);
  const starting = postgres.start(spec);
  await until("it runs", () => postgres.observe(spec.id) !== "stopped");
  await new Postgres(options).start(spec);
  await starting;
  expect(await query("select 1")).toBe("1");
  await postgres.remove(spec.id);
});
