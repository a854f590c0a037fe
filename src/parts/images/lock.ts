import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";

/**
 * Run `work` while holding the exclusive lock on a file, across processes. The kernel holds it for a child (`flock`)
 * that ends when its input closes, so the lock goes with us however we die; a file with a pid in it would not.
 */
export async function withLock<Result>(path: string, onWait: () => void, work: () => Promise<Result>): Promise<Result> {
  await mkdir(dirname(path), { recursive: true });
  const holder = spawn("flock", ["--exclusive", path, "sh", "-c", "echo held; exec cat"], { stdio: ["pipe", "pipe", "inherit"] });
  const ended = once(holder, "exit");
  const waiting = setTimeout(onWait, 1000);
  try {
    const [first] = await Promise.race([once(holder.stdout, "data"), ended.then(() => [undefined])]);
    if (first === undefined) throw new Error(`could not lock ${path}: flock ended with code ${holder.exitCode}`);
    clearTimeout(waiting);
    return await work();
  } finally {
    clearTimeout(waiting);
    holder.stdin.end();
    await ended;
  }
}
