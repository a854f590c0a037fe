import { execFile } from "node:child_process";

/** Commands are values: builders make them and are tested without root; `run` is the one door through which they act. */
export interface Command {
  readonly argv: readonly [program: string, ...args: string[]];
  readonly stdin?: string;
}

export const command = (program: string, ...args: string[]): Command => ({ argv: [program, ...args] });

/** The same command inside a network namespace named under /run/netns. */
export const inNamespace = (namespace: string, inner: Command): Command => ({
  ...inner,
  argv: ["nsenter", `--net=/run/netns/${namespace}`, ...inner.argv],
});

/** A command that failed: which, how, and what it said. */
export class CommandFailed extends Error {
  readonly command: Command;
  readonly exitCode: number | undefined;
  readonly stderr: string;

  constructor(failed: Command, exitCode: number | undefined, stderr: string, cause?: unknown) {
    super(`${failed.argv.join(" ").slice(0, 300)}: ${stderr.trim().slice(-2000) || `exit code ${exitCode}`}`, { cause });
    this.name = "CommandFailed";
    this.command = failed;
    this.exitCode = exitCode;
    this.stderr = stderr;
  }
}

/**
 * Run to the end and give what it printed, without the final line break. No shell. Throws `CommandFailed`. `timeout` in
 * milliseconds; `env` is added to ours. (execa costs 3 ms more of processor time a run, which a network change of ten
 * runs cannot spare.)
 */
export function run(wanted: Command, options: { timeout?: number; env?: Record<string, string> } = {}): Promise<string> {
  const [program, ...args] = wanted.argv;
  const timeout = options.timeout ?? 60_000;
  const env = options.env === undefined ? process.env : { ...process.env, ...options.env };
  return new Promise((resolve, reject) => {
    const child = execFile(program, args, { timeout, env, maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) => {
      if (error === null) return resolve(stdout.replace(/\r?\n$/, ""));
      const exitCode = typeof error.code === "number" ? error.code : undefined;
      const why = error.killed === true ? `did not end within ${timeout} ms` : exitCode === undefined ? error.message : "";
      reject(new CommandFailed(wanted, exitCode, stderr || why, error));
    });
    // A program that ends without reading its input is judged by its exit code.
    child.stdin?.on("error", () => undefined);
    child.stdin?.end(wanted.stdin);
  });
}
