import pc from "picocolors";

/** Data goes to standard output, everything said along the way to standard error. */
export interface Output {
  /** The verb's answer. */
  print(text: string): void;
  /** Progress, warnings, questions. */
  say(text: string): void;
  /** One line that the next one replaces on a terminal; elsewhere said once per text. */
  status(text: string): void;
  readonly interactive: boolean;
}

export const colours = (stream: { isTTY?: boolean } = process.stderr) =>
  pc.createColors(stream.isTTY === true && !process.env.NO_COLOR);

export function terminalOutput(stdout: NodeJS.WriteStream = process.stdout, stderr: NodeJS.WriteStream = process.stderr): Output {
  let pending = false;
  let last = "";
  const clear = () => {
    if (pending) stderr.write("\r\u001b[K");
    pending = false;
  };
  return {
    interactive: stderr.isTTY && process.stdin.isTTY,
    print(text) {
      clear();
      stdout.write(`${text}\n`);
    },
    say(text) {
      clear();
      stderr.write(`${text}\n`);
    },
    status(text) {
      if (text === last) return;
      last = text;
      if (!stderr.isTTY) return void stderr.write(`${text}\n`);
      clear();
      stderr.write(text.slice(0, Math.max(20, (stderr.columns ?? 80) - 1)));
      pending = true;
    },
  };
}

export const json = (value: unknown): string => JSON.stringify(value, null, 2);
