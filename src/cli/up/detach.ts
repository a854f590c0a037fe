import { exit } from "../exit.js";
import type { Output } from "../output.js";

/** What Ctrl-C means at this moment of `up`. */
export type Phase = "before" | "clearing" | "creating" | "updating" | "waiting";

/** Who carries `up` on asks before each step whose half would be something else than was said. */
export interface Course {
  /**
   * From here on it is this phase. `settle` is waited for before `up` is left in it: what was begun and nobody asked for is taken back, what
   * was sent has arrived. Never resolves once somebody has interrupted: `up` is about to end.
   */
  enter(phase: Phase, settle?: () => Promise<unknown>): Promise<void>;
}

/** Ctrl-C leaves `up`, and what CloudFormation has begun goes on by itself. Says how to follow, cancel or delete. A second one ends it at once. */
export class Interruption implements Course {
  #phase: Phase = "before";
  #settle: (() => Promise<unknown>) | undefined;
  #isCalled = false;

  constructor(
    private readonly stackName: () => string,
    private readonly target: string,
    private readonly output: Output,
    private readonly leave: (code: number) => void = (code) => process.exit(code),
  ) {
    process.once("SIGINT", this.#called);
  }

  async enter(phase: Phase, settle?: () => Promise<unknown>): Promise<void> {
    if (this.#isCalled) await new Promise<never>(() => undefined);
    this.#phase = phase;
    this.#settle = settle;
  }

  end(): void {
    process.off("SIGINT", this.#called);
  }

  readonly #called = (): void => {
    this.#isCalled = true;
    const left = (): void => {
      this.output.say(`\n${detachText(this.#phase, this.stackName(), this.target)}`);
      this.leave(exit.detached);
    };
    const settling = this.#settle?.();
    if (settling === undefined) left();
    else void settling.then(left, left);
  };
}

/** Pure. */
export function detachText(phase: Phase, stackName: string, target: string): string {
  const where = target === "aws" ? " --target aws" : "";
  if (phase === "before") return "Stopped before anything was deployed.";
  const follow = `  follow it            sandtable status ${stackName} --follow${where}`;
  if (phase === "clearing")
    return [`Detached: CloudFormation goes on deleting stack ${stackName}, which was rolled back.`, follow].join("\n");
  const going =
    phase === "waiting"
      ? `Detached: stack ${stackName} is deployed, its targets may not be healthy yet.`
      : `Detached: CloudFormation goes on with stack ${stackName}.`;
  const aws = target === "aws" ? "aws" : "sandtable aws";
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
