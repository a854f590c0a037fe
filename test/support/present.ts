import { execFileSync } from "node:child_process";

/** Is this client on the machine? Where it is not, what is skipped for it is said. */
export function isPresent(program: string, what: string): boolean {
  try {
    execFileSync(program, ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    console.log(`skipped: ${what}: ${program} is not on this machine`);
    return false;
  }
}
