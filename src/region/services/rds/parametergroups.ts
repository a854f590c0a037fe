import type { Scope } from "../../operations/call.js";
import { ServiceFault } from "../../operations/fault.js";
import { put, remove, type RecordType } from "../../records/records.js";
import type { Tags } from "../ec2/records.js";
import { engineOfFamily, theEngineOfFamily } from "./engines.js";
import { DBClusterParameterGroups, DBParameterGroups, type ParameterGroup } from "./parametergrouprecords.js";
import { DBClusters, DBInstances, type DBInstance } from "./records.js";

/** The two kinds of groups, and what AWS calls them. */
export interface GroupKind {
  readonly record: RecordType<ParameterGroup>;
  readonly noun: "DBParameterGroup" | "DBClusterParameterGroup";
  readonly notFound: string;
  /** In its ARN. */
  readonly arn: "pg" | "cluster-pg";
  /** Where a DB instance's record has that it has it. */
  readonly membership: "parameterGroup" | "clusterParameterGroup";
}
export const instanceGroups: GroupKind = {
  record: DBParameterGroups,
  noun: "DBParameterGroup",
  notFound: "DBParameterGroupNotFound",
  arn: "pg",
  membership: "parameterGroup",
};
export const clusterGroups: GroupKind = {
  record: DBClusterParameterGroups,
  noun: "DBClusterParameterGroup",
  // RDS's own slip, which its clients know: https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DescribeDBClusterParameterGroups.html
  notFound: "DBParameterGroupNotFound",
  arn: "cluster-pg",
  membership: "clusterParameterGroup",
};

export interface ParameterGroupWish {
  readonly name: string;
  readonly family: string;
  readonly description: string;
  readonly tags: Tags;
}

/** https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBParameterGroup.html */
export function createParameterGroup(
  call: Scope,
  kind: GroupKind,
  wish: ParameterGroupWish,
  parameters: ParameterGroup["parameters"] = {},
): ParameterGroup {
  const name = checkName(kind, wish.name);
  if (wish.description === "")
    throw new ServiceFault("InvalidParameterValue", "The parameter Description must be provided and must not be blank.");
  theEngineOfFamily(wish.family);
  if (call.records.get(kind.record, name) !== undefined)
    throw new ServiceFault("DBParameterGroupAlreadyExists", `Parameter group ${name} already exists`);
  // https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Limits.html
  if (call.records.list(kind.record).filter((each) => !isDefault(each.name)).length >= 50)
    throw new ServiceFault(
      "DBParameterGroupQuotaExceeded",
      "Cannot exceed quota for parameter groups: 50. Delete one that is not used.",
    );
  const group: ParameterGroup = { ...wish, name, revision: 1, parameters };
  call.commit(put(kind.record, name, group));
  return group;
}

/** A default group is there for every family, recorded or not. @throws ServiceFault DBParameterGroupNotFound */
export function theParameterGroup(call: Pick<Scope, "records">, kind: GroupKind, wanted: string): ParameterGroup {
  const name = wanted.toLowerCase();
  const found = call.records.get(kind.record, name) ?? defaultGroup(name);
  if (found === undefined) throw new ServiceFault(kind.notFound, `${kind.noun} not found: ${wanted}`, 404);
  return found;
}

/** As it is when nothing recorded it yet. */
function defaultGroup(name: string): ParameterGroup | undefined {
  const family = name.slice("default.".length);
  if (!isDefault(name) || engineOfFamily(family) === undefined) return undefined;
  return { name, family, description: `Default parameter group for ${family}`, revision: 1, parameters: {}, tags: {} };
}

export const isDefault = (name: string): boolean => name.startsWith("default.");

/** @throws ServiceFault InvalidDBParameterGroupState */
export function deleteParameterGroup(call: Scope, kind: GroupKind, wanted: string): void {
  const { name } = theParameterGroup(call, kind, wanted);
  if (isDefault(name)) throw new ServiceFault("InvalidDBParameterGroupState", `Default ${kind.noun} cannot be deleted: ${name}`);
  if (kind === clusterGroups && call.records.list(DBClusters).some(({ parameterGroupName }) => parameterGroupName === name))
    throw new ServiceFault(
      "InvalidDBParameterGroupState",
      `One or more DB clusters are still members of this parameter group ${name}, so the group cannot be deleted`,
    );
  if (kind === instanceGroups && membersOf(call, kind, name).length > 0)
    throw new ServiceFault(
      "InvalidDBParameterGroupState",
      `One or more database instances are still members of this parameter group ${name}, so the group cannot be deleted`,
    );
  call.commit(remove(kind.record, name));
}

/** https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CopyDBParameterGroup.html */
export function copyParameterGroup(
  call: Scope,
  kind: GroupKind,
  source: string,
  target: { readonly name: string; readonly description: string; readonly tags: Tags },
): ParameterGroup {
  const from = source.startsWith("arn:") ? (source.split(":").at(-1) ?? "") : source;
  const { name, family, parameters } = theParameterGroup(call, kind, from);
  if (isDefault(name))
    throw new ServiceFault(
      "InvalidParameterValue",
      `A default parameter group cannot be copied: ${name}. Create one of its family.`,
    );
  const set = Object.entries(parameters).filter(([, change]) => change.value !== undefined);
  return createParameterGroup(
    call,
    kind,
    { ...target, family },
    Object.fromEntries(set.map(([name, change]) => [name, { ...change, revision: 1 }])),
  );
}

/** The DB instances that have it; of a DB cluster parameter group, all that are members of a cluster that does. */
export const membersOf = (call: Pick<Scope, "records">, kind: GroupKind, name: string): readonly DBInstance[] =>
  call.records.list(DBInstances).filter((db) => db[kind.membership]?.name === name);

function checkName(kind: GroupKind, name: string): string {
  if (!/^[a-z](?:-?[a-z0-9])*$/i.test(name) || name.length > 255)
    throw new ServiceFault(
      "InvalidParameterValue",
      `The parameter ${kind.noun}Name is not a valid identifier. Identifiers must begin with a letter; must contain only ASCII letters, digits, and hyphens; and must not end with a hyphen or contain two consecutive hyphens.`,
    );
  return name.toLowerCase();
}
