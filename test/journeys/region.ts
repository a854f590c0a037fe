import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import { expect } from "vitest";
import { regionLabel, type RegionLabel } from "../../src/parts/host/label.js";
import { leftovers } from "../../src/parts/host/leftovers.js";

const launcher = fileURLToPath(new URL("../../bin/sandtable.js", import.meta.url));
export const root = fileURLToPath(new URL("../..", import.meta.url));

export interface Said {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A region of its own for one journey, used as a person does: through the command line, with a state folder of its own. */
export class JourneyRegion {
  readonly state: string;
  readonly label: RegionLabel;
  /** What is to end before the region does. */
  readonly leaving: (() => Promise<void>)[] = [];

  constructor(state?: string) {
    if (state !== undefined) mkdirSync(state);
    this.state = state ?? mkdtempSync(join(tmpdir(), "sandtable-journey-"));
    this.label = regionLabel(this.state);
  }

  /** `sandtable ARGS`, to its end. */
  async cli(...args: readonly string[]): Promise<Said> {
    return this.cliWith({}, ...args);
  }

  async cliWith(
    options: { readonly input?: string; readonly env?: Record<string, string> },
    ...args: readonly string[]
  ): Promise<Said> {
    const result = await execa(process.execPath, [launcher, ...args], {
      reject: false,
      env: { SANDTABLE_STATE: this.state, NO_COLOR: "1", ...options.env },
      cwd: root,
      ...(options.input === undefined ? { stdin: "ignore" } : { input: options.input }),
      timeout: 240_000,
    });
    return { code: result.exitCode ?? -1, stdout: result.stdout, stderr: result.stderr };
  }

  /** The same, expected to succeed; gives what it printed. */
  async ok(...args: readonly string[]): Promise<string> {
    const said = await this.cli(...args);
    expect(said, `sandtable ${args.join(" ")}`).toMatchObject({ code: 0 });
    return said.stdout;
  }

  async json<T>(...args: readonly string[]): Promise<T> {
    return JSON.parse(await this.ok(...args)) as T;
  }

  /** Run a program of this machine in the simulated internet. */
  internet(...argv: readonly string[]): Promise<Said> {
    return this.cli("internet", "--", ...argv);
  }

  get pid(): number {
    return (JSON.parse(readFileSync(join(this.state, "region.json"), "utf8")) as { pid: number }).pid;
  }

  /** What a client of AWS needs. */
  get client(): { region: string; endpoint: string; credentials: { accessKeyId: string; secretAccessKey: string } } {
    const { endpoint, regionName } = JSON.parse(readFileSync(join(this.state, "region.json"), "utf8")) as Record<string, string>;
    const credentials = JSON.parse(readFileSync(join(this.state, "credentials.json"), "utf8")) as {
      accessKeyId: string;
      secretAccessKey: string;
    };
    return { region: regionName ?? "", endpoint: endpoint ?? "", credentials };
  }

  /** End it, and prove that nothing of it is left on this machine. */
  async purge(): Promise<void> {
    this.reportTroubles();
    for (const leave of this.leaving.splice(0)) await leave();
    const running = existsSync(join(this.state, "region.json"));
    if (running) await this.ok("region", "stop", "--purge", "--yes");
    // The process itself leaves a moment after it has answered.
    let left = await leftovers(this.label, this.state);
    for (let round = 0; left.length > 0 && round < 50; round++) {
      await sleep(200);
      left = await leftovers(this.label, this.state);
    }
    expect(left).toEqual([]);
    expect(existsSync(this.state) ? readdirSync(this.state) : []).toEqual([]);
    rmSync(this.state, { recursive: true, force: true });
  }

  /** How often an operation was asked for a stack by this name. */
  requests(operation: string, stackName: string): number {
    const entries = readFileSync(join(this.state, "region.log"), "utf8").split("\n").filter(Boolean);
    return entries
      .map((line) => JSON.parse(line) as { operation?: string; parameters?: { StackName?: string } })
      .filter((entry) => entry.operation === operation && entry.parameters?.StackName?.includes(stackName)).length;
  }

  /** What the region could not do at the first try, for whoever reads why a journey failed. */
  private reportTroubles(): void {
    const log = join(this.state, "region.log");
    const lines = existsSync(log) ? readFileSync(log, "utf8").split("\n") : [];
    const troubles = lines.filter((line) => line.includes('"upkeep":') || line.includes('"result":"InternalFailure"'));
    if (troubles.length > 0) console.log(`troubles of the region:\n${troubles.join("\n")}`);
  }
}
