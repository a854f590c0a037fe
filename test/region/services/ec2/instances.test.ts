import type {
  CreateSubnetResult,
  CreateVpcResult,
  DescribeInstancesResult,
  Reservation,
  StartInstancesResult,
  StopInstancesResult,
} from "@aws-sdk/client-ec2";
import type { GetParameterResult } from "@aws-sdk/client-ssm";
import { describe, expect, test } from "vitest";
import type { Call } from "../../../../src/region/operations/call.js";
import { put } from "../../../../src/region/records/records.js";
import { registerImages } from "../../../../src/region/services/ec2/images.js";
import { ec2Operations } from "../../../../src/region/services/ec2/operations.js";
import { Instances, NetworkInterfaces } from "../../../../src/region/services/ec2/records.js";
import { ssmOperations } from "../../../../src/region/services/ssm/parameters.js";
import { recordsAlone, run } from "../../../support/records.js";

const ec2 = <O>(call: Call, name: string, input: object = {}): Promise<O> => run<O>(ec2Operations, name, call, input);
const fault = (code: string) => expect.objectContaining({ code });

async function latestImage(call: Call, name = "/aws/service/debian/release/12/latest/amd64"): Promise<string> {
  return (await run<GetParameterResult>(ssmOperations, "GetParameter", call, { Name: name })).Parameter?.Value ?? "";
}

async function subnet(call: Call): Promise<string> {
  const { Vpc } = await ec2<CreateVpcResult>(call, "CreateVpc", { CidrBlock: "10.0.0.0/16" });
  return (
    (await ec2<CreateSubnetResult>(call, "CreateSubnet", { VpcId: Vpc?.VpcId, CidrBlock: "10.0.1.0/28" })).Subnet?.SubnetId ?? ""
  );
}

const launch = async (call: Call, more: object = {}): Promise<Reservation> =>
  ec2<Reservation>(call, "RunInstances", {
    ImageId: await latestImage(call),
    InstanceType: "t2.micro",
    MinCount: 1,
    MaxCount: 1,
    SubnetId: await subnet(call),
    ...more,
  });

describe("instances", () => {
  test("a launched instance is pending, has an address of its subnet, and its keeper is asked to start it", async () => {
    const { call, asked } = recordsAlone();
    const { Instances: made } = await launch(call);
    expect(made?.[0]).toMatchObject({
      State: { Code: 0, Name: "pending" },
      PrivateIpAddress: "10.0.1.4",
      PublicIpAddress: undefined,
    });
    expect(asked).toContain(`instance ${made?.[0]?.InstanceId}`);
  });

  test("a full subnet refuses another instance and changes nothing", async () => {
    const { call } = recordsAlone();
    const { Instances: first } = await launch(call, { MinCount: 11, MaxCount: 11 });
    await expect(launch(call, { SubnetId: first?.[0]?.SubnetId })).rejects.toEqual(fault("InsufficientFreeAddressesInSubnet"));
    expect(call.records.list(Instances)).toHaveLength(11);
  });

  test.each([
    ["an unknown image", { ImageId: "ami-0123456789abcdef0" }, "InvalidAMIID.NotFound"],
    ["a type without limits", { InstanceType: "p5.48xlarge" }, "NotImplemented"],
    ["a type that can't be", { InstanceType: "huge" }, "InvalidParameterValue"],
    ["an unknown group", { SecurityGroupIds: ["sg-0123456789abcdef0"] }, "InvalidGroup.NotFound"],
    ["an unknown profile", { IamInstanceProfile: { Name: "nobody" } }, "InvalidParameterValue"],
    ["too much user data", { UserData: Buffer.alloc(16_385).toString("base64") }, "InvalidParameterValue"],
    ["an address that is reserved", { PrivateIpAddress: "10.0.1.1" }, "InvalidParameterValue"],
  ])("%s is refused", async (_, more, code) => {
    const { call } = recordsAlone();
    await expect(launch(call, more)).rejects.toEqual(fault(code));
    expect(call.records.list(Instances)).toEqual([]);
  });

  test("stopping asks the keeper, starting before it has stopped is refused, terminating always goes", async () => {
    const { call } = recordsAlone();
    const { Instances: made } = await launch(call);
    const InstanceIds = [made?.[0]?.InstanceId ?? ""];
    const running = call.records.get(Instances, InstanceIds[0] ?? "");
    if (running === undefined) throw new Error("no instance");
    call.commit(put(Instances, running.instanceId, { ...running, state: "running" }));
    const stopped = await ec2<StopInstancesResult>(call, "StopInstances", { InstanceIds });
    expect(stopped.StoppingInstances?.[0]).toMatchObject({
      PreviousState: { Name: "running" },
      CurrentState: { Name: "stopping" },
    });
    await expect(ec2(call, "StartInstances", { InstanceIds })).rejects.toEqual(fault("IncorrectInstanceState"));
    await ec2(call, "TerminateInstances", { InstanceIds });
    const seen = await ec2<DescribeInstancesResult>(call, "DescribeInstances", { InstanceIds });
    expect(seen.Reservations?.[0]?.Instances?.[0]?.State?.Name).toBe("shutting-down");
  });

  test.each([
    ["RebootInstances", "missing", "InvalidInstanceID.NotFound"],
    ["RebootInstances", "terminated", "IncorrectInstanceState"],
    ["StartInstances", "missing", "InvalidInstanceID.NotFound"],
    ["StartInstances", "terminated", "IncorrectInstanceState"],
    ["StopInstances", "terminated", "IncorrectInstanceState"],
    ["TerminateInstances", "missing", "InvalidInstanceID.NotFound"],
  ])("%s of two of which one is %s does nothing to the other", async (operation, other, code) => {
    const { call, asked } = recordsAlone();
    const { Instances: made = [] } = await launch(call, { MinCount: 2, MaxCount: 2 });
    const [first = "", second = ""] = made.map(({ InstanceId }) => InstanceId);
    const state = operation === "StartInstances" ? "stopped" : "running";
    const instance = call.records.get(Instances, first)!;
    const before = { ...instance, state, wish: state } as const;
    call.commit(
      put(Instances, first, before),
      put(Instances, second, { ...instance, instanceId: second, state: "terminated", wish: "terminated" }),
    );
    asked.length = 0;
    const InstanceIds = [first, other === "missing" ? "i-0123456789abcdef0" : second];
    await expect(ec2(call, operation, { InstanceIds })).rejects.toEqual(fault(code));
    expect(call.records.get(Instances, first)).toEqual(before);
    expect(asked).toEqual([]);
  });

  test("several that start at once have a public address each", async () => {
    const { call } = recordsAlone();
    const SubnetId = await subnet(call);
    await ec2(call, "ModifySubnetAttribute", { SubnetId, MapPublicIpOnLaunch: { Value: true } });
    const { Instances: made = [] } = await launch(call, { MinCount: 2, MaxCount: 2, SubnetId });
    const InstanceIds = made.map(({ InstanceId = "" }) => InstanceId);
    for (const instance of call.records.list(Instances))
      call.commit(put(Instances, instance.instanceId, { ...instance, state: "stopped", wish: "stopped" }));
    for (const nic of call.records.list(NetworkInterfaces)) {
      const { autoPublicIp: _, ...without } = nic;
      call.commit(put(NetworkInterfaces, nic.interfaceId, without));
    }
    // Named twice, one is one.
    const started = await ec2<StartInstancesResult>(call, "StartInstances", { InstanceIds: [...InstanceIds, ...InstanceIds] });
    expect(started.StartingInstances?.map(({ InstanceId }) => InstanceId)).toEqual(InstanceIds);
    const addresses = call.records.list(NetworkInterfaces).map(({ autoPublicIp }) => autoPublicIp);
    expect(addresses).not.toContain(undefined);
    expect(new Set(addresses).size).toBe(2);
  });

  test("a recipe's packages make a new latest image, and the old id still works", async () => {
    const { call } = recordsAlone();
    const before = await latestImage(call);
    call.commit(...registerImages(call, ["python3-flask"]));
    const after = await latestImage(call);
    expect(after).not.toBe(before);
    expect(registerImages(call, ["python3-flask"])).toEqual([]);
    await expect(launch(call, { ImageId: before })).resolves.toBeDefined();
    expect(await latestImage(call, "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64")).not.toBe(after);
  });

  test("a public parameter that Sandtable has no image for is refused with the ones it has", async () => {
    const { call } = recordsAlone();
    await expect(
      latestImage(call, "/aws/service/canonical/ubuntu/server/24.04/stable/current/amd64/hvm/ebs-gp3/ami-id"),
    ).rejects.toThrow(/debian/);
  });
});
