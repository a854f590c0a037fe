import { spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { builtFolder } from "../../built.js";
import { UserFault } from "../../faults.js";
import type { Folders } from "../../parts/host/folders.js";
import { ask } from "../control.js";
import { readRegionFile, type RegionFile } from "./files.js";

export interface StartOptions {
  readonly folders: Folders;
  /** 0: any free port. */
  readonly port: number;
  readonly regionName: string;
  /** Longest time a Describe is held, in seconds. */
  readonly hold: number;
  /** How often the log of databases goes to their backups, in seconds. */
  readonly shipLog: number;
  /** Who may speak to it: uid and gid. */
  readonly owner: { readonly uid: number; readonly gid: number };
}

/** Runs one file made of src/region/main.ts and all it imports, compiled when it was built: `region/loader.cjs` says why. */
const regionMain = join(builtFolder("region"), "loader.cjs");

/** Arguments of the region's process, after `node`. */
export const regionArguments = (options: StartOptions): readonly string[] => [
  regionMain,
  ...["--state", options.folders.state],
  ...["--images", options.folders.images],
  ...["--port", String(options.port)],
  ...["--region", options.regionName],
  ...["--hold", String(options.hold)],
  ...["--ship-log", String(options.shipLog)],
  ...["--owner", `${options.owner.uid}:${options.owner.gid}`],
];

/** How long a region that listens may take to say that it is there. Milliseconds. */
const patience = 30_000;
/** How long it may take to listen: it reads its records before. */
const startPatience = 180_000;

/** The running region of this state folder, or nothing when nobody listens on its socket. Throws `NotYours`, `RegionSilent`. */
export async function runningRegion(state: string): Promise<RegionFile | undefined> {
  const signal = AbortSignal.timeout(patience);
  try {
    await ask(state, { verb: "ping" }, { signal });
  } catch (error) {
    if (error instanceof UserFault && error.code === "NotYours") throw error;
    if (!signal.aborted) return undefined;
    throw new UserFault("RegionSilent", {
      message: `a region listens in ${state} and has not answered for ${patience / 1000} s`,
      fix: `look at ${join(state, "region.log")}; ${endingOf(state)}`,
    });
  }
  return readRegionFile(state);
}

const endingOf = (state: string): string => {
  const pid = readRegionFile(state)?.pid;
  return pid === undefined ? "end its process" : `end its process with \`kill -9 ${pid}\`: nothing acknowledged is lost`;
};

/** Start the region's process, detached, and return when it is healthy. We are root here. Throws the region's own fault. */
export async function startRegion(options: StartOptions): Promise<RegionFile> {
  mkdirSync(options.folders.state, { recursive: true });
  const errors = join(options.folders.state, "region.stderr");
  const log = openSync(errors, "w", 0o600);
  const child = spawn(process.execPath, regionArguments(options), { detached: true, stdio: ["ignore", log, log], cwd: "/" });
  closeSync(log);
  let ended: number | undefined;
  child.on("exit", (code) => (ended = code ?? 1));
  child.unref();
  for (const deadline = performance.now() + startPatience; ;) {
    const region = await runningRegion(options.folders.state);
    if (region !== undefined && region.pid === child.pid) return region;
    if (ended !== undefined) throw startFault(readFileSync(errors, "utf8"), ended);
    if (performance.now() > deadline) {
      child.kill("SIGKILL");
      throw new UserFault("RegionDidNotStart", {
        message: `the region's process did not listen within ${startPatience / 1000} s and was ended`,
        fix: "run `sandtable region start --foreground` to see what it does",
      });
    }
    await sleep(10);
  }
}

/** What a region that did not start said: one JSON line, or else its last words. Pure. */
export function startFault(stderr: string, exitCode: number): UserFault {
  for (const line of stderr.trim().split("\n").reverse()) {
    try {
      const { fault } = JSON.parse(line) as { fault?: { code: string; message: string; fix: string; at?: string } };
      if (fault !== undefined) return new UserFault(fault.code, fault);
    } catch {
      // not the line we look for
    }
  }
  return new UserFault("RegionDidNotStart", {
    message: `the region's process ended with exit code ${exitCode}: ${stderr.trim().split("\n").slice(-3).join(" ").slice(-600) || "it said nothing"}`,
    fix: "run `sandtable region start --foreground` to see all of it, and `sandtable doctor` for what this machine lacks",
  });
}
