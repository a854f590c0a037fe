import { reversed, type Graph } from "../../../template/graph.js";
import type { Incarnation } from "../records.js";

/**
 * Who waits for whom when physical resources go: each name after all that were made after one of them. `going` has, by logical id,
 * what goes of each, the newest first. Of resources whose dependency an update has turned round each was made after the other:
 * then the newer order counts, for nothing can be deleted in both.
 */
export function orderOfDeletion(going: ReadonlyMap<string, readonly Incarnation[]>): Graph {
  const needs = new Map<string, string[]>([...going.keys()].map((name) => [name, []]));
  const oldest = Math.max(0, ...[...going.values()].map((bodies) => bodies.length));
  for (let age = 0; age < oldest; age++)
    for (const [name, bodies] of going)
      for (const need of bodies[age]?.dependsOn ?? [])
        if (needs.has(need) && needs.get(name)?.includes(need) === false && !leadsTo(needs, need, name))
          needs.get(name)?.push(need);
  return reversed(needs);
}

function leadsTo(graph: Graph, from: string, to: string): boolean {
  const seen = new Set([from]);
  for (const name of seen) for (const next of graph.get(name) ?? []) seen.add(next); // a set is walked with what it gets on the way
  return seen.has(to);
}
