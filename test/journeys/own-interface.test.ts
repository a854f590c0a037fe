import {
  AllocateAddressCommand,
  AssociateAddressCommand,
  AttachInternetGatewayCommand,
  AuthorizeSecurityGroupIngressCommand,
  CreateInternetGatewayCommand,
  CreateNetworkInterfaceCommand,
  CreateRouteCommand,
  CreateSubnetCommand,
  CreateVpcCommand,
  DescribeNetworkInterfacesCommand,
  DescribeRouteTablesCommand,
  DescribeSecurityGroupsCommand,
  EC2Client,
  RunInstancesCommand,
  TerminateInstancesCommand,
  waitUntilInstanceRunning,
  waitUntilInstanceTerminated,
} from "@aws-sdk/client-ec2";
import { GetParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { JourneyRegion } from "./region.js";

/** An interface that one machine after another lives on: its address, its Elastic IP and its groups outlive them. */
const region = new JourneyRegion();
beforeAll(() => region.ok("region", "start", "--port", "0"));
afterAll(() => region.purge());

test("a machine launched on an interface of one's own answers at its Elastic IP, and so does the next one", async () => {
  const ec2 = new EC2Client(region.client);
  const ssm = new SSMClient(region.client);
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
  const { NetworkInterface } = await ec2.send(
    new CreateNetworkInterfaceCommand({ SubnetId: Subnet?.SubnetId, PrivateIpAddress: "10.0.1.50" }),
  );
  const NetworkInterfaceId = NetworkInterface?.NetworkInterfaceId ?? "";
  const { AllocationId, PublicIp = "" } = await ec2.send(new AllocateAddressCommand({}));
  await ec2.send(new AssociateAddressCommand({ AllocationId, NetworkInterfaceId }));
  const { Parameter } = await ssm.send(new GetParameterCommand({ Name: "/aws/service/debian/release/12/latest/amd64" }));

  const waits = { client: ec2, maxWaitTime: 60, minDelay: 1, maxDelay: 1 };
  for (const which of ["first", "second"]) {
    const { Instances } = await ec2.send(
      new RunInstancesCommand({
        ImageId: Parameter?.Value,
        InstanceType: "t3.small",
        MinCount: 1,
        MaxCount: 1,
        NetworkInterfaces: [{ DeviceIndex: 0, NetworkInterfaceId }],
      }),
    );
    const InstanceIds = [Instances?.[0]?.InstanceId ?? ""];
    await waitUntilInstanceRunning(waits, { InstanceIds });
    const greeting = `exec 3<>/dev/tcp/${PublicIp}/22 && head -1 <&3`;
    const answers = `for _ in $(seq 100); do timeout 2 bash -c '${greeting}' && exit; sleep 0.2; done; exit 1`;
    expect(await region.internet("bash", "-c", answers), which).toMatchObject({
      code: 0,
      stdout: expect.stringContaining("SSH-2.0") as unknown,
    });
    await ec2.send(new TerminateInstancesCommand({ InstanceIds }));
    await waitUntilInstanceTerminated(waits, { InstanceIds });
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
