import { createHash } from "node:crypto";
import { statSync } from "node:fs";
import { join } from "node:path";
import type { EngineProgram } from "../engine/program.js";
import { command, run } from "../host/command.js";
import { inside, type EngineOptions, type ServerPlace } from "./place.js";
import type { ServerSpec } from "./spec.js";

/** A program of a server on its place: as this user of the image, with the limits of its class. */
export const serverProgram = (
  { root }: EngineOptions,
  spec: ServerSpec,
  place: ServerPlace,
  user: string,
  argv: EngineProgram["argv"],
): EngineProgram => ({
  root,
  user,
  namespace: spec.namespace,
  hostname: "database",
  folders: { [inside.disk]: place.disk, [inside.outbox]: place.outbox },
  limits: { memoryBytes: spec.memoryMiB * 1024 * 1024, cpus: spec.vcpus },
  argv,
});

/** Differs between two builds of the image (by the identity of a program of it) and between two things that are `added` to it. */
export function imageId(root: string, program: string, added = ""): string {
  const { ino, mtimeMs } = statSync(join(root, program));
  return createHash("sha256").update(`${root} ${ino} ${mtimeMs} ${added}`).digest("hex").slice(0, 12);
}

/** Data of a server, with their holes; an hour at most. */
export const copyData = (from: string, to: string): Promise<string> =>
  run(command("cp", "-a", "--reflink=auto", "--sparse=always", from, to), { timeout: 3_600_000 });
