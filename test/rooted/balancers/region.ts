import { execFile, spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { internetName } from "../../../src/parts/fabric/vpc.js";
import { folders } from "../../../src/parts/host/folders.js";
import { namespaceName } from "../../../src/parts/host/label.js";
import { leftovers } from "../../../src/parts/host/leftovers.js";
import { ensureImage } from "../../../src/parts/images/images.js";
import { furnish, type House } from "../../../src/region/house.js";
import type { Call } from "../../../src/region/operations/call.js";

/** A whole region in this process but for its two doors: records, keepers, the real fabric and the real engines. */
export class TestRegion {
  private readonly programs: ChildProcess[] = [];

  private constructor(
    readonly state: string,
    readonly house: House,
    readonly call: Call,
  ) {}

  static async begin(): Promise<TestRegion> {
    await ensureImage({ kind: "engine" }, folders());
    const state = mkdtempSync(join(tmpdir(), "sandtable-region-"));
    const house = await furnish({
      folders: { ...folders(), state },
      port: 0,
      regionName: "eu-west-3",
      hold: 0,
      shipLog: 300_000,
      owner: { uid: 0, gid: 0 },
    });
    const call = house.scopes.call({
      requestId: "test",
      caller: {
        accessKeyId: "AKIATEST",
        accountId: "000000000000",
        arn: "arn:aws:iam::000000000000:user/test",
        userId: "AIDATEST",
      },
      regionName: "eu-west-3",
      signal: new AbortController().signal,
      userAgent: "test",
    });
    return new TestRegion(state, house, call);
  }

  /** The namespace of a network interface, or that of the internet. */
  namespace(interfaceId?: string): string {
    return interfaceId === undefined ? internetName(this.house.label) : namespaceName(this.house.label, "eni", interfaceId);
  }

  /** A server at port 80 of an interface that says its name to everyone; runs until it is killed. */
  serve(interfaceId: string, name: string): ChildProcess {
    const script = `require("net").createServer((s) => { s.on("error", () => {}); s.write(${JSON.stringify(name)}); s.end(); }).listen(80)`;
    const child = spawn("nsenter", [`--net=/run/netns/${this.namespace(interfaceId)}`, process.execPath, "-e", script], {
      stdio: "inherit",
    });
    this.programs.push(child);
    return child;
  }

  /** Connect from a namespace to an address this often: how often each server answered. */
  async connect(namespace: string, address: string, times: number): Promise<Record<string, number>> {
    const script = `(async () => { const seen = {};
      for (let i = 0; i < ${times}; i++) {
        const who = await new Promise((done) => { const s = require("net").connect(80, "${address}"); s.setTimeout(2000, () => { done("silence"); s.destroy(); });
          s.on("data", (d) => done(String(d))); s.on("close", () => done("nobody")); s.on("error", (e) => done(e.code)); });
        seen[who] = (seen[who] ?? 0) + 1; }
      console.log(JSON.stringify(seen)); })()`;
    const { stdout } = await promisify(execFile)("nsenter", [`--net=/run/netns/${namespace}`, process.execPath, "-e", script]);
    return JSON.parse(stdout) as Record<string, number>;
  }

  /** Take everything down; gives what is left, which is nothing. */
  async end(): Promise<string[]> {
    for (const program of this.programs) program.kill("SIGKILL");
    const left = await this.house.clear();
    this.house.store.close();
    rmSync(this.state, { recursive: true, force: true });
    return [...left, ...(await leftovers(this.house.label))].map(({ kind, name }) => `${kind} ${name}`);
  }
}
