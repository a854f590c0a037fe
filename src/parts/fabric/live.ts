import { memoOf } from "../memo.js";
import type { FarEnd } from "./ends.js";
import type { Entry, FabricPlan, LinkEnd, LinkPlan, NamespacePlan } from "./plan.js";
import type { Table } from "./text.js";

/** What the kernel has of one owner: read from it (`observe.ts`), or the plan that was applied last (`asApplied`). */
export interface LiveFabric {
  readonly namespaces: ReadonlyMap<string, LiveNamespace>;
  readonly links: ReadonlyMap<string, LiveLink>;
}

export interface LiveNamespace {
  readonly entriesAre: NamespacePlan["entriesAre"];
  readonly entries: ReadonlySet<Entry>;
  /** Unknown where it was only observed: then sysctls, link settings and ruleset are written again. */
  readonly ruleset: { readonly known: true; readonly nft: readonly Table[] | undefined } | { readonly known: false };
}

export interface LiveLink {
  readonly namespace: string;
  readonly name: string;
  /** What can not be changed on a link that exists, see `shapeOf`. */
  readonly shape: string;
  /** With where its other end is, see `ends.ts`. */
  readonly alias: string | undefined;
  /** Up at its first end, which comes last. */
  readonly complete: boolean;
  /** Of an interface's link. */
  readonly end: FarEnd | undefined;
}

export const shapeOf = memoOf(
  (end: Pick<LinkEnd, "mtu" | "group" | "mac">): string => `mtu ${end.mtu} group ${end.group} mac ${end.mac}`,
);

export const nothing: LiveFabric = { namespaces: new Map(), links: new Map() };

/** What is there after `plan` was applied without an error. */
export function asApplied(plan: FabricPlan): LiveFabric {
  return {
    namespaces: new Map([...plan.namespaces].map(([name, namespace]) => [name, appliedNamespace(namespace)])),
    links: new Map([...plan.links].map(([key, link]) => [key, asLive(link, plan)])),
  };
}

const appliedNamespace = memoOf(({ entriesAre, entries, nft }: NamespacePlan): LiveNamespace => ({
  entriesAre,
  entries,
  ruleset: { known: true, nft },
}));

const asLive = ({ a, b }: LinkPlan, plan: FabricPlan): LiveLink => ({
  namespace: a.namespace,
  name: a.name,
  shape: shapeOf(a),
  alias: a.alias,
  complete: true,
  end: plan.namespaces.get(b.namespace)?.kind === "end" ? { namespace: b.namespace, device: b.name } : undefined,
});
