import { mkdirSync } from "node:fs";
import { folders, type Folders } from "../../parts/host/folders.js";
import { UserFault } from "../../faults.js";
import { runSelfWithSudo } from "../sudo.js";
import { runningRegion, startRegion, type StartOptions } from "./start.js";
import type { RegionFile } from "./files.js";
import type { Output } from "../output.js";

export const defaults = { port: 4599, regionName: "eu-west-3", hold: 20, shipLog: 300 } as const;

/** The region of this user, started when it does not run. Root is needed for that once: through sudo when we are not root. */
export async function ensureRegion(
  output: Output,
  wanted: Partial<StartOptions> = {},
): Promise<{ region: RegionFile; started: boolean }> {
  const where: Folders = wanted.folders ?? folders();
  const running = await runningRegion(where.state);
  if (running !== undefined) return { region: running, started: false };
  output.status("starting the region …");
  const options: StartOptions = {
    folders: where,
    port: wanted.port ?? defaults.port,
    regionName: wanted.regionName ?? defaults.regionName,
    hold: wanted.hold ?? defaults.hold,
    shipLog: wanted.shipLog ?? defaults.shipLog,
    owner: wanted.owner ?? { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 },
  };
  if (process.getuid?.() === 0) return { region: await startRegion(options), started: true };
  mkdirSync(where.state, { recursive: true });
  const code = await runSelfWithSudo([
    ...["region", "start", "--port", String(options.port), "--region", options.regionName, "--hold", String(options.hold)],
    ...["--ship-log", String(options.shipLog)],
    ...["--state", where.state, "--images", where.images, "--owner", `${options.owner.uid}:${options.owner.gid}`, "--quiet"],
  ]);
  const region = code === 0 ? await runningRegion(where.state) : undefined;
  // What failed was said by the process that ran as root.
  if (region === undefined)
    throw new UserFault("NeedsRoot", { message: "the region was not started", fix: "see the message above" });
  return { region, started: true };
}
