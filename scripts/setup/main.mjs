/**
 * Run a script's work; a failure is one line and exit code 1, without a stack.
 * @param {() => Promise<number | void>} work Gives the exit code.
 */
export async function main(work) {
  try {
    process.exitCode = (await work()) ?? 0;
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}
