import { linkName } from "../host/label.js";
import { memoOf } from "../memo.js";
import { ranges } from "./numbers.js";
import { allPorts, protocolText } from "./protocols.js";
import type { GroupRuleSpec, SecurityGroupSpec } from "./spec.js";
import { chain, map, set, type Piece } from "./text.js";
import type { PlacedInterface, Vpc } from "./vpc.js";

/**
 * Security groups, as nftables chains in the router of a zone: one pair of chains per distinct list of groups, reached
 * from a map of interfaces. An interface that is not in the map gets nothing, so a link that appears before its rules is shut.
 *
 * Tracked and untracked flows (EC2 user guide, "Security group connection tracking"): a TCP or UDP flow that was admitted by a
 * rule open to 0.0.0.0/0, where the other direction is open to 0.0.0.0/0 on all ports, is not tracked: it stops when the
 * rule goes. Every other flow lives on. Bit 1 of the connection's mark says untracked at the end that began it, bit 2 at the
 * other end; either makes each packet of that end face the rules. (AWS tracks flows through NAT gateways and Network Load
 * Balancers in any case; here they follow the same rule as all others.)
 */
export function groupChains(vpc: Vpc, zone: string): Piece[] {
  const { lists, maps } = listsOf(vpc.inZone.get(zone) ?? []);
  const known = groupsById(vpc);
  const pieces = [...lists].map(([name, groupIds]) =>
    piecesOf(
      name,
      groupIds.flatMap((id) => known.get(id) ?? []),
    ),
  );
  const peers = new Set(pieces.flatMap((list) => list.peers));
  return [
    ...[...peers].sort().flatMap((groupId) => set(setName(groupId), "ipv4_addr", [...(members(vpc).get(groupId) ?? [])])),
    ...pieces.flatMap(({ chains }) => chains),
    ...maps,
    ...chain("groups_out", [
      "ct state established ct direction original ct mark & 1 == 0 return",
      "ct state established ct direction reply ct mark & 2 == 0 return",
      "iifname vmap @egress",
      `iifgroup ${ranges.subnets} drop`,
    ]),
    ...chain("groups_in", [
      "ct state established ct direction original ct mark & 2 == 0 accept",
      "ct state established ct direction reply ct mark & 1 == 0 accept",
      "oifname vmap @ingress",
      `oifgroup ${ranges.subnets} drop`,
    ]),
  ];
}

/**
 * What leads there: most packets are of flows that are tracked at both ends and go no further than this. That they are is seen
 * once and marked (4), as bits are only set before a flow is established. What is admitted at the sender's end returns to
 * be looked at for the receiver's.
 */
export const groupSteps = [
  "ct mark 4 accept",
  "ct state established ct mark 0 ct mark set 4 accept",
  "ct state related accept",
  "jump groups_out",
  "goto groups_in",
];

/** The rules of an interface's groups alone: they leave no mark on the connections that they admit. */
export function rulesAlone(
  vpc: Vpc,
  nic: PlacedInterface,
): { readonly ingress: readonly string[]; readonly egress: readonly string[] } {
  const known = groupsById(vpc);
  const { ingress, egress } = rulesOf([...nic.groupIds].sort().flatMap((id) => known.get(id) ?? []));
  const alone = (lines: readonly string[]): string[] => [...lines.filter((line) => !line.includes("ct mark set")), "drop"];
  return { ingress: alone(ingress), egress: alone(egress) };
}

const groupsById = memoOf(
  ({ spec }: Vpc): ReadonlyMap<string, SecurityGroupSpec> => new Map(spec.securityGroups.map((group) => [group.groupId, group])),
);

interface ListPieces {
  readonly list: readonly SecurityGroupSpec[];
  readonly chains: readonly Piece[];
  /** The groups that its rules name. */
  readonly peers: readonly string[];
}

const remembered = new Map<string, ListPieces>();

/** The pair of chains of a list of groups; the same object as long as none of its groups is another. */
function piecesOf(name: string, list: readonly SecurityGroupSpec[]): ListPieces {
  const known = remembered.get(name);
  if (known?.list.length === list.length && known.list.every((group, at) => group === list[at])) return known;
  const rules = rulesOf(list);
  const made = {
    list,
    chains: [
      ...chain(`${name}_in`, [...rules.ingress, "drop"], undefined, about(list)),
      ...chain(`${name}_out`, [...rules.egress, "drop"], undefined, about(list)),
    ],
    peers: list.flatMap(peerGroups),
  };
  if (remembered.size >= 10_000) remembered.clear();
  remembered.set(name, made);
  return made;
}

/** The distinct lists of groups of these interfaces, by name, and which interface has which. */
const listsOf = memoOf((here: readonly PlacedInterface[]) => {
  const lists = new Map<string, readonly string[]>();
  const [ingress, egress]: [string[], string[]] = [[], []];
  for (const nic of here) {
    if (nic.natGatewayId !== undefined) {
      // A NAT gateway has no groups; its own namespace refuses what did not begin inside.
      ingress.push(`"${nic.device}" : accept`);
      egress.push(`"${nic.device}" : return`);
      continue;
    }
    const list = listName(nic);
    if (!lists.has(list)) lists.set(list, [...nic.groupIds].sort());
    const verdicts = verdictsOf(nic);
    ingress.push(verdicts.ingress);
    egress.push(verdicts.egress);
  }
  return { lists, maps: [...map("ingress", "ifname : verdict", ingress), ...map("egress", "ifname : verdict", egress)] };
});

const listName = memoOf((nic: PlacedInterface): string => linkName("g", [...nic.groupIds].sort().join(" ")));

const verdictsOf = memoOf((nic: PlacedInterface) => ({
  ingress: `"${nic.device}" : goto ${listName(nic)}_in`,
  egress: `"${nic.device}" : goto ${listName(nic)}_out`,
}));

const about = (list: readonly SecurityGroupSpec[]): string =>
  list
    .map((group) => group.groupId)
    .join(" ")
    .slice(0, 120);

const setName = (groupId: string): string => groupId.replaceAll("-", "_");

/** Addresses of each group's members, here or in a peered VPC. */
const members = memoOf((vpc: Vpc): ReadonlyMap<string, ReadonlySet<string>> => {
  const found = new Map<string, Set<string>>();
  const add = (groupId: string, addresses: readonly string[]): void => {
    const there = found.get(groupId) ?? new Set();
    for (const address of addresses) there.add(address);
    found.set(groupId, there);
  };
  for (const nic of vpc.interfaces) for (const groupId of nic.groupIds) add(groupId, nic.addresses);
  for (const { peer } of vpc.spec.peerings ?? []) for (const { groupId, addresses } of peer.groups) add(groupId, addresses);
  return found;
});

const peerGroups = (group: SecurityGroupSpec): string[] =>
  [...group.ingress, ...group.egress].flatMap((rule) => ("groupId" in rule.peer ? [rule.peer.groupId] : []));

/** Rules of a list of groups, the open ones first: a flow that matches both an open and a narrow rule is untracked. */
function rulesOf(list: readonly SecurityGroupSpec[]): { ingress: string[]; egress: string[] } {
  const all = { ingress: list.flatMap((group) => group.ingress), egress: list.flatMap((group) => group.egress) };
  const text = (
    rules: readonly GroupRuleSpec[],
    end: "saddr" | "daddr",
    mark: number,
    other: readonly GroupRuleSpec[],
  ): string[] => {
    const lines = rules.filter(hasEffect).flatMap((rule) => ruleText(rule, end, mark, other));
    return [
      ...new Set(lines.filter((line) => line.includes("ct mark set"))),
      ...new Set(lines.filter((line) => !line.includes("ct mark set"))),
    ];
  };
  return { ingress: text(all.ingress, "saddr", 2, all.egress), egress: text(all.egress, "daddr", 1, all.ingress) };
}

/** The fabric carries IPv4 only: a rule about IPv6 admits nothing that could come. */
const hasEffect = (rule: GroupRuleSpec): boolean => !("cidr" in rule.peer && rule.peer.cidr.includes(":"));

const isOpen = (rule: GroupRuleSpec): boolean => "cidr" in rule.peer && rule.peer.cidr === "0.0.0.0/0";

function ruleText(rule: GroupRuleSpec, end: "saddr" | "daddr", mark: number, other: readonly GroupRuleSpec[]): string[] {
  const peer =
    "groupId" in rule.peer ? [`ip ${end} @${setName(rule.peer.groupId)}`] : isOpen(rule) ? [] : [`ip ${end} ${rule.peer.cidr}`];
  const match = [...peer, ...protocolText(rule)].join(" ");
  const untracked = isOpen(rule)
    ? (["tcp", "udp"] as const).filter(
        (protocol) =>
          (rule.protocol === "-1" || rule.protocol === protocol) &&
          other.some((back) => isOpen(back) && allPorts(back) && (back.protocol === "-1" || back.protocol === protocol)),
      )
    : [];
  return [
    ...untracked.map((protocol) =>
      ["ct state new", rule.protocol === "-1" ? `meta l4proto ${protocol}` : match, `ct mark set ct mark | ${mark}`].join(" "),
    ),
    `${match} ${end === "saddr" ? "accept" : "return"}`.trimStart(),
  ];
}
