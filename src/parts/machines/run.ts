import { spawn } from "node:child_process";
import { once } from "node:events";
import type { Readable } from "node:stream";
import { inContainer, observeContainer, type ContainerPlace } from "../host/container.js";

export interface RunOptions {
  /** Given to the command's input, which is empty otherwise. */
  readonly stdin?: string | Readable;
  /** Give it a terminal; output then all comes to `onStdout`. */
  readonly tty?: { readonly columns: number; readonly rows: number };
  /** Default `root`. */
  readonly user?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly onStdout?: (chunk: Buffer) => void;
  readonly onStderr?: (chunk: Buffer) => void;
  /** Ends the command's way in; what reads a terminal gets a hang-up. */
  readonly signal?: AbortSignal;
}

/** Throws when the machine is not running. */
export async function runInMachine(place: ContainerPlace, argv: readonly string[], options: RunOptions): Promise<number> {
  if (observeContainer(place).state === "stopped") throw new Error(`${place.name} is not running, so nothing can be run in it`);
  const inner = machineCommand(argv, options);
  const { argv: line } = inContainer(place, inner, { env: environment(options), tty: options.tty !== undefined, cwd: "/" });
  const [program, ...args] = options.tty === undefined ? line : withTerminal(line, options.tty);
  if (program === undefined) throw new Error("no command");
  const child = spawn(program, args, {
    stdio: ["pipe", "pipe", "pipe"],
    cwd: "/",
    signal: options.signal,
    killSignal: "SIGTERM",
  });
  child.stdout.on("data", (chunk: Buffer) => options.onStdout?.(chunk));
  child.stderr.on("data", (chunk: Buffer) => options.onStderr?.(chunk));
  // A command that does not read its input closes it.
  child.stdin.on("error", () => {});
  // A terminal whose input has ended hangs up on what runs in it.
  if (options.stdin === undefined && options.tty === undefined) child.stdin.end();
  else if (options.stdin === undefined) child.once("exit", () => child.stdin.destroy());
  else if (typeof options.stdin === "string") child.stdin.end(options.stdin);
  else options.stdin.pipe(child.stdin);
  try {
    const [code, killed] = (await once(child, "close")) as [number | null, NodeJS.Signals | null];
    return code ?? (killed === "SIGKILL" ? 137 : 143);
  } catch (error) {
    if (options.signal?.aborted === true) return 143;
    throw error;
  } finally {
    if (options.stdin !== undefined && typeof options.stdin !== "string") options.stdin.unpipe(child.stdin);
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

/**
 * crun hands the terminal that it makes to a terminal of its caller, which a service has not: `script` (util-linux)
 * makes one and copies both ways. Its size is set before and cannot follow the user's later.
 */
function withTerminal(line: readonly string[], { columns, rows }: { columns: number; rows: number }): string[] {
  const quoted = line.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(" ");
  return [
    "script",
    "--quiet",
    "--return",
    "--echo",
    "never",
    "--command",
    `stty cols ${columns} rows ${rows}; exec ${quoted}`,
    "/dev/null",
  ];
}
