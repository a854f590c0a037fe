import type {
  AllocateAddressResult,
  CreateDefaultVpcResult,
  CreateNetworkAclResult,
  CreateNetworkInterfaceResult,
  CreateSecurityGroupResult,
  CreateSubnetResult,
  CreateVpcPeeringConnectionResult,
  CreateVpcResult,
  DescribeNetworkAclsResult,
} from "@aws-sdk/client-ec2";
import { afterAll, expect, test } from "vitest";
import { internet } from "../../../src/parts/fabric/spec.js";
import { servicesName } from "../../../src/parts/fabric/vpc.js";
import { command, run as runCommand } from "../../../src/parts/host/command.js";
import type { Call } from "../../../src/region/operations/call.js";
import { ec2Operations } from "../../../src/region/services/ec2/operations.js";
import { RouteTables, Subnets, Vpcs } from "../../../src/region/services/ec2/records.js";
import { NetworkKeeper } from "../../../src/region/upkeep/network.js";
import type { Upkeep } from "../../../src/region/upkeep/upkeep.js";
import { recordsAlone, run } from "../../support/records.js";
import { TestNetwork } from "../fabric/environment.js";
import type { Host } from "../fabric/hosts.js";

/** From the API to packets: what an operation has answered is so, at once. */
const network = new TestNetwork();
const made: Call[] = [];

afterAll(async () => {
  const vpcs = made.flatMap((call) => call.records.list(Vpcs)).map(({ vpcId }) => vpcId);
  expect(await network.end(...vpcs)).toEqual([]);
});

/** Records whose networks are applied to the kernel. */
function region() {
  const keeper = new NetworkKeeper(
    network.fabric,
    () => undefined,
    () => undefined,
  );
  const { call: alone } = recordsAlone();
  const upkeep: Upkeep = {
    network: (vpcId) => keeper.apply(call, vpcId),
    networks: () => keeper.upToDate(call),
    names: async () => {},
    nudge: () => undefined,
    engineParameters: () => Promise.reject(new Error("no database here")),
  };
  const call: Call = { ...alone, upkeep };
  made.push(call);
  const ec2 = <O = unknown>(name: string, input: object = {}): Promise<O> => run<O>(ec2Operations, name, call, input);
  const vpc = async (CidrBlock: string): Promise<string> =>
    (await ec2<CreateVpcResult>("CreateVpc", { CidrBlock })).Vpc?.VpcId ?? "";
  const subnet = async (VpcId: string, CidrBlock: string, letter: string): Promise<string> =>
    (await ec2<CreateSubnetResult>("CreateSubnet", { VpcId, CidrBlock, AvailabilityZone: `eu-west-3${letter}` })).Subnet
      ?.SubnetId ?? "";
  const nic = async (SubnetId: string, Groups?: string[]): Promise<{ id: string; address: string; host: Host }> => {
    const { NetworkInterface } = await ec2<CreateNetworkInterfaceResult>("CreateNetworkInterface", { SubnetId, Groups });
    const id = NetworkInterface?.NetworkInterfaceId ?? "";
    return { id, address: NetworkInterface?.PrivateIpAddress ?? "", host: await network.at(id, [80]) };
  };
  return { call, ec2, vpc, subnet, nic };
}

const allow = (CidrBlock: string, from: number, to = from) => ({
  RuleAction: "allow",
  Protocol: "6",
  CidrBlock,
  PortRange: { From: from, To: to },
});

test("a network ACL stands at a subnet's edge from its association on, and knows no connections", async () => {
  const { ec2, vpc, subnet, nic } = region();
  const VpcId = await vpc("10.1.0.0/16");
  const web = await subnet(VpcId, "10.1.1.0/24", "b");
  const [client, server] = [await nic(await subnet(VpcId, "10.1.0.0/24", "a")), await nic(web)];
  const answer = `${server.id} saw ${client.address}`;
  expect(await client.host.call(server.address, 80)).toBe(answer);

  const { NetworkAcl } = await ec2<CreateNetworkAclResult>("CreateNetworkAcl", { VpcId });
  const NetworkAclId = NetworkAcl?.NetworkAclId ?? "";
  const { NetworkAcls } = await ec2<DescribeNetworkAclsResult>("DescribeNetworkAcls", {
    Filters: [{ Name: "association.subnet-id", Values: [web] }],
  });
  const given = NetworkAcls?.[0]?.Associations?.find((association) => association.SubnetId === web);
  await ec2("ReplaceNetworkAclAssociation", { AssociationId: given?.NetworkAclAssociationId, NetworkAclId });
  expect(await client.host.silent(server.address, 80)).toBe("silence");

  await ec2("CreateNetworkAclEntry", { NetworkAclId, RuleNumber: 100, Egress: false, ...allow("10.1.0.0/24", 80) });
  expect(await client.host.silent(server.address, 80)).toBe("silence");
  await ec2("CreateNetworkAclEntry", { NetworkAclId, RuleNumber: 100, Egress: true, ...allow("10.1.0.0/16", 1024, 65535) });
  expect(await client.host.call(server.address, 80)).toBe(answer);
  const denied = { ...allow("10.1.0.0/24", 80), RuleAction: "deny" };
  await ec2("CreateNetworkAclEntry", { NetworkAclId, RuleNumber: 50, Egress: false, ...denied });
  expect(await client.host.silent(server.address, 80)).toBe("silence");
  await ec2("DeleteNetworkAclEntry", { NetworkAclId, RuleNumber: 50, Egress: false });
  expect(await client.host.call(server.address, 80)).toBe(answer);
});

test("peered VPCs follow each other: subnets and members that come later count on both sides", async () => {
  const { call, ec2, vpc, subnet, nic } = region();
  const [a, b] = [await vpc("10.2.0.0/16"), await vpc("10.3.0.0/16")];
  const { VpcPeeringConnection } = await ec2<CreateVpcPeeringConnectionResult>("CreateVpcPeeringConnection", {
    VpcId: a,
    PeerVpcId: b,
  });
  const peering = { VpcPeeringConnectionId: VpcPeeringConnection?.VpcPeeringConnectionId };
  await ec2("AcceptVpcPeeringConnection", peering);
  for (const [vpcId, DestinationCidrBlock] of [
    [a, "10.3.0.0/16"],
    [b, "10.2.0.0/16"],
  ]) {
    const RouteTableId = call.records.list(RouteTables).find((table) => table.vpcId === vpcId)?.routeTableId;
    await ec2("CreateRoute", { RouteTableId, DestinationCidrBlock, ...peering });
  }
  const group = async (VpcId: string): Promise<string> =>
    (await ec2<CreateSecurityGroupResult>("CreateSecurityGroup", { VpcId, GroupName: "peers", Description: "peers" })).GroupId ??
    "";
  const [callers, servers] = [await group(a), await group(b)];
  const http = { IpProtocol: "tcp", FromPort: 80, ToPort: 80, UserIdGroupPairs: [{ GroupId: callers }] };
  await ec2("AuthorizeSecurityGroupIngress", { GroupId: servers, IpPermissions: [http] });

  const server = await nic(await subnet(b, "10.3.0.0/24", "a"), [servers]);
  const mine = await subnet(a, "10.2.7.0/24", "b");
  const member = await nic(mine, [callers]);
  expect(await member.host.call(server.address, 80)).toBe(`${server.id} saw ${member.address}`);
  const stranger = await nic(mine);
  expect(await stranger.host.silent(server.address, 80)).toBe("silence");

  await ec2("DeleteVpcPeeringConnection", peering);
  expect(await member.host.silent(server.address, 80)).toBe("silence");
});

test("a gateway endpoint leads to the service from the tables it has, and no longer than it is there", async () => {
  const { call, ec2, vpc, subnet, nic } = region();
  const VpcId = await vpc("10.4.0.0/16");
  const client = await nic(await subnet(VpcId, "10.4.0.0/24", "a"));
  const service = internet.services.replace(/0\/\d+$/, "9");
  const { VpcEndpoint } = await ec2<{ VpcEndpoint: { VpcEndpointId: string } }>("CreateVpcEndpoint", {
    VpcId,
    ServiceName: "com.amazonaws.eu-west-3.s3",
  });
  const endpoint = { VpcEndpointId: VpcEndpoint.VpcEndpointId };
  await runCommand(command("ip", "-n", servicesName(network.label), "addr", "add", `${service}/32`, "dev", "lo"));
  await network.host(servicesName(network.label), "s3", [80]);
  expect(await client.host.silent(service, 80)).not.toMatch(/^s3/);
  const main = call.records.list(RouteTables).find((table) => table.vpcId === VpcId)?.routeTableId;
  await ec2("ModifyVpcEndpoint", { ...endpoint, AddRouteTableIds: [main] });
  expect(await client.host.call(service, 80)).toMatch(/^s3 saw /);
  await ec2("ModifyVpcEndpoint", { ...endpoint, RemoveRouteTableIds: [main] });
  expect(await client.host.silent(service, 80)).not.toMatch(/^s3/);
});

test("the default VPC reaches the internet by its main route table", async () => {
  const { call, ec2, nic } = region();
  const { Vpc } = await ec2<CreateDefaultVpcResult>("CreateDefaultVpc");
  const subnet = call.records.list(Subnets).find((each) => each.vpcId === Vpc?.VpcId);
  const own = await nic(subnet?.subnetId ?? "");
  const { AllocationId, PublicIp } = await ec2<AllocateAddressResult>("AllocateAddress", { Domain: "vpc" });
  await ec2("AssociateAddress", { AllocationId, NetworkInterfaceId: own.id });
  await network.internet();
  expect(await own.host.call(internet.host, 443)).toBe(`internet saw ${PublicIp}`);
});
