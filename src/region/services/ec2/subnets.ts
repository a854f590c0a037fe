import type {
  CreateDefaultSubnetCommandInput,
  CreateDefaultSubnetCommandOutput,
  CreateSubnetCommandInput,
  CreateSubnetCommandOutput,
  DeleteSubnetCommandInput,
  DescribeSubnetsCommandInput,
  DescribeSubnetsCommandOutput,
  ModifySubnetAttributeCommandInput,
  Subnet as ApiSubnet,
} from "@aws-sdk/client-ec2";
import { holds, isCanonical, overlaps, parseBlock } from "../../../addresses.js";
import type { Call } from "../../operations/call.js";
import { ServiceFault } from "../../operations/fault.js";
import { enforced, states, within } from "../../operations/members.js";
import { operation, type Operation } from "../../operations/operation.js";
import { put, remove } from "../../records/records.js";
import { createDefaultSubnet, neededBy } from "./defaultvpc.js";
import { newId } from "./ids.js";
import { describeRules, select } from "./lists.js";
import { NetworkInterfaces, Subnets, type Subnet } from "./records.js";
import { tagList, tagsAtCreation, tagSpecifications } from "./tags.js";
import { theVpc } from "./vpcs.js";
import { zoneByNameOrId, zoneId } from "./zones.js";

export interface SubnetWish {
  readonly vpcId: string;
  readonly cidr: string;
  readonly zone?: string;
  readonly mapPublicIpOnLaunch?: boolean;
  readonly tags: Readonly<Record<string, string>>;
}

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateSubnet.html */
export async function createSubnet(call: Call, wish: SubnetWish): Promise<Subnet> {
  const vpc = theVpc(call, wish.vpcId);
  const block = parseBlock(wish.cidr);
  if (block === undefined || !isCanonical(wish.cidr))
    throw new ServiceFault(
      "InvalidParameterValue",
      `Value (${wish.cidr}) for parameter cidrBlock is invalid. This is not a valid CIDR block.`,
    );
  const outer = parseBlock(vpc.cidr);
  if (block.prefix > 28 || block.prefix < 16 || outer === undefined || !holds(outer, block))
    throw new ServiceFault("InvalidSubnet.Range", `The CIDR '${wish.cidr}' is invalid.`);
  const neighbours = call.records.list(Subnets).filter((subnet) => subnet.vpcId === vpc.vpcId);
  const clash = neighbours.find((subnet) => {
    const other = parseBlock(subnet.cidr);
    return other !== undefined && overlaps(other, block);
  });
  if (clash !== undefined)
    throw new ServiceFault(
      "InvalidSubnet.Conflict",
      `The CIDR '${wish.cidr}' conflicts with another subnet: ${clash.subnetId} has ${clash.cidr}`,
    );
  const subnet: Subnet = {
    subnetId: newId("subnet"),
    vpcId: vpc.vpcId,
    cidr: wish.cidr,
    zone: zoneByNameOrId(call.regionName, wish.zone),
    mapPublicIpOnLaunch: wish.mapPublicIpOnLaunch ?? false,
    tags: wish.tags,
  };
  call.commit(put(Subnets, subnet.subnetId, subnet));
  await call.upkeep.network(vpc.vpcId);
  call.upkeep.nudge("names", vpc.vpcId);
  return subnet;
}

export async function deleteSubnet(call: Call, subnetId: string): Promise<void> {
  const subnet = theSubnet(call, subnetId);
  const used = call.records.list(NetworkInterfaces).find((nic) => nic.subnetId === subnetId);
  if (used !== undefined)
    throw new ServiceFault(
      "DependencyViolation",
      `The subnet '${subnetId}' has dependencies and cannot be deleted. ${used.interfaceId}${used.holder.kind === "none" ? "" : ` of ${used.holder.kind} ${used.holder.id}`} is in it.`,
    );
  call.commit(remove(Subnets, subnetId));
  await call.upkeep.network(subnet.vpcId);
}

export function theSubnet(call: Pick<Call, "records">, subnetId: string | undefined): Subnet {
  const subnet = subnetId === undefined ? undefined : call.records.get(Subnets, subnetId);
  if (subnet === undefined) throw new ServiceFault("InvalidSubnetID.NotFound", `The subnet ID '${subnetId}' does not exist`);
  return subnet;
}

function describe(call: Call, subnet: Subnet): ApiSubnet {
  const size = parseBlock(subnet.cidr)?.size ?? 0;
  const used = call.records.list(NetworkInterfaces).filter((nic) => nic.subnetId === subnet.subnetId).length;
  return {
    SubnetId: subnet.subnetId,
    SubnetArn: `arn:aws:ec2:${call.regionName}:${call.accountId}:subnet/${subnet.subnetId}`,
    VpcId: subnet.vpcId,
    CidrBlock: subnet.cidr,
    AvailabilityZone: subnet.zone,
    AvailabilityZoneId: zoneId(subnet.zone),
    AvailableIpAddressCount: size - 5 - used,
    DefaultForAz: subnet.defaultForAz ?? false,
    MapPublicIpOnLaunch: subnet.mapPublicIpOnLaunch,
    AssignIpv6AddressOnCreation: false,
    Ipv6CidrBlockAssociationSet: [],
    State: "available",
    OwnerId: call.accountId,
    Tags: tagList(subnet.tags),
  };
}

export const subnetOperations: readonly Operation[] = [
  operation<CreateSubnetCommandInput, CreateSubnetCommandOutput>(
    "ec2",
    "CreateSubnet",
    {
      VpcId: enforced,
      CidrBlock: enforced,
      AvailabilityZone: enforced,
      AvailabilityZoneId: enforced,
      TagSpecifications: tagSpecifications,
      DryRun: states(false),
    },
    async (call, input) => ({
      Subnet: describe(
        call,
        await createSubnet(call, {
          vpcId: input.VpcId ?? "",
          cidr: input.CidrBlock ?? "",
          zone: input.AvailabilityZone ?? input.AvailabilityZoneId,
          tags: tagsAtCreation(input.TagSpecifications, "subnet"),
        }),
      ),
    }),
  ),
  operation<CreateDefaultSubnetCommandInput, CreateDefaultSubnetCommandOutput>(
    "ec2",
    "CreateDefaultSubnet",
    { AvailabilityZone: enforced, AvailabilityZoneId: enforced, Ipv6Native: states(false), DryRun: states(false) },
    async (call, input) => ({
      Subnet: describe(call, await createDefaultSubnet(call, input.AvailabilityZone ?? input.AvailabilityZoneId)),
    }),
  ),
  operation<DescribeSubnetsCommandInput, DescribeSubnetsCommandOutput>(
    "ec2",
    "DescribeSubnets",
    { ...describeRules, SubnetIds: enforced },
    async (call, input) => {
      await neededBy(call, input.Filters, "default-for-az", "defaultForAz");
      const { page, NextToken } = select(call.records.list(Subnets), input, {
        id: (subnet) => subnet.subnetId,
        ids: input.SubnetIds,
        notFound: ["InvalidSubnetID.NotFound", "subnet ID"],
        filters: {
          "subnet-id": (subnet) => subnet.subnetId,
          "vpc-id": (subnet) => subnet.vpcId,
          "availability-zone": (subnet) => subnet.zone,
          availabilityZone: (subnet) => subnet.zone,
          "availability-zone-id": (subnet) => zoneId(subnet.zone),
          "cidr-block": (subnet) => subnet.cidr,
          cidr: (subnet) => subnet.cidr,
          cidrBlock: (subnet) => subnet.cidr,
          state: () => "available",
          "default-for-az": (subnet) => String(subnet.defaultForAz ?? false),
          defaultForAz: (subnet) => String(subnet.defaultForAz ?? false),
          "map-public-ip-on-launch": (subnet) => String(subnet.mapPublicIpOnLaunch),
        },
      });
      return { Subnets: page.map((subnet) => describe(call, subnet)), NextToken };
    },
  ),
  operation<DeleteSubnetCommandInput, object>(
    "ec2",
    "DeleteSubnet",
    { SubnetId: enforced, DryRun: states(false) },
    async (call, input) => {
      await deleteSubnet(call, input.SubnetId ?? "");
      return {};
    },
  ),
  operation<ModifySubnetAttributeCommandInput, object>(
    "ec2",
    "ModifySubnetAttribute",
    {
      SubnetId: enforced,
      MapPublicIpOnLaunch: within({ Value: enforced }),
      AssignIpv6AddressOnCreation: within({ Value: states(false) }),
    },
    (call, input) => {
      const subnet = theSubnet(call, input.SubnetId);
      call.commit(
        put(Subnets, subnet.subnetId, {
          ...subnet,
          mapPublicIpOnLaunch: input.MapPublicIpOnLaunch?.Value ?? subnet.mapPublicIpOnLaunch,
        }),
      );
      return {};
    },
  ),
];
