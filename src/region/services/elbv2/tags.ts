import type {
  AddTagsCommandInput,
  DescribeTagsCommandInput,
  DescribeTagsCommandOutput,
  RemoveTagsCommandInput,
  Tag,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import type { Call } from "../../operations/call.js";
import { enforced, within } from "../../operations/members.js";
import { operation, type Operation } from "../../operations/operation.js";
import { put, type Change } from "../../records/records.js";
import type { Tags } from "../ec2/records.js";
import { theListener } from "./listeners.js";
import { theLoadBalancer } from "./loadbalancers.js";
import { Listeners, LoadBalancers, TargetGroups } from "./records.js";
import { theTargetGroup } from "./targets.js";

export const tagRules = within<Tag>({ Key: enforced, Value: enforced });

export const fromTags = (list: readonly Tag[] | undefined): Tags =>
  Object.fromEntries((list ?? []).map(({ Key, Value }) => [Key ?? "", Value ?? ""]));

export const toTags = (tags: Tags): Tag[] => Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));

/** The resource an ARN names: its tags, and the change that gives it others. */
function tagged(call: Call, arn: string): { tags: Tags; change: (tags: Tags) => Change } {
  if (arn.includes(":targetgroup/")) {
    const group = theTargetGroup(call, arn);
    return { tags: group.tags, change: (tags) => put(TargetGroups, arn, { ...group, tags }) };
  }
  if (arn.includes(":listener/")) {
    const listener = theListener(call, arn);
    return { tags: listener.tags, change: (tags) => put(Listeners, arn, { ...listener, tags }) };
  }
  const balancer = theLoadBalancer(call, arn);
  return { tags: balancer.tags, change: (tags) => put(LoadBalancers, arn, { ...balancer, tags }) };
}

export const tagOperations: readonly Operation[] = [
  operation<DescribeTagsCommandInput, DescribeTagsCommandOutput>(
    "elasticloadbalancing",
    "DescribeTags",
    { ResourceArns: enforced },
    (call, input) => ({
      TagDescriptions: (input.ResourceArns ?? []).map((arn) => ({ ResourceArn: arn, Tags: toTags(tagged(call, arn).tags) })),
    }),
  ),
  operation<AddTagsCommandInput, object>(
    "elasticloadbalancing",
    "AddTags",
    { ResourceArns: enforced, Tags: tagRules },
    (call, input) => {
      call.commit(
        ...(input.ResourceArns ?? []).map((arn) => {
          const { tags, change } = tagged(call, arn);
          return change({ ...tags, ...fromTags(input.Tags) });
        }),
      );
      return {};
    },
  ),
  operation<RemoveTagsCommandInput, object>(
    "elasticloadbalancing",
    "RemoveTags",
    { ResourceArns: enforced, TagKeys: enforced },
    (call, input) => {
      call.commit(
        ...(input.ResourceArns ?? []).map((arn) => {
          const { tags, change } = tagged(call, arn);
          return change(Object.fromEntries(Object.entries(tags).filter(([key]) => !(input.TagKeys ?? []).includes(key))));
        }),
      );
      return {};
    },
  ),
];
