import { spawn } from "node:child_process";
import { UserFault } from "../../faults.js";
import { findProgram, missingPrograms, packagesFor } from "../../parts/host/needs.js";
import type { Output } from "../output.js";

/** Install the packages of the programs that are missing. Nothing missing: nothing done. Throws `MissingPrograms` where it cannot. */
export async function installMissing(output: Output): Promise<void> {
  const packages = packagesFor(missingPrograms());
  if (packages.length === 0) return;
  if (findProgram("apt-get") === undefined)
    throw new UserFault("MissingPrograms", {
      message: `this machine lacks ${missingPrograms()
        .map((need) => need.program)
        .join(", ")}, and has no apt-get to install them with`,
      fix: `install them with your own package manager (on Debian they are in ${packages.join(", ")})`,
    });
  output.say(`installing ${packages.join(", ")}`);
  // The list of packages may be that of a fresh machine: empty, or too old.
  if ((await apt("install", packages)) === 0) return;
  if ((await apt("update", [])) === 0 && (await apt("install", packages)) === 0) return;
  throw new UserFault("MissingPrograms", {
    message: `apt-get could not install ${packages.join(", ")}: its message is above`,
    fix: "mend that, then run `sandtable doctor --fix` again",
  });
}

function apt(verb: "install" | "update", packages: readonly string[]): Promise<number> {
  const root = process.getuid?.() === 0;
  const options = verb === "install" ? ["--yes", "--no-install-recommends", "-o", "DPkg::Lock::Timeout=120"] : [];
  const argv = ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq", verb, ...options, ...packages];
  const [program = "", ...args] = root ? argv : ["sudo", "--", ...argv];
  return new Promise((resolve) => {
    // What it prints is progress: standard output stays free for data.
    const child = spawn(program, args, { stdio: ["inherit", 2, 2] });
    child.on("error", () => resolve(127));
    child.on("close", (code) => resolve(code ?? 1));
  });
}
