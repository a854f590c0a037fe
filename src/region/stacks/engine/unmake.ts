import { bodiesOf, incarnationsOf, isGone, resourcesOf, type Incarnation, type StackResource } from "../records.js";
import { orderOfDeletion } from "./deletion-order.js";
import { namingOf } from "../naming.js";
import type { LastWish } from "../provider.js";
import { moveResource } from "./journal.js";
import { walk } from "./walk.js";
import { callOf, Closed, providerOf, reasonOf, stackOf, type Work } from "./work.js";

/**
 * Delete all resources of a stack, each after those that depend on it. What a failed one depends on stays. Resolves with the
 * logical ids that could not be deleted. `keep` tells which ones stay though the stack goes.
 *
 * What is told keeps AWS's order: a resource is deleted when the machine no longer has it, and not before those that depend on
 * it. The records go ahead of that, so that a network of many resources is taken down at once and not piece by piece.
 */
export async function deleteResources(work: Work, keep: (entry: StackResource) => boolean): Promise<readonly string[]> {
  const entries = new Map(
    resourcesOf(work.scope, work.stackId)
      .filter((entry) => !isGone(entry))
      .map((entry) => [entry.logicalId, entry]),
  );
  const graph = orderOfDeletion(new Map([...entries].map(([logicalId, entry]) => [logicalId, incarnationsOf(entry)])));
  const removals = new Map([...entries].map(([logicalId]) => [logicalId, new Removal()]));
  const telling = walk(
    graph,
    async (logicalId) => {
      const [entry, removal] = [entries.get(logicalId), removals.get(logicalId)];
      if (entry !== undefined && removal !== undefined) await tellDeletion(work, entry, keep(entry), removal);
    },
    { stop: false },
  );
  await walk(
    graph,
    async (logicalId) => {
      const [entry, removal] = [entries.get(logicalId), removals.get(logicalId)];
      if (entry !== undefined && !keep(entry)) await removal?.carryOut((machine) => removeRecords(work, entry, machine));
    },
    { stop: false },
  );
  const failures = await telling;
  rethrowClosed(failures);
  return [...failures.keys()];
}

/** One resource on its way out: its records, and then what the machine has of it. */
class Removal {
  private readonly machine: Promise<void>[] = [];
  private end: { resolve: () => void; reject: (error: unknown) => void } | undefined;
  private readonly records = new Promise<void>((resolve, reject) => (this.end = { resolve, reject }));

  constructor() {
    this.records.catch(() => undefined); // said by who waits for it
  }

  /** Remove the records; what the machine has yet to do is handed to `later`, and not waited for. */
  async carryOut(remove: (later: (done: Promise<void>) => void) => Promise<void>): Promise<void> {
    try {
      await remove((done) => {
        done.catch(() => undefined);
        this.machine.push(done);
      });
      this.end?.resolve();
    } catch (error) {
      this.end?.reject(error);
      throw error;
    }
  }

  async done(): Promise<void> {
    await this.records;
    await Promise.all(this.machine);
  }
}

async function tellDeletion(work: Work, entry: StackResource, keep: boolean, removal: Removal): Promise<void> {
  const stack = stackOf(work);
  if (keep) return moveResource(work.scope, stack, { ...entry, status: "DELETE_SKIPPED" });
  if (bodiesOf(entry).length === 0) return moveResource(work.scope, stack, { ...entry, status: "DELETE_COMPLETE" });
  const leaving: StackResource = { ...entry, status: "DELETE_IN_PROGRESS" };
  if (entry.status !== "DELETE_IN_PROGRESS") moveResource(work.scope, stack, leaving);
  try {
    await removal.done();
    moveResource(work.scope, stackOf(work), { ...leaving, status: "DELETE_COMPLETE" });
  } catch (error) {
    if (error instanceof Closed) throw error;
    moveResource(work.scope, stackOf(work), { ...leaving, status: "DELETE_FAILED" }, { reason: reasonOf(error) });
    throw error;
  }
}

async function removeRecords(work: Work, entry: StackResource, later: (done: Promise<void>) => void): Promise<void> {
  const { scope } = work;
  const ahead: Work = {
    ...work,
    scope: {
      ...scope,
      upkeep: { ...scope.upkeep, network: (vpcId) => (later(scope.upkeep.network(vpcId)), Promise.resolve()) },
    },
  };
  // The oldest first.
  for (const body of [...bodiesOf(entry)].reverse()) await deletePhysical(ahead, entry.type, body, lastWish(work, entry, body));
}

/** Delete a physical resource and wait until it is gone. */
export async function deletePhysical(
  work: Work,
  type: string,
  { physicalId, properties }: Incarnation,
  last?: LastWish,
): Promise<void> {
  if (physicalId === undefined) return;
  await providerOf(work, type).delete(callOf(work, stackOf(work)), physicalId, properties, work.signal, last);
}

/** What is kept of a resource that leaves its stack: of the one that it is, not of what failed updates have left. */
export function lastWish(work: Work, entry: StackResource, { physicalId }: Incarnation): LastWish | undefined {
  return entry.deletionPolicy === "Snapshot" && physicalId === entry.physicalId ? finalSnapshotOf(work, entry) : undefined;
}

/** Named as CloudFormation does: `STACK-snapshot-LOGICAL-XXXXXXXXXXXX`. */
export const finalSnapshotOf = (work: Work, { logicalId }: StackResource): LastWish => ({
  finalSnapshot: namingOf(stackOf(work), `snapshot-${logicalId}`).physicalName(255).replace(/-+/g, "-"),
});

export function rethrowClosed(failures: ReadonlyMap<string, unknown>): void {
  for (const error of failures.values()) if (error instanceof Closed) throw error;
}
