import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { talkProgram, type Answer, type Client, type Login, type Question } from "./database-clients.js";
import { root, type JourneyRegion } from "./region.js";

const launcher = fileURLToPath(new URL("../../bin/sandtable.js", import.meta.url));

/** A client at one end of a VPC that is there for as long as its region runs: to start one for every statement is what takes long. */
export class Talker {
  private readonly child;
  private readonly waiting = new Map<number, { resolve: (rows: string[][]) => void; reject: (error: Error) => void }>();
  private readonly gone: Promise<void>;
  private asked = 0;
  private complaint = "";
  hasEnded = false;

  constructor(region: JourneyRegion, client: Client, from: string) {
    const argv = ["internet", "--from", from, "--", process.execPath, "--input-type=module", "--eval", talkProgram(client)];
    this.child = spawn(process.execPath, [launcher, ...argv], {
      env: { ...process.env, SANDTABLE_STATE: region.state, NO_COLOR: "1" },
      cwd: root,
      stdio: "pipe",
    });
    this.child.stderr.on("data", (chunk: Buffer) => (this.complaint += chunk.toString()));
    // One that ended while it was asked is told by `close`.
    this.child.stdin.on("error", () => undefined);
    createInterface({ input: this.child.stdout }).on("line", (line) => this.heard(JSON.parse(line) as Answer));
    this.gone = new Promise((resolve) => this.child.once("close", () => resolve()));
    void this.gone.then(() => {
      this.hasEnded = true;
      for (const { reject } of this.waiting.values()) reject(new Error(`the client in ${from} ended: ${this.complaint.trim()}`));
    });
  }

  ask(login: Login, sql: string, patience: number): Promise<string[][]> {
    const question: Question = { id: (this.asked += 1), login, sql, patience };
    return new Promise((resolve, reject) => {
      this.waiting.set(question.id, { resolve, reject });
      this.child.stdin.write(`${JSON.stringify(question)}\n`);
    });
  }

  async end(): Promise<void> {
    this.child.stdin.end();
    await this.gone;
  }

  private heard(answer: Answer): void {
    const asker = this.waiting.get(answer.id);
    this.waiting.delete(answer.id);
    if ("rows" in answer) asker?.resolve(answer.rows);
    else asker?.reject(new Error(answer.error));
  }
}

/** By state folder, client and where it is. */
const talkers = new Map<string, Talker>();

/** The one that there is, or another when its region ended since. */
export function talkerOf(region: JourneyRegion, client: Client, from: string): Talker {
  const key = `${region.state} ${client} ${from}`;
  const there = talkers.get(key);
  if (there !== undefined && !there.hasEnded) return there;
  const talker = new Talker(region, client, from);
  talkers.set(key, talker);
  if (there === undefined) region.leaving.push(() => endTalkers(region));
  return talker;
}

/** Before the network that they are in goes. */
export async function endTalkers(region: JourneyRegion): Promise<void> {
  for (const [key, talker] of talkers)
    if (key.startsWith(`${region.state} `)) {
      talkers.delete(key);
      await talker.end();
    }
}
