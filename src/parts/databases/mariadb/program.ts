import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { imageUserOf, type EngineProgram, type ImageUser } from "../../engine/program.js";
import { inside, type EngineOptions, type ServerPlace } from "../place.js";
import { copyData, serverProgram } from "../program.js";
import type { ServerSpec } from "../spec.js";

export const engineUser = (options: EngineOptions): ImageUser => imageUserOf(options.root, "mysql");

/** The program of a server on its place, but for what it runs. */
export const engineProgram = (
  options: EngineOptions,
  spec: ServerSpec,
  place: ServerPlace,
  argv: EngineProgram["argv"],
): EngineProgram => ({
  ...serverProgram(options, spec, place, "mysql", argv),
  folders: { [inside.disk]: place.disk, [inside.outbox]: place.outbox, "/etc/passwd": passwdFile(place) },
});

export const passwdFile = (place: ServerPlace): string => join(place.folder, "passwd");

export async function copyFolder(from: string, to: string): Promise<void> {
  mkdirSync(dirname(to), { recursive: true });
  await copyData(from, to);
}
