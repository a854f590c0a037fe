import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

/** The root folder of the project. */
export const root = fileURLToPath(new URL("../..", import.meta.url)).replace(/\/$/, "");

/** What a child process came to. `output` is empty unless `capture` was asked for. */
/** @typedef {{ code: number, output: string, milliseconds: number }} Ended */

/**
 * Run a program to its end, without a shell. With `capture` its output is kept (both streams, in order of arrival)
 * instead of shown. With `quietly` its standard output goes to standard error: ours stays free for data.
 * @param {readonly string[]} argv
 * @param {{ capture?: boolean, quietly?: boolean, env?: Record<string, string>, cwd?: string }} [options]
 * @returns {Promise<Ended>}
 */
export function run(argv, options = {}) {
  const [program, ...args] = argv;
  const started = performance.now();
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: options.cwd ?? root,
      env: { ...process.env, ...options.env },
      stdio: options.capture ? ["ignore", "pipe", "pipe"] : ["inherit", options.quietly ? 2 : "inherit", "inherit"],
    });
    let output = "";
    child.stdout?.on("data", (chunk) => (output += chunk));
    child.stderr?.on("data", (chunk) => (output += chunk));
    child.on("error", reject);
    child.on("close", (code, signal) =>
      resolve({ code: code ?? (signal ? 1 : 0), output, milliseconds: performance.now() - started }),
    );
  });
}

/** The command line of a script of an npm package, run by this very Node. */
export const packaged = (script, ...args) => [process.execPath, `${root}/node_modules/${script}`, ...args];

/**
 * TypeScript 7 compiles and checks, several times faster; knip and dependency-cruiser need the API of 6, which is why both are there.
 */
export const compiler = packaged("typescript7/bin/tsc");

/** The command line of `sandtable` itself. */
export const sandtable = (...args) => [process.execPath, `${root}/bin/sandtable.js`, ...args];

export const seconds = (milliseconds) => `${(milliseconds / 1000).toFixed(1)} s`;

/** Progress goes to standard error, one line a step. */
export const say = (text) => process.stderr.write(`${text}\n`);

/**
 * Say what is being done, repeat it every 10 s while it lasts, and how long it took.
 * @template T
 * @param {string} what
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function step(what, work) {
  const started = performance.now();
  say(`• ${what} …`);
  const beat = setInterval(() => say(`  ${what}: ${Math.round((performance.now() - started) / 1000)} s so far`), 10_000);
  try {
    return await work();
  } finally {
    clearInterval(beat);
    say(`  ${what}: ${seconds(performance.now() - started)}`);
  }
}
