import { canonicalBlock, holds, overlaps, parseBlock, type Block } from "../../addresses.js";
import type { Environment } from "../../environment/environment.js";
import { isKnown, isUnknown, type Maybe } from "../../environment/maybe.js";
import type { Subnet, Vpc } from "../../environment/network.js";
import type { Rule, Said } from "../finding.js";
import { at, notKnown, ruleOn } from "../rule.js";

const createVpc = "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateVpc.html";
const createSubnet = "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateSubnet.html";

/** Blocks that no network may be made of: https://www.rfc-editor.org/rfc/rfc6890 */
const reserved: readonly (readonly [cidr: string, what: string])[] = [
  ["0.0.0.0/8", "this host on this network"],
  ["127.0.0.0/8", "the loopback block"],
  ["169.254.0.0/16", "the link-local block"],
  ["224.0.0.0/3", "for multicast and future use"],
];

/** A block as EC2 takes it for a VPC or a subnet, or EC2's answer. */
function blockOf(cidr: string, sizeFault: string): Block | string {
  const block = parseBlock(cidr);
  if (block === undefined)
    return `InvalidParameterValue: Value (${cidr}) for parameter cidrBlock is invalid. This is not a valid CIDR block.`;
  if (block.prefix < 16 || block.prefix > 28)
    return `${sizeFault}: The CIDR '${cidr}' is invalid. It is a /${block.prefix}, and EC2 takes /16 to /28.`;
  return block;
}

/** What a parameter leaves open may be refused; what IPAM or another stack gives was taken once. */
const perhaps = (value: Maybe<string>, said: Said): readonly Said[] =>
  isUnknown(value) && value.parameter !== undefined ? [notKnown(said, value)] : [];

const vpcFix = "give it an IPv4 block of /16 to /28, best of 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16";

export const vpcBlockRefused: Rule = ruleOn(
  "vpcs",
  {
    id: "vpc-block-refused",
    subject: "template",
    severity: "high",
    summary: "A VPC whose IPv4 block EC2 does not take, so that nothing of the environment comes to be",
    sources: [createVpc, "Amazon VPC User Guide: VPC CIDR blocks"],
  },
  function* (vpc) {
    const place = at(vpc, "CidrBlock");
    if (vpc.cidrs.length === 0)
      yield {
        title: "has no IPv4 block",
        reason: "MissingParameter: Either 'cidrBlock' or 'ipv4IpamPoolId' should be provided.",
        fix: vpcFix,
        ...place,
      };
    for (const cidr of vpc.cidrs) {
      if (isUnknown(cidr)) {
        const reason = "EC2 takes blocks of /16 to /28.";
        yield* perhaps(cidr, { title: "perhaps EC2 refuses its block", reason, fix: vpcFix, ...place });
        continue;
      }
      const answer = vpcAnswer(cidr);
      if (answer !== undefined) yield { title: `EC2 refuses its block ${cidr}`, reason: answer, fix: vpcFix, ...place };
    }
  },
);

function vpcAnswer(cidr: string): string | undefined {
  const block = blockOf(cidr, "InvalidVpc.Range");
  if (typeof block === "string") return block;
  const taken = reserved.find(([other]) => {
    const away = parseBlock(other);
    return away !== undefined && overlaps(away, block);
  });
  return taken === undefined ? undefined : `InvalidVpc.Range: The CIDR '${cidr}' is invalid: ${taken[0]} is ${taken[1]}.`;
}

export const subnetBlockRefused: Rule = ruleOn(
  "subnets",
  {
    id: "subnet-block-refused",
    subject: "template",
    severity: "high",
    summary: "A subnet whose IPv4 block EC2 does not take: no block, of a size that it refuses, or outside its VPC's",
    sources: [createSubnet, "Amazon VPC User Guide: Subnet CIDR blocks"],
  },
  function* (subnet, environment) {
    const vpc = vpcOf(environment, subnet);
    const blocks = (vpc?.cidrs ?? []).filter(isKnown).flatMap((cidr) => parseBlock(cidr) ?? []);
    const shown = (vpc?.cidrs ?? []).filter(isKnown).join(" and ");
    const fix = `give it a block of /16 to /28 within ${shown === "" ? "its VPC's" : `${shown} of ${vpc?.name ?? "its VPC"}`}`;
    const place = at(subnet, "CidrBlock");
    const { cidr } = subnet;
    if (isUnknown(cidr)) {
      const reason = "EC2 takes blocks of /16 to /28 within the VPC's.";
      yield* perhaps(cidr, { title: "perhaps EC2 refuses its block", reason, fix, ...place });
      return;
    }
    const block = blockOf(cidr, "InvalidSubnet.Range");
    if (typeof block === "string") {
      yield { title: `EC2 refuses its block ${cidr}`, reason: block, fix, ...place };
      return;
    }
    // Of a VPC without a sound block nothing can be said here; its own finding says it.
    if (blocks.length === 0 || blocks.some((outer) => holds(outer, block))) return;
    const said = {
      title: `its block ${cidr} is outside of its VPC's`,
      reason: `InvalidSubnet.Range: The CIDR '${canonicalBlock(cidr) ?? cidr}' is invalid. ${vpc?.name ?? "The VPC"} has ${shown}.`,
      fix,
      ...place,
    };
    const unsure = vpc?.presence ?? vpc?.cidrs.find(isUnknown);
    yield unsure === undefined ? said : notKnown({ ...said, title: `perhaps ${said.title}` }, unsure);
  },
);

const vpcOf = (environment: Environment, { vpc }: Subnet): Vpc | undefined =>
  isKnown(vpc) ? environment.vpcs.get(vpc) : undefined;

export const subnetBlocksOverlap: Rule = ruleOn(
  "subnets",
  {
    id: "subnet-blocks-overlap",
    subject: "template",
    severity: "high",
    summary: "Two subnets of a VPC whose blocks overlap: EC2 makes the first and refuses the second",
    sources: [createSubnet],
  },
  function* (subnet, environment) {
    // Told of the later one: which of the two AWS makes first, nobody says.
    const before = earlierIn(environment, subnet);
    const block = blockIn(subnet);
    for (const other of block === undefined ? [] : before) {
      const theirs = blockIn(other);
      if (block === undefined || theirs === undefined || !overlaps(theirs, block)) continue;
      const [mine, its] = [String(subnet.cidr), String(other.cidr)];
      const said = {
        title: `its block ${mine} overlaps that of ${other.name}`,
        reason: `InvalidSubnet.Conflict: The CIDR '${mine}' conflicts with another subnet: ${other.name} has ${its}.`,
        fix: "give each subnet of a VPC addresses of its own",
        ...at(subnet, "CidrBlock"),
      };
      yield other.presence === undefined ? said : notKnown(said, other.presence);
    }
  },
);

const blockIn = ({ cidr }: Subnet): Block | undefined => (isKnown(cidr) ? parseBlock(cidr) : undefined);

function earlierIn({ subnets }: Environment, subnet: Subnet): readonly Subnet[] {
  if (isUnknown(subnet.vpc)) return [];
  const all = [...subnets.values()];
  return all.slice(0, all.indexOf(subnet)).filter(({ vpc }) => vpc === subnet.vpc);
}
