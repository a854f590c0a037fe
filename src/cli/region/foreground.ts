import { spawn } from "node:child_process";
import { closeSync, existsSync, fstatSync, openSync, readSync, statSync } from "node:fs";
import { join } from "node:path";
import { exit } from "../exit.js";
import type { Output } from "../output.js";
import { regionArguments, type StartOptions } from "./start.js";

/** The region's process in front of us, with its log on the terminal; Ctrl-C stops it in its own way. Gives its exit code. */
export function foreground(options: StartOptions, output: Output): Promise<number> {
  const sudo = process.getuid?.() === 0 ? [] : ["sudo", "--"];
  const [program = process.execPath, ...args] = [...sudo, process.execPath, ...regionArguments(options)];
  const stopFollowing = followFile(join(options.folders.state, "region.log"), (text) => output.print(text));
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: "inherit" });
    // Ctrl-C reaches the child by itself: we only wait for its end.
    process.on("SIGINT", () => undefined);
    child.on("error", reject);
    child.on("close", (code) => resolve(code ?? exit.failed));
  }).finally(stopFollowing) as Promise<number>;
}

/** Give what is added to a file from now on, a whole number of lines at a time. Returns the way to end that. */
function followFile(file: string, onText: (text: string) => void): () => void {
  let position = existsSync(file) ? statSync(file).size : 0;
  let rest = "";
  const look = () => {
    if (!existsSync(file)) return;
    const handle = openSync(file, "r");
    const added = Buffer.alloc(Math.max(0, fstatSync(handle).size - position));
    position += readSync(handle, added, 0, added.length, position);
    closeSync(handle);
    const lines = (rest + added.toString()).split("\n");
    rest = lines.pop() ?? "";
    if (lines.length > 0) onText(lines.join("\n"));
  };
  const timer = setInterval(look, 200);
  return () => {
    clearInterval(timer);
    look();
  };
}
