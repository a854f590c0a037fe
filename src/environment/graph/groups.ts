import type { EnvironmentBuilder } from "../builder.js";
import { Unknown, type Maybe } from "../maybe.js";
import type { GroupRule, Peer } from "../network.js";
import type { NodeId } from "../node.js";
import type { Catalogue } from "./catalogue.js";
import { defaultVpcId } from "./default-vpc.js";
import { draftsOf, implied, unlessAbsent } from "./node.js";
import { listedIn } from "./prefix-lists.js";
import type { Reading } from "./reading.js";
import { trafficOfRule } from "./traffic.js";
import { groupType, vpcType } from "./types.js";

/** Security groups with their own rules and those of separate resources; each VPC's default group. */
export function drawGroups(catalogue: Catalogue, builder: EnvironmentBuilder): void {
  const separate = (["ingress", "egress"] as const).flatMap((direction) =>
    draftsOf(catalogue, direction === "ingress" ? "AWS::EC2::SecurityGroupIngress" : "AWS::EC2::SecurityGroupEgress").flatMap(
      ({ read, resource }) => {
        const group = read.either("GroupId", "GroupName").node(groupType);
        if (typeof group !== "string") return [];
        return rulesOf(direction, read).map((rule) => ({ group, rule: { ...rule, peer: unlessAbsent(resource, rule.peer) } }));
      },
    ),
  );
  const separateOf = (id: NodeId): readonly GroupRule[] => separate.flatMap(({ group, rule }) => (group === id ? [rule] : []));
  for (const { node, read } of draftsOf(catalogue, groupType)) {
    const ingress = read.at("SecurityGroupIngress").list();
    const egress = read.at("SecurityGroupEgress").list();
    // A template that states no egress gets AWS's rule; other sources tell all rules there are.
    const opens = egress.length === 0 && (catalogue.description.from === "template" || !read.at("SecurityGroupEgress").given);
    const toAll = opens ? egressToAll : [];
    builder.add("securityGroups", {
      ...node,
      vpc: read.at("VpcId").node(vpcType) ?? defaultVpcId(builder),
      rules: [
        ...ingress.flatMap((rule) => rulesOf("ingress", rule)),
        ...egress.flatMap((rule) => rulesOf("egress", rule)),
        ...toAll,
        ...separateOf(node.id),
      ],
    });
  }
  for (const vpc of builder.list("vpcs"))
    if (builder.get("securityGroups", vpc.defaultGroup) === undefined)
      builder.add("securityGroups", {
        ...implied(vpc, "DefaultSecurityGroup", groupType),
        vpc: vpc.id,
        rules: [
          { direction: "ingress", traffic: { protocol: "all" }, peer: { kind: "group", group: vpc.defaultGroup } },
          ...egressToAll,
          ...separateOf(vpc.defaultGroup),
        ],
      });
}

/**
 * "When you create a security group, if you do not add egress rules, we add egress rules that allow all outbound traffic":
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-securitygroup.html
 */
const egressToAll: readonly GroupRule[] = [
  { direction: "egress", traffic: { protocol: "all" }, peer: { kind: "cidr", cidr: "0.0.0.0/0" } },
];

/** One rule for each peer that is named: AWS takes one, but an account's permission may list several. */
function rulesOf(direction: "ingress" | "egress", rule: Reading): readonly GroupRule[] {
  const description = rule.at("Description").text();
  const { place } = rule;
  const common = {
    direction,
    traffic: rule.unknown ?? trafficOfRule(rule),
    ...(typeof description === "string" ? { description } : {}),
    ...(place === undefined ? {} : { place }),
  };
  if (rule.unknown !== undefined) return [{ ...common, peer: rule.unknown }];
  const peers = peersOf(direction === "ingress" ? "Source" : "Destination", rule);
  return (peers.length === 0 ? [new Unknown("it says not with whom")] : peers).map((peer) => ({ ...common, peer }));
}

function peersOf(side: "Source" | "Destination", rule: Reading): readonly Maybe<Peer>[] {
  const peers: Maybe<Peer>[] = [];
  const cidr = rule.at("CidrIp").text();
  if (cidr !== undefined) peers.push(cidr instanceof Unknown ? cidr : { kind: "cidr", cidr });
  const ipv6 = rule.at("CidrIpv6").text();
  if (ipv6 !== undefined) peers.push(ipv6 instanceof Unknown ? ipv6 : { kind: "ipv6", cidr: ipv6 });
  const group = rule.either(`${side}SecurityGroupId`, `${side}SecurityGroupName`).node(groupType);
  if (group !== undefined) peers.push({ kind: "group", group });
  const list = rule.at(`${side}PrefixListId`);
  if (list.given) peers.push({ kind: "prefixList", ...listedIn(list) });
  return peers;
}
