import { join } from "node:path";
import type { ImageUser } from "../../engine/program.js";
import { readIfThere, writeOwned } from "../files.js";
import { inside, type ServerPlace } from "../place.js";
import type { ServerSpec } from "../spec.js";
import { files, settingsChanged, settingsIn, settingsText, type Settings } from "./config.js";
import { literal, settingValue } from "./quoting.js";
import type { Query } from "./session.js";

/** A file that the server knows by its place inside the container. */
const onHost = (file: string, place: ServerPlace): string => join(place.disk, file.slice(inside.disk.length + 1));

/** What the running server was started with, as `settingsText` wrote it. */
const startedWith = (place: ServerPlace): string => join(place.folder, "started.cnf");

/** Write what the server reads when it starts. */
export function writeForStart(spec: ServerSpec, settings: Settings, place: ServerPlace, user: ImageUser): void {
  writeCertificate(spec, place, user);
  writeChanged(onHost(files.settings, place), settingsText(settings), user);
  writeChanged(startedWith(place), settingsText(settings), user);
}

/** Gives whether it is another than before. Where it is not, a full disk does not matter. */
function writeChanged(file: string, text: string, user: ImageUser): boolean {
  if (readIfThere(file) === text) return false;
  writeOwned(file, text, user);
  return true;
}

/** Gives whether it is another than before. */
function writeCertificate({ certificate }: ServerSpec, place: ServerPlace, user: ImageUser): boolean {
  const key = writeChanged(onHost(files.key, place), certificate.key, user);
  return writeChanged(onHost(files.certificate, place), certificate.certificate, user) || key;
}

/** Tell a running server what it can take while it runs; the rest waits in its file. */
export async function tellSettings(
  spec: ServerSpec,
  settings: Settings,
  place: ServerPlace,
  user: ImageUser,
  query: Query,
): Promise<void> {
  if (writeCertificate(spec, place, user)) await query("FLUSH SSL");
  const file = onHost(files.settings, place);
  const changed = settingsChanged(settingsIn(readIfThere(file) ?? ""), settings);
  if (changed.length === 0) return;
  const fixed = await fixedOf(changed, query);
  for (const [name, value] of changed) {
    if (fixed.has(name)) continue;
    await query(`SET GLOBAL ${name} = ${value === undefined ? "DEFAULT" : settingValue(value)}`);
  }
  // After it was told: a death in between has it told again.
  writeOwned(file, settingsText(settings), user);
}

/** Does what it runs with differ in something that it reads only when it starts? */
export async function isPending(settings: Settings, place: ServerPlace, query: Query): Promise<boolean> {
  const changed = settingsChanged(settingsIn(readIfThere(startedWith(place)) ?? ""), settings);
  return (await fixedOf(changed, query)).size > 0;
}

/** Those of the settings that a running server does not change; one that it does not know is among them. */
async function fixedOf(
  changed: readonly (readonly [name: string, value: unknown])[],
  query: Query,
): Promise<ReadonlySet<string>> {
  if (changed.length === 0) return new Set();
  const rows = await query<{ name: string }>(
    `SELECT LOWER(VARIABLE_NAME) AS name FROM information_schema.SYSTEM_VARIABLES WHERE READ_ONLY = 'NO'
       AND VARIABLE_NAME IN (${changed.map(([name]) => literal(name)).join(", ")})`,
  );
  const free = new Set(rows.map(({ name }) => name));
  return new Set(changed.map(([name]) => name).filter((name) => !free.has(name.toLowerCase())));
}
