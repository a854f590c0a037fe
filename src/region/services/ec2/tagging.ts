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
import { put, type Commit, type RecordType } from "../../records/records.js";
import { groupOfRule } from "./groups.js";
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

type HowToTag = (tags: Tags) => Tags;
type Reading = Pick<Call, "records">;

/** A kind of record that has tags. */
interface Taggable {
  readonly notFound: readonly [code: string, noun: string];
  readonly exists: (call: Reading, id: string) => boolean;
  /** The record with other tags; a group also with those of its rules that are among the ids. */
  readonly retagged: (call: Reading, recordId: string, ids: ReadonlySet<string>, how: HowToTag) => Commit;
  readonly every: (call: Reading) => readonly OneTag[];
}

function taggableAs<T extends Tagged>(
  type: RecordType<T>,
  /** What AWS calls it. */
  noun: ResourceType,
  idOf: (value: T) => string,
  notFound: Taggable["notFound"],
  retag = (value: T, _ids: ReadonlySet<string>, how: HowToTag): T => ({ ...value, tags: how(value.tags ?? {}) }),
): Taggable {
  return {
    notFound,
    exists: ({ records }, id) => records.get(type, id) !== undefined,
    retagged: ({ records }, recordId, ids, how) => {
      const value = records.get(type, recordId);
      return value === undefined ? [] : [put(type, recordId, retag(value, ids, how))];
    },
    every: ({ records }) => records.list(type).flatMap((value) => tagsOf(idOf(value), noun, value.tags)),
  };
}

const retaggedGroup = (group: SecurityGroup, ids: ReadonlySet<string>, how: HowToTag): SecurityGroup => {
  const rules = (all: readonly GroupRule[]): GroupRule[] =>
    all.map((rule) => (ids.has(rule.ruleId) ? { ...rule, tags: how(rule.tags ?? {}) } : rule));
  const { ingress, egress, tags } = group;
  return { ...group, ingress: rules(ingress), egress: rules(egress), tags: ids.has(group.groupId) ? how(tags) : tags };
};

const groups = taggableAs(
  SecurityGroups,
  "security-group",
  (group) => group.groupId,
  ["InvalidGroup.NotFound", "security group"],
  retaggedGroup,
);

/** By the prefix of their ids. Rules of security groups (`sgr-`) live inside their groups. */
const taggable: Readonly<Record<string, Taggable>> = {
  vpc: taggableAs(Vpcs, "vpc", (one) => one.vpcId, ["InvalidVpcID.NotFound", "vpc ID"]),
  subnet: taggableAs(Subnets, "subnet", (one) => one.subnetId, ["InvalidSubnetID.NotFound", "subnet ID"]),
  rtb: taggableAs(RouteTables, "route-table", (one) => one.routeTableId, ["InvalidRouteTableID.NotFound", "routeTable ID"]),
  acl: taggableAs(NetworkAcls, "network-acl", (one) => one.networkAclId, ["InvalidNetworkAclID.NotFound", "networkAcl ID"]),
  dopt: taggableAs(DhcpOptionsSets, "dhcp-options", (one) => one.dhcpOptionsId, [
    "InvalidDhcpOptionID.NotFound",
    "dhcpOption ID",
  ]),
  igw: taggableAs(InternetGateways, "internet-gateway", (one) => one.internetGatewayId, [
    "InvalidInternetGatewayID.NotFound",
    "internetGateway ID",
  ]),
  eipalloc: taggableAs(Addresses, "elastic-ip", (one) => one.allocationId, ["InvalidAllocationID.NotFound", "allocation ID"]),
  nat: taggableAs(NatGateways, "natgateway", (one) => one.natGatewayId, ["NatGatewayNotFound", "NatGateway"]),
  sg: groups,
  eni: taggableAs(NetworkInterfaces, "network-interface", (one) => one.interfaceId, [
    "InvalidNetworkInterfaceID.NotFound",
    "networkInterface ID",
  ]),
  pcx: taggableAs(VpcPeeringConnections, "vpc-peering-connection", (one) => one.vpcPeeringConnectionId, [
    "InvalidVpcPeeringConnectionID.NotFound",
    "vpcPeeringConnection ID",
  ]),
  vpce: taggableAs(VpcEndpoints, "vpc-endpoint", (one) => one.vpcEndpointId, [
    "InvalidVpcEndpointId.NotFound",
    "Vpc Endpoint Id",
  ]),
  pl: taggableAs(PrefixLists, "prefix-list", (one) => one.prefixListId, ["InvalidPrefixListID.NotFound", "prefix list ID"]),
  i: taggableAs(Instances, "instance", (one) => one.instanceId, ["InvalidInstanceID.NotFound", "instance ID"]),
};

/** Where the tags of an id are: in the record of this kind and id. Throws the kind's own code when there is none. */
function placeOf(call: Reading, id: string): { readonly kind: Taggable; readonly recordId: string } {
  const prefix = id.slice(0, id.lastIndexOf("-"));
  if (prefix === "sgr") return { kind: groups, recordId: groupOfRule(call, id).groupId };
  const kind = Object.hasOwn(taggable, prefix) ? taggable[prefix] : undefined;
  if (kind === undefined) throw new ServiceFault("InvalidID", `The ID '${id}' is not valid`);
  if (!kind.exists(call, id)) throw new ServiceFault(kind.notFound[0], `The ${kind.notFound[1]} '${id}' does not exist`);
  return { kind, recordId: id };
}

/** Change the tags of all these in one commit, or of none when one of them is not there. */
function retag(call: Call, ids: readonly string[], how: HowToTag): void {
  // A group and its rules are one record, hence one change.
  const places = new Map(ids.map((id) => placeOf(call, id)).map((place) => [place.recordId, place]));
  const all = new Set(ids);
  call.commit(
    ...[...places.values()].flatMap(({ kind, recordId }) => kind.retagged(call, recordId, all, (tags) => withinLimit(how(tags)))),
  );
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

const tagsOf = (id: string, noun: ResourceType, tags: Tags = {}): OneTag[] =>
  Object.entries(tags).map(([key, text]) => ({ id, noun, key, text, tags: { [key]: text } }));

const everyTag = (call: Reading): readonly OneTag[] => [
  ...Object.values(taggable).flatMap((kind) => kind.every(call)),
  ...call.records
    .list(SecurityGroups)
    .flatMap(({ ingress, egress }) =>
      [...ingress, ...egress].flatMap((rule) => tagsOf(rule.ruleId, "security-group-rule", rule.tags)),
    ),
];
