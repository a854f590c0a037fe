import { execa } from "execa";

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

/** Run to the end and give what it printed. No shell. Throws `CommandFailed`. `timeout` in milliseconds. */
export async function run(wanted: Command, options: { timeout?: number; env?: Record<string, string> } = {}): Promise<string> {
  const [program, ...args] = wanted.argv;
  const result = await execa(program, args, {
    reject: false,
    stdin: wanted.stdin === undefined ? "ignore" : "pipe",
    ...(wanted.stdin === undefined ? {} : { input: wanted.stdin, stdin: undefined }),
    timeout: options.timeout ?? 60_000,
    ...(options.env === undefined ? {} : { env: options.env }),
  });
  if (result.failed) throw new CommandFailed(wanted, result.exitCode, result.stderr || result.shortMessage, result.cause);
  return result.stdout;
}
