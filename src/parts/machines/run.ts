import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { setTimeout as pause } from "node:timers/promises";
import { inContainer, observeContainer, type ContainerPlace } from "../host/container.js";
import { followSize, withTerminal, type TerminalWish } from "../host/terminal.js";

export interface RunOptions {
  /** Given to the command's input, which is empty otherwise. */
  readonly stdin?: string | Readable;
  /** Give it a terminal; output then all comes to `onStdout`. */
  readonly tty?: TerminalWish;
  /** Default `root`. */
  readonly user?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly onStdout?: (chunk: Buffer) => void;
  readonly onStderr?: (chunk: Buffer) => void;
  /** Give the command up: it is killed with all that descends from it. */
  readonly signal?: AbortSignal;
}

/** Throws when the machine is not running. A command that is given up counts as ended by SIGTERM: 143. */
export async function runInMachine(place: ContainerPlace, argv: readonly string[], options: RunOptions): Promise<number> {
  if (observeContainer(place).state === "stopped") throw new Error(`${place.name} is not running, so nothing can be run in it`);
  const { tty, signal } = options;
  const pidFile = join(place.folder, `run-${randomUUID()}.pid`);
  const inner = inContainer(place, machineCommand(argv, options), {
    env: environment(options),
    tty: tty !== undefined,
    cwd: "/",
    pidFile,
  });
  // crun hands the terminal that it makes to a terminal of its caller, which a service has not.
  const [program, ...args] = tty === undefined ? inner.argv : withTerminal(inner.argv, tty);
  const child = spawn(program, args, { stdio: ["pipe", "pipe", "pipe"], cwd: "/" });
  if (tty !== undefined) followSize(child.pid, tty);
  child.stdout.on("data", (chunk: Buffer) => options.onStdout?.(chunk));
  child.stderr.on("data", (chunk: Buffer) => options.onStderr?.(chunk));
  // A command that does not read its input closes it.
  child.stdin.on("error", () => {});
  feed(child, options);
  const giveUp = async (): Promise<void> => {
    // What was begun is told a moment later than it begins.
    let first = pidIn(pidFile);
    for (let tries = 0; tries < 200 && child.exitCode === null && first === undefined; tries += 1) {
      await pause(10);
      first = pidIn(pidFile);
    }
    if (first !== undefined) endTree(first);
    // It ends by itself when what it waits for has; what went its own way in the machine may keep our pipes open.
    child.kill("SIGTERM");
    child.stdout.destroy();
    child.stderr.destroy();
  };
  let givenUp: Promise<void> | undefined;
  const onAbort = (): void => void (givenUp ??= giveUp());
  if (signal?.aborted === true) onAbort();
  signal?.addEventListener("abort", onAbort, { once: true });
  try {
    const [code] = (await once(child, "close")) as [number | null];
    return signal?.aborted === true ? 143 : (code ?? 137);
  } finally {
    signal?.removeEventListener("abort", onAbort);
    await givenUp;
    rmSync(pidFile, { force: true });
  }
}

function feed(child: ChildProcessWithoutNullStreams, { stdin, tty }: RunOptions): void {
  // A terminal whose input has ended hangs up on what runs in it.
  if (stdin === undefined && tty === undefined) child.stdin.end();
  else if (stdin === undefined) child.once("exit", () => child.stdin.destroy());
  else if (typeof stdin === "string") child.stdin.end(stdin);
  else {
    stdin.pipe(child.stdin);
    child.once("exit", () => stdin.unpipe(child.stdin));
  }
}

/**
 * Kill the command and all that descends from it, as the host sees them. What has left it (a daemon) lives on. All are stopped before any
 * is killed: one that is not yet could have another child, and a child whose parent is gone is found no more.
 */
function endTree(first: number): void {
  const tree = [first];
  for (const pid of tree)
    unlessEnded(() => {
      process.kill(pid, "SIGSTOP");
      tree.push(...readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").split(" ").filter(Boolean).map(Number));
    });
  for (const pid of tree) unlessEnded(() => process.kill(pid, "SIGKILL"));
}

/** Undefined: it is not written yet. */
function pidIn(file: string): number | undefined {
  const pid = existsSync(file) ? Number(readFileSync(file, "utf8")) : 0;
  return Number.isInteger(pid) && pid > 1 ? pid : undefined;
}

function unlessEnded(work: () => void): void {
  try {
    work();
  } catch {
    // It has ended meanwhile.
  }
}

function machineCommand(argv: readonly string[], { user }: RunOptions): string[] {
  return user === undefined || user === "root" ? [...argv] : ["runuser", "--user", user, "--", ...argv];
}

function environment({ tty, env }: RunOptions): Record<string, string> {
  const terminal: Record<string, string> = tty === undefined ? {} : { TERM: "xterm-256color" };
  return {
    PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    LANG: "C.UTF-8",
    // `runuser` sets these anew for another user.
    ...{ HOME: "/root", USER: "root", LOGNAME: "root" },
    ...terminal,
    ...env,
  };
}
