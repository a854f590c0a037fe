import {
  AllocateAddressCommand,
  AssociateAddressCommand,
  AttachInternetGatewayCommand,
  AttachNetworkInterfaceCommand,
  AuthorizeSecurityGroupIngressCommand,
  CreateInternetGatewayCommand,
  CreateNetworkInterfaceCommand,
  CreateRouteCommand,
  CreateSubnetCommand,
  CreateVpcCommand,
  DeleteNetworkInterfaceCommand,
  DescribeNetworkInterfacesCommand,
  DescribeRouteTablesCommand,
  DescribeSecurityGroupsCommand,
  DetachNetworkInterfaceCommand,
  EC2Client,
  RunInstancesCommand,
  StartInstancesCommand,
  StopInstancesCommand,
  TerminateInstancesCommand,
  waitUntilInstanceRunning,
  waitUntilInstanceStopped,
  waitUntilInstanceTerminated,
} from "@aws-sdk/client-ec2";
import { GetParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { run } from "../../src/parts/host/command.js";
import { namespaceName } from "../../src/parts/host/label.js";
import { JourneyRegion } from "./region.js";

/** Interfaces of one's own, which machines live on or have beside theirs: address, Elastic IP and groups outlive the machines. */
const region = new JourneyRegion();
beforeAll(() => region.ok("region", "start", "--port", "0"));
afterAll(() => region.purge());

const waits = (client: EC2Client) => ({ client, maxWaitTime: 60, minDelay: 1, maxDelay: 1 });

/** What SSH says first at an address, asked from the internet until it answers. */
async function greeting(address: string): Promise<string> {
  const ask = `exec 3<>/dev/tcp/${address}/22 && head -1 <&3`;
  const answers = `for _ in $(seq 100); do timeout 2 bash -c '${ask}' && exit; sleep 0.2; done; exit 1`;
  const { code, stdout } = await region.internet("bash", "-c", answers);
  return code === 0 ? stdout : `no answer (${code})`;
}

/** What the metadata service says to a machine, by its primary interface, that asks from one of its addresses. */
async function metadata(interfaceId: string, localAddress: string, leaf: string): Promise<string> {
  const options = { host: "169.254.169.254", path: `/latest/meta-data/${leaf}`, localAddress, timeout: 10_000 };
  const ask = `require("node:http").get(${JSON.stringify(options)}, (answer) => answer.pipe(process.stdout))`;
  const net = `--net=/run/netns/${namespaceName(region.label, "eni", interfaceId)}`;
  return run({ argv: ["nsenter", net, process.execPath, "-e", ask] });
}

/** A subnet with a way to the internet, a group that admits SSH, and the image to launch. */
async function network(ec2: EC2Client, ssm: SSMClient) {
  const { Vpc } = await ec2.send(new CreateVpcCommand({ CidrBlock: "10.0.0.0/16" }));
  const VpcId = Vpc?.VpcId ?? "";
  const ofVpc = { Filters: [{ Name: "vpc-id", Values: [VpcId] }] };
  const { Subnet } = await ec2.send(new CreateSubnetCommand({ VpcId, CidrBlock: "10.0.1.0/24" }));
  const { InternetGateway } = await ec2.send(new CreateInternetGatewayCommand({}));
  const InternetGatewayId = InternetGateway?.InternetGatewayId;
  await ec2.send(new AttachInternetGatewayCommand({ VpcId, InternetGatewayId }));
  const { RouteTables } = await ec2.send(new DescribeRouteTablesCommand(ofVpc));
  const RouteTableId = RouteTables?.[0]?.RouteTableId;
  await ec2.send(new CreateRouteCommand({ RouteTableId, DestinationCidrBlock: "0.0.0.0/0", GatewayId: InternetGatewayId }));
  const { SecurityGroups } = await ec2.send(new DescribeSecurityGroupsCommand(ofVpc));
  const ssh = { IpProtocol: "tcp", FromPort: 22, ToPort: 22, CidrIp: "198.18.0.0/15" };
  await ec2.send(new AuthorizeSecurityGroupIngressCommand({ GroupId: SecurityGroups?.[0]?.GroupId, ...ssh }));
  const { Parameter } = await ssm.send(new GetParameterCommand({ Name: "/aws/service/debian/release/12/latest/amd64" }));
  return { VpcId, SubnetId: Subnet?.SubnetId ?? "", ImageId: Parameter?.Value ?? "" };
}

/** An interface of one's own with an Elastic IP. */
async function ownInterface(ec2: EC2Client, SubnetId: string, PrivateIpAddress: string) {
  const { NetworkInterface } = await ec2.send(new CreateNetworkInterfaceCommand({ SubnetId, PrivateIpAddress }));
  const NetworkInterfaceId = NetworkInterface?.NetworkInterfaceId ?? "";
  const { AllocationId, PublicIp = "" } = await ec2.send(new AllocateAddressCommand({}));
  await ec2.send(new AssociateAddressCommand({ AllocationId, NetworkInterfaceId }));
  return { NetworkInterfaceId, AllocationId, PublicIp, MacAddress: NetworkInterface?.MacAddress ?? "" };
}

/** A running machine whose first interface is this one. */
async function launchOn(ec2: EC2Client, ImageId: string | undefined, NetworkInterfaceId: string): Promise<string> {
  const { Instances } = await ec2.send(
    new RunInstancesCommand({
      ImageId,
      InstanceType: "t3.small",
      MinCount: 1,
      MaxCount: 1,
      NetworkInterfaces: [{ DeviceIndex: 0, NetworkInterfaceId }],
    }),
  );
  const InstanceId = Instances?.[0]?.InstanceId ?? "";
  await waitUntilInstanceRunning(waits(ec2), { InstanceIds: [InstanceId] });
  return InstanceId;
}

test("a machine launched on an interface of one's own answers at its Elastic IP, and so does the next one", async () => {
  const ec2 = new EC2Client(region.client);
  const ssm = new SSMClient(region.client);
  const { SubnetId, ImageId } = await network(ec2, ssm);
  const { NetworkInterfaceId, AllocationId, PublicIp } = await ownInterface(ec2, SubnetId, "10.0.1.50");
  for (const which of ["first", "second"]) {
    const InstanceIds = [await launchOn(ec2, ImageId, NetworkInterfaceId)];
    expect(await greeting(PublicIp), which).toContain("SSH-2.0");
    await ec2.send(new TerminateInstancesCommand({ InstanceIds }));
    await waitUntilInstanceTerminated(waits(ec2), { InstanceIds });
    const { NetworkInterfaces } = await ec2.send(
      new DescribeNetworkInterfacesCommand({ NetworkInterfaceIds: [NetworkInterfaceId] }),
    );
    expect(NetworkInterfaces).toMatchObject([
      { Status: "available", PrivateIpAddress: "10.0.1.50", Association: { PublicIp, AllocationId } },
    ]);
  }
  ec2.destroy();
  ssm.destroy();
});

test("a running machine answers at an interface that is attached to it, until it is detached", async () => {
  const ec2 = new EC2Client(region.client);
  const ssm = new SSMClient(region.client);
  const { VpcId, SubnetId, ImageId } = await network(ec2, ssm);
  const { Subnet: other } = await ec2.send(new CreateSubnetCommand({ VpcId, CidrBlock: "10.0.2.0/24" }));
  const first = await ownInterface(ec2, SubnetId, "10.0.1.50");
  const InstanceId = await launchOn(ec2, ImageId, first.NetworkInterfaceId);
  expect(await greeting(first.PublicIp)).toContain("SSH-2.0");

  const further = await ownInterface(ec2, other?.SubnetId ?? "", "10.0.2.60");
  const ask = ["bash", "-c", `exec 3<>/dev/tcp/${further.PublicIp}/22 && head -1 <&3`] as const;
  expect(await region.internet("timeout", "2", ...ask)).not.toMatchObject({ code: 0 });
  const { NetworkInterfaceId } = further;
  const { AttachmentId } = await ec2.send(new AttachNetworkInterfaceCommand({ InstanceId, NetworkInterfaceId, DeviceIndex: 1 }));
  expect(await greeting(further.PublicIp)).toContain("SSH-2.0");
  expect(await greeting(first.PublicIp)).toContain("SSH-2.0");

  // Its own listener there comes a moment later.
  const macs = await vi.waitFor(() => metadata(first.NetworkInterfaceId, "10.0.2.60", "network/interfaces/macs/"), 60_000);
  expect(macs.trim().split("\n")).toHaveLength(2);
  expect(await metadata(first.NetworkInterfaceId, "10.0.1.50", "network/interfaces/macs/")).toBe(macs);

  await ec2.send(new StopInstancesCommand({ InstanceIds: [InstanceId] }));
  await waitUntilInstanceStopped(waits(ec2), { InstanceIds: [InstanceId] });
  await ec2.send(new StartInstancesCommand({ InstanceIds: [InstanceId] }));
  await waitUntilInstanceRunning(waits(ec2), { InstanceIds: [InstanceId] });
  expect(await greeting(further.PublicIp)).toContain("SSH-2.0");

  await ec2.send(new DetachNetworkInterfaceCommand({ AttachmentId }));
  expect(await region.internet("timeout", "2", ...ask)).not.toMatchObject({ code: 0 });
  expect(await greeting(first.PublicIp)).toContain("SSH-2.0");

  // And again, as another device; it outlives the machine as it is.
  await ec2.send(new AttachNetworkInterfaceCommand({ InstanceId, NetworkInterfaceId, DeviceIndex: 2 }));
  expect(await greeting(further.PublicIp)).toContain("SSH-2.0");
  const number = `network/interfaces/macs/${further.MacAddress}/device-number`;
  expect(await vi.waitFor(() => metadata(first.NetworkInterfaceId, "10.0.2.60", number), 60_000)).toBe("2");
  await ec2.send(new TerminateInstancesCommand({ InstanceIds: [InstanceId] }));
  await waitUntilInstanceTerminated(waits(ec2), { InstanceIds: [InstanceId] });
  const { NetworkInterfaces } = await ec2.send(
    new DescribeNetworkInterfacesCommand({ NetworkInterfaceIds: [NetworkInterfaceId] }),
  );
  expect(NetworkInterfaces).toMatchObject([{ Status: "available", Association: { PublicIp: further.PublicIp } }]);
  await ec2.send(new DeleteNetworkInterfaceCommand({ NetworkInterfaceId }));
  ec2.destroy();
  ssm.destroy();
});
