import type {
  CreateVpcCommandInput,
  CreateVpcCommandOutput,
  DeleteVpcCommandInput,
  DescribeVpcAttributeCommandInput,
  DescribeVpcAttributeCommandOutput,
  DescribeVpcsCommandInput,
  DescribeVpcsCommandOutput,
  ModifyVpcAttributeCommandInput,
  Vpc as ApiVpc,
} from "@aws-sdk/client-ec2";
import { isCanonical, parseBlock } from "../../../addresses.js";
import type { Call } from "../../operations/call.js";
import { ServiceFault } from "../../operations/fault.js";
import { enforced, states, within } from "../../operations/members.js";
import { operation, type Operation } from "../../operations/operation.js";
import { put, remove } from "../../records/records.js";
import { describeRules, select } from "./lists.js";
import { newId } from "./ids.js";
import {
  InternetGateways,
  NetworkInterfaces,
  RouteTables,
  SecurityGroups,
  Subnets,
  Vpcs,
  type RouteTable,
  type SecurityGroup,
  type Vpc,
} from "./records.js";
import { tagList, tagsAtCreation, tagSpecifications } from "./tags.js";
import { allowAllEgress } from "./grouprules.js";

export interface VpcWish {
  readonly cidr: string;
  readonly enableDnsSupport?: boolean;
  readonly enableDnsHostnames?: boolean;
  readonly tags: Readonly<Record<string, string>>;
}

/**
 * A VPC with its main route table and its default security group.
 * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateVpc.html
 */
export async function createVpc(call: Call, wish: VpcWish): Promise<Vpc> {
  const block = parseBlock(wish.cidr);
  if (block === undefined)
    throw new ServiceFault(
      "InvalidParameterValue",
      `Value (${wish.cidr}) for parameter cidrBlock is invalid. This is not a valid CIDR block.`,
    );
  if (block.prefix < 16 || block.prefix > 28) throw new ServiceFault("InvalidVpc.Range", `The CIDR '${wish.cidr}' is invalid.`);
  if (!isCanonical(wish.cidr))
    throw new ServiceFault(
      "InvalidParameterValue",
      `Value (${wish.cidr}) for parameter cidrBlock is invalid. The address has host bits set.`,
    );
  const vpcId = newId("vpc");
  const group: SecurityGroup = {
    groupId: newId("sg"),
    groupName: "default",
    description: "default VPC security group",
    vpcId,
    ingress: [],
    egress: [allowAllEgress()],
    tags: {},
  };
  const table: RouteTable = { routeTableId: newId("rtb"), vpcId, mainAssociationId: newId("rtbassoc"), routes: [], tags: {} };
  const vpc: Vpc = {
    vpcId,
    cidr: wish.cidr,
    enableDnsSupport: wish.enableDnsSupport ?? true,
    enableDnsHostnames: wish.enableDnsHostnames ?? false,
    mainRouteTableId: table.routeTableId,
    defaultGroupId: group.groupId,
    tags: wish.tags,
  };
  call.commit(
    put(Vpcs, vpcId, vpc),
    put(RouteTables, table.routeTableId, table),
    // Members of the default group may reach each other: its one inbound rule names the group itself.
    put(SecurityGroups, group.groupId, {
      ...group,
      ingress: [{ ruleId: newId("sgr"), protocol: "-1", peer: { groupId: group.groupId } }],
    }),
  );
  await call.upkeep.network(vpcId);
  return vpc;
}

/** Deletes the VPC, its main route table and its default group; anything else in it is a DependencyViolation. */
export async function deleteVpc(call: Call, vpcId: string): Promise<void> {
  const vpc = theVpc(call, vpcId);
  const inside = (items: readonly { readonly vpcId?: string }[]): boolean => items.some((item) => item.vpcId === vpcId);
  const dependants = [
    inside(call.records.list(Subnets)) && "subnets",
    inside(call.records.list(InternetGateways)) && "an internet gateway",
    inside(call.records.list(NetworkInterfaces)) && "network interfaces",
    inside(call.records.list(SecurityGroups).filter((group) => group.groupId !== vpc.defaultGroupId)) && "security groups",
    inside(call.records.list(RouteTables).filter((table) => table.routeTableId !== vpc.mainRouteTableId)) && "route tables",
  ].filter((noun) => noun !== false);
  if (dependants.length > 0)
    throw new ServiceFault(
      "DependencyViolation",
      `The vpc '${vpcId}' has dependencies and cannot be deleted. It still has ${dependants.join(", ")}.`,
    );
  call.commit(remove(Vpcs, vpcId), remove(RouteTables, vpc.mainRouteTableId), remove(SecurityGroups, vpc.defaultGroupId));
  await call.upkeep.network(vpcId);
}

export function theVpc(call: Pick<Call, "records">, vpcId: string | undefined): Vpc {
  const vpc = vpcId === undefined ? undefined : call.records.get(Vpcs, vpcId);
  if (vpc === undefined) throw new ServiceFault("InvalidVpcID.NotFound", `The vpc ID '${vpcId}' does not exist`);
  return vpc;
}

const describe = (call: Call, vpc: Vpc): ApiVpc => ({
  VpcId: vpc.vpcId,
  CidrBlock: vpc.cidr,
  State: "available",
  IsDefault: false,
  InstanceTenancy: "default",
  DhcpOptionsId: "default",
  OwnerId: call.accountId,
  CidrBlockAssociationSet: [
    { AssociationId: `vpc-cidr-assoc-${vpc.vpcId.slice(4)}`, CidrBlock: vpc.cidr, CidrBlockState: { State: "associated" } },
  ],
  Tags: tagList(vpc.tags),
});

function modifyVpc(call: Call, input: ModifyVpcAttributeCommandInput): Record<never, never> {
  const vpc = theVpc(call, input.VpcId);
  call.commit(
    put(Vpcs, vpc.vpcId, {
      ...vpc,
      enableDnsSupport: input.EnableDnsSupport?.Value ?? vpc.enableDnsSupport,
      enableDnsHostnames: input.EnableDnsHostnames?.Value ?? vpc.enableDnsHostnames,
    }),
  );
  call.upkeep.nudge("names", vpc.vpcId);
  return {};
}

function describeAttribute(call: Call, input: DescribeVpcAttributeCommandInput): DescribeVpcAttributeOutput {
  const vpc = theVpc(call, input.VpcId);
  if (input.Attribute === "enableDnsSupport") return { VpcId: vpc.vpcId, EnableDnsSupport: { Value: vpc.enableDnsSupport } };
  if (input.Attribute === "enableDnsHostnames")
    return { VpcId: vpc.vpcId, EnableDnsHostnames: { Value: vpc.enableDnsHostnames } };
  // Network address usage metrics are off unless asked for, and asking is refused.
  if (input.Attribute === "enableNetworkAddressUsageMetrics")
    return { VpcId: vpc.vpcId, EnableNetworkAddressUsageMetrics: { Value: false } };
  throw new ServiceFault("InvalidParameterValue", `Value (${input.Attribute}) for parameter attribute is invalid.`);
}
type DescribeVpcAttributeOutput = Omit<DescribeVpcAttributeCommandOutput, "$metadata">;

export const vpcOperations: readonly Operation[] = [
  operation<CreateVpcCommandInput, CreateVpcCommandOutput>(
    "ec2",
    "CreateVpc",
    {
      CidrBlock: enforced,
      InstanceTenancy: states("default"),
      AmazonProvidedIpv6CidrBlock: states(false),
      TagSpecifications: tagSpecifications,
      DryRun: states(false),
    },
    async (call, input) => {
      if (input.CidrBlock === undefined)
        throw new ServiceFault("MissingParameter", "The request must contain the parameter CidrBlock");
      return {
        Vpc: describe(
          call,
          await createVpc(call, { cidr: input.CidrBlock, tags: tagsAtCreation(input.TagSpecifications, "vpc") }),
        ),
      };
    },
  ),
  operation<DescribeVpcsCommandInput, DescribeVpcsCommandOutput>(
    "ec2",
    "DescribeVpcs",
    { ...describeRules, VpcIds: enforced },
    (call, input) => {
      const { page, NextToken } = select(call.records.list(Vpcs), input, {
        id: (vpc) => vpc.vpcId,
        ids: input.VpcIds,
        notFound: ["InvalidVpcID.NotFound", "vpc ID"],
        filters: {
          "vpc-id": (vpc) => vpc.vpcId,
          cidr: (vpc) => vpc.cidr,
          "cidr-block": (vpc) => vpc.cidr,
          "cidr-block-association.cidr-block": (vpc) => vpc.cidr,
          state: () => "available",
          "is-default": () => "false",
          isDefault: () => "false",
          "owner-id": () => call.accountId,
          "dhcp-options-id": () => "default",
        },
      });
      return { Vpcs: page.map((vpc) => describe(call, vpc)), NextToken };
    },
  ),
  operation<DeleteVpcCommandInput, object>(
    "ec2",
    "DeleteVpc",
    { VpcId: enforced, DryRun: states(false) },
    async (call, input) => {
      await deleteVpc(call, input.VpcId ?? "");
      return {};
    },
  ),
  operation<ModifyVpcAttributeCommandInput, object>(
    "ec2",
    "ModifyVpcAttribute",
    { VpcId: enforced, EnableDnsSupport: within({ Value: states(true) }), EnableDnsHostnames: within({ Value: enforced }) },
    modifyVpc,
  ),
  operation<DescribeVpcAttributeCommandInput, DescribeVpcAttributeCommandOutput>(
    "ec2",
    "DescribeVpcAttribute",
    { VpcId: enforced, Attribute: enforced, DryRun: states(false) },
    describeAttribute,
  ),
];
