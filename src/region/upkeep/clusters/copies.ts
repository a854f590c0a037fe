import { setTimeout as pause } from "node:timers/promises";
import type { Copy, DatabaseEngine } from "../../../parts/databases/spec.js";
import { isCut } from "../../faults/zones.js";
import type { Scope } from "../../operations/call.js";
import type { CopyState, DBCluster, DBInstance } from "../../services/rds/records.js";
import type { ServerCircumstances } from "../databases/spec.js";
import { changeCluster } from "./change.js";
import { memberWriterSpec } from "./spec.js";

/**
 * Take the next step with every reader: seen by the writer, it is waited for; waited for, and with all that was committed before, it may
 * take over; lost, it is no longer waited for, which is written down first.
 * Gives whether every reader that can be reached has everything.
 */
export async function keepCopies(
  scope: Scope,
  cluster: DBCluster,
  writer: DBInstance,
  readers: readonly DBInstance[],
  engine: DatabaseEngine,
  around: ServerCircumstances,
): Promise<boolean> {
  const look = async (of: DBCluster): Promise<readonly Copy[]> =>
    (await engine.health(memberWriterSpec(of, writer, around))).copies;
  let seen = await look(cluster);
  const isMissing = ({ server }: DBInstance): boolean =>
    (cluster.copies[server.id] ?? "building") !== "building" && !seen.some(({ id }) => id === server.id);
  if (
    readers.some(
      (reader) => isMissing(reader) && engine.observe(reader.server.id) === "ready" && !isCut(scope.records, reader.server.zone),
    )
  ) {
    // It may be on its way back.
    await pause(500);
    seen = await look(cluster);
  }
  const next = Object.fromEntries(
    readers.map(({ server }): [string, CopyState] => [
      server.id,
      nextState(
        cluster.copies[server.id] ?? "building",
        seen.find(({ id }) => id === server.id),
      ),
    ]),
  );
  const changed = changeCluster(scope, cluster, (now) => ({ ...now, copies: next }));
  if (changed !== undefined && waitedFor(changed.copies) !== waitedFor(cluster.copies))
    await engine.tell(memberWriterSpec(changed, writer, around));
  return readers.every(({ server }) => next[server.id] === "synchronous" || isCut(scope.records, server.zone));
}

/** What becomes of a reader, as its writer sees it now; undefined: not at all. Pure. */
export function nextState(state: CopyState, seen: Copy | undefined): CopyState {
  if (seen === undefined) return "building";
  if (state === "building") return "joining";
  return seen.acknowledges ? "synchronous" : state;
}

const waitedFor = (copies: DBCluster["copies"]): string =>
  Object.entries(copies)
    .filter(([, state]) => state !== "building")
    .map(([server]) => server)
    .sort()
    .join();
