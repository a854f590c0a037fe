import { expect, test } from "vitest";
import { theImage } from "../../../src/region/services/ec2/images.js";
import { Instances, NetworkInterfaces, Vpcs } from "../../../src/region/services/ec2/records.js";
import { interfacesOf } from "../../../src/region/services/ec2/attachments.js";
import { readParameter } from "../../../src/region/services/ssm/parameters.js";
import { realStacks, type RealStacks } from "./real.js";
import { get, ref, resource } from "./templates.js";

const imageOf = ({ call }: RealStacks): string =>
  theImage(call, readParameter(call, "/aws/service/debian/release/12/latest/amd64")).imageId;

const machine = (ImageId: string, attachment?: object) => ({
  Resources: {
    Vpc: resource("VPC", { CidrBlock: "10.0.0.0/16" }),
    Subnet: resource("Subnet", { VpcId: ref("Vpc"), CidrBlock: "10.0.1.0/24" }),
    Own: resource("NetworkInterface", { SubnetId: ref("Subnet"), PrivateIpAddress: "10.0.1.50" }),
    Machine: resource("Instance", {
      ImageId,
      InstanceType: "t3.small",
      NetworkInterfaces: [
        { DeviceIndex: "1", SubnetId: ref("Subnet"), PrivateIpAddress: "10.0.1.21" },
        { DeviceIndex: "0", SubnetId: ref("Subnet"), PrivateIpAddress: "10.0.1.20" },
      ],
    }),
    ...(attachment === undefined
      ? {}
      : {
          Attachment: resource("NetworkInterfaceAttachment", {
            InstanceId: ref("Machine"),
            NetworkInterfaceId: ref("Own"),
            DeviceIndex: "2",
            ...attachment,
          }),
        }),
  },
  Outputs: attachment === undefined ? {} : { Id: { Value: get("Attachment", "AttachmentId") } },
});

test("a machine with several interfaces and one attached to it comes, changes and goes", { timeout: 30_000 }, async () => {
  const stacks = await realStacks();
  const { records } = stacks.call;
  const stack = await stacks.deploy(machine(imageOf(stacks), {}));
  expect(await stacks.failures()).toEqual([]);
  const ids = await stacks.ids();
  const own = () => records.get(NetworkInterfaces, ids["Own"] ?? "");
  expect(interfacesOf({ records }, ids["Machine"] ?? "").map((nic) => nic.privateIp)).toEqual([
    "10.0.1.20",
    "10.0.1.21",
    "10.0.1.50",
  ]);
  // CloudFormation's own default.
  expect(own()?.attachment).toMatchObject({ attachmentId: ids["Attachment"], deviceIndex: 2, deleteOnTermination: true });
  expect(stack.Outputs).toMatchObject([{ OutputValue: ids["Attachment"] }]);

  await stacks.deploy(machine(imageOf(stacks), { DeleteOnTermination: false }));
  expect(await stacks.ids()).toEqual(ids);
  expect(own()?.attachment).toMatchObject({ attachmentId: ids["Attachment"], deleteOnTermination: false });

  await stacks.deploy(machine(imageOf(stacks)));
  expect(await stacks.failures()).toEqual([]);
  expect(own()?.holder.kind).toBe("none");
  expect(records.get(Instances, ids["Machine"] ?? "")?.state).toBe("running");

  await stacks.remove();
  expect([records.list(Vpcs), records.list(NetworkInterfaces)]).toEqual([[], []]);
});

test("what cannot be attached fails the stack with AWS's words, and nothing stays", { timeout: 30_000 }, async () => {
  const stacks = await realStacks();
  const stack = await stacks.deploy(machine(imageOf(stacks), { DeviceIndex: "1" }));
  expect(stack.StackStatus).toBe("ROLLBACK_COMPLETE");
  expect((await stacks.failures())[0]).toMatch(
    /^Attachment CREATE_FAILED .*already has an interface attached at device index '1'/,
  );
  expect(stacks.call.records.list(NetworkInterfaces)).toEqual([]);
});
