import type { AttachNetworkInterfaceResult, DescribeInstancesResult, Reservation } from "@aws-sdk/client-ec2";
import type { GetParameterResult } from "@aws-sdk/client-ssm";
import { describe, expect, test } from "vitest";
import type { Call } from "../../../../src/region/operations/call.js";
import { put } from "../../../../src/region/records/records.js";
import { removeInterfacesOf } from "../../../../src/region/services/ec2/interfaces.js";
import { Instances, NetworkInterfaces, type Instance } from "../../../../src/region/services/ec2/records.js";
import { ssmOperations } from "../../../../src/region/services/ssm/parameters.js";
import { metadataOf } from "../../../../src/region/upkeep/metadata.js";
import { vpcSpec } from "../../../../src/region/upkeep/vpcspec.js";
import { run } from "../../../support/records.js";
import { fault } from "./fault.js";
import { described, ec2, made, network } from "./network-support.js";

/** As its keeper would record it. */
function becomes(call: Call, id: string, state: Instance["state"]): void {
  const instance = call.records.get(Instances, id);
  if (instance === undefined) throw new Error(`no instance ${id}`);
  call.commit(put(Instances, id, { ...instance, state }));
}

async function launch(call: Call, input: object, state: Instance["state"] = "running"): Promise<string> {
  const { Parameter } = await run<GetParameterResult>(ssmOperations, "GetParameter", call, {
    Name: "/aws/service/debian/release/12/latest/amd64",
  });
  const { Instances: launched } = await ec2<Reservation>(call, "RunInstances", {
    ImageId: Parameter?.Value,
    InstanceType: "t3.small",
    ...input,
  });
  const id = launched?.[0]?.InstanceId ?? "";
  becomes(call, id, state);
  return id;
}

const attach = async (call: Call, InstanceId: string, NetworkInterfaceId: string, DeviceIndex = 1): Promise<string> =>
  (await ec2<AttachNetworkInterfaceResult>(call, "AttachNetworkInterface", { InstanceId, NetworkInterfaceId, DeviceIndex }))
    .AttachmentId ?? "";

/** Ids of an instance's interfaces, as DescribeInstances has them, and their indexes. */
const interfacesOf = async (call: Call, id: string) =>
  (await ec2<DescribeInstancesResult>(call, "DescribeInstances", { InstanceIds: [id] })).Reservations?.[0]?.Instances?.[0]
    ?.NetworkInterfaces;

describe("an interface attached to an instance", () => {
  test.each<Instance["state"]>(["running", "stopped"])("that is %s is in the kernel before the answer", async (state) => {
    const { call, asked, VpcId, SubnetId } = await network();
    const id = await launch(call, { SubnetId }, state);
    const primary = call.records.get(Instances, id)?.interfaceId ?? "";
    const second = await made.nic(call, SubnetId);
    asked.length = 0;
    const AttachmentId = await attach(call, id, second);
    expect(asked).toEqual([`instance ${id}`, `network ${VpcId}`]);
    expect(await described(call, second)).toMatchObject({
      Status: "in-use",
      Attachment: { AttachmentId, InstanceId: id, DeviceIndex: 1, Status: "attached", DeleteOnTermination: false },
    });
    expect(await interfacesOf(call, id)).toMatchObject([
      { NetworkInterfaceId: primary, Attachment: { DeviceIndex: 0 } },
      { NetworkInterfaceId: second, Attachment: { DeviceIndex: 1, AttachmentId } },
    ]);
    const attachedTo = { interfaceId: primary, deviceIndex: 1 };
    expect(vpcSpec(call.records, VpcId)?.interfaces).toMatchObject([
      { interfaceId: primary },
      { interfaceId: second, attachedTo },
    ]);
    await expect(ec2(call, "DeleteNetworkInterface", { NetworkInterfaceId: second })).rejects.toEqual(
      fault("InvalidParameterValue", /currently in use/),
    );

    asked.length = 0;
    await ec2(call, "DetachNetworkInterface", { AttachmentId, Force: true });
    expect(asked).toEqual([`instance ${id}`, `network ${VpcId}`]);
    expect(await described(call, second)).toMatchObject({ Status: "available", Attachment: undefined });
    expect(vpcSpec(call.records, VpcId)?.interfaces.map((nic) => nic.attachedTo)).toEqual([undefined, undefined]);
    await ec2(call, "DeleteNetworkInterface", { NetworkInterfaceId: second });
    await expect(ec2(call, "DetachNetworkInterface", { AttachmentId })).rejects.toEqual(fault("InvalidAttachmentID.NotFound"));
  });

  test("is refused where AWS refuses it", async () => {
    const { call, VpcId, SubnetId } = await network();
    const id = await launch(call, { SubnetId });
    const nics = await Promise.all([1, 2, 3].map(() => made.nic(call, SubnetId)));
    const [one = "", two = "", three = ""] = nics;
    const elsewhere = await made.nic(call, await made.subnet(call, VpcId, "10.0.2.0/24", "eu-west-3b"));
    const stranger = await made.nic(call, await made.subnet(call, await made.vpc(call, "10.1.0.0/16"), "10.1.1.0/24"));
    const primary = await described(call, call.records.get(Instances, id)?.interfaceId ?? "");
    await expect(attach(call, id, one, 0)).rejects.toEqual(fault("InvalidParameterValue", /device index '0'/));
    await expect(attach(call, id, one, -1)).rejects.toEqual(fault("InvalidParameterValue", /deviceIndex/));
    await expect(attach(call, "i-1", one)).rejects.toEqual(fault("InvalidInstanceID.NotFound"));
    await expect(attach(call, id, "eni-1")).rejects.toEqual(fault("InvalidNetworkInterfaceID.NotFound"));
    await expect(attach(call, id, elsewhere)).rejects.toEqual(fault("InvalidParameterCombination", /availability zone/));
    await expect(attach(call, id, stranger)).rejects.toEqual(fault("NotImplemented", /two VPCs/));
    await expect(ec2(call, "DetachNetworkInterface", { AttachmentId: primary?.Attachment?.AttachmentId })).rejects.toEqual(
      fault("OperationNotPermitted"),
    );
    await attach(call, id, one);
    await expect(attach(call, id, one, 2)).rejects.toEqual(fault("InvalidNetworkInterface.InUse"));
    await expect(attach(call, id, two, 1)).rejects.toEqual(fault("InvalidParameterValue", /device index '1'/));
    await attach(call, id, two, 2);
    await expect(attach(call, id, three, 3)).rejects.toEqual(
      fault("AttachmentLimitExceeded", /Interface count 4 exceeds the limit for t3.small/),
    );
    for (const state of ["pending", "stopping", "shutting-down"] as const) {
      becomes(call, id, state);
      await expect(attach(call, id, three, 3), state).rejects.toEqual(fault("IncorrectState"));
    }
    expect(call.records.get(NetworkInterfaces, three)?.holder.kind).toBe("none");
  });

  test("must not have more addresses than the instance's type takes, nor may the type change to one that takes less", async () => {
    const { call, SubnetId } = await network();
    const id = await launch(call, { SubnetId }, "stopped");
    const many = await made.nic(call, SubnetId, { SecondaryPrivateIpAddressCount: 4 });
    await expect(attach(call, id, many)).rejects.toEqual(fault("PrivateIpAddressLimitExceeded"));
    await attach(call, id, await made.nic(call, SubnetId), 1);
    await attach(call, id, await made.nic(call, SubnetId), 2);
    const change = (Value: string) => ec2(call, "ModifyInstanceAttribute", { InstanceId: id, InstanceType: { Value } });
    await expect(change("t3.micro")).rejects.toEqual(fault("AttachmentLimitExceeded"));
    await change("t3.medium");
  });

  test("stays over stop and start, and the instance then gets no public address by itself", async () => {
    const { call, SubnetId, VpcId } = await network();
    await made.gateway(call, VpcId);
    const id = await launch(call, { NetworkInterfaces: [{ DeviceIndex: 0, SubnetId, AssociatePublicIpAddress: true }] });
    const second = await made.nic(call, SubnetId);
    await attach(call, id, second);
    expect(vpcSpec(call.records, VpcId)?.publicAddresses).toHaveLength(1);
    // What the instance's keeper commits once the machine has stopped.
    const { autoPublicIp: _given, ...primary } = call.records.get(
      NetworkInterfaces,
      call.records.get(Instances, id)!.interfaceId,
    )!;
    call.commit(put(NetworkInterfaces, primary.interfaceId, primary));
    becomes(call, id, "stopped");
    await ec2(call, "StartInstances", { InstanceIds: [id] });
    expect(vpcSpec(call.records, VpcId)?.publicAddresses).toEqual([]);
    expect((await interfacesOf(call, id))?.map((nic) => nic.NetworkInterfaceId)).toEqual([primary.interfaceId, second]);
  });

  test.each([
    [false, "available"],
    [true, undefined],
  ])("with DeleteOnTermination %s is %s after it", async (DeleteOnTermination, status) => {
    const { call, SubnetId } = await network();
    const id = await launch(call, { SubnetId });
    const second = await made.nic(call, SubnetId);
    const AttachmentId = await attach(call, id, second);
    const modify = (Attachment: object) =>
      ec2(call, "ModifyNetworkInterfaceAttribute", { NetworkInterfaceId: second, Attachment });
    await expect(modify({ AttachmentId: "eni-attach-1", DeleteOnTermination })).rejects.toEqual(
      fault("InvalidAttachmentID.NotFound"),
    );
    await modify({ AttachmentId, DeleteOnTermination });
    expect((await described(call, second))?.Attachment).toMatchObject({ DeleteOnTermination, DeviceIndex: 1 });
    call.commit(...removeInterfacesOf(call, { kind: "instance", id }));
    const left = call.records.list(NetworkInterfaces);
    expect(left.map((nic) => nic.holder.kind)).toEqual(status === undefined ? [] : ["none"]);
    if (status !== undefined) expect((await described(call, second))?.Status).toBe(status);
  });

  test("makes requests that name the instance alone ambiguous", async () => {
    const { call, VpcId, SubnetId } = await network();
    await made.gateway(call, VpcId);
    const [id, AllocationId, RouteTableId] = [
      await launch(call, { SubnetId }),
      await made.address(call),
      await made.table(call, VpcId),
    ];
    const second = await made.nic(call, SubnetId);
    const AttachmentId = await attach(call, id, second);
    const requests = [
      ["AssociateAddress", { AllocationId, InstanceId: id }],
      ["CreateRoute", { RouteTableId, DestinationCidrBlock: "10.9.0.0/16", InstanceId: id }],
      ["ModifyInstanceAttribute", { InstanceId: id, SourceDestCheck: { Value: false } }],
    ] as const;
    for (const [name, input] of requests)
      await expect(ec2(call, name, input), name).rejects.toEqual(fault("InvalidInstanceID", /multiple interfaces/));
    await ec2(call, "AssociateAddress", { AllocationId, NetworkInterfaceId: second });
    expect((await interfacesOf(call, id))?.[1]?.Association?.PublicIp).toBeDefined();
    await ec2(call, "DetachNetworkInterface", { AttachmentId });
    expect((await described(call, second))?.Association).toMatchObject({ AllocationId });
    for (const [name, input] of requests.slice(1)) await ec2(call, name, input);
  });

  test("is told of by the metadata service, the same through each interface", async () => {
    const { call, SubnetId } = await network();
    const id = await launch(call, { SubnetId });
    const primary = call.records.get(Instances, id)?.interfaceId ?? "";
    const second = await made.nic(call, SubnetId, { SecondaryPrivateIpAddressCount: 1 });
    await attach(call, id, second);
    const [one, two] = [primary, second].map((nic) => metadataOf(call, nic)?.leaves);
    expect(one).toEqual(two);
    const mac = call.records.get(NetworkInterfaces, second)?.mac;
    const leaf = (name: string) => one?.get(`meta-data/network/interfaces/macs/${mac}/${name}`);
    expect([leaf("interface-id"), leaf("device-number"), leaf("local-ipv4s")]).toEqual([second, "1", "10.0.1.5\n10.0.1.6"]);
    expect(one?.get("meta-data/local-ipv4")).toBe("10.0.1.4");
    const ports = call.records.list(NetworkInterfaces).map((nic) => nic.metadataPort);
    expect(new Set(ports).size).toBe(2);
  });
});

describe("an instance launched with several interfaces", () => {
  test("has them all, new ones and one that was there, and leaves that one", async () => {
    const { call, VpcId, SubnetId } = await network();
    const own = await made.nic(call, SubnetId);
    const id = await launch(call, {
      NetworkInterfaces: [
        { DeviceIndex: 2, NetworkInterfaceId: own },
        { DeviceIndex: 0, SubnetId, PrivateIpAddress: "10.0.1.20", AssociatePublicIpAddress: false },
        { DeviceIndex: 1, SubnetId, PrivateIpAddress: "10.0.1.21", SecondaryPrivateIpAddressCount: 1 },
      ],
    });
    expect(await interfacesOf(call, id)).toMatchObject([
      { PrivateIpAddress: "10.0.1.20", Attachment: { DeviceIndex: 0, DeleteOnTermination: true } },
      { PrivateIpAddress: "10.0.1.21", Attachment: { DeviceIndex: 1, DeleteOnTermination: true } },
      { NetworkInterfaceId: own, Attachment: { DeviceIndex: 2, DeleteOnTermination: false } },
    ]);
    const interfaces = vpcSpec(call.records, VpcId)?.interfaces ?? [];
    const primary = call.records.get(Instances, id)?.interfaceId;
    expect(interfaces.map((nic) => nic.attachedTo).filter((to) => to?.interfaceId === primary)).toHaveLength(2);
    expect(new Set(interfaces.map((nic) => nic.metadataPort)).size).toBe(3);
    call.commit(...removeInterfacesOf(call, { kind: "instance", id }));
    expect(call.records.list(NetworkInterfaces).map((nic) => [nic.interfaceId, nic.holder.kind])).toEqual([[own, "none"]]);
  });

  test.each<[what: string, code: string, nics: (subnet: string, other: string) => object[]]>([
    ["without indexes", "InvalidParameterValue", (SubnetId) => [{ SubnetId }, { SubnetId }]],
    ["with an index twice", "InvalidParameterValue", (SubnetId) => [0, 1, 1].map((DeviceIndex) => ({ DeviceIndex, SubnetId }))],
    ["without a first one", "UnsupportedOperation", (SubnetId) => [1, 2].map((DeviceIndex) => ({ DeviceIndex, SubnetId }))],
    ["with one at index 1", "UnsupportedOperation", (SubnetId) => [{ DeviceIndex: 1, SubnetId }]],
    [
      "in two zones",
      "InvalidParameterCombination",
      (SubnetId, other) => [
        { DeviceIndex: 0, SubnetId },
        { DeviceIndex: 1, SubnetId: other },
      ],
    ],
    [
      "with a public address by itself",
      "InvalidParameterCombination",
      (SubnetId) => [
        { DeviceIndex: 0, SubnetId, AssociatePublicIpAddress: false },
        { DeviceIndex: 1, SubnetId, AssociatePublicIpAddress: true },
      ],
    ],
    [
      "with more than its type takes",
      "AttachmentLimitExceeded",
      (SubnetId) => [0, 1, 2, 3].map((DeviceIndex) => ({ DeviceIndex, SubnetId })),
    ],
  ])("%s is refused", async (_, code, nics) => {
    const { call, VpcId, SubnetId } = await network();
    const other = await made.subnet(call, VpcId, "10.0.2.0/24", "eu-west-3b");
    await expect(launch(call, { NetworkInterfaces: nics(SubnetId, other) })).rejects.toEqual(fault(code));
    expect(call.records.list(NetworkInterfaces)).toEqual([]);
  });
});
