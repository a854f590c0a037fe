import type {
  CreateDefaultVpcCommandInput,
  CreateDefaultVpcCommandOutput,
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
import type { Call } from "../../operations/call.js";
import { ServiceFault } from "../../operations/fault.js";
import { enforced, states, within } from "../../operations/members.js";
import { operation, type Operation, type Output } from "../../operations/operation.js";
import { createDefaultVpc, neededBy } from "./defaultvpc.js";
import { dhcpOptionsIdOf } from "./dhcpoptions.js";
import { describeRules, select } from "./lists.js";
import { Vpcs, type Vpc } from "./records.js";
import { tagList, tagsAtCreation, tagSpecifications } from "./tags.js";
import { createVpc, deleteVpc, modifyVpc, theVpc } from "./vpcs.js";

/** The id of the association of a VPC with its one block. */
export const cidrAssociationId = ({ vpcId }: Pick<Vpc, "vpcId">): string => `vpc-cidr-assoc-${vpcId.slice("vpc-".length)}`;

const describe = (call: Call, vpc: Vpc): ApiVpc => ({
  VpcId: vpc.vpcId,
  CidrBlock: vpc.cidr,
  State: "available",
  IsDefault: vpc.isDefault ?? false,
  InstanceTenancy: "default",
  DhcpOptionsId: dhcpOptionsIdOf(call, vpc),
  OwnerId: call.accountId,
  Ipv6CidrBlockAssociationSet: [],
  CidrBlockAssociationSet: [
    { AssociationId: cidrAssociationId(vpc), CidrBlock: vpc.cidr, CidrBlockState: { State: "associated" } },
  ],
  Tags: tagList(vpc.tags),
});

function describeAttribute(call: Call, input: DescribeVpcAttributeCommandInput): Output<DescribeVpcAttributeCommandOutput> {
  const vpc = theVpc(call, input.VpcId);
  if (input.Attribute === "enableDnsSupport") return { VpcId: vpc.vpcId, EnableDnsSupport: { Value: vpc.enableDnsSupport } };
  if (input.Attribute === "enableDnsHostnames")
    return { VpcId: vpc.vpcId, EnableDnsHostnames: { Value: vpc.enableDnsHostnames } };
  // Network address usage metrics are off unless asked for, and asking is refused.
  if (input.Attribute === "enableNetworkAddressUsageMetrics")
    return { VpcId: vpc.vpcId, EnableNetworkAddressUsageMetrics: { Value: false } };
  throw new ServiceFault("InvalidParameterValue", `Value (${input.Attribute}) for parameter attribute is invalid.`);
}

function modifyAttribute(call: Call, input: ModifyVpcAttributeCommandInput): Record<never, never> {
  const named = ["EnableDnsSupport", "EnableDnsHostnames", "EnableNetworkAddressUsageMetrics"].filter(
    (name) => input[name as keyof ModifyVpcAttributeCommandInput] !== undefined,
  );
  theVpc(call, input.VpcId);
  if (named.length > 1)
    throw new ServiceFault(
      "InvalidParameterCombination",
      `Fields for multiple attribute types specified: ${named.map((name) => name.charAt(0).toLowerCase() + name.slice(1)).join(", ")}`,
    );
  if (named.length === 0) throw new ServiceFault("MissingParameter", "No attributes specified.");
  modifyVpc(call, input.VpcId, {
    enableDnsSupport: input.EnableDnsSupport?.Value,
    enableDnsHostnames: input.EnableDnsHostnames?.Value,
  });
  return {};
}

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
        throw new ServiceFault("MissingParameter", "Either 'cidrBlock' or 'ipv4IpamPoolId' should be provided.");
      const tags = tagsAtCreation(input.TagSpecifications, "vpc");
      return { Vpc: describe(call, await createVpc(call, { cidr: input.CidrBlock, tags })) };
    },
  ),
  operation<CreateDefaultVpcCommandInput, CreateDefaultVpcCommandOutput>(
    "ec2",
    "CreateDefaultVpc",
    { DryRun: states(false) },
    async (call) => ({ Vpc: describe(call, await createDefaultVpc(call)) }),
  ),
  operation<DescribeVpcsCommandInput, DescribeVpcsCommandOutput>(
    "ec2",
    "DescribeVpcs",
    { ...describeRules, VpcIds: enforced },
    async (call, input) => {
      await neededBy(call, input.Filters, "is-default", "isDefault");
      const { page, NextToken } = select(call.records.list(Vpcs), input, {
        id: (vpc) => vpc.vpcId,
        ids: input.VpcIds,
        notFound: ["InvalidVpcID.NotFound", "vpc ID"],
        filters: {
          "vpc-id": (vpc) => vpc.vpcId,
          cidr: (vpc) => vpc.cidr,
          cidrBlock: (vpc) => vpc.cidr,
          "cidr-block": (vpc) => vpc.cidr,
          "cidr-block-association.cidr-block": (vpc) => vpc.cidr,
          "cidr-block-association.association-id": cidrAssociationId,
          "cidr-block-association.state": () => "associated",
          "ipv6-cidr-block-association.association-id": () => undefined,
          "ipv6-cidr-block-association.ipv6-cidr-block": () => undefined,
          "ipv6-cidr-block-association.ipv6-pool": () => undefined,
          "ipv6-cidr-block-association.state": () => undefined,
          state: () => "available",
          "is-default": (vpc) => String(vpc.isDefault ?? false),
          isDefault: (vpc) => String(vpc.isDefault ?? false),
          "owner-id": () => call.accountId,
          "dhcp-options-id": (vpc) => dhcpOptionsIdOf(call, vpc),
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
    {
      VpcId: enforced,
      EnableDnsSupport: within({ Value: enforced }),
      EnableDnsHostnames: within({ Value: enforced }),
      EnableNetworkAddressUsageMetrics: within({ Value: states(false) }),
    },
    modifyAttribute,
  ),
  operation<DescribeVpcAttributeCommandInput, DescribeVpcAttributeCommandOutput>(
    "ec2",
    "DescribeVpcAttribute",
    { VpcId: enforced, Attribute: enforced, DryRun: states(false) },
    describeAttribute,
  ),
];
