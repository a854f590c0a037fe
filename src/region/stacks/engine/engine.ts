import type { StackStatus } from "@aws-sdk/client-cloudformation";
import type { Scope } from "../../operations/call.js";
import type { StacksContext } from "../context.js";
import { isMoving, Stacks, type Stack } from "../records.js";
import { cleanupPhase } from "./cleanup-phase.js";
import { createPhase, deletePhase, rollbackPhase } from "./create-phase.js";
import { moveStack } from "./journal.js";
import { updatePhase } from "./update-phase.js";
import { updateRollbackPhase } from "./update-rollback-phase.js";
import { Closed, stackOf, type Work } from "./work.js";

/**
 * What each status of a stack asks for. A phase reads what is from the records, does the rest and ends by moving the stack
 * to its next status; so it does not matter to it whether it begins or goes on after a `kill -9`.
 */
const phases: { readonly [status in StackStatus]?: (work: Work) => Promise<void> } = {
  CREATE_IN_PROGRESS: createPhase,
  ROLLBACK_IN_PROGRESS: rollbackPhase,
  DELETE_IN_PROGRESS: deletePhase,
  UPDATE_IN_PROGRESS: updatePhase,
  UPDATE_COMPLETE_CLEANUP_IN_PROGRESS: (work) => cleanupPhase(work, "UPDATE_COMPLETE"),
  UPDATE_ROLLBACK_IN_PROGRESS: updateRollbackPhase,
  UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS: (work) => cleanupPhase(work, "UPDATE_ROLLBACK_COMPLETE"),
};

/** Where a stack ends when a phase breaks down for a reason of our own. */
const brokenDown: { readonly [status in StackStatus]?: StackStatus } = {
  CREATE_IN_PROGRESS: "CREATE_FAILED",
  ROLLBACK_IN_PROGRESS: "ROLLBACK_FAILED",
  DELETE_IN_PROGRESS: "DELETE_FAILED",
  UPDATE_IN_PROGRESS: "UPDATE_FAILED",
  UPDATE_COMPLETE_CLEANUP_IN_PROGRESS: "UPDATE_COMPLETE",
  UPDATE_ROLLBACK_IN_PROGRESS: "UPDATE_ROLLBACK_FAILED",
  UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS: "UPDATE_ROLLBACK_COMPLETE",
};

interface Run {
  readonly scope: Scope;
  /** Of the phase under way. */
  cancel: AbortController;
  closed: boolean;
  readonly ended: Promise<void>;
}

/** Carries stacks on from status to status, one run a stack. */
export class StackEngine {
  private readonly runs = new Map<string, Run>();

  constructor(private readonly context: StacksContext) {}

  /** Carry a stack on until it comes to rest. Returns at once; a stack that is being carried on is left to its run. */
  attend(scope: Scope, stackId: string): void {
    if (this.runs.has(stackId)) return;
    const run: Run = { scope, cancel: new AbortController(), closed: false, ended: Promise.resolve() };
    this.runs.set(stackId, run);
    const ended = this.carryOn(run, stackId).finally(() => {
      this.runs.delete(stackId);
      // A request may have given it a new goal in the moment between the last look and now.
      const stack = scope.records.get(Stacks, stackId);
      if (!run.closed && stack !== undefined && isMoving(stack)) this.attend(scope, stackId);
    });
    Object.assign(run, { ended });
  }

  /** The same for a nested stack, in the scope of the one that its parent is carried on in. */
  attendNested(scope: Scope, parentId: string, stackId: string): void {
    this.attend(this.runs.get(parentId)?.scope ?? scope, stackId);
  }

  /** The stack has a new goal: what its present phase is waiting for is cancelled. */
  interrupt(stackId: string): void {
    this.runs.get(stackId)?.cancel.abort();
  }

  /** Go on with everything that was under way when the region's process ended. */
  resume(scope: Scope): void {
    for (const stack of scope.records.list(Stacks)) if (isMoving(stack)) this.attend(scope, stack.stackId);
  }

  /** Resolves when the stack is at rest. */
  async settled(stackId: string): Promise<void> {
    for (let run = this.runs.get(stackId); run !== undefined; run = this.runs.get(stackId)) await run.ended;
  }

  /** Stop carrying stacks on, all or those of one scope; nothing is committed any more. `resume` goes on with them. */
  async close(scope?: Scope): Promise<void> {
    const runs = [...this.runs.values()].filter((run) => scope === undefined || run.scope.records === scope.records);
    for (const run of runs) {
      run.closed = true;
      run.cancel.abort();
    }
    await Promise.all(runs.map(({ ended }) => ended));
  }

  private async carryOn(run: Run, stackId: string): Promise<void> {
    const scope: Scope = {
      ...run.scope,
      commit: (...changes) => {
        if (run.closed) throw new Closed("The region is stopping.");
        run.scope.commit(...changes);
      },
    };
    for (;;) {
      run.cancel = new AbortController();
      if (run.closed) return;
      const work: Work = { scope, stackId, context: this.context, signal: run.cancel.signal };
      const before = stackOf(work);
      const phase = phases[before.status];
      if (phase === undefined) return;
      try {
        await phase(work);
        if (stackOf(work) === before) throw new Error(`Nothing came of ${before.status}.`);
      } catch (error) {
        if (error instanceof Closed || run.closed) return;
        // When not even that can be written (a full disk), look again a little later: the records still say what to do.
        if (!giveUp(scope, stackOf(work), error)) await pause(run.cancel.signal);
      }
    }
  }
}

/** Something of ours went wrong: the stack must not look busy for ever. False: that could not be written either. */
function giveUp(scope: Scope, stack: Stack, error: unknown): boolean {
  const status = brokenDown[stack.status];
  if (status === undefined) return true;
  try {
    moveStack(scope, stack, status, {
      statusReason: `Internal Failure: ${error instanceof Error ? error.message : String(error)}`,
    });
    return true;
  } catch {
    return false;
  }
}

const pause = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, 5000);
    timer.unref();
    signal.addEventListener("abort", () => (clearTimeout(timer), resolve()), { once: true });
  });
