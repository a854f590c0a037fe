import {
  DescribeVpcAttributeCommand,
  type EC2Client,
  paginateDescribeSubnets,
  paginateDescribeVpcs,
  type Subnet,
  type Vpc,
} from "@aws-sdk/client-ec2";
import type { Described } from "../../described.js";
import { isUnknown } from "../../maybe.js";
import { eachOf, type Reading } from "../reading.js";
import { told } from "../../told.js";
import { type ReadRoom, tagsOf } from "../room.js";
import type { Names } from "../names.js";

/** VPCs and subnets. */
export const readNetworks: ReadRoom = async (clients, reading) => {
  const client = await clients.ec2();
  const [vpcs, subnets] = await Promise.all([
    reading.all("ec2:DescribeVpcs", ["AWS::EC2::VPC"], paginateDescribeVpcs({ client }, {}), ({ Vpcs }) => Vpcs),
    reading.all("ec2:DescribeSubnets", ["AWS::EC2::Subnet"], paginateDescribeSubnets({ client }, {}), ({ Subnets }) => Subnets),
  ]);
  const dns = await eachOf(vpcs, (vpc) => dnsOf(client, reading, vpc));
  return {
    register: (names) => {
      for (const { VpcId = "" } of vpcs) names.register({ type: "AWS::EC2::VPC", physicalId: VpcId });
      for (const { SubnetId = "" } of subnets) names.register({ type: "AWS::EC2::Subnet", physicalId: SubnetId });
    },
    describe: (names) => [
      ...vpcs.flatMap((vpc, index) => describeVpc(vpc, dns[index] ?? {}, names)),
      ...subnets.map((subnet) => describeSubnet(subnet, names)),
    ],
  };
};

async function dnsOf(client: EC2Client, reading: Reading, { VpcId }: Vpc): Promise<Described["properties"]> {
  const attribute = (Attribute: "enableDnsSupport" | "enableDnsHostnames") =>
    reading.one("ec2:DescribeVpcAttribute", client.send(new DescribeVpcAttributeCommand({ VpcId, Attribute })));
  const [support, hostnames] = await Promise.all([attribute("enableDnsSupport"), attribute("enableDnsHostnames")]);
  return told({
    EnableDnsSupport: isUnknown(support) ? support : support?.EnableDnsSupport?.Value,
    EnableDnsHostnames: isUnknown(hostnames) ? hostnames : hostnames?.EnableDnsHostnames?.Value,
  });
}

function describeVpc(vpc: Vpc, dns: Described["properties"], names: Names): readonly Described[] {
  const { VpcId = "" } = vpc;
  const id = names.idOf("AWS::EC2::VPC", VpcId);
  const further = (vpc.CidrBlockAssociationSet ?? []).filter(
    ({ CidrBlock, CidrBlockState }) => CidrBlock !== vpc.CidrBlock && CidrBlockState?.State === "associated",
  );
  return [
    {
      id,
      type: "AWS::EC2::VPC",
      physicalId: VpcId,
      properties: told({ CidrBlock: vpc.CidrBlock, ...dns, IsDefault: vpc.IsDefault, Tags: tagsOf(vpc.Tags) }),
      attributes: mainTableOf(VpcId, names),
    },
    ...further.map(({ AssociationId = "", CidrBlock }) => ({
      id: AssociationId,
      type: "AWS::EC2::VPCCidrBlock",
      properties: told({ VpcId: names.ref("AWS::EC2::VPC", VpcId), CidrBlock }),
    })),
  ];
}

/** As routing.ts registers it. */
function mainTableOf(vpcId: string, names: Names): Described["properties"] {
  const main = `main of ${vpcId}`;
  return names.find("AWS::EC2::RouteTable", main) === undefined
    ? {}
    : { MainRouteTable: names.ref("AWS::EC2::RouteTable", main) };
}

const describeSubnet = (subnet: Subnet, names: Names): Described => ({
  id: names.idOf("AWS::EC2::Subnet", subnet.SubnetId),
  type: "AWS::EC2::Subnet",
  physicalId: subnet.SubnetId,
  properties: told({
    VpcId: names.ref("AWS::EC2::VPC", subnet.VpcId ?? ""),
    CidrBlock: subnet.CidrBlock,
    AvailabilityZone: subnet.AvailabilityZone,
    MapPublicIpOnLaunch: subnet.MapPublicIpOnLaunch,
    Tags: tagsOf(subnet.Tags),
  }),
});
