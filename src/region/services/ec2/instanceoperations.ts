import type {
  DescribeInstancesCommandInput,
  DescribeInstancesCommandOutput,
  DescribeInstanceStatusCommandInput,
  DescribeInstanceStatusCommandOutput,
  IamInstanceProfileSpecification,
  InstanceMetadataOptionsRequest,
  InstanceNetworkInterfaceSpecification,
  InstanceStateChange,
  Placement,
  RebootInstancesCommandInput,
  RunInstancesCommandInput,
  RunInstancesCommandOutput,
  StartInstancesCommandInput,
  StartInstancesCommandOutput,
  StopInstancesCommandInput,
  StopInstancesCommandOutput,
  TerminateInstancesCommandInput,
  TerminateInstancesCommandOutput,
} from "@aws-sdk/client-ec2";
import type { Call } from "../../operations/call.js";
import { ServiceFault } from "../../operations/fault.js";
import { enforced, recorded, states, within } from "../../operations/members.js";
import { operation, type Operation } from "../../operations/operation.js";
import { put } from "../../records/records.js";
import { theDefaultSubnet } from "./defaultvpc.js";
import { changeInstance, inTransition, runInstances, theInstance } from "./instances.js";
import { describeInstance, instanceFilters, stateOf } from "./instanceview.js";
import { describeRules, select } from "./lists.js";
import { Instances, type Instance } from "./records.js";
import { tagsAtCreation, tagSpecifications } from "./tags.js";

/** Why these are kept without effect; shown by `up`, `status` and the README. */
export const instanceNotes = {
  hopLimit: "the metadata service answers every host behind the interface, whatever the hop limit",
  monitoring: "there are no CloudWatch metrics yet",
} as const;

const metadataOptions = within<InstanceMetadataOptionsRequest>({
  HttpTokens: enforced,
  HttpEndpoint: states("enabled"),
  HttpPutResponseHopLimit: recorded(instanceNotes.hopLimit),
  HttpProtocolIpv6: states("disabled"),
  InstanceMetadataTags: states("disabled"),
});

const run = operation<RunInstancesCommandInput, RunInstancesCommandOutput>(
  "ec2",
  "RunInstances",
  {
    ImageId: enforced,
    InstanceType: enforced,
    MinCount: enforced,
    MaxCount: enforced,
    SubnetId: enforced,
    SecurityGroupIds: enforced,
    PrivateIpAddress: enforced,
    UserData: enforced,
    ClientToken: enforced,
    IamInstanceProfile: within<IamInstanceProfileSpecification>({ Arn: enforced, Name: enforced }),
    MetadataOptions: metadataOptions,
    Monitoring: within({ Enabled: recorded(instanceNotes.monitoring) }),
    NetworkInterfaces: within<InstanceNetworkInterfaceSpecification>({
      DeviceIndex: states(0),
      SubnetId: enforced,
      Groups: enforced,
      PrivateIpAddress: enforced,
      AssociatePublicIpAddress: enforced,
      DeleteOnTermination: states(true),
    }),
    Placement: within<Placement>({ AvailabilityZone: enforced, Tenancy: states("default") }),
    InstanceInitiatedShutdownBehavior: states("stop"),
    DisableApiTermination: states(false),
    EbsOptimized: states(false),
    TagSpecifications: tagSpecifications,
    DryRun: states(false),
  },
  async (call, input) => {
    const nic = input.NetworkInterfaces?.[0];
    const subnetId =
      nic?.SubnetId ?? input.SubnetId ?? (await theDefaultSubnet(call, input.Placement?.AvailabilityZone)).subnetId;
    if ((input.NetworkInterfaces?.length ?? 0) > 1)
      throw new ServiceFault("InvalidParameterCombination", "Sandtable gives an instance one network interface.");
    const { min, max } = counts(input);
    const instances = runInstances(
      call,
      {
        imageId: input.ImageId ?? "",
        instanceType: input.InstanceType ?? "m1.small",
        subnetId,
        groupIds: nic?.Groups ?? input.SecurityGroupIds ?? [],
        privateIp: nic?.PrivateIpAddress ?? input.PrivateIpAddress,
        publicAddress: nic?.AssociatePublicIpAddress,
        instanceProfile: input.IamInstanceProfile?.Arn ?? input.IamInstanceProfile?.Name,
        userData: input.UserData,
        httpTokens: input.MetadataOptions?.HttpTokens,
        httpPutResponseHopLimit: input.MetadataOptions?.HttpPutResponseHopLimit,
        monitoring: input.Monitoring?.Enabled,
        clientToken: input.ClientToken,
        tags: tagsAtCreation(input.TagSpecifications, "instance"),
      },
      Math.max(min, max),
    );
    return {
      ReservationId: instances[0]?.reservationId,
      OwnerId: call.accountId,
      Groups: [],
      Instances: instances.map((instance) => describeInstance(call, instance)),
    };
  },
);

function counts(input: RunInstancesCommandInput): { min: number; max: number } {
  const { MinCount: min = 1, MaxCount: max = min } = input;
  if (min < 1 || max < min)
    throw new ServiceFault(
      "InvalidParameterValue",
      `Value (${max}) for parameter maxCount is invalid. It must be at least minCount.`,
    );
  if (max > 20) throw new ServiceFault("InstanceLimitExceeded", "Sandtable starts at most 20 instances in one request.");
  return { min, max };
}

const changes = (call: Call, ids: readonly string[] | undefined, wish: Instance["wish"]): InstanceStateChange[] => {
  (ids ?? []).forEach((id) => theInstance(call, id));
  return (ids ?? []).map((id) => {
    const { before, after } = changeInstance(call, id, wish);
    return { InstanceId: id, PreviousState: stateOf(before), CurrentState: stateOf(after) };
  });
};

const holdNamed = (call: Call, ids: readonly string[] | undefined): Promise<void> =>
  ids === undefined || ids.length === 0 ? Promise.resolve() : call.holdWhile(() => ids.some((id) => inTransition(call, id)));

export const instanceOperations: readonly Operation[] = [
  run,
  operation<DescribeInstancesCommandInput, DescribeInstancesCommandOutput>(
    "ec2",
    "DescribeInstances",
    { ...describeRules, InstanceIds: enforced },
    async (call, input) => {
      await holdNamed(call, input.InstanceIds);
      const { page, NextToken } = select(call.records.list(Instances), input, {
        id: (instance) => instance.instanceId,
        ids: input.InstanceIds,
        notFound: ["InvalidInstanceID.NotFound", "instance ID"],
        filters: instanceFilters(call),
      });
      const reservations = byReservation(page);
      return {
        Reservations: [...reservations].map(([ReservationId, instances]) => ({
          ReservationId,
          OwnerId: call.accountId,
          Groups: [],
          Instances: instances.map((instance) => describeInstance(call, instance)),
        })),
        NextToken,
      };
    },
  ),
  operation<DescribeInstanceStatusCommandInput, DescribeInstanceStatusCommandOutput>(
    "ec2",
    "DescribeInstanceStatus",
    { ...describeRules, InstanceIds: enforced, IncludeAllInstances: enforced },
    async (call, input) => {
      await holdNamed(call, input.InstanceIds);
      const shown = call.records
        .list(Instances)
        .filter((instance) => input.IncludeAllInstances === true || instance.state === "running");
      const ids = input.InstanceIds?.filter(
        (id) => theInstance(call, id).state === "running" || input.IncludeAllInstances === true,
      );
      const { page, NextToken } = select(input.InstanceIds !== undefined && ids?.length === 0 ? [] : shown, input, {
        id: (instance) => instance.instanceId,
        ids,
        notFound: ["InvalidInstanceID.NotFound", "instance ID"],
        filters: instanceFilters(call),
      });
      const health = (instance: Instance) => (instance.state === "running" ? ("ok" as const) : ("not-applicable" as const));
      return {
        InstanceStatuses: page.map((instance) => ({
          InstanceId: instance.instanceId,
          AvailabilityZone: instance.zone,
          InstanceState: stateOf(instance),
          InstanceStatus: { Status: health(instance), Details: [] },
          SystemStatus: { Status: health(instance), Details: [] },
        })),
        NextToken,
      };
    },
  ),
  operation<StopInstancesCommandInput, StopInstancesCommandOutput>(
    "ec2",
    "StopInstances",
    { InstanceIds: enforced, Force: enforced, Hibernate: states(false), DryRun: states(false) },
    (call, input) => ({ StoppingInstances: changes(call, input.InstanceIds, "stopped") }),
  ),
  operation<StartInstancesCommandInput, StartInstancesCommandOutput>(
    "ec2",
    "StartInstances",
    { InstanceIds: enforced, DryRun: states(false) },
    (call, input) => ({ StartingInstances: changes(call, input.InstanceIds, "running") }),
  ),
  operation<TerminateInstancesCommandInput, TerminateInstancesCommandOutput>(
    "ec2",
    "TerminateInstances",
    { InstanceIds: enforced, DryRun: states(false) },
    (call, input) => ({ TerminatingInstances: changes(call, input.InstanceIds, "terminated") }),
  ),
  operation<RebootInstancesCommandInput, object>(
    "ec2",
    "RebootInstances",
    { InstanceIds: enforced, DryRun: states(false) },
    (call, input) => {
      for (const id of input.InstanceIds ?? []) {
        const instance = theInstance(call, id);
        if (instance.state !== "running")
          throw new ServiceFault(
            "IncorrectInstanceState",
            `The instance '${id}' is not in a state from which it can be rebooted.`,
          );
        call.commit(put(Instances, id, { ...instance, rebootWished: true }));
        call.upkeep.nudge("instance", id);
      }
      return {};
    },
  ),
];

function byReservation(instances: readonly Instance[]): Map<string, Instance[]> {
  const groups = new Map<string, Instance[]>();
  for (const instance of instances) groups.set(instance.reservationId, [...(groups.get(instance.reservationId) ?? []), instance]);
  return groups;
}
