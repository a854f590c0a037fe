import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { CommandFailed, command } from "../host/command.js";

/**
 * Run a shell script as root in mount and process namespaces of its own, giving its output line by line. When it ends,
 * or when we die at any instant, its processes are killed and its mounts are gone: a build leaves nothing but files.
 * Positional parameters are `$1`…
 */
export async function runIsolated(script: string, args: readonly string[], onLine: (line: string) => void): Promise<void> {
  const inner = [
    "unshare",
    "--mount",
    "--pid",
    "--fork",
    "--kill-child",
    "--mount-proc",
    "sh",
    "-euc",
    `umask 022\n${script}`,
    "sh",
    ...args,
  ];
  const child = spawn("setpriv", ["--pdeathsig", "KILL", ...inner], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, LC_ALL: "C", DEBIAN_FRONTEND: "noninteractive" },
  });
  const tail: string[] = [];
  for (const stream of [child.stdout, child.stderr])
    createInterface(stream).on("line", (line) => {
      tail.push(line);
      if (tail.length > 25) tail.shift();
      onLine(line);
    });
  const [code] = (await once(child, "close")) as [number | null];
  if (code !== 0) throw new CommandFailed(command("build script", ...args), code ?? undefined, tail.join("\n"));
}
