import type {
  CreateDBSubnetGroupCommandInput,
  CreateDBSubnetGroupCommandOutput,
  DBSubnetGroup as ApiDBSubnetGroup,
  DeleteDBSubnetGroupCommandInput,
  DescribeDBSubnetGroupsCommandInput,
  DescribeDBSubnetGroupsCommandOutput,
  ModifyDBSubnetGroupCommandInput,
  ModifyDBSubnetGroupCommandOutput,
} from "@aws-sdk/client-rds";
import type { Call, Scope } from "../../operations/call.js";
import { ServiceFault } from "../../operations/fault.js";
import { enforced } from "../../operations/members.js";
import { operation, type Operation } from "../../operations/operation.js";
import { put, remove } from "../../records/records.js";
import { NetworkInterfaces, Subnets, type Tags } from "../ec2/records.js";
import { subnetGroupArn } from "./names.js";
import { pageOf } from "./pages.js";
import { DBClusters, DBInstances, DBSubnetGroups, type DBSubnetGroup } from "./records.js";
import { serversOf } from "./servers.js";
import { fromTags, tagRules } from "./tags.js";

export interface DBSubnetGroupWish {
  readonly name: string;
  readonly description: string;
  readonly subnetIds: readonly string[];
  readonly tags: Tags;
}

/** https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBSubnetGroup.html */
export function createDBSubnetGroup(call: Scope, wish: DBSubnetGroupWish): DBSubnetGroup {
  const name = wish.name.toLowerCase();
  if (name === "default" || !/^[a-z0-9_. -]{1,255}$/.test(name))
    throw new ServiceFault(
      "InvalidParameterValue",
      `The parameter DBSubnetGroupName is not a valid identifier: ${wish.name}. Must be 1 to 255 letters, numbers, periods, underscores, spaces or hyphens, and not "Default".`,
    );
  if (wish.description === "")
    throw new ServiceFault("InvalidParameterValue", "The parameter DBSubnetGroupDescription must not be empty.");
  if (call.records.get(DBSubnetGroups, name) !== undefined)
    throw new ServiceFault("DBSubnetGroupAlreadyExists", `The DB subnet group '${name}' already exists.`);
  const { vpcId, subnetIds } = checkSubnets(call, wish.subnetIds);
  const group: DBSubnetGroup = {
    name,
    description: wish.description,
    vpcId,
    subnetIds,
    tags: wish.tags,
  };
  call.commit(put(DBSubnetGroups, name, group));
  return group;
}

/** What is not stated stays as it is. https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_ModifyDBSubnetGroup.html */
export function modifyDBSubnetGroup(
  call: Scope,
  wanted: string,
  change: { readonly subnetIds: readonly string[]; readonly description?: string | undefined; readonly tags?: Tags },
): DBSubnetGroup {
  const before = theDBSubnetGroup(call, wanted);
  const { vpcId, subnetIds } = checkSubnets(call, change.subnetIds);
  if (vpcId !== before.vpcId)
    throw new ServiceFault(
      "InvalidSubnet",
      `The new Subnets are not in the same Vpc as the existing subnet group ${before.name}.`,
    );
  const inUse = call.records
    .list(DBInstances)
    .filter((db) => db.subnetGroupName === before.name)
    .flatMap(serversOf)
    .flatMap(({ interfaceId }) => call.records.get(NetworkInterfaces, interfaceId)?.subnetId ?? []);
  const missed = inUse.find((subnetId) => !subnetIds.includes(subnetId));
  if (missed !== undefined)
    throw new ServiceFault("SubnetAlreadyInUse", `Some of the subnets to be deleted are currently in use: ${missed}`);
  const description = change.description ?? before.description;
  const group: DBSubnetGroup = { ...before, description, subnetIds, tags: change.tags ?? before.tags };
  call.commit(put(DBSubnetGroups, before.name, group));
  return group;
}

/** They are there, of one VPC, and in two zones at least. */
function checkSubnets(call: Scope, wanted: readonly string[]): { readonly vpcId: string; readonly subnetIds: readonly string[] } {
  const subnets = [...new Set(wanted)].map((id) => {
    const subnet = call.records.get(Subnets, id);
    if (subnet === undefined) throw new ServiceFault("InvalidSubnet", `Subnet ID '${id}' does not exist.`);
    return subnet;
  });
  const vpcs = new Set(subnets.map((subnet) => subnet.vpcId));
  if (vpcs.size > 1) throw new ServiceFault("InvalidSubnet", "The subnets of a DB subnet group must be in the same VPC.");
  const zones = [...new Set(subnets.map((subnet) => subnet.zone))];
  const [first] = subnets;
  if (first === undefined || zones.length < 2)
    throw new ServiceFault(
      "DBSubnetGroupDoesNotCoverEnoughAZs",
      `The DB subnet group doesn't meet Availability Zone (AZ) coverage requirement. Current AZ coverage: ${zones.join(", ")}. Add subnets to cover at least 2 AZs.`,
    );
  return { vpcId: first.vpcId, subnetIds: subnets.map((subnet) => subnet.subnetId) };
}

export function deleteDBSubnetGroup(call: Scope, wanted: string): void {
  const group = theDBSubnetGroup(call, wanted);
  const user = call.records.list(DBInstances).find((db) => db.subnetGroupName === group.name);
  if (user !== undefined)
    throw new ServiceFault(
      "InvalidDBSubnetGroupStateFault",
      `Cannot delete the subnet group '${group.name}' because at least one database instance: ${user.identifier} is still using it.`,
    );
  const cluster = call.records.list(DBClusters).find(({ subnetGroupName }) => subnetGroupName === group.name);
  if (cluster !== undefined)
    throw new ServiceFault(
      "InvalidDBSubnetGroupStateFault",
      `Cannot delete the subnet group '${group.name}' because at least one database cluster: ${cluster.identifier} is still using it.`,
    );
  call.commit(remove(DBSubnetGroups, group.name));
}

export function theDBSubnetGroup(call: Pick<Scope, "records">, name: string): DBSubnetGroup {
  const group = call.records.get(DBSubnetGroups, name.toLowerCase());
  if (group === undefined) throw new ServiceFault("DBSubnetGroupNotFoundFault", `DB subnet group '${name}' does not exist.`, 404);
  return group;
}

export const describeDBSubnetGroup = (call: Scope, group: DBSubnetGroup): ApiDBSubnetGroup => ({
  DBSubnetGroupName: group.name,
  DBSubnetGroupDescription: group.description,
  DBSubnetGroupArn: subnetGroupArn(call, group.name),
  VpcId: group.vpcId,
  SubnetGroupStatus: "Complete",
  SupportedNetworkTypes: ["IPV4"],
  Subnets: group.subnetIds.map((id) => ({
    SubnetIdentifier: id,
    SubnetAvailabilityZone: { Name: call.records.get(Subnets, id)?.zone },
    SubnetStatus: "Active",
  })),
});

function describe(call: Call, input: DescribeDBSubnetGroupsCommandInput): Omit<DescribeDBSubnetGroupsCommandOutput, "$metadata"> {
  if (input.DBSubnetGroupName !== undefined)
    return { DBSubnetGroups: [describeDBSubnetGroup(call, theDBSubnetGroup(call, input.DBSubnetGroupName))] };
  const page = pageOf(call.records.list(DBSubnetGroups), (group) => group.name, input);
  return { DBSubnetGroups: page.items.map((group) => describeDBSubnetGroup(call, group)), Marker: page.NextToken };
}

export const subnetGroupOperations: readonly Operation[] = [
  operation<CreateDBSubnetGroupCommandInput, CreateDBSubnetGroupCommandOutput>(
    "rds",
    "CreateDBSubnetGroup",
    { DBSubnetGroupName: enforced, DBSubnetGroupDescription: enforced, SubnetIds: enforced, Tags: tagRules },
    (call, input) => ({
      DBSubnetGroup: describeDBSubnetGroup(
        call,
        createDBSubnetGroup(call, {
          name: input.DBSubnetGroupName ?? "",
          description: input.DBSubnetGroupDescription ?? "",
          subnetIds: input.SubnetIds ?? [],
          tags: fromTags(input.Tags),
        }),
      ),
    }),
  ),
  operation<DescribeDBSubnetGroupsCommandInput, DescribeDBSubnetGroupsCommandOutput>(
    "rds",
    "DescribeDBSubnetGroups",
    { DBSubnetGroupName: enforced, MaxRecords: enforced, Marker: enforced },
    describe,
  ),
  operation<ModifyDBSubnetGroupCommandInput, ModifyDBSubnetGroupCommandOutput>(
    "rds",
    "ModifyDBSubnetGroup",
    { DBSubnetGroupName: enforced, DBSubnetGroupDescription: enforced, SubnetIds: enforced },
    (call, input) => ({
      DBSubnetGroup: describeDBSubnetGroup(
        call,
        modifyDBSubnetGroup(call, input.DBSubnetGroupName ?? "", {
          subnetIds: input.SubnetIds ?? [],
          description: input.DBSubnetGroupDescription,
        }),
      ),
    }),
  ),
  operation<DeleteDBSubnetGroupCommandInput, object>(
    "rds",
    "DeleteDBSubnetGroup",
    { DBSubnetGroupName: enforced },
    (call, input) => {
      deleteDBSubnetGroup(call, input.DBSubnetGroupName ?? "");
      return {};
    },
  ),
];
