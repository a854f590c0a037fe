import { spawn } from "node:child_process";
import { UserFault } from "../faults.js";

/** Run this very program as root, once, through sudo. Gives its exit code. */
export function runSelfWithSudo(args: readonly string[]): Promise<number> {
  const [script] = process.argv.slice(1);
  if (script === undefined) throw new Error("no script to run again");
  return new Promise((resolve, reject) => {
    const child = spawn("sudo", ["--", process.execPath, script, ...args], { stdio: "inherit" });
    child.on("error", (error) =>
      reject(
        new UserFault("NeedsRoot", {
          message: "the region makes namespaces, mounts and cgroups, which needs root, and sudo could not be run here",
          fix: "run this command as root",
          cause: error,
        }),
      ),
    );
    child.on("close", (code) => resolve(code ?? 1));
  });
}
