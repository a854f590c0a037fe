import type {
  AddTagsToResourceCommandInput,
  ListTagsForResourceCommandInput,
  ListTagsForResourceCommandOutput,
  RemoveTagsFromResourceCommandInput,
  Tag,
} from "@aws-sdk/client-rds";
import type { Call } from "../../operations/call.js";
import { ServiceFault } from "../../operations/fault.js";
import { enforced, within } from "../../operations/members.js";
import { operation, type Operation } from "../../operations/operation.js";
import { put, type Change } from "../../records/records.js";
import type { Tags } from "../ec2/records.js";
import { clusterBackups, instanceBackups } from "./backups/kinds.js";
import { clusterGroups, instanceGroups, theParameterGroup } from "./parametergroups.js";
import { DBClusters, DBInstances, DBSubnetGroups } from "./records.js";

export const tagRules = within<Tag>({ Key: enforced, Value: enforced });

export const fromTags = (list: readonly Tag[] | undefined): Tags =>
  Object.fromEntries((list ?? []).map(({ Key, Value }) => [Key ?? "", Value ?? ""]));

export const toTags = (tags: Tags): Tag[] => Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));

/** The resource an ARN names: its tags, and the change that gives it others. */
function tagged(call: Call, arn: string | undefined): { tags: Tags; change: (tags: Tags) => Change } {
  const [, kind, name = ""] =
    /^arn:aws:rds:[^:]*:\d*:(db|subgrp|cluster|pg|cluster-pg|snapshot|cluster-snapshot):(.+)$/.exec(arn ?? "") ?? [];
  if (kind === undefined) throw new ServiceFault("InvalidParameterValue", `Invalid resource name: ${arn}`);
  if (kind === "db") {
    const record = call.records.get(DBInstances, name);
    if (record === undefined) throw new ServiceFault("DBInstanceNotFound", `DBInstance ${name} not found.`, 404);
    return { tags: record.tags, change: (tags) => put(DBInstances, name, { ...record, tags }) };
  }
  if (kind === "cluster") {
    const record = call.records.get(DBClusters, name);
    if (record === undefined) throw new ServiceFault("DBClusterNotFoundFault", `DBCluster ${name} not found.`, 404);
    return { tags: record.tags, change: (tags) => put(DBClusters, name, { ...record, tags }) };
  }
  if (kind === "snapshot" || kind === "cluster-snapshot") {
    const { snapshots, codes, snapshotNoun } = kind === "snapshot" ? instanceBackups : clusterBackups;
    const record = call.records.get(snapshots, name);
    if (record === undefined) throw new ServiceFault(codes.snapshotGone, `${snapshotNoun} ${name} not found.`, 404);
    return { tags: record.tags, change: (tags) => put(snapshots, name, { ...record, tags }) };
  }
  if (kind === "pg" || kind === "cluster-pg") {
    const groups = kind === "pg" ? instanceGroups : clusterGroups;
    const group = theParameterGroup(call, groups, name);
    return { tags: group.tags, change: (tags) => put(groups.record, name, { ...group, tags }) };
  }
  const record = call.records.get(DBSubnetGroups, name);
  if (record === undefined)
    throw new ServiceFault("DBSubnetGroupNotFoundFault", `DB subnet group '${name}' does not exist.`, 404);
  return { tags: record.tags, change: (tags) => put(DBSubnetGroups, name, { ...record, tags }) };
}

export const tagOperations: readonly Operation[] = [
  operation<ListTagsForResourceCommandInput, ListTagsForResourceCommandOutput>(
    "rds",
    "ListTagsForResource",
    { ResourceName: enforced },
    (call, input) => ({ TagList: toTags(tagged(call, input.ResourceName).tags) }),
  ),
  operation<AddTagsToResourceCommandInput, object>(
    "rds",
    "AddTagsToResource",
    { ResourceName: enforced, Tags: tagRules },
    (call, input) => {
      const { tags, change } = tagged(call, input.ResourceName);
      call.commit(change({ ...tags, ...fromTags(input.Tags) }));
      return {};
    },
  ),
  operation<RemoveTagsFromResourceCommandInput, object>(
    "rds",
    "RemoveTagsFromResource",
    { ResourceName: enforced, TagKeys: enforced },
    (call, input) => {
      const { tags, change } = tagged(call, input.ResourceName);
      call.commit(change(Object.fromEntries(Object.entries(tags).filter(([key]) => !(input.TagKeys ?? []).includes(key)))));
      return {};
    },
  ),
];
