import { command, CommandFailed, run } from "../host/command.js";
import { LatencyNotPossible } from "./failure.js";

let missing: Promise<string | undefined> | undefined;

/** Tried once per process, in a namespace that ends with the trial; gives why it is not there. */
const trial = async (): Promise<string | undefined> => {
  try {
    await run(command("unshare", "--net", "tc", "qdisc", "add", "dev", "lo", "root", "netem", "delay", "1ms"));
    return undefined;
  } catch (error) {
    if (error instanceof CommandFailed) return error.stderr.trim();
    throw error;
  }
};

/** Throws `LatencyNotPossible` where the kernel has no netem. */
export async function requireNetem(owner: string): Promise<void> {
  missing ??= trial();
  const reason = await missing;
  if (reason !== undefined) throw new LatencyNotPossible(owner, reason);
}
