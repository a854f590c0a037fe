import type { Graph } from "../../../template/graph.js";

/**
 * Visit every node as soon as all it waits for were visited, as parallel as that allows. A node whose predecessor failed is
 * not visited; with `stop`, nothing new is begun after the first failure. Resolves when everything begun has ended, with the
 * failures in the order they happened.
 */
export async function walk(
  graph: Graph,
  visit: (name: string) => Promise<void>,
  options: { readonly stop: boolean; readonly onFailure?: () => void },
): Promise<ReadonlyMap<string, unknown>> {
  const failures = new Map<string, unknown>();
  const ends = new Map<string, Promise<boolean>>();
  const reach = (name: string): Promise<boolean> => {
    const known = ends.get(name);
    if (known !== undefined) return known;
    const end = (async (): Promise<boolean> => {
      const before = await Promise.all((graph.get(name) ?? []).filter((need) => graph.has(need)).map(reach));
      if (before.includes(false) || (options.stop && failures.size > 0)) return false;
      try {
        await visit(name);
        return true;
      } catch (error) {
        failures.set(name, error);
        if (failures.size === 1) options.onFailure?.();
        return false;
      }
    })();
    ends.set(name, end);
    return end;
  };
  await Promise.all([...graph.keys()].map(reach));
  return failures;
}
