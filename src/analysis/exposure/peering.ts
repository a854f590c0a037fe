import { parseBlock, type Block } from "../../addresses.js";
import type { Environment } from "../../environment/environment.js";
import { isKnown, isUnknown, known, Unknown, type Maybe } from "../../environment/maybe.js";
import type { Peering, Subnet } from "../../environment/network.js";
import type { NodeId } from "../../environment/node.js";
import type { Rule } from "../finding.js";
import { overlapOf } from "../reachability/overlap.js";
import { at, listed, notKnown, ruleOn } from "../rule.js";

/** A subnet, and what its route table leads through a connection to. */
interface Way {
  readonly subnet: Subnet;
  /** Undefined: not known. */
  readonly own: Block | undefined;
  readonly to: readonly (Block | undefined)[];
}

const blockOf = (cidr: Maybe<string>): Block | undefined => (isKnown(cidr) ? parseBlock(cidr) : undefined);

/** Blocks that are not known may be any. */
const meet = (a: Block | undefined, b: Block | undefined): boolean =>
  a === undefined || b === undefined || (a.base < b.base + b.size && b.base < a.base + a.size);

const subnetsOf = (environment: Environment, vpc: NodeId): readonly Subnet[] =>
  [...environment.subnets.values()].filter((subnet) => subnet.vpc === vpc);

function waysOf(environment: Environment, vpc: NodeId, peering: NodeId): readonly Way[] {
  return subnetsOf(environment, vpc).flatMap((subnet): Way[] => {
    const routes = environment.routeTables.get(known(subnet.routeTable, ""))?.routes ?? [];
    const to = routes
      .filter(({ target }) => isKnown(target) && target.kind === "peering" && target.id === peering)
      .map(({ destination }) => (isKnown(destination) && "cidr" in destination ? blockOf(destination.cidr) : undefined));
    return to.length === 0 ? [] : [{ subnet, own: blockOf(subnet.cidr), to }];
  });
}

/** Is there anything in a VPC's route tables that may lead through it after all? */
function doubtOf(environment: Environment, vpc: NodeId): Unknown | undefined {
  const subnets = subnetsOf(environment, vpc);
  if (subnets.length === 0) return new Unknown(`none of the subnets of ${vpc} is part of what was read`);
  return subnets
    .flatMap(({ routeTable }): Maybe<unknown>[] =>
      isUnknown(routeTable)
        ? [routeTable]
        : (environment.routeTables.get(routeTable)?.routes.map(({ target }) => target) ?? [
            new Unknown(`${routeTable} is not part of what was read`),
          ]),
    )
    .find(isUnknown);
}

interface Side {
  readonly vpc: NodeId;
  readonly name: string;
  readonly ways: readonly Way[];
}

function sidesOf(environment: Environment, peering: Peering): readonly Side[] {
  return [peering.requester, peering.accepter].flatMap((vpc): Side[] => {
    const node = isKnown(vpc) ? environment.vpcs.get(vpc) : undefined;
    return node === undefined ? [] : [{ vpc: node.id, name: node.name, ways: waysOf(environment, node.id, peering.id) }];
  });
}

/** Why AWS does not make it; unknown where a block is not, undefined where nothing stands against it. */
function overlapOn(environment: Environment, peering: Peering): readonly [one: string, other: string] | Unknown | undefined {
  const [one, other] = [peering.requester, peering.accepter].map((vpc) => environment.vpcs.get(known(vpc, ""))?.cidrs);
  if (one === undefined || other === undefined) return undefined;
  return overlapOf(one.map(blockOf), other.map(blockOf)) ?? [...one, ...other].find(isUnknown);
}

const cannotBe = (environment: Environment, peering: Peering): boolean => {
  const overlap = overlapOn(environment, peering);
  return overlap !== undefined && !isUnknown(overlap);
};

export const overlappingPeering: Rule = ruleOn(
  "peerings",
  {
    id: "peering-blocks-overlap",
    subject: "reachability",
    severity: "high",
    summary: "A peering connection between VPCs whose IPv4 CIDR blocks match or overlap",
    sources: ["VPC Peering Guide: VPC peering limitations", "VPC Peering Guide: VPC peering connection lifecycle"],
  },
  function* (peering, environment) {
    const overlap = overlapOn(environment, peering);
    if (overlap === undefined) return;
    const names = [peering.requester, peering.accepter].map((vpc) => environment.vpcs.get(known(vpc, ""))?.name ?? "");
    const fix = `give ${listed(names)} CIDR blocks that share no address`;
    if (isUnknown(overlap)) {
      const title = `perhaps the CIDR blocks of ${listed(names)} overlap`;
      yield notKnown({ title, reason: neverMade, fix }, overlap);
      return;
    }
    const [one, other] = overlap;
    yield {
      title: `AWS does not make it: the CIDR blocks of ${listed(names)} overlap`,
      reason: `${names[0] ?? ""} has ${one} and ${names[1] ?? ""} has ${other}. ${neverMade}`,
      fix,
      ...at(peering, "PeerVpcId"),
    };
  },
);

const neverMade =
  "A connection between VPCs with matching or overlapping IPv4 CIDR blocks, be it of any two of several, goes from initiating-request to failed: nothing passes it, and a stack that has it does not come up.";

export const noWayBack: Rule = ruleOn(
  "peerings",
  {
    id: "peering-without-way-back",
    subject: "reachability",
    severity: "high",
    summary: "A peering connection that routes of one side lead through, and none of the other",
    sources: ["VPC Peering Guide: Update your route tables for a VPC peering connection"],
  },
  function* (peering, environment) {
    const [one, other] = sidesOf(environment, peering);
    if (one === undefined || other === undefined || peering.active === false || cannotBe(environment, peering)) return;
    for (const [near, far] of [
      [one, other],
      [other, one],
    ] as const) {
      const answered = near.ways.some((way) =>
        far.ways.some((back) => way.to.some((to) => meet(to, back.own)) && back.to.some((to) => meet(to, way.own))),
      );
      if (near.ways.length === 0 || answered) continue;
      const from = listed(near.ways.map(({ subnet }) => subnet.name));
      const said = {
        title: `packets of ${near.name} go through it, and no answer of ${far.name} comes back`,
        reason: `The route table of ${from} leads to ${far.name} through it; no route table there leads back, so that not one connection opens, either way.`,
        fix: `add to the route tables of ${far.name} a route to the addresses of ${near.name} through ${peering.name}`,
      };
      const doubt = doubtOf(environment, far.vpc);
      yield doubt === undefined ? said : notKnown({ ...said, title: `perhaps ${said.title}` }, doubt);
      return;
    }
  },
);

export const unusedPeering: Rule = ruleOn(
  "peerings",
  {
    id: "peering-without-routes",
    subject: "reachability",
    severity: "low",
    summary: "A peering connection that no route leads through",
    sources: ["VPC Peering Guide: Update your route tables for a VPC peering connection"],
  },
  function* (peering, environment) {
    const sides = sidesOf(environment, peering);
    if (sides.length < 2 || sides.some(({ ways }) => ways.length > 0) || cannotBe(environment, peering)) return;
    const said = {
      title: "no route leads through it",
      reason: `Neither ${listed(sides.map(({ name }) => name))} has a route to it: it connects nothing, however it is accepted.`,
      fix: "add a route through it to the route tables of both sides, or leave it out",
    };
    const doubt = sides.map(({ vpc }) => doubtOf(environment, vpc)).find((each) => each !== undefined);
    yield doubt === undefined ? said : notKnown({ ...said, title: "perhaps no route leads through it" }, doubt);
  },
);
