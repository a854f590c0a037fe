/** Who needs whom: each name with the names it must wait for. */
export type Graph = ReadonlyMap<string, readonly string[]>;

/** The names of one cycle, in order, or undefined. A name that waits for itself is a cycle of one. */
export function findCycle(graph: Graph): readonly string[] | undefined {
  const state = new Map<string, "open" | "done">();
  const trail: string[] = [];
  for (const name of graph.keys()) {
    const cycle = visit(name);
    if (cycle !== undefined) return cycle;
  }
  return undefined;

  function visit(name: string): readonly string[] | undefined {
    if (state.get(name) === "done") return undefined;
    if (state.get(name) === "open") return trail.slice(trail.indexOf(name));
    state.set(name, "open");
    trail.push(name);
    for (const next of graph.get(name) ?? []) {
      const cycle = visit(next);
      if (cycle !== undefined) return cycle;
    }
    trail.pop();
    state.set(name, "done");
    return undefined;
  }
}

/** The same graph with its arrows turned round: for deletion, whoever was waited for now waits. */
export function reversed(graph: Graph): Graph {
  const turned = new Map<string, string[]>([...graph.keys()].map((name) => [name, []]));
  for (const [name, needs] of graph) for (const need of needs) turned.get(need)?.push(name);
  return turned;
}
