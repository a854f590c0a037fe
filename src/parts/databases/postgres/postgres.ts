import { createHash } from "node:crypto";
import { chownSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { enginePlace, environment, imageUserOf, startEngine } from "../../engine/program.js";
import { command, CommandFailed, run } from "../../host/command.js";
import {
  consoleTail,
  inContainer,
  killContainer,
  observeContainer,
  removeContainer,
  type ContainerPlace,
} from "../../host/container.js";
import type { RegionLabel } from "../../host/label.js";
import { makeCertificate } from "./certificate.js";
import { adminRole, binaries, bootstrapSql, dataFolder, pgHbaConf, postgresqlConf } from "./config.js";
import type { PostgresSpec } from "./spec.js";
import { postgresTemplate } from "./template.js";

/** What the kernel and the server's own files say. */
export type PostgresState = "absent" | "stopped" | "starting" | "ready";

export interface PostgresOptions {
  readonly label: RegionLabel;
  /** Holds one folder a database: `data` with its certificate, `bootstrapped`, and what is kept of its container. */
  readonly folder: string;
  /** Root of the engine image. */
  readonly root: string;
  /** Where the initialised template is kept; shared between regions. */
  readonly templates: string;
}

/**
 * PostgreSQL servers, one container each. Every verb may be repeated; the servers outlive us and are found again by
 * their names.
 */
export class Postgres {
  private template: Promise<string> | undefined;

  constructor(private readonly options: PostgresOptions) {}

  /** Make the database's folder: the template's copy and a certificate of its own. Made already succeeds. */
  async create(spec: PostgresSpec): Promise<void> {
    const place = this.place(spec.id);
    if (existsSync(place.data)) return;
    const { label, root, templates } = this.options;
    this.template ??= postgresTemplate(label, root, templates).finally(() => (this.template = undefined));
    const template = await this.template;
    mkdirSync(place.folder, { recursive: true, mode: 0o700 });
    // Renamed when whole, so that a copy cut short is never taken for a database.
    const part = `${place.data}.part`;
    rmSync(part, { recursive: true, force: true });
    await run(command("cp", "-a", "--reflink=auto", template, part));
    await makeCertificate(root, spec.id, part, imageUserOf(root, "postgres"));
    renameSync(part, place.data);
  }

  /**
   * Start the server and give it its master user and first database; resolves when it takes connections. A master password
   * that is another than before is changed.
   */
  async start(spec: PostgresSpec): Promise<void> {
    const place = this.place(spec.id);
    if (observeContainer(place).state === "stopped") await this.startServer(spec, place);
    while (!accepts(place.data)) {
      if (observeContainer(place).state === "stopped")
        throw new Error(`PostgreSQL of ${spec.id} ended while starting: ${consoleTail(place, 1500)}`);
      await pause(5);
    }
    const sql = bootstrapSql(spec);
    const told = createHash("sha256").update(sql).digest("hex");
    if (readIfThere(place.bootstrapped) === told) return;
    const psql = inContainer(
      place,
      [
        ...[`${binaries}/psql`, "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1"],
        ...["--host=/run", `--port=${spec.port}`, `--username=${adminRole}`, "--dbname=postgres"],
      ],
      { env: environment },
    );
    await run({ ...psql, stdin: sql }).catch((error: unknown) => {
      // Not the command itself, which holds the password.
      throw new Error(
        `PostgreSQL of ${spec.id} did not take its master user: ${error instanceof CommandFailed ? error.stderr : ""}`,
      );
    });
    writeFileSync(place.bootstrapped, told, { mode: 0o600 });
  }

  /** Stop it as RDS does, ending sessions; after `seconds` it is killed. Stopped already succeeds. */
  async stop(id: string, seconds = 20): Promise<void> {
    const place = this.place(id);
    const seen = observeContainer(place);
    if (seen.state === "running") {
      interrupt(seen.pid);
      const until = Date.now() + seconds * 1000;
      while (observeContainer(place).state === "running" && Date.now() < until) await pause(5);
    }
    await killContainer(place);
  }

  /** End it at once and delete its data. Gone already succeeds. */
  async remove(id: string): Promise<void> {
    await killContainer(this.place(id));
    await removeContainer(this.place(id));
  }

  observe(id: string): PostgresState {
    const place = this.place(id);
    if (!existsSync(place.data)) return "absent";
    if (observeContainer(place).state === "stopped") return "stopped";
    return accepts(place.data) && existsSync(place.bootstrapped) ? "ready" : "starting";
  }

  ready(id: string): boolean {
    return this.observe(id) === "ready";
  }

  private async startServer(spec: PostgresSpec, place: Place): Promise<void> {
    const user = imageUserOf(this.options.root, "postgres");
    for (const [file, text] of [
      ["postgresql.conf", postgresqlConf(spec)],
      ["pg_hba.conf", pgHbaConf],
    ] as const) {
      writeFileSync(join(place.data, file), text, { mode: 0o600 });
      chownSync(join(place.data, file), user.uid, user.gid);
    }
    // What a killed server left behind would read as ready.
    rmSync(join(place.data, "postmaster.pid"), { force: true });
    await startEngine(place, {
      root: this.options.root,
      user: "postgres",
      namespace: spec.namespace,
      hostname: "database",
      folders: { [dataFolder]: place.data },
      sharedMemoryMiB: Math.max(64, Math.floor(spec.memoryMiB / 4)),
      limits: { memoryBytes: spec.memoryMiB * 1024 * 1024, cpus: spec.vcpus },
      argv: [`${binaries}/postgres`, "-D", dataFolder],
    });
  }

  private place(id: string): Place {
    const folder = join(this.options.folder, id);
    return {
      ...enginePlace(this.options.label, id, folder),
      data: join(folder, "data"),
      bootstrapped: join(folder, "bootstrapped"),
    };
  }
}

interface Place extends ContainerPlace {
  readonly data: string;
  /** Holds a digest of what the server was told of users and databases. */
  readonly bootstrapped: string;
}

/** The last line of postmaster.pid is the server's own word for its state; `pg_ctl -w` waits for the same. */
const accepts = (data: string): boolean => readIfThere(join(data, "postmaster.pid"))?.split("\n")[7]?.trim() === "ready";

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}

function interrupt(pid: number): void {
  try {
    process.kill(pid, "SIGINT");
  } catch {
    // It ended by itself just now.
  }
}
