import { execFile } from "node:child_process";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { services } from "../../../src/region/operations/operation.js";
import { wireFolder } from "../../../src/region/protocol/wire.js";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const script = join(root, "scripts", "compact-schemas.ts");

/**
 * Build the wire tables when they are missing or older than what they are made from; for tests that run from the sources.
 * In a process of its own, for the SDK's clients would stay in this one's memory.
 */
export async function ensureWire(): Promise<void> {
  const folder = wireFolder();
  const made = await Promise.all(Object.keys(services).map((service) => changed(join(folder, `${service}.json`))));
  const format = join(root, "src", "region", "protocol", "table.ts");
  const from = await Promise.all([script, format, join(root, "package-lock.json")].map(changed));
  if (Math.min(...made) > Math.max(...from)) return;
  await compact(
    folder,
    Object.values(services).map(({ sdk }) => sdk),
  );
}

/** Write the tables of these SDK clients to a folder. */
export async function compact(folder: string, clients: readonly string[]): Promise<void> {
  await promisify(execFile)(process.execPath, ["--import", "tsx", script, "--out", folder, ...clients], { cwd: root });
}

const changed = async (path: string): Promise<number> => {
  try {
    return (await stat(path)).mtimeMs;
  } catch {
    return 0;
  }
};
