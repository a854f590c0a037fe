import type {
  AssignPrivateIpAddressesResult,
  CreateNetworkInterfaceResult,
  DescribeNetworkInterfaceAttributeResult,
  DescribeNetworkInterfacesResult,
  DescribeSubnetsResult,
  Reservation,
} from "@aws-sdk/client-ec2";
import type { GetParameterResult } from "@aws-sdk/client-ssm";
import { describe, expect, test } from "vitest";
import type { Call } from "../../../../src/region/operations/call.js";
import { removeInterfacesOf } from "../../../../src/region/services/ec2/interfaces.js";
import { NetworkInterfaces } from "../../../../src/region/services/ec2/records.js";
import { ssmOperations } from "../../../../src/region/services/ssm/parameters.js";
import { vpcSpec } from "../../../../src/region/upkeep/vpcspec.js";
import { run } from "../../../support/records.js";
import { fault } from "./fault.js";
import { described, ec2, made, network } from "./network-support.js";

async function launch(call: Call, input: object): Promise<string> {
  const { Parameter } = await run<GetParameterResult>(ssmOperations, "GetParameter", call, {
    Name: "/aws/service/debian/release/12/latest/amd64",
  });
  const { Instances } = await ec2<Reservation>(call, "RunInstances", {
    ImageId: Parameter?.Value,
    InstanceType: "t3.small",
    ...input,
  });
  return Instances?.[0]?.InstanceId ?? "";
}

describe("an interface of one's own", () => {
  test("is available with its addresses, in the kernel before the answer, and goes again", async () => {
    const { call, asked, VpcId, SubnetId } = await network();
    asked.length = 0;
    const { NetworkInterface: nic } = await ec2<CreateNetworkInterfaceResult>(call, "CreateNetworkInterface", {
      SubnetId,
      Description: "an end",
      PrivateIpAddresses: [
        { PrivateIpAddress: "10.0.1.9", Primary: true },
        { PrivateIpAddress: "10.0.1.4", Primary: false },
      ],
      TagSpecifications: [{ ResourceType: "network-interface", Tags: [{ Key: "Name", Value: "end" }] }],
    });
    expect(asked).toEqual([`network ${VpcId}`]);
    expect(nic).toMatchObject({
      Status: "available",
      Attachment: undefined,
      PrivateIpAddress: "10.0.1.9",
      PrivateIpAddresses: [
        { PrivateIpAddress: "10.0.1.9", Primary: true },
        { PrivateIpAddress: "10.0.1.4", Primary: false },
      ],
      TagSet: [{ Key: "Name", Value: "end" }],
    });
    expect(vpcSpec(call.records, VpcId)?.interfaces).toMatchObject([{ privateIp: "10.0.1.9", secondaryIps: ["10.0.1.4"] }]);
    const { Subnets } = await ec2<DescribeSubnetsResult>(call, "DescribeSubnets", { SubnetIds: [SubnetId] });
    expect(Subnets?.[0]?.AvailableIpAddressCount).toBe(249);
    await expect(ec2(call, "DeleteSubnet", { SubnetId })).rejects.toEqual(fault("DependencyViolation"));
    await ec2(call, "DeleteNetworkInterface", { NetworkInterfaceId: nic?.NetworkInterfaceId });
    await ec2(call, "DeleteSubnet", { SubnetId });
  });

  test.each<[what: string, input: object, code: string]>([
    ["in no subnet", { SubnetId: "subnet-1" }, "InvalidSubnetID.NotFound"],
    ["on the router's address", { PrivateIpAddress: "10.0.1.1" }, "InvalidParameterValue"],
    ["on an address of nobody", { PrivateIpAddress: "ten" }, "InvalidParameterValue"],
    ["on an address that is taken", { PrivateIpAddress: "10.0.1.4" }, "InvalidIPAddress.InUse"],
    ["in no group", { Groups: ["sg-1"] }, "InvalidGroup.NotFound"],
    [
      "with secondary addresses and a number of them",
      { PrivateIpAddresses: [{ PrivateIpAddress: "10.0.1.9" }], SecondaryPrivateIpAddressCount: 1 },
      "InvalidParameterCombination",
    ],
    [
      "with two primary addresses",
      { PrivateIpAddress: "10.0.1.8", PrivateIpAddresses: [{ PrivateIpAddress: "10.0.1.9", Primary: true }] },
      "InvalidParameterValue",
    ],
    ["with more addresses than any type has", { SecondaryPrivateIpAddressCount: 50 }, "PrivateIpAddressLimitExceeded"],
    ["with more addresses than there are", { SecondaryPrivateIpAddressCount: 300 }, "InsufficientFreeAddressesInSubnet"],
  ])("%s is refused", async (_, input, code) => {
    const { call, SubnetId } = await network();
    await made.nic(call, SubnetId);
    await expect(ec2(call, "CreateNetworkInterface", { SubnetId, ...input })).rejects.toEqual(fault(code));
    expect(call.records.list(NetworkInterfaces)).toHaveLength(1);
  });

  test("has at most five groups, and changes one attribute at a time", async () => {
    const { call, asked, VpcId, SubnetId } = await network();
    const groups = await Promise.all(["a", "b", "c", "d", "e", "f"].map((name) => made.group(call, VpcId, name)));
    const NetworkInterfaceId = await made.nic(call, SubnetId);
    const modify = (input: object) => ec2(call, "ModifyNetworkInterfaceAttribute", { NetworkInterfaceId, ...input });
    await expect(modify({ Groups: groups })).rejects.toEqual(fault("SecurityGroupsPerInterfaceLimitExceeded"));
    await expect(modify({ Groups: groups.slice(0, 1), SourceDestCheck: { Value: false } })).rejects.toEqual(
      fault("InvalidParameterCombination"),
    );
    asked.length = 0;
    await modify({ Groups: groups.slice(0, 5) });
    expect(asked).toEqual([`network ${VpcId}`]);
    await modify({ SourceDestCheck: { Value: false } });
    await modify({ Description: { Value: "other words" } });
    expect(vpcSpec(call.records, VpcId)?.interfaces[0]).toMatchObject({ groupIds: groups.slice(0, 5), sourceDestCheck: false });
    const attribute = (Attribute: string) =>
      ec2<DescribeNetworkInterfaceAttributeResult>(call, "DescribeNetworkInterfaceAttribute", { NetworkInterfaceId, Attribute });
    expect((await attribute("description")).Description?.Value).toBe("other words");
    expect((await attribute("sourceDestCheck")).SourceDestCheck?.Value).toBe(false);
    expect((await attribute("groupSet")).Groups).toHaveLength(5);
    await ec2(call, "ResetNetworkInterfaceAttribute", { NetworkInterfaceId, SourceDestCheck: "true" });
    expect((await described(call, NetworkInterfaceId))?.SourceDestCheck).toBe(true);
  });

  test("takes secondary addresses and gives them up, with the Elastic IP on them", async () => {
    const { call, VpcId, SubnetId } = await network();
    const [one, two] = [await made.nic(call, SubnetId), await made.nic(call, SubnetId)];
    await made.gateway(call, VpcId);
    const assign = (NetworkInterfaceId: string, input: object) =>
      ec2<AssignPrivateIpAddressesResult>(call, "AssignPrivateIpAddresses", { NetworkInterfaceId, ...input });
    const { AssignedPrivateIpAddresses } = await assign(one, { SecondaryPrivateIpAddressCount: 2 });
    expect(AssignedPrivateIpAddresses?.map((each) => each.PrivateIpAddress)).toEqual(["10.0.1.6", "10.0.1.7"]);
    const AllocationId = await made.address(call);
    await ec2(call, "AssociateAddress", { AllocationId, NetworkInterfaceId: one, PrivateIpAddress: "10.0.1.7" });
    expect((await described(call, one))?.PrivateIpAddresses?.[2]?.Association).toMatchObject({ AllocationId });
    expect((await described(call, one))?.Association).toBeUndefined();
    expect(vpcSpec(call.records, VpcId)?.publicAddresses).toMatchObject([{ interfaceId: one, privateIp: "10.0.1.7" }]);
    await expect(assign(two, { PrivateIpAddresses: ["10.0.1.7"] })).rejects.toEqual(fault("Resource.AlreadyAssigned"));
    await expect(assign(two, { PrivateIpAddresses: ["10.0.1.4"] })).rejects.toEqual(fault("InvalidIPAddress.InUse"));
    await assign(two, { PrivateIpAddresses: ["10.0.1.7"], AllowReassignment: true });
    expect(vpcSpec(call.records, VpcId)?.publicAddresses).toEqual([]);
    expect((await described(call, one))?.PrivateIpAddresses).toHaveLength(2);
    const unassign = (PrivateIpAddresses: string[]) =>
      ec2(call, "UnassignPrivateIpAddresses", { NetworkInterfaceId: two, PrivateIpAddresses });
    await expect(unassign(["10.0.1.5"])).rejects.toEqual(fault("InvalidParameterValue"));
    await unassign(["10.0.1.7"]);
    expect((await described(call, two))?.PrivateIpAddresses).toHaveLength(1);
  });

  test("keeps the Elastic IP of an address that it is given again", async () => {
    const { call, VpcId, SubnetId } = await network();
    await made.gateway(call, VpcId);
    const NetworkInterfaceId = await made.nic(call, SubnetId, { SecondaryPrivateIpAddressCount: 1 });
    const AllocationId = await made.address(call);
    await ec2(call, "AssociateAddress", { AllocationId, NetworkInterfaceId, PrivateIpAddress: "10.0.1.5" });
    await ec2(call, "AssignPrivateIpAddresses", {
      NetworkInterfaceId,
      PrivateIpAddresses: ["10.0.1.5"],
      AllowReassignment: true,
    });
    expect((await described(call, NetworkInterfaceId))?.PrivateIpAddresses).toMatchObject([
      { PrivateIpAddress: "10.0.1.4" },
      { PrivateIpAddress: "10.0.1.5", Association: { AllocationId } },
    ]);
  });

  test("is an instance's first one at launch, and stays when the instance goes", async () => {
    const { call, VpcId, SubnetId } = await network();
    const NetworkInterfaceId = await made.nic(call, SubnetId, { PrivateIpAddress: "10.0.1.50" });
    const nics = (more: object = {}) => ({ NetworkInterfaces: [{ DeviceIndex: 0, NetworkInterfaceId, ...more }] });
    await expect(launch(call, nics({ Groups: [] }))).rejects.toEqual(fault("InvalidParameterCombination", /Groups/));
    await expect(launch(call, { ...nics(), SubnetId })).rejects.toEqual(fault("InvalidParameterCombination", /subnet ID/));
    await expect(launch(call, { ...nics(), MinCount: 2 })).rejects.toEqual(fault("InvalidParameterCombination"));
    const id = await launch(call, nics());
    const held = await described(call, NetworkInterfaceId);
    expect(held).toMatchObject({
      Status: "in-use",
      Attachment: { InstanceId: id, DeviceIndex: 0, DeleteOnTermination: false },
    });
    expect(vpcSpec(call.records, VpcId)?.interfaces[0]?.metadataPort).toBeDefined();
    await expect(launch(call, nics())).rejects.toEqual(fault("InvalidNetworkInterface.InUse"));
    await expect(ec2(call, "DeleteNetworkInterface", { NetworkInterfaceId })).rejects.toEqual(
      fault("InvalidParameterValue", /currently in use/),
    );
    await expect(ec2(call, "DetachNetworkInterface", { AttachmentId: held?.Attachment?.AttachmentId })).rejects.toEqual(
      fault("OperationNotPermitted"),
    );
    // What the instance's keeper commits once the machine is gone.
    call.commit(...removeInterfacesOf(call, { kind: "instance", id }));
    expect(await described(call, NetworkInterfaceId)).toMatchObject({ Status: "available", PrivateIpAddress: "10.0.1.50" });
    expect(vpcSpec(call.records, VpcId)?.interfaces[0]?.metadataPort).toBeUndefined();
  });

  test.each([
    ["status", "available", 1],
    ["tag:Name", "en?", 1],
    ["addresses.private-ip-address", "10.0.1.5", 1],
    ["group-name", "default", 1],
    ["attachment.instance-id", "i-*", 0],
    ["requester-managed", "true", 0],
  ])("is found by %s=%s", async (Name, value, found) => {
    const { call, SubnetId } = await network();
    await made.nic(call, SubnetId, {
      SecondaryPrivateIpAddressCount: 1,
      TagSpecifications: [{ ResourceType: "network-interface", Tags: [{ Key: "Name", Value: "end" }] }],
    });
    const { NetworkInterfaces: list } = await ec2<DescribeNetworkInterfacesResult>(call, "DescribeNetworkInterfaces", {
      Filters: [{ Name, Values: [value] }],
    });
    expect(list).toHaveLength(found);
  });
});
