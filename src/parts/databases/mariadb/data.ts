import { chmodSync, existsSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { command, run } from "../../host/command.js";
import { ownedFolder, readIfThere } from "../files.js";
import { serverPlace, type EngineOptions, type ServerPlace } from "../place.js";
import type { Origin, ServerSpec } from "../spec.js";
import { diskFolders, logFolders, passwd, redoLogBytes } from "./config.js";
import { copyFolder, engineUser, passwdFile } from "./program.js";
import { restoreInto } from "./restore.js";
import { mariadbTemplate } from "./template.js";

/** Make the data of a server on its mounted disk; what an earlier attempt left half-made is made anew. */
export async function makeData(options: EngineOptions, spec: ServerSpec, place: ServerPlace, origin: Origin): Promise<void> {
  const user = engineUser(options);
  // Not while it is the same: a session that begins while it is empty is refused.
  if (readIfThere(passwdFile(place)) !== passwd(user)) writeFileSync(passwdFile(place), passwd(user));
  // Whatever the umask here: the server's user has to read it.
  chmodSync(passwdFile(place), 0o644);
  if (existsSync(place.data)) return;
  const making = `${place.data}.making`;
  for (const folder of [making, ...diskFolders.map((name) => join(place.disk, name))])
    rmSync(folder, { recursive: true, force: true });
  for (const folder of [place.disk, place.log, place.outbox]) ownedFolder(folder, user);
  for (const name of diskFolders) ownedFolder(join(place.disk, name), user);
  for (const name of logFolders) ownedFolder(join(place.log, name), user);
  if (origin.kind === "new" || (origin.kind === "server" && origin.fromItsBeginning === true))
    await copyFolder(await mariadbTemplate(options), making);
  else {
    const writer = origin.kind === "server" ? serverPlace(options, origin.id) : undefined;
    await restoreInto(options, spec, place, origin, writer, making);
  }
  // The copy left holes in it; on a full disk they could not be filled, and InnoDB would end.
  await run(command("fallocate", "--length", String(redoLogBytes), join(making, "ib_logfile0")));
  renameSync(making, place.data);
}

/** MariaDB keeps what a server copies in this file, for as long as it does. */
export const copiesAnother = (place: ServerPlace): boolean => existsSync(join(place.data, "master.info"));
