/** Size of the user's terminal, in characters. */
export interface TerminalSize {
  readonly columns: number;
  readonly rows: number;
}

/**
 * The same command with a terminal of its own, for callers that have none to pass on: `script` (util-linux) makes one and
 * copies both ways. Its size is set before and cannot follow the user's later.
 */
export function withTerminal(argv: readonly string[], { columns, rows }: TerminalSize): readonly [string, ...string[]] {
  const quoted = argv.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(" ");
  const line = `stty cols ${columns} rows ${rows}; exec ${quoted}`;
  return ["script", "--quiet", "--return", "--echo", "never", "--command", line, "/dev/null"];
}
