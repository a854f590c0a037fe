import { readFileSync, statSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { command, run } from "./command.js";

/** Size of the user's terminal, in characters. */
export interface TerminalSize {
  readonly columns: number;
  readonly rows: number;
}

/** A terminal to make: its first size, and a way to hear of others. */
export interface TerminalWish extends TerminalSize {
  readonly onResize?: (listener: (size: TerminalSize) => void) => void;
}

/**
 * The same command with a terminal of its own, for callers that have none to pass on: `script` (util-linux) makes one and
 * copies both ways. Its size is set before; `followSize` sets it later.
 */
export function withTerminal(argv: readonly string[], { columns, rows }: TerminalSize): readonly [string, ...string[]] {
  const quoted = argv.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(" ");
  const line = `stty cols ${columns} rows ${rows}; exec ${quoted}`;
  return ["script", "--quiet", "--return", "--echo", "never", "--command", line, "/dev/null"];
}

/**
 * Give the terminal that `withTerminal` made below this process each size that is heard of; the kernel tells what runs in it
 * (SIGWINCH). Of sizes that come faster than they can be set the last counts.
 */
export function followSize(pid: number | undefined, { onResize }: TerminalWish): void {
  if (pid === undefined || onResize === undefined) return;
  const waiting: TerminalSize[] = [];
  let busy = false;
  const work = async (): Promise<void> => {
    busy = true;
    for (let size = waiting.pop(); size !== undefined; size = waiting.pop()) {
      waiting.length = 0;
      await resize(pid, size).catch(() => undefined); // The command has ended meanwhile.
    }
    busy = false;
  };
  onResize((size) => {
    waiting.push(size);
    if (!busy) void work();
  });
}

/** How long a command that was just started may take to have its terminal: so many times 20 ms. */
const looks = 100;

async function resize(pid: number, { columns, rows }: TerminalSize): Promise<void> {
  let terminals = terminalsBelow(pid);
  for (let look = 0; terminals.length === 0 && look < looks; look += 1) {
    await sleep(20);
    terminals = terminalsBelow(pid);
  }
  for (const terminal of terminals) await run(command("stty", "--file", terminal, "cols", String(columns), "rows", String(rows)));
}

/**
 * The pseudo-terminals that descendants read from, each once: the one of `script`, and where a container runtime makes another
 * inside, that one too, for crun does not pass a later size on. Named by a process, as a container's are not in our /dev.
 */
function terminalsBelow(pid: number): readonly string[] {
  const tree = [pid];
  const found = new Map<string, string>();
  for (const each of tree) {
    try {
      tree.push(...readFileSync(`/proc/${each}/task/${each}/children`, "utf8").split(" ").filter(Boolean).map(Number));
      const input = `/proc/${each}/fd/0`;
      const { dev, rdev } = statSync(input);
      const isPseudoTerminal = rdev >> 8 >= 136 && rdev >> 8 <= 143; // https://docs.kernel.org/admin-guide/devices.html
      if (isPseudoTerminal && !found.has(`${dev} ${rdev}`)) found.set(`${dev} ${rdev}`, input);
    } catch {
      // It has ended meanwhile.
    }
  }
  return [...found.values()];
}
