import type {
  AllocateAddressResult,
  CreateInternetGatewayResult,
  CreateNetworkInterfaceResult,
  CreateRouteTableResult,
  CreateSecurityGroupResult,
  CreateSubnetResult,
  CreateVpcPeeringConnectionResult,
  CreateVpcResult,
  DescribeNetworkInterfacesResult,
  NetworkInterface,
} from "@aws-sdk/client-ec2";
import type { Call } from "../../../../src/region/operations/call.js";
import { ec2Operations } from "../../../../src/region/services/ec2/operations.js";
import { recordsAlone, run } from "../../../support/records.js";

export const ec2 = <O = unknown>(call: Call, name: string, input: object = {}): Promise<O> =>
  run<O>(ec2Operations, name, call, input);

/** An interface as it is described. */
export const described = async (call: Call, id: string): Promise<NetworkInterface | undefined> =>
  (await ec2<DescribeNetworkInterfacesResult>(call, "DescribeNetworkInterfaces", { NetworkInterfaceIds: [id] }))
    .NetworkInterfaces?.[0];

/** Ids of things made by the API, for tests of other things. */
export const made = {
  vpc: async (call: Call, CidrBlock = "10.0.0.0/16"): Promise<string> =>
    (await ec2<CreateVpcResult>(call, "CreateVpc", { CidrBlock })).Vpc?.VpcId ?? "",
  subnet: async (call: Call, VpcId: string, CidrBlock = "10.0.1.0/24", AvailabilityZone = "eu-west-3a"): Promise<string> =>
    (await ec2<CreateSubnetResult>(call, "CreateSubnet", { VpcId, CidrBlock, AvailabilityZone })).Subnet?.SubnetId ?? "",
  table: async (call: Call, VpcId: string): Promise<string> =>
    (await ec2<CreateRouteTableResult>(call, "CreateRouteTable", { VpcId })).RouteTable?.RouteTableId ?? "",
  gateway: async (call: Call, VpcId?: string): Promise<string> => {
    const { InternetGateway } = await ec2<CreateInternetGatewayResult>(call, "CreateInternetGateway");
    const InternetGatewayId = InternetGateway?.InternetGatewayId ?? "";
    if (VpcId !== undefined) await ec2(call, "AttachInternetGateway", { VpcId, InternetGatewayId });
    return InternetGatewayId;
  },
  address: async (call: Call): Promise<string> => (await ec2<AllocateAddressResult>(call, "AllocateAddress")).AllocationId ?? "",
  nic: async (call: Call, SubnetId: string, more: object = {}): Promise<string> =>
    (await ec2<CreateNetworkInterfaceResult>(call, "CreateNetworkInterface", { SubnetId, ...more })).NetworkInterface
      ?.NetworkInterfaceId ?? "",
  group: async (call: Call, VpcId: string | undefined, GroupName: string): Promise<string> =>
    (await ec2<CreateSecurityGroupResult>(call, "CreateSecurityGroup", { VpcId, GroupName, Description: "of a test" })).GroupId ??
    "",
  peering: async (call: Call, VpcId: string, PeerVpcId: string): Promise<string> => {
    const { VpcPeeringConnection } = await ec2<CreateVpcPeeringConnectionResult>(call, "CreateVpcPeeringConnection", {
      VpcId,
      PeerVpcId,
    });
    return VpcPeeringConnection?.VpcPeeringConnectionId ?? "";
  },
};

/** A VPC with a subnet in the first zone. */
export async function network(): Promise<{ call: Call; asked: string[]; VpcId: string; SubnetId: string }> {
  const { call, asked } = recordsAlone();
  const VpcId = await made.vpc(call);
  return { call, asked, VpcId, SubnetId: await made.subnet(call, VpcId) };
}
