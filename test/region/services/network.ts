import type {
  CreateInternetGatewayResult,
  CreateSecurityGroupResult,
  CreateSubnetResult,
  CreateVpcResult,
} from "@aws-sdk/client-ec2";
import type { Call } from "../../../src/region/operations/call.js";
import { ec2Operations } from "../../../src/region/services/ec2/operations.js";
import { Instances, type Instance } from "../../../src/region/services/ec2/records.js";
import { decideInterface, interfaceChanges } from "../../../src/region/services/ec2/interfaces.js";
import { put } from "../../../src/region/records/records.js";
import { run } from "../../support/records.js";

/** A VPC with a subnet in each of two zones, an internet gateway and a security group. */
export interface TestNetwork {
  readonly vpcId: string;
  readonly subnets: readonly [string, string];
  readonly groupId: string;
}

export async function network(call: Call, options: { gateway?: boolean } = {}): Promise<TestNetwork> {
  const ec2 = <O>(name: string, input: object = {}): Promise<O> => run<O>(ec2Operations, name, call, input);
  const VpcId = (await ec2<CreateVpcResult>("CreateVpc", { CidrBlock: "10.0.0.0/16" })).Vpc?.VpcId ?? "";
  const subnet = async (CidrBlock: string, AvailabilityZone: string): Promise<string> =>
    (await ec2<CreateSubnetResult>("CreateSubnet", { VpcId, CidrBlock, AvailabilityZone })).Subnet?.SubnetId ?? "";
  const subnets = [await subnet("10.0.1.0/24", "eu-west-3a"), await subnet("10.0.2.0/24", "eu-west-3b")] as const;
  const group = await ec2<CreateSecurityGroupResult>("CreateSecurityGroup", { VpcId, GroupName: "web", Description: "web" });
  if (options.gateway ?? true) {
    const made = await ec2<CreateInternetGatewayResult>("CreateInternetGateway");
    await ec2("AttachInternetGateway", { VpcId, InternetGatewayId: made.InternetGateway?.InternetGatewayId });
  }
  return { vpcId: VpcId, subnets, groupId: group.GroupId ?? "" };
}

/** An instance's record, as its keeper would leave it. */
export function instance(call: Call, where: TestNetwork, subnet: 0 | 1, state: Instance["state"] = "running"): Instance {
  const instanceId = `i-0${Math.random().toString(16).slice(2).padEnd(16, "0").slice(0, 16)}`;
  const nic = decideInterface(call, {
    subnetId: where.subnets[subnet],
    groupIds: [where.groupId],
    description: "",
    holder: { kind: "instance", id: instanceId },
  });
  const record: Instance = {
    instanceId,
    imageId: "ami-1",
    instanceType: "t3.micro",
    vpcId: where.vpcId,
    subnetId: nic.subnetId,
    zone: nic.zone,
    interfaceId: nic.interfaceId,
    httpTokens: "required",
    httpPutResponseHopLimit: 1,
    wish: "running",
    wishedAt: 0,
    publicAddress: false,
    state,
    launchedAt: 0,
    reservationId: "r-1",
    monitoring: false,
    tags: {},
  };
  call.commit(put(Instances, instanceId, record), ...interfaceChanges(nic));
  return record;
}

/** The instance is now in this state. */
export const setState = (call: Call, { instanceId }: Instance, state: Instance["state"]): void =>
  call.commit(put(Instances, instanceId, { ...call.records.get(Instances, instanceId)!, state }));
