import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { imageUserOf, type EngineProgram, type ImageUser } from "../../engine/program.js";
import { command, run } from "../../host/command.js";
import { ownedFolder } from "../files.js";
import { inside, type EngineOptions, type ServerPlace } from "../place.js";
import type { Origin, ServerSpec } from "../spec.js";
import { diskFolders, logFolders, passwd, redoLogBytes } from "./config.js";
import { restoreInto } from "./restore.js";
import { mariadbTemplate } from "./template.js";

export const engineUser = (options: EngineOptions): ImageUser => imageUserOf(options.root, "mysql");

/** The program of a server on its place, but for what it runs. */
export const engineProgram = (
  options: EngineOptions,
  spec: ServerSpec,
  place: ServerPlace,
  argv: EngineProgram["argv"],
): EngineProgram => ({
  root: options.root,
  user: "mysql",
  namespace: spec.namespace,
  hostname: "database",
  folders: { [inside.disk]: place.disk, [inside.outbox]: place.outbox, "/etc/passwd": passwdFile(place) },
  limits: { memoryBytes: spec.memoryMiB * 1024 * 1024, cpus: spec.vcpus },
  argv,
});

const passwdFile = (place: ServerPlace): string => join(place.folder, "passwd");

/** Make the data of a server on its mounted disk; what an earlier attempt left half-made is made anew. */
export async function makeData(options: EngineOptions, spec: ServerSpec, place: ServerPlace, origin: Origin): Promise<void> {
  const user = engineUser(options);
  writeFileSync(passwdFile(place), passwd(user), { mode: 0o644 });
  if (existsSync(place.data)) return;
  const making = `${place.data}.making`;
  for (const folder of [making, ...diskFolders.map((name) => join(place.disk, name))])
    rmSync(folder, { recursive: true, force: true });
  for (const folder of [place.disk, place.log, place.outbox]) ownedFolder(folder, user);
  for (const name of diskFolders) ownedFolder(join(place.disk, name), user);
  for (const name of logFolders) ownedFolder(join(place.log, name), user);
  if (origin.kind === "new") await copyFolder(await mariadbTemplate(options), making);
  else await restoreInto(options, spec, place, origin, making);
  // The copy left holes in it; on a full disk they could not be filled, and InnoDB would end.
  await run(command("fallocate", "--length", String(redoLogBytes), join(making, "ib_logfile0")));
  renameSync(making, place.data);
}

export async function copyFolder(from: string, to: string): Promise<void> {
  mkdirSync(join(to, ".."), { recursive: true });
  await run(command("cp", "-a", "--reflink=auto", "--sparse=always", from, to), { timeout: 3_600_000 });
}

/** MariaDB keeps what a server copies in this file, for as long as it does. */
export const copiesAnother = (place: ServerPlace): boolean => existsSync(join(place.data, "master.info"));
