import { exit } from "../exit.js";
import type { Output } from "../output.js";

/** What Ctrl-C means at this moment of `up`. */
export type Phase = "before" | "deploying" | "waiting";

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
    phase === "deploying"
      ? `Detached: CloudFormation goes on with stack ${stackName}.`
      : `Detached: stack ${stackName} is deployed, its targets may not be healthy yet.`;
  const aws = target === "aws" ? "aws" : "sandtable aws";
  return [
    going,
    `  follow it   sandtable status ${stackName} --follow${where}`,
    ...(phase === "deploying"
      ? [
          `  cancel it   ${aws} cloudformation cancel-update-stack --stack-name ${stackName}   (an update; a creation is cancelled by deleting)`,
        ]
      : []),
    `  delete it   sandtable down ${stackName}${where}`,
  ].join("\n");
}
