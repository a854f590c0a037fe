import type {
  DescribeInstanceAttributeCommandInput,
  DescribeInstanceAttributeCommandOutput,
  InstanceAttribute,
} from "@aws-sdk/client-ec2";
import type { Call } from "../../operations/call.js";
import { ServiceFault } from "../../operations/fault.js";
import { enforced, states } from "../../operations/members.js";
import { operation, type Operation } from "../../operations/operation.js";
import { theInstance } from "./instances.js";
import { groupsOf } from "./networkinterfaceview.js";
import { NetworkInterfaces } from "./records.js";

/** What DescribeInstances leaves out (user data, say), one attribute in a request. */
function attributeOf(call: Call, { InstanceId, Attribute }: DescribeInstanceAttributeCommandInput): InstanceAttribute {
  const instance = theInstance(call, InstanceId);
  const nic = call.records.get(NetworkInterfaces, instance.interfaceId);
  switch (Attribute) {
    case "userData":
      return { UserData: { Value: instance.userData } };
    case "instanceType":
      return { InstanceType: { Value: instance.instanceType } };
    case "sourceDestCheck":
      return { SourceDestCheck: { Value: nic?.sourceDestCheck } };
    case "groupSet":
      return { Groups: nic === undefined ? [] : groupsOf(call, nic) };
    // The rest cannot be asked for otherwise here.
    case "disableApiTermination":
      return { DisableApiTermination: { Value: false } };
    case "disableApiStop":
      return { DisableApiStop: { Value: false } };
    case "ebsOptimized":
      return { EbsOptimized: { Value: false } };
    case "instanceInitiatedShutdownBehavior":
      return { InstanceInitiatedShutdownBehavior: { Value: "stop" } };
    case "rootDeviceName":
      return { RootDeviceName: { Value: "/dev/xvda" } };
    default:
      throw new ServiceFault(
        "InvalidParameterValue",
        `Value (${Attribute}) for parameter attribute is invalid. Unknown attribute.`,
      );
  }
}

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstanceAttribute.html */
export const instanceAttributeOperations: readonly Operation[] = [
  operation<DescribeInstanceAttributeCommandInput, DescribeInstanceAttributeCommandOutput>(
    "ec2",
    "DescribeInstanceAttribute",
    { InstanceId: enforced, Attribute: enforced, DryRun: states(false) },
    (call, input) => ({ InstanceId: input.InstanceId, ...attributeOf(call, input) }),
  ),
];
