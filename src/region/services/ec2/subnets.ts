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
import { canonicalBlock, holds, overlaps, parseBlock } from "../../../addresses.js";
import type { Call } from "../../operations/call.js";
import { ServiceFault } from "../../operations/fault.js";
import { enforced, states, within } from "../../operations/members.js";
import { operation, type Operation } from "../../operations/operation.js";
import { put, remove } from "../../records/records.js";
import { createDefaultSubnet, neededBy } from "./defaultvpc.js";
import { newId } from "./ids.js";
import { addressesIn } from "./interfaces.js";
import { describeRules, select } from "./lists.js";
import { checkQuota, quotas } from "./quotas.js";
import { NetworkInterfaces, Subnets, type Subnet } from "./records.js";
import { tagList, tagsAtCreation, tagSpecifications } from "./tags.js";
import { theVpc } from "./vpcs.js";
import { zoneByNameOrId, zoneId } from "./zones.js";

export interface SubnetWish {
  readonly vpcId: string;
  readonly cidr: string;
  /** Name or id; undefined: the first one. */
  readonly zone?: string | undefined;
  readonly mapPublicIpOnLaunch?: boolean | undefined;
  readonly tags: Readonly<Record<string, string>>;
}

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateSubnet.html */
export async function createSubnet(call: Call, wish: SubnetWish): Promise<Subnet> {
  const vpc = theVpc(call, wish.vpcId);
  const cidr = canonicalBlock(wish.cidr);
  const block = parseBlock(wish.cidr);
  if (block === undefined || cidr === undefined)
    throw new ServiceFault(
      "InvalidParameterValue",
      `Value (${wish.cidr}) for parameter cidrBlock is invalid. This is not a valid CIDR block.`,
    );
  const outer = parseBlock(vpc.cidr);
  if (block.prefix > 28 || block.prefix < 16 || outer === undefined || !holds(outer, block))
    throw new ServiceFault("InvalidSubnet.Range", `The CIDR '${cidr}' is invalid.`);
  const neighbours = call.records.list(Subnets).filter((subnet) => subnet.vpcId === vpc.vpcId);
  const clash = neighbours.find((subnet) => {
    const other = parseBlock(subnet.cidr);
    return other !== undefined && overlaps(other, block);
  });
  if (clash !== undefined)
    throw new ServiceFault(
      "InvalidSubnet.Conflict",
      `The CIDR '${cidr}' conflicts with another subnet: ${clash.subnetId} has ${clash.cidr}`,
    );
  checkQuota(quotas.subnets, neighbours.length + 1);
  const subnet: Subnet = {
    subnetId: newId("subnet"),
    vpcId: vpc.vpcId,
    cidr,
    zone: zoneByNameOrId(call.regionName, wish.zone),
    mapPublicIpOnLaunch: wish.mapPublicIpOnLaunch ?? false,
    tags: wish.tags,
  };
  call.commit(put(Subnets, subnet.subnetId, subnet));
  await call.upkeep.network(vpc.vpcId);
  call.upkeep.nudge("names", vpc.vpcId);
  return subnet;
}

/** For instances launched from now on. */
export function mapPublicIps(call: Call, subnetId: string, mapPublicIpOnLaunch: boolean): void {
  call.commit(put(Subnets, subnetId, { ...theSubnet(call, subnetId), mapPublicIpOnLaunch }));
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

const subnetArn = (call: Call, subnet: Subnet): string =>
  `arn:aws:ec2:${call.regionName}:${call.accountId}:subnet/${subnet.subnetId}`;

function describe(call: Call, subnet: Subnet): ApiSubnet {
  const size = parseBlock(subnet.cidr)?.size ?? 0;
  const used = addressesIn(call.records.list(NetworkInterfaces), subnet.subnetId).size;
  return {
    SubnetId: subnet.subnetId,
    SubnetArn: subnetArn(call, subnet),
    VpcId: subnet.vpcId,
    CidrBlock: subnet.cidr,
    AvailabilityZone: subnet.zone,
    AvailabilityZoneId: zoneId(subnet.zone),
    AvailableIpAddressCount: size - 5 - used,
    DefaultForAz: subnet.defaultForAz ?? false,
    MapPublicIpOnLaunch: subnet.mapPublicIpOnLaunch,
    AssignIpv6AddressOnCreation: false,
    Ipv6CidrBlockAssociationSet: [],
    Ipv6Native: false,
    EnableDns64: false,
    MapCustomerOwnedIpOnLaunch: false,
    PrivateDnsNameOptionsOnLaunch: {
      HostnameType: "ip-name",
      EnableResourceNameDnsARecord: false,
      EnableResourceNameDnsAAAARecord: false,
    },
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
      Ipv6Native: states(false),
      TagSpecifications: tagSpecifications,
      DryRun: states(false),
    },
    async (call, input) => {
      if (input.CidrBlock === undefined)
        throw new ServiceFault("MissingParameter", "Either 'cidrBlock' or 'ipv6CidrBlock' should be provided.");
      const subnet = await createSubnet(call, {
        vpcId: input.VpcId ?? "",
        cidr: input.CidrBlock,
        zone: input.AvailabilityZone ?? input.AvailabilityZoneId,
        tags: tagsAtCreation(input.TagSpecifications, "subnet"),
      });
      return { Subnet: describe(call, subnet) };
    },
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
          "subnet-arn": (subnet) => subnetArn(call, subnet),
          "vpc-id": (subnet) => subnet.vpcId,
          "availability-zone": (subnet) => subnet.zone,
          availabilityZone: (subnet) => subnet.zone,
          "availability-zone-id": (subnet) => zoneId(subnet.zone),
          availabilityZoneId: (subnet) => zoneId(subnet.zone),
          "available-ip-address-count": (subnet) => String(describe(call, subnet).AvailableIpAddressCount),
          "cidr-block": (subnet) => subnet.cidr,
          cidr: (subnet) => subnet.cidr,
          cidrBlock: (subnet) => subnet.cidr,
          "owner-id": () => call.accountId,
          state: () => "available",
          "default-for-az": (subnet) => String(subnet.defaultForAz === true),
          defaultForAz: (subnet) => String(subnet.defaultForAz === true),
          "map-public-ip-on-launch": (subnet) => String(subnet.mapPublicIpOnLaunch),
          "assign-ipv6-address-on-creation": () => "false",
          "enable-dns64": () => "false",
          "ipv6-native": () => "false",
          "ipv6-cidr-block-association.ipv6-cidr-block": () => undefined,
          "private-dns-name-options-on-launch.hostname-type": () => "ip-name",
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
      EnableDns64: within({ Value: states(false) }),
      MapCustomerOwnedIpOnLaunch: within({ Value: states(false) }),
      PrivateDnsHostnameTypeOnLaunch: states("ip-name"),
      EnableResourceNameDnsARecordOnLaunch: within({ Value: states(false) }),
      EnableResourceNameDnsAAAARecordOnLaunch: within({ Value: states(false) }),
    },
    (call, input) => {
      const subnet = theSubnet(call, input.SubnetId);
      mapPublicIps(call, subnet.subnetId, input.MapPublicIpOnLaunch?.Value ?? subnet.mapPublicIpOnLaunch);
      return {};
    },
  ),
];
