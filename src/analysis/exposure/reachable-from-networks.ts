import type { Environment } from "../../environment/environment.js";
import { isKnown, isUnknown } from "../../environment/maybe.js";
import type { Peering } from "../../environment/network.js";
import type { Node, NodeId } from "../../environment/node.js";
import type { Rule, Said } from "../finding.js";
import type { Matrix, Opening } from "../reachability/answer.js";
import type { WayIn } from "../reachability/beyond.js";
import { fromInternet, rangesOf, reachabilityOf, tcp, udp } from "../reaching.js";
import { listed, ruleOver } from "../rule.js";
import { namesOf } from "./port-names.js";
import { reachedOf } from "./reachable-ports.js";

type Ranges = readonly (readonly [from: number, to: number])[];

/** What a network can open to a host: ports in words, without what the internet can open too. */
interface Told {
  readonly open: readonly string[];
  readonly unknown: readonly string[];
}

const without = (ranges: Ranges, others: Ranges): Ranges =>
  others.reduce<Ranges>(
    (rest, [low, high]) =>
      rest.flatMap(([from, to]): Ranges => {
        if (high < from || to < low) return [[from, to]];
        return [...(from < low ? [[from, low - 1] as const] : []), ...(high < to ? [[high + 1, to] as const] : [])];
      }),
    ranges,
  );

const joined = (ranges: Ranges): Ranges =>
  ranges
    .toSorted(([a], [b]) => a - b)
    .reduce<(readonly [number, number])[]>((done, [from, to]) => {
      const last = done.at(-1);
      if (last === undefined || from > last[1] + 1) return [...done, [from, to]];
      return [...done.slice(0, -1), [last[0], Math.max(last[1], to)]];
    }, []);

const namesIn = (protocol: number, ranges: Ranges): readonly string[] =>
  ranges.flatMap(([from, to]) => Array.from(namesOf(protocol, from, to), ({ port }) => port));

function toldOf(environment: Environment, host: { readonly interfaces: readonly NodeId[] }, openings: readonly Opening[]): Told {
  const internet = host.interfaces.map((id) => fromInternet(environment, id));
  const ports = [tcp, udp].map((protocol) => {
    const all = (of: readonly Opening[], certainty: "open" | "unknown"): Ranges =>
      joined(of.flatMap((each) => rangesOf(each[certainty], protocol)));
    const open = without(all(openings, "open"), all(internet, "open"));
    const told = [all(openings, "open"), all(internet, "open"), all(internet, "unknown")];
    const unknown = told.reduce(without, all(openings, "unknown"));
    return { open: namesIn(protocol, open), unknown: namesIn(protocol, unknown) };
  });
  return { open: ports.flatMap(({ open }) => open), unknown: ports.flatMap(({ unknown }) => unknown) };
}

/** One finding: what is certain, and beside it what is not; all of it unknown where nothing is certain. */
function saidOf({ open, unknown }: Told, who: string, how: string, why: string, fix: string): Said | undefined {
  if (open.length === 0 && unknown.length === 0) return undefined;
  const doubt = `something on the way is not known here${why}`;
  if (open.length === 0)
    return {
      title: `${who} may reach ${listed(unknown)}`,
      reason: `Whether it can open that is not known: ${doubt}.`,
      fix,
      verdict: "unknown",
    };
  const more = unknown.length === 0 ? "" : ` Perhaps also ${listed(unknown)}: ${doubt}.`;
  return { title: `${who} reaches ${listed(open)}`, reason: `${how}${more}`, fix };
}

const inspector = "Amazon Inspector (classic) User Guide: Network reachability (PeeredVPC, VGW)";
const narrower = "let in only the groups, or the addresses, of those over there who need it";

function vpcOf(environment: Environment, id: NodeId): NodeId | undefined {
  const [subnet] = environment.interfaces.get(id)?.subnets ?? [];
  const vpc = subnet === undefined ? undefined : environment.subnets.get(subnet)?.vpc;
  return vpc !== undefined && isKnown(vpc) ? vpc : undefined;
}

/** What one VPC can open to the interfaces of a class, and who there can. */
interface Into {
  readonly openings: readonly Opening[];
  readonly who: readonly string[];
}

interface Sorted {
  /** Numbers of the classes that interfaces are in. */
  readonly classOf: ReadonlyMap<NodeId, number>;
  into(to: number, far: NodeId): Into;
}

function sortedOf(environment: Environment): Sorted {
  const matrix = reachabilityOf(environment).matrix();
  const classOf = new Map(matrix.classes.flatMap(({ members }, at) => members.map((id) => [id, at] as const)));
  const ofVpc = new Map<NodeId, Set<number>>();
  for (const [id, at] of classOf) {
    const vpc = vpcOf(environment, id);
    if (vpc !== undefined) ofVpc.set(vpc, (ofVpc.get(vpc) ?? new Set()).add(at));
  }
  // Hosts of one class are many, and different openings few.
  const known = new Map<string, Into>();
  const into = (to: number, far: NodeId): Into => {
    const key = `${to} ${far}`;
    const found = known.get(key) ?? intoClass(matrix, to, ofVpc.get(far) ?? new Set());
    known.set(key, found);
    return found;
  };
  return { classOf, into };
}

function intoClass(matrix: Matrix, to: number, froms: Iterable<number>): Into {
  const openings = new Set<Opening>();
  const who: string[] = [];
  for (const from of froms) {
    const opening = matrix.opening(from, to);
    if (!hasPorts(opening)) continue;
    openings.add(opening);
    who.push(matrix.classes[from]?.name ?? "");
  }
  return { openings: [...openings], who };
}

const sidesOf = ({ requester, accepter }: Peering): readonly (readonly [near: NodeId, far: NodeId])[] =>
  isKnown(requester) && isKnown(accepter)
    ? [
        [requester, accepter],
        [accepter, requester],
      ]
    : [];

/** From the interfaces of a VPC on the other side that was read. */
function* fromPeers(environment: Environment): Generator<readonly [Node, Said]> {
  const sides = [...environment.peerings.values()].flatMap((peering) =>
    sidesOf(peering)
      .filter((vpcs) => peering.active !== false && vpcs.every((vpc) => environment.vpcs.has(vpc)))
      .map(([near, far]) => ({ peering, near, far })),
  );
  if (sides.length === 0) return;
  const { classOf, into } = sortedOf(environment);
  for (const host of reachedOf(environment))
    for (const { peering, near, far } of sides) {
      const own = host.interfaces.filter((id) => vpcOf(environment, id) === near).flatMap((id) => classOf.get(id) ?? []);
      const all = own.map((to) => into(to, far));
      const name = environment.vpcs.get(far)?.name ?? far;
      const there = [...new Set(all.flatMap(({ who }) => who))];
      const said = saidOf(
        toldOf(
          environment,
          host,
          all.flatMap(({ openings }) => openings),
        ),
        `the peered VPC ${name}`,
        `${listed(there.slice(0, 3))}${there.length > 3 ? " and others" : ""} of ${name} can open it: the routes through ${peering.name}, the ACLs and the groups of both sides let it.`,
        isUnknown(peering.active) ? ` (${peering.active.why})` : "",
        narrower,
      );
      if (said !== undefined) yield [host, said];
    }
}

const hasPorts = ({ open, unknown }: Opening): boolean =>
  [tcp, udp].some((protocol) => rangesOf([...open, ...unknown], protocol).length > 0);

const words = {
  peering: "the VPC behind",
  vpnGateway: "the network behind the virtual private gateway",
  transitGateway: "a network behind the transit gateway",
} as const;

/** From networks that were not read, by what routes say of them. */
function* fromBeyond(environment: Environment, kinds: readonly WayIn["kind"][]): Generator<readonly [Node, Said]> {
  for (const host of reachedOf(environment)) {
    const all = host.interfaces
      .flatMap((id) => reachabilityOf(environment).beyond(id))
      .filter(({ way }) => kinds.includes(way.kind));
    const ways = new Map(all.map(({ way }) => [`${way.kind} ${way.id}`, way]));
    for (const way of ways.values()) {
      const ones = all.filter((each) => each.way.kind === way.kind && each.way.id === way.id);
      const cidrs = [...new Set(ones.flatMap((each) => each.cidrs))];
      const doubt = ones.flatMap((each) => each.doubt ?? [])[0];
      const name = environment.peerings.get(way.id)?.name ?? way.id;
      const who = `${words[way.kind]} ${name}`;
      const said = saidOf(
        toldOf(
          environment,
          host,
          ones.map(({ opening }) => opening),
        ),
        who,
        cidrs.length === 0
          ? "Its routes lead there, to addresses that are not told."
          : `Its routes lead to ${listed(cidrs)} there; its ACL and its groups let these addresses in, and who has them was not read.`,
        doubt === undefined ? "" : ` (${doubt.why})`,
        narrower,
      );
      if (said !== undefined) yield [host, said];
    }
  }
}

/**
 * Severity: Inspector (classic) tells open ports of these routes apart from those of the internet, but how severe it finds which is not
 * verified. A peered network is joined on purpose, so this is information: what it can open beyond what the internet can.
 */
export const reachableFromPeer: Rule = ruleOver(
  {
    id: "reachable-from-peered-vpc",
    subject: "exposure",
    severity: "info",
    summary: "A host with ports that a peered VPC reaches",
    sources: [inspector, "VPC Peering Guide: Update your security groups to reference peer security groups"],
  },
  function* (environment) {
    yield* fromPeers(environment);
    yield* fromBeyond(environment, ["peering"]);
  },
);

/** As {@link reachableFromPeer}, for one's own networks elsewhere. Routes that a gateway propagates are not in a template. */
export const reachableThroughGateway: Rule = ruleOver(
  {
    id: "reachable-through-private-gateway",
    subject: "exposure",
    severity: "info",
    summary: "A host with ports that networks behind a virtual private gateway or a transit gateway reach",
    sources: [inspector, "AWS Site-to-Site VPN User Guide: Route tables and VPN route priority"],
  },
  (environment) => fromBeyond(environment, ["vpnGateway", "transitGateway"]),
);
