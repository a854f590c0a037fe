import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { setTimeout as sleep } from "node:timers/promises";
import { ask } from "../src/cli/control.js";
import { regionArguments } from "../src/cli/region/start.js";
import { folders } from "../src/parts/host/folders.js";

const root = fileURLToPath(new URL("..", import.meta.url));
const launcher = join(root, "bin/sandtable.js");

/** A region of its own for measuring. */
export class BenchRegion {
  readonly state = mkdtempSync(join(tmpdir(), "sandtable-bench-"));

  async cli(...args: readonly string[]): Promise<string> {
    const child = spawn(process.execPath, [launcher, ...args], {
      cwd: root,
      env: { ...process.env, SANDTABLE_STATE: this.state, NO_COLOR: "1" },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let out = "";
    let err = "";
    child.stdout.on("data", (chunk: Buffer) => (out += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (err += chunk.toString()));
    const code = await new Promise((resolve) => child.on("close", resolve));
    if (code !== 0) throw new Error(`sandtable ${args.join(" ")} ended with ${String(code)}: ${err.slice(-2000)}`);
    return out;
  }

  /** From the start of the region's process to its first answer on the control socket, in seconds. */
  async start(): Promise<number> {
    const owner = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
    const args = regionArguments({
      folders: { ...folders(), state: this.state },
      port: 0,
      regionName: "eu-west-3",
      hold: 20,
      shipLog: 300,
      owner,
    });
    const began = performance.now();
    const child = spawn(process.execPath, args, { detached: true, stdio: ["ignore", "ignore", "inherit"], cwd: "/" });
    child.unref();
    for (;;) {
      if (child.exitCode !== null) throw new Error(`the region's process ended with ${child.exitCode}`);
      const healthy = await ask(this.state, { verb: "ping" }).then(
        () => true,
        () => false,
      );
      if (healthy) return (performance.now() - began) / 1000;
      await sleep(5);
    }
  }

  /** Resident memory of the region's process after it has been left alone for a while, in MiB. */
  async residentMiB(): Promise<number> {
    await sleep(3000);
    const { pid } = JSON.parse(readFileSync(join(this.state, "region.json"), "utf8")) as { pid: number };
    const pages = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"));
    return Number(pages?.[1]) / 1024;
  }

  /** Seconds from `up` to the first 200 on `path` of the published address; resolves when `up` has ended too. */
  async up(example: string, path: string): Promise<number> {
    const began = performance.now();
    let ended = false;
    const up = this.cli("up", example, "--yes").finally(() => (ended = true));
    const first = (async () => {
      let port: number | undefined;
      for (;;) {
        // Seldom, so that the looking does not slow down what is looked at.
        await sleep(200);
        port ??= ((await ask(this.state, { verb: "published" })) as { port: number }[])[0]?.port;
        const answer =
          port === undefined
            ? undefined
            : await fetch(`http://127.0.0.1:${port}${path}`, { signal: AbortSignal.timeout(1000) }).catch(() => undefined);
        await answer?.arrayBuffer();
        if (answer?.status === 200) return (performance.now() - began) / 1000;
        if (ended && performance.now() - began > 120_000) throw new Error(`no 200 on ${path} within 120 s`);
      }
    })();
    const [seconds] = await Promise.all([first, up]);
    return seconds;
  }

  /** Work with a region that is taken away in any case. */
  static async with<T>(work: (region: BenchRegion) => Promise<T>): Promise<T> {
    const region = new BenchRegion();
    try {
      return await work(region);
    } finally {
      await region.purge();
    }
  }

  async purge(): Promise<void> {
    await this.cli("region", "stop", "--purge", "--yes");
    rmSync(this.state, { recursive: true, force: true });
  }
}
