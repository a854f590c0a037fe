import { exit } from "../exit.js";
import type { Output } from "../output.js";

/** What Ctrl-C means at this moment of `up`. */
export type Phase = "before" | "creating" | "updating" | "waiting";

/**
 * Ctrl-C leaves `up`, and nothing is undone: CloudFormation goes on by itself. Says how to follow, cancel or delete.
 * Returns the way to end that.
 */
export function onInterrupt(phase: () => Phase, stackName: () => string, target: string, output: Output): () => void {
  const handler = () => {
    output.say(`\n${detachText(phase(), stackName(), target)}`);
    process.exit(exit.detached);
  };
  process.once("SIGINT", handler);
  return () => process.off("SIGINT", handler);
}

/** Pure. */
export function detachText(phase: Phase, stackName: string, target: string): string {
  const where = target === "aws" ? " --target aws" : "";
  if (phase === "before") return "Stopped before anything was deployed.";
  const going =
    phase === "waiting"
      ? `Detached: stack ${stackName} is deployed, its targets may not be healthy yet.`
      : `Detached: CloudFormation goes on with stack ${stackName}.`;
  const aws = target === "aws" ? "aws" : "sandtable aws";
  const follow = `  follow it            sandtable status ${stackName} --follow${where}`;
  // CloudFormation cancels an update by going back; a creation it can only delete.
  if (phase === "creating") return [going, follow, `  cancel or delete it  sandtable down ${stackName}${where}`].join("\n");
  const cancel = `  cancel it            ${aws} cloudformation cancel-update-stack --stack-name ${stackName}`;
  return [
    going,
    follow,
    ...(phase === "updating" ? [cancel] : []),
    `  delete it            sandtable down ${stackName}${where}`,
  ].join("\n");
}
