import type {
  CreateTagsCommandInput,
  DeleteTagsCommandInput,
  DescribeTagsCommandInput,
  DescribeTagsCommandOutput,
  ResourceType,
  Tag,
} from "@aws-sdk/client-ec2";
import type { Call } from "../../operations/call.js";
import { ServiceFault } from "../../operations/fault.js";
import { enforced, states, within } from "../../operations/members.js";
import { operation, type Operation } from "../../operations/operation.js";
import { put, type RecordType } from "../../records/records.js";
import { describeRules, select } from "./lists.js";
import {
  Addresses,
  DhcpOptionsSets,
  Instances,
  InternetGateways,
  NatGateways,
  NetworkAcls,
  NetworkInterfaces,
  PrefixLists,
  RouteTables,
  SecurityGroups,
  Subnets,
  VpcEndpoints,
  VpcPeeringConnections,
  Vpcs,
  type GroupRule,
  type SecurityGroup,
  type Tags,
} from "./records.js";
import { fromTagList, refuseReserved, withinLimit } from "./tags.js";

interface Tagged {
  readonly tags?: Tags;
}

interface Taggable {
  readonly type: RecordType<Tagged>;
  /** What AWS calls it. */
  readonly noun: ResourceType;
  /** The member that holds the id. */
  readonly id: string;
  readonly notFound: readonly [code: string, noun: string];
}

/** By the prefix of their ids. Rules of security groups (`sgr-`) live inside their groups. */
const taggable: Readonly<Record<string, Taggable>> = {
  vpc: { type: Vpcs, noun: "vpc", id: "vpcId", notFound: ["InvalidVpcID.NotFound", "vpc ID"] },
  subnet: { type: Subnets, noun: "subnet", id: "subnetId", notFound: ["InvalidSubnetID.NotFound", "subnet ID"] },
  rtb: {
    type: RouteTables,
    noun: "route-table",
    id: "routeTableId",
    notFound: ["InvalidRouteTableID.NotFound", "routeTable ID"],
  },
  acl: {
    type: NetworkAcls,
    noun: "network-acl",
    id: "networkAclId",
    notFound: ["InvalidNetworkAclID.NotFound", "networkAcl ID"],
  },
  dopt: {
    type: DhcpOptionsSets,
    noun: "dhcp-options",
    id: "dhcpOptionsId",
    notFound: ["InvalidDhcpOptionID.NotFound", "dhcpOption ID"],
  },
  igw: {
    type: InternetGateways,
    noun: "internet-gateway",
    id: "internetGatewayId",
    notFound: ["InvalidInternetGatewayID.NotFound", "internetGateway ID"],
  },
  eipalloc: {
    type: Addresses,
    noun: "elastic-ip",
    id: "allocationId",
    notFound: ["InvalidAllocationID.NotFound", "allocation ID"],
  },
  nat: { type: NatGateways, noun: "natgateway", id: "natGatewayId", notFound: ["NatGatewayNotFound", "NatGateway"] },
  sg: { type: SecurityGroups, noun: "security-group", id: "groupId", notFound: ["InvalidGroup.NotFound", "security group"] },
  eni: {
    type: NetworkInterfaces,
    noun: "network-interface",
    id: "interfaceId",
    notFound: ["InvalidNetworkInterfaceID.NotFound", "networkInterface ID"],
  },
  pcx: {
    type: VpcPeeringConnections,
    noun: "vpc-peering-connection",
    id: "vpcPeeringConnectionId",
    notFound: ["InvalidVpcPeeringConnectionID.NotFound", "vpcPeeringConnection ID"],
  },
  vpce: {
    type: VpcEndpoints,
    noun: "vpc-endpoint",
    id: "vpcEndpointId",
    notFound: ["InvalidVpcEndpointId.NotFound", "Vpc Endpoint Id"],
  },
  pl: {
    type: PrefixLists,
    noun: "prefix-list",
    id: "prefixListId",
    notFound: ["InvalidPrefixListID.NotFound", "prefix list ID"],
  },
  i: { type: Instances, noun: "instance", id: "instanceId", notFound: ["InvalidInstanceID.NotFound", "instance ID"] },
};

/** Where the tags of an id are: a record, and how to read and write them in it. */
interface Place {
  readonly type: RecordType<Tagged>;
  readonly recordId: string;
  readonly read: (value: Tagged) => Tags;
  readonly write: (value: Tagged, tags: Tags) => Tagged;
}

function placeOf(call: Pick<Call, "records">, id: string): Place {
  const prefix = id.slice(0, id.lastIndexOf("-"));
  if (prefix === "sgr") return placeOfRule(call, id);
  const kind = Object.hasOwn(taggable, prefix) ? taggable[prefix] : undefined;
  if (kind === undefined) throw new ServiceFault("InvalidID", `The ID '${id}' is not valid`);
  if (call.records.get(kind.type, id) === undefined)
    throw new ServiceFault(kind.notFound[0], `The ${kind.notFound[1]} '${id}' does not exist`);
  return { type: kind.type, recordId: id, read: (value) => value.tags ?? {}, write: (value, tags) => ({ ...value, tags }) };
}

function placeOfRule(call: Pick<Call, "records">, ruleId: string): Place {
  const its = (rule: GroupRule): boolean => rule.ruleId === ruleId;
  const group = call.records.list(SecurityGroups).find((known) => known.ingress.some(its) || known.egress.some(its));
  if (group === undefined)
    throw new ServiceFault("InvalidSecurityGroupRuleId.NotFound", `The security group rule ID '${ruleId}' does not exist`);
  return {
    type: SecurityGroups,
    recordId: group.groupId,
    // The record found above is a security group.
    read: (value) => [...(value as SecurityGroup).ingress, ...(value as SecurityGroup).egress].find(its)?.tags ?? {},
    write: (value, tags) => {
      const retagged = (rules: readonly GroupRule[]): GroupRule[] => rules.map((rule) => (its(rule) ? { ...rule, tags } : rule));
      const { ingress, egress } = value as SecurityGroup;
      return { ...value, ingress: retagged(ingress), egress: retagged(egress) } as Tagged;
    },
  };
}

/** Change the tags of all these in one commit, or of none when one of them is not there. */
function retag(call: Call, ids: readonly string[], how: (tags: Tags) => Tags): void {
  const changed = new Map<string, { type: RecordType<Tagged>; recordId: string; value: Tagged }>();
  for (const id of new Set(ids)) {
    const { type, recordId, read, write } = placeOf(call, id);
    const now = changed.get(recordId)?.value ?? call.records.get(type, recordId) ?? {};
    changed.set(recordId, { type, recordId, value: write(now, withinLimit(how(read(now)))) });
  }
  call.commit(...[...changed.values()].map(({ type, recordId, value }) => put(type, recordId, value)));
}

/** Exactly these tags from now on; for CloudFormation, whose own tags begin with `aws:`. */
export const setTags = (call: Call, id: string, tags: Tags): void => retag(call, [id], () => tags);

const tagRule = within<Tag>({ Key: enforced, Value: enforced });

function resourcesOf(input: { readonly Resources?: readonly string[] | undefined }): readonly string[] {
  if (input.Resources === undefined || input.Resources.length === 0)
    throw new ServiceFault("MissingParameter", "The request must contain the parameter resourceIdSet");
  return input.Resources;
}

export const taggingOperations: readonly Operation[] = [
  operation<CreateTagsCommandInput, object>(
    "ec2",
    "CreateTags",
    { Resources: enforced, Tags: tagRule, DryRun: states(false) },
    (call, input) => {
      if (input.Tags === undefined || input.Tags.length === 0)
        throw new ServiceFault("MissingParameter", "The request must contain the parameter tagSet");
      const added = fromTagList(input.Tags);
      retag(call, resourcesOf(input), (tags) => ({ ...tags, ...added }));
      return {};
    },
  ),
  operation<DeleteTagsCommandInput, object>(
    "ec2",
    "DeleteTags",
    { Resources: enforced, Tags: tagRule, DryRun: states(false) },
    (call, input) => {
      (input.Tags ?? []).forEach(({ Key = "" }) => refuseReserved(Key));
      // Without tags all of the user's own go; a tag with a value goes only when the value is the same.
      const goes = (key: string, value: string): boolean =>
        input.Tags === undefined
          ? !key.startsWith("aws:")
          : input.Tags.some((tag) => tag.Key === key && (tag.Value === undefined || tag.Value === value));
      retag(call, resourcesOf(input), (tags) =>
        Object.fromEntries(Object.entries(tags).filter(([key, value]) => !goes(key, value))),
      );
      return {};
    },
  ),
  operation<DescribeTagsCommandInput, DescribeTagsCommandOutput>("ec2", "DescribeTags", describeRules, (call, input) => {
    const { page, NextToken } = select(everyTag(call), input, {
      id: (tag) => `${tag.id}/${tag.key}`,
      notFound: ["InvalidID", "ID"],
      filters: {
        "resource-id": (tag) => tag.id,
        "resource-type": (tag) => tag.noun,
        key: (tag) => tag.key,
        value: (tag) => tag.text,
      },
    });
    return {
      Tags: page.map((tag) => ({ ResourceId: tag.id, ResourceType: tag.noun, Key: tag.key, Value: tag.text })),
      NextToken,
    };
  }),
];

interface OneTag extends Tagged {
  readonly id: string;
  readonly noun: ResourceType;
  readonly key: string;
  readonly text: string;
}

function everyTag(call: Pick<Call, "records">): readonly OneTag[] {
  const each = (id: string, noun: ResourceType, tags: Tags = {}): OneTag[] =>
    Object.entries(tags).map(([key, text]) => ({ id, noun, key, text, tags: { [key]: text } }));
  return [
    ...Object.values(taggable).flatMap(({ type, noun, id: member }) =>
      call.records
        .list(type)
        // Every record holds its own id under the member named above.
        .flatMap((value) => each(String((value as unknown as Record<string, unknown>)[member]), noun, value.tags)),
    ),
    ...call.records
      .list(SecurityGroups)
      .flatMap(({ ingress, egress }) =>
        [...ingress, ...egress].flatMap((rule) => each(rule.ruleId, "security-group-rule", rule.tags)),
      ),
  ];
}
