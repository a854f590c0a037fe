import { firstDevice } from "./ends.js";
import { shapeOf, type LiveFabric, type LiveLink, type LiveNamespace } from "./live.js";
import { entryKey, linkKeyOf, type Entry, type FabricPlan, type LinkEnd, type LinkPlan, type NamespacePlan } from "./plan.js";
import { rulesetChange, type RulesetChange } from "./ruleset-changes.js";

/** The least that makes the kernel hold a plan, in the order in which it is done. Every step may be repeated. */
export interface FabricChanges {
  /** Links that are not as planned and cannot be changed: removed first, made again. */
  readonly brokenLinks: readonly LiveLink[];
  readonly newNamespaces: readonly NamespacePlan[];
  /** Namespaces whose sysctls are written. */
  readonly sysctls: readonly NamespacePlan[];
  readonly newLinks: readonly LinkPlan[];
  /** First those of interfaces' ends, then those of routers. */
  readonly ends: readonly NamespaceChange[];
  readonly routers: readonly NamespaceChange[];
  readonly oldLinks: readonly LiveLink[];
  readonly oldNamespaces: readonly string[];
}

export interface NamespaceChange {
  readonly namespace: NamespacePlan;
  /** Lines of one `ip -batch`, and of one `tc -batch` after it. */
  readonly lines: readonly string[];
  readonly nft?: RulesetChange;
}

export function decide(live: LiveFabric, plan: FabricPlan): FabricChanges {
  const isThere = (key: string, link: LinkPlan): boolean => {
    const there = live.links.get(key);
    return there !== undefined && there.complete && there.shape === shapeOf(link.a) && there.alias === link.a.alias;
  };
  const missing = new Map([...plan.links].filter(([key, link]) => !isThere(key, link)));
  const newLinks = [...missing.values()];
  const brokenLinks = [...missing.keys()].flatMap((key) => live.links.get(key) ?? []);
  const unplanned = [...live.links].filter(([key]) => !plan.links.has(key));
  // Either end of a link between routers may have been seen.
  const farEnds = new Set(unplanned.length === 0 ? [] : [...plan.links.values()].map(({ b }) => linkKeyOf(b)));
  const oldLinks = unplanned.filter(([key]) => !farEnds.has(key)).map(([, link]) => link);
  const gone = [...brokenLinks, ...oldLinks];

  const work = [...plan.namespaces.values()].flatMap((namespace) => {
    const there = live.namespaces.get(namespace.name);
    // Most of a plan is what it was, down to the object.
    if (newLinks.length === 0 && gone.length === 0 && isSame(there, namespace)) return [];
    return { namespace, there, ...changeOf(namespace, there, { plan, newLinks, gone }) };
  });
  const changed = work.filter(({ change }) => change.lines.length > 0 || change.nft !== undefined);
  return {
    brokenLinks,
    newNamespaces: work.flatMap(({ namespace, there }) =>
      there === undefined && namespace.entriesAre !== "guests" ? [namespace] : [],
    ),
    sysctls: work.flatMap(({ namespace, writeSysctls }) => (writeSysctls ? [namespace] : [])),
    newLinks,
    ends: changed.flatMap(({ namespace, change }) => (namespace.kind === "end" ? [change] : [])),
    routers: changed.flatMap(({ namespace, change }) => (namespace.kind === "router" ? [change] : [])),
    oldLinks,
    oldNamespaces: [...live.namespaces].flatMap(([name, { entriesAre }]) =>
      plan.namespaces.has(name) || entriesAre === "guests" ? [] : [name],
    ),
  };
}

const isSame = (there: LiveNamespace | undefined, { entries, nft }: NamespacePlan): boolean =>
  there !== undefined && there.entries === entries && there.ruleset.known && there.ruleset.nft === nft;

interface Context {
  readonly plan: FabricPlan;
  readonly newLinks: readonly LinkPlan[];
  readonly gone: readonly LiveLink[];
}

function changeOf(
  namespace: NamespacePlan,
  there: LiveNamespace | undefined,
  { plan, newLinks, gone }: Context,
): { change: NamespaceChange; writeSysctls: boolean } {
  const { name, kind } = namespace;
  const fresh = new Set(kind === "end" ? newLinks.flatMap(({ b }) => (b.namespace === name ? [b.name] : [])) : []);
  // The end of an interface is set up with its link and then left to whoever lives there; a further interface is set up alone.
  const isNew = there === undefined || fresh.has(firstDevice);
  const isKnown = !isNew && there.ruleset.known;
  const isRenewed = isNew || (!isKnown && kind === "router");

  const links = isRenewed ? [...plan.links.values()] : newLinks;
  const settings = links.flatMap(({ a, b }) => [
    ...(a.namespace === name ? settingsOf(a, plan.namespaces.get(b.namespace)?.kind === "end") : []),
    ...(b.namespace === name ? settingsOf(b, false) : []),
  ]);
  // Entries leave with their device, also when it is made again.
  const lost = new Set([
    ...fresh,
    ...gone.flatMap((link) => [
      ...(link.namespace === name ? [link.name] : []),
      ...(link.end?.namespace === name ? [link.end.device] : []),
    ]),
  ]);
  const kept = isNew ? new Set<Entry>() : there.entries;
  const remaining = lost.size === 0 ? kept : new Set([...kept].filter((entry) => !lost.has(deviceOf(entry) ?? "")));
  const lines = [
    ...(isRenewed && namespace.entriesAre !== "guests" ? ["link set lo up"] : []),
    ...settings,
    ...differenceOf(remaining, namespace.entries),
  ];
  const ruleset = isKnown && there.ruleset.known ? there.ruleset.nft : undefined;
  const nft = rulesetChange(ruleset, namespace.nft ?? []);
  return {
    change: { namespace, lines, ...(nft === undefined ? {} : { nft }) },
    writeSysctls: isRenewed && namespace.sysctls.size > 0,
  };
}

/**
 * `proxy_delay`: the router answers for an interface's neighbours at once, not after up to 0.8 s. The alias comes before
 * `up`: what is up is complete.
 */
const settingsOf = (end: LinkEnd, leadsToInterface: boolean): string[] => [
  ...(leadsToInterface ? [`ntable change name arp_cache dev ${end.name} proxy_delay 0`] : []),
  `link set ${end.name} alias ${end.alias}`,
  `link set ${end.name} up`,
];

/**
 * Rules before routes: until a namespace has a rule its local and main tables are one, and a next hop inside a blackholed
 * network counts as invalid.
 */
const order = ["addr", "rule", "neigh", "route", "qdisc"];

function differenceOf(there: ReadonlySet<Entry>, wanted: ReadonlySet<Entry>): string[] {
  if (there === wanted) return [];
  const unwanted = [...there].filter((entry) => !wanted.has(entry));
  const keys = new Set(unwanted.length === 0 ? [] : [...wanted].map(entryKey));
  const removed = unwanted.filter((entry) => !keys.has(entryKey(entry)));
  const added = [...wanted].filter((entry) => !there.has(entry));
  const rank = (entry: Entry): number => order.indexOf(entry.split(" ", 1)[0] ?? "");
  return [
    ...removed.sort((a, b) => rank(b) - rank(a)).map(removal),
    ...added.sort((a, b) => rank(a) - rank(b)).map((entry) => withVerb(entry.startsWith("rule") ? "add" : "replace", entry)),
  ];
}

const removal = (entry: Entry): string =>
  entry.startsWith("qdisc ") ? `qdisc del dev ${deviceOf(entry)} root` : withVerb("del", entry);

const withVerb = (verb: string, entry: Entry): string => entry.replace(" ", ` ${verb} `);

export function deviceOf(entry: Entry): string | undefined {
  const words = entry.split(" ");
  const at = words.indexOf("dev");
  return at < 0 ? undefined : words[at + 1];
}
