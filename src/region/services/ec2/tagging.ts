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
  Instances,
  InternetGateways,
  NatGateways,
  RouteTables,
  SecurityGroups,
  Subnets,
  Vpcs,
  type Tags,
} from "./records.js";
import { fromTagList } from "./tags.js";

interface Tagged {
  readonly tags: Tags;
}

/** Which record type an id belongs to, what AWS calls it, and the member that holds the id. */
const taggable: Readonly<
  Record<string, { readonly type: RecordType<Tagged>; readonly noun: ResourceType; readonly id: string }>
> = {
  vpc: { type: Vpcs, noun: "vpc", id: "vpcId" },
  subnet: { type: Subnets, noun: "subnet", id: "subnetId" },
  rtb: { type: RouteTables, noun: "route-table", id: "routeTableId" },
  igw: { type: InternetGateways, noun: "internet-gateway", id: "internetGatewayId" },
  eipalloc: { type: Addresses, noun: "elastic-ip", id: "allocationId" },
  nat: { type: NatGateways, noun: "natgateway", id: "natGatewayId" },
  sg: { type: SecurityGroups, noun: "security-group", id: "groupId" },
  i: { type: Instances, noun: "instance", id: "instanceId" },
};

function find(call: Call, id: string): { type: RecordType<Tagged>; value: Tagged } {
  const prefix = id.slice(0, id.lastIndexOf("-"));
  const kind = Object.hasOwn(taggable, prefix) ? taggable[prefix] : undefined;
  const value = kind && call.records.get(kind.type, id);
  if (kind === undefined || value === undefined) throw new ServiceFault("InvalidID", `The ID '${id}' is not valid`);
  return { type: kind.type, value };
}

const tagRule = within<Tag>({ Key: enforced, Value: enforced });

export const taggingOperations: readonly Operation[] = [
  operation<CreateTagsCommandInput, object>(
    "ec2",
    "CreateTags",
    { Resources: enforced, Tags: tagRule, DryRun: states(false) },
    (call, input) => {
      const added = fromTagList(input.Tags);
      call.commit(
        ...(input.Resources ?? []).map((id) => {
          const { type, value } = find(call, id);
          return put(type, id, { ...value, tags: { ...value.tags, ...added } });
        }),
      );
      return {};
    },
  ),
  operation<DeleteTagsCommandInput, object>(
    "ec2",
    "DeleteTags",
    { Resources: enforced, Tags: tagRule, DryRun: states(false) },
    (call, input) => {
      // Without tags every tag goes; a tag with a value goes only when the value is the same.
      const goes = (key: string, value: string): boolean =>
        input.Tags === undefined || input.Tags.some((tag) => tag.Key === key && (tag.Value === undefined || tag.Value === value));
      call.commit(
        ...(input.Resources ?? []).map((id) => {
          const { type, value } = find(call, id);
          return put(type, id, {
            ...value,
            tags: Object.fromEntries(Object.entries(value.tags).filter(([k, v]) => !goes(k, v))),
          });
        }),
      );
      return {};
    },
  ),
  operation<DescribeTagsCommandInput, DescribeTagsCommandOutput>("ec2", "DescribeTags", describeRules, (call, input) => {
    const all = Object.values(taggable).flatMap(({ type, noun, id: member }) =>
      call.records.list(type).flatMap((value) => {
        const id = String((value as unknown as Record<string, unknown>)[member]);
        return Object.entries(value.tags).map(([key, text]) => ({ id, noun, key, text }));
      }),
    );
    const { page, NextToken } = select(all, input, {
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
