import type { Said } from "../../described.js";
import { told } from "../../told.js";
import type { Block } from "../block.js";
import { itself, physicalIdOf, tagsOf, vpcOf, type Mapper, type Mappers, type Part } from "../part.js";
import { subnetTypes, vpcTypes } from "./network.js";

export const groupTypes = ["aws_security_group", "aws_default_security_group"] as const;
const aclTypes = ["aws_network_acl", "aws_default_network_acl"] as const;
const listType = "aws_ec2_managed_prefix_list";

type Direction = "Ingress" | "Egress";
const peerOf = (direction: Direction): string => (direction === "Ingress" ? "Source" : "Destination");

/** Security groups and network ACLs. */
export const filteringMappers: Mappers = {
  aws_security_group: (block) => [group(block)],
  aws_default_security_group: (block) => [{ ...group(block), implicit: true }],
  aws_security_group_rule: (block) => {
    const direction = block.values["type"] === "egress" ? "Egress" : "Ingress";
    const GroupId = block.ref("security_group_id", ...groupTypes);
    return rulesOf(block, direction, GroupId).map((rule, index) => ({
      suffix: `rule${index}`,
      type: `AWS::EC2::SecurityGroup${direction}`,
      properties: told({ GroupId, ...rule }),
    }));
  },
  aws_vpc_security_group_ingress_rule: (block) => [separateRule(block, "Ingress")],
  aws_vpc_security_group_egress_rule: (block) => [separateRule(block, "Egress")],
  aws_network_acl: (block) => [acl(block), ...inlineEntries(block), ...associations(block)],
  // All subnets that have no other are its own.
  aws_default_network_acl: (block) => [{ ...acl(block), implicit: true }, ...inlineEntries(block)],
  aws_network_acl_rule: (block) => [
    {
      type: "AWS::EC2::NetworkAclEntry",
      properties: entry(block, {
        NetworkAclId: block.ref("network_acl_id", ...aclTypes, ...vpcTypes),
        Egress: block.flag("egress"),
        RuleNumber: block.at("rule_number"),
        RuleAction: block.at("rule_action"),
      }),
    },
  ],
  aws_network_acl_association: (block) => [
    {
      type: "AWS::EC2::SubnetNetworkAclAssociation",
      properties: told({
        NetworkAclId: block.ref("network_acl_id", ...aclTypes),
        SubnetId: block.ref("subnet_id", ...subnetTypes),
      }),
    },
  ],
};

/** Terraform takes AWS's egress rule away: what is not written is not let out. */
const group = (block: Block): Part => ({
  type: "AWS::EC2::SecurityGroup",
  ...physicalIdOf(block),
  properties: told({
    GroupName: block.at("name"),
    GroupDescription: block.at("description"),
    VpcId: block.ref("vpc_id", ...vpcTypes),
    SecurityGroupIngress: block.blocks("ingress").flatMap((rule) => rulesOf(rule, "Ingress", itself(block))),
    SecurityGroupEgress: block.blocks("egress").flatMap((rule) => rulesOf(rule, "Egress", itself(block))),
    Tags: tagsOf(block),
  }),
});

type Rule = Readonly<Record<string, Said>>;

/** One rule for each peer. Ports are 0 where the protocol is "all". */
function rulesOf(block: Block, direction: Direction, own: Said | undefined): readonly Rule[] {
  const IpProtocol = block.at("protocol");
  const all = IpProtocol === "-1" || IpProtocol === "all";
  const common = {
    IpProtocol: all ? "-1" : IpProtocol,
    FromPort: all ? undefined : block.at("from_port"),
    ToPort: all ? undefined : block.at("to_port"),
    Description: block.at("description"),
  };
  const each = (member: string, list: readonly Said[] | undefined): readonly Rule[] =>
    (list ?? []).map((peer) => told({ ...common, [member]: peer }));
  const source = block.ref("source_security_group_id", ...groupTypes);
  const rules = [
    ...each("CidrIp", block.refs("cidr_blocks")),
    ...each("CidrIpv6", block.refs("ipv6_cidr_blocks")),
    ...each(`${peerOf(direction)}PrefixListId`, block.refs("prefix_list_ids", listType)),
    ...each(`${peerOf(direction)}SecurityGroupId`, block.refs("security_groups", ...groupTypes)),
    ...each(`${peerOf(direction)}SecurityGroupId`, source === undefined ? [] : [source]),
    ...each(`${peerOf(direction)}SecurityGroupId`, block.flag("self") && own !== undefined ? [own] : []),
  ];
  // Nothing of it is known, not even with whom.
  return rules.length === 0 ? [told(common)] : rules;
}

function separateRule(block: Block, direction: Direction): Part {
  const IpProtocol = block.at("ip_protocol");
  return {
    type: `AWS::EC2::SecurityGroup${direction}`,
    properties: told({
      GroupId: block.ref("security_group_id", ...groupTypes),
      IpProtocol,
      FromPort: block.at("from_port"),
      ToPort: block.at("to_port"),
      CidrIp: block.at("cidr_ipv4"),
      CidrIpv6: block.at("cidr_ipv6"),
      [`${peerOf(direction)}SecurityGroupId`]: block.ref("referenced_security_group_id", ...groupTypes),
      [`${peerOf(direction)}PrefixListId`]: block.ref("prefix_list_id", listType),
      Description: block.at("description"),
    }),
  };
}

const acl = (block: Block): Part => ({
  type: "AWS::EC2::NetworkAcl",
  ...physicalIdOf(block),
  properties: told({
    VpcId: vpcOf(block, "default_network_acl_id", ...vpcTypes),
    Tags: tagsOf(block),
  }),
});

const inlineEntries: Mapper = (block) =>
  (["ingress", "egress"] as const).flatMap((direction) =>
    block.blocks(direction).map((inner, index) => ({
      suffix: `${direction}${index}`,
      type: "AWS::EC2::NetworkAclEntry",
      properties: entry(inner, {
        NetworkAclId: itself(block),
        Egress: direction === "egress",
        RuleNumber: inner.at("rule_no"),
        RuleAction: inner.at("action"),
      }),
    })),
  );

/** IANA's numbers of the names that Terraform takes. */
const numbers: Readonly<Record<string, number>> = { all: -1, icmp: 1, tcp: 6, udp: 17, icmpv6: 58 };

function entry(block: Block, more: Record<string, Said | undefined>): Rule {
  const named = block.at("protocol");
  const number = typeof named === "string" || typeof named === "number" ? (numbers[named] ?? Number(named)) : undefined;
  const Protocol = number !== undefined && Number.isInteger(number) ? number : named;
  const hasPorts = Protocol === 6 || Protocol === 17;
  const hasCodes = Protocol === 1 || Protocol === 58;
  return told({
    ...more,
    Protocol,
    CidrBlock: block.at("cidr_block"),
    Ipv6CidrBlock: block.at("ipv6_cidr_block"),
    PortRange: hasPorts ? told({ From: block.at("from_port"), To: block.at("to_port") }) : undefined,
    Icmp: hasCodes ? told({ Type: block.at("icmp_type"), Code: block.at("icmp_code") }) : undefined,
  });
}

const associations: Mapper = (block) =>
  (block.refs("subnet_ids", ...subnetTypes) ?? []).map((SubnetId, index) => ({
    suffix: `association${index}`,
    type: "AWS::EC2::SubnetNetworkAclAssociation",
    properties: { NetworkAclId: itself(block), SubnetId },
  }));
