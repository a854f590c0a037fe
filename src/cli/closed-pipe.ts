/** What a shell shows for a program that SIGPIPE ended: 128 and its number. */
const sigpipe = 141;

/**
 * Whoever reads our output may stop (`sandtable check … | head -1`): then the program ends without a word, as every Unix program does.
 * Its exit code is the verb's where that has given one, else that of SIGPIPE (Node ignores the signal itself).
 */
export function endWithReader(streams: readonly NodeJS.WriteStream[] = [process.stdout, process.stderr]): void {
  for (const stream of streams)
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE") throw error;
      // What has just printed its answer gives its code within this turn of the event loop.
      setImmediate(() => process.exit(process.exitCode ?? sigpipe));
    });
}
