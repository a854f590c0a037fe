import { spawn } from "node:child_process";
import { join } from "node:path";
import { MariaDb } from "../../../src/parts/databases/mariadb/mariadb.js";
import { variableOf } from "../../../src/parts/databases/mariadb/replication.js";
import { withSession } from "../../../src/parts/databases/mariadb/session.js";
import { serverPlace, type EngineOptions } from "../../../src/parts/databases/place.js";
import type { ServerSpec } from "../../../src/parts/databases/spec.js";
import { command, inNamespace, run } from "../../../src/parts/host/command.js";
import { writeSysctls } from "../../../src/parts/host/namespaces.js";
import { firstProcess } from "../../../src/parts/host/container.js";
import { TestEngines } from "../engines.js";

export const master = { username: "flask", password: "it's a $ecret;--\\", databaseName: "app" } as const;

/** MariaDB servers of one test, each in a namespace of its own, and an application that speaks to them over the wire. */
export class TestServers {
  private constructor(
    readonly engines: TestEngines,
    readonly options: EngineOptions,
    private readonly slots: readonly string[],
    private readonly certificate: ServerSpec["certificate"],
  ) {}

  /** Namespaces for servers, at 10.99.1.2, 10.99.2.2, and so on; a server `db-A-7` is in `db-A`. */
  static async begin(...slots: readonly string[]): Promise<TestServers> {
    const engines = await TestEngines.begin();
    await engines.wire("application", ...slots);
    await writeSysctls(new Map([[engines.named("application"), new Map([["ipv4/ip_forward", "1"]])]]));
    const { label, root, templates } = engines;
    const options = { label, folder: join(engines.state, "databases"), root, templates };
    return new TestServers(engines, options, slots, await certificate(root));
  }

  /** Take everything down; gives what is left, which is nothing, nor a device whose disk is gone. */
  async end(): Promise<string[]> {
    const left = await this.engines.end();
    const devices = await run(command("losetup", "--list", "--noheadings", "--output", "NAME,BACK-FILE"));
    return [...left, ...devices.split("\n").filter((line) => line.includes(this.engines.state))];
  }

  /** As a region that has just come up would have it. */
  get mariadb(): MariaDb {
    return new MariaDb(this.options);
  }

  address(id: string): string {
    return `10.99.${this.slots.findIndex((slot) => id.startsWith(slot)) + 1}.2`;
  }

  writer(id: string, other: Partial<ServerSpec> = {}): ServerSpec {
    return {
      id,
      namespace: this.engines.named(this.slots.find((slot) => id.startsWith(slot)) ?? id),
      port: 3306,
      memoryMiB: 1024,
      vcpus: 2,
      storageGiB: 2,
      parameters: {},
      requiresTls: false,
      certificate: this.certificate,
      replication: { role: "writer", acknowledges: [] },
      replicationPassword: "co'py\\",
      keepsLog: false,
      ...other,
    };
  }

  /** One that copies `from`. */
  reader(id: string, from: string, other: Partial<ServerSpec> = {}): ServerSpec {
    const replication = { role: "reader", from: { id: from, address: this.address(from), port: 3306 } } as const;
    return this.writer(id, { replication, ...other });
  }

  origin(id: string): { kind: "server"; id: string; address: string; port: number } {
    return { kind: "server", id, address: this.address(id), port: 3306 };
  }

  /** Statements from the application's namespace, by the mariadb client over the wire; gives rows by the line. */
  query(
    id: string,
    sql: string,
    how: { password?: string; user?: string; tls?: boolean; database?: string } = {},
  ): Promise<string> {
    const { password = master.password, user = master.username, tls = true, database = "app" } = how;
    const client = command(
      ...(["chroot", this.engines.root, "mariadb", "--no-defaults", "--batch", "--skip-column-names"] as const),
      ...[`--host=${this.address(id)}`, `--user=${user}`, tls ? "--ssl" : "--skip-ssl", "--connect-timeout=5", database],
    );
    return run({ ...inNamespace(this.engines.named("application"), client), stdin: sql }, { env: { MYSQL_PWD: password } });
  }

  /** A statement of the control user. */
  control(id: string, sql: string): Promise<unknown> {
    return withSession(serverPlace(this.options, id), (query) => query(sql));
  }

  /** A system variable of the server. */
  variable(id: string, name: string): Promise<string> {
    return withSession(serverPlace(this.options, id), (query) => variableOf(query, name));
  }

  /** End the server as a crash would: its processes are killed, and nobody is told. */
  kill(id: string): void {
    const pid = firstProcess(serverPlace(this.options, id));
    if (pid === undefined) throw new Error(`${id} does not run`);
    process.kill(pid, "SIGKILL");
  }

  /**
   * An application that appends numbered rows to `app.rows` from `first` on, one at a time, until it is ended or the server is gone.
   * Gives the numbers that were acknowledged.
   */
  append(id: string, first: number): { readonly acknowledged: readonly number[]; end(): Promise<void> } {
    const acknowledged: number[] = [];
    const child = spawn(
      "nsenter",
      [`--net=/run/netns/${this.engines.named("application")}`, process.execPath, "--input-type=module", "-e", appender],
      {
        stdio: ["ignore", "pipe", "ignore"],
        env: { ...process.env, HOST: this.address(id), NAME: master.username, SECRET: master.password, FIRST: String(first) },
      },
    );
    const ended = new Promise<void>((resolve) => child.stdout.once("close", resolve));
    let rest = "";
    child.stdout.on("data", (chunk: Buffer) => {
      const lines = `${rest}${chunk.toString()}`.split("\n");
      rest = lines.pop() ?? "";
      acknowledged.push(...lines.map(Number));
    });
    return {
      acknowledged,
      end: async () => {
        child.kill("SIGKILL");
        await ended;
      },
    };
  }
}

/** It prints a number once the server has answered the commit of its row; written before it asks for the next. */
const appender = `
import { createConnection } from "mysql2/promise";
import { writeSync } from "node:fs";
const { HOST: host, NAME: user, SECRET: password, FIRST } = process.env;
const connection = await createConnection({ host, user, password, database: "app" });
connection.on("error", () => process.exit());
for (let number = Number(FIRST); ; number += 1) {
  await connection.query("INSERT INTO numbered (number) VALUES (" + number + ")");
  writeSync(1, number + "\\n");
}
`;

/** By the image's own openssl. */
async function certificate(root: string): Promise<ServerSpec["certificate"]> {
  const pem = await run(
    command(
      ...([
        "chroot",
        root,
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:prime256v1",
        "-nodes",
      ] as const),
      ...["-days", "3650", "-subj", "/CN=database.test", "-keyout", "-"],
    ),
  );
  const cut = pem.indexOf("-----BEGIN CERTIFICATE-----");
  return { key: `${pem.slice(0, cut).trim()}\n`, certificate: `${pem.slice(cut).trim()}\n` };
}
