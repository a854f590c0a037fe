import { chownSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { command, run } from "../../host/command.js";
import type { RegionLabel } from "../../host/label.js";
import {
  endContainer,
  execInContainer,
  lastWords,
  observeContainer,
  startContainer,
  type ContainerKey,
} from "../../engine/container.js";
import { imageUser, ociConfig, type ImageUser } from "../../engine/program.js";
import { adminRole, binaries, bootstrapSql, dataFolder, pgHbaConf, postgresqlConf } from "./config.js";
import type { PostgresSpec } from "./spec.js";
import { postgresTemplate } from "./template.js";

/** What the kernel and the server's own files say. */
export type PostgresState = "absent" | "stopped" | "starting" | "ready";

export interface PostgresOptions {
  readonly label: RegionLabel;
  /** Holds one folder a database: `data`, its certificate in it, `config.json`, `log`. */
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
  constructor(private readonly options: PostgresOptions) {}

  /** Make the database's folder: the template's copy and a certificate of its own. Made already succeeds. */
  async create(spec: PostgresSpec): Promise<void> {
    const place = this.place(spec.id);
    if (existsSync(place.data)) return;
    const template = await postgresTemplate(this.options.root, this.options.templates);
    const user = this.user();
    mkdirSync(place.folder, { recursive: true, mode: 0o700 });
    // Renamed when whole, so that a copy cut short is never taken for a database.
    const part = `${place.data}.part`;
    rmSync(part, { recursive: true, force: true });
    await run(command("cp", "-a", "--reflink=auto", template, part));
    await certificate(this.options.root, spec.id, part, user);
    renameSync(part, place.data);
  }

  /** Start the server and give it its master user and first database; resolves when it takes connections. */
  async start(spec: PostgresSpec): Promise<void> {
    const place = this.place(spec.id);
    const key = this.key(spec.id);
    if (observeContainer(key) === undefined) {
      const user = this.user();
      for (const [file, text] of [
        ["postgresql.conf", postgresqlConf(spec)],
        ["pg_hba.conf", pgHbaConf],
      ] as const) {
        writeFileSync(join(place.data, file), text, { mode: 0o600 });
        chownSync(join(place.data, file), user.uid, user.gid);
      }
      // What a killed server left behind would read as ready.
      rmSync(join(place.data, "postmaster.pid"), { force: true });
      const config = ociConfig({
        root: this.options.root,
        user,
        namespace: spec.namespace,
        hostname: spec.id,
        folders: { [dataFolder]: place.data },
        sharedMemoryMiB: Math.max(64, Math.floor(spec.memoryMiB / 4)),
        argv: [`${binaries}/postgres`, "-D", dataFolder],
      });
      await startContainer({ ...key, bundle: place.folder, config, memoryMiB: spec.memoryMiB, vcpus: spec.vcpus });
    }
    while (!accepts(place.data)) {
      if (observeContainer(key) === undefined)
        throw new Error(`PostgreSQL of ${spec.id} ended while starting: ${lastWords(place.folder)}`);
      await pause(5);
    }
    if (existsSync(place.bootstrapped)) return;
    await execInContainer(
      key,
      bootstrapSql(spec),
      `${binaries}/psql`,
      "--no-psqlrc",
      "--quiet",
      "--set=ON_ERROR_STOP=1",
      "--host=/run",
      `--port=${spec.port}`,
      `--username=${adminRole}`,
      "--dbname=postgres",
    );
    writeFileSync(place.bootstrapped, "");
  }

  /** Stop it as RDS does, ending sessions; after `seconds` it is killed. Stopped already succeeds. */
  async stop(id: string, seconds = 20): Promise<void> {
    await endContainer(this.key(id), { signal: "SIGINT", seconds });
  }

  /** End it at once and delete its data. Gone already succeeds. */
  async remove(id: string): Promise<void> {
    await endContainer(this.key(id));
    rmSync(this.place(id).folder, { recursive: true, force: true });
  }

  observe(id: string): PostgresState {
    const place = this.place(id);
    if (!existsSync(place.data)) return "absent";
    if (observeContainer(this.key(id)) === undefined) return "stopped";
    return accepts(place.data) && existsSync(place.bootstrapped) ? "ready" : "starting";
  }

  ready(id: string): boolean {
    return this.observe(id) === "ready";
  }

  private place(id: string): { folder: string; data: string; bootstrapped: string } {
    const folder = join(this.options.folder, id);
    return { folder, data: join(folder, "data"), bootstrapped: join(folder, "bootstrapped") };
  }

  private key(id: string): ContainerKey {
    return { label: this.options.label, owner: id };
  }

  private user(): ImageUser {
    return imageUser(readFileSync(join(this.options.root, "etc/passwd"), "utf8"), "postgres");
  }
}

/** The last line of postmaster.pid is the server's own word for its state; `pg_ctl -w` waits for the same. */
function accepts(data: string): boolean {
  try {
    return readFileSync(join(data, "postmaster.pid"), "utf8").split("\n")[7]?.trim() === "ready";
  } catch {
    return false;
  }
}

/** A self-signed certificate, by the image's own openssl. */
async function certificate(root: string, id: string, data: string, user: ImageUser): Promise<void> {
  const pem = await run(
    command(
      "chroot",
      root,
      ...["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"],
      ...["-days", "3650", "-subj", `/CN=${id}`, "-keyout", "-"],
    ),
  );
  const cut = pem.indexOf("-----BEGIN CERTIFICATE-----");
  for (const [file, text] of [
    ["server.key", pem.slice(0, cut)],
    ["server.crt", pem.slice(cut)],
  ] as const) {
    writeFileSync(join(data, file), `${text.trim()}\n`, { mode: 0o600 });
    chownSync(join(data, file), user.uid, user.gid);
  }
}
