import type {
  DescribeInstancesCommandInput,
  DescribeInstancesCommandOutput,
  DescribeInstanceStatusCommandInput,
  DescribeInstanceStatusCommandOutput,
  InstanceStateChange,
  ModifyInstanceAttributeCommandInput,
  RebootInstancesCommandInput,
  StartInstancesCommandInput,
  StartInstancesCommandOutput,
  StopInstancesCommandInput,
  StopInstancesCommandOutput,
  TerminateInstancesCommandInput,
  TerminateInstancesCommandOutput,
} from "@aws-sdk/client-ec2";
import type { Call } from "../../operations/call.js";
import { ServiceFault } from "../../operations/fault.js";
import { enforced, states, within } from "../../operations/members.js";
import { operation, type Operation } from "../../operations/operation.js";
import { onlyInterfaceOf } from "./attachments.js";
import { modifyInstance } from "./instancechanges.js";
import { changeInstances, inTransition, rebootInstances, theInstance } from "./instances.js";
import { describeInstance, instanceFilters, stateOf } from "./instanceview.js";
import { launchOperation } from "./launching.js";
import { describeRules, select } from "./lists.js";
import { modifyNetworkInterface } from "./networkinterfaces.js";
import { Instances, type Instance } from "./records.js";

const changes = (call: Call, ids: readonly string[] | undefined, wish: Instance["wish"]): InstanceStateChange[] =>
  changeInstances(call, ids ?? [], wish).map(({ before, after }) => ({
    InstanceId: before.instanceId,
    PreviousState: stateOf(before),
    CurrentState: stateOf(after),
  }));

const holdNamed = (call: Call, ids: readonly string[] | undefined): Promise<void> =>
  ids === undefined || ids.length === 0 ? Promise.resolve() : call.holdWhile(() => ids.some((id) => inTransition(call, id)));

export const instanceOperations: readonly Operation[] = [
  launchOperation,
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
  operation<ModifyInstanceAttributeCommandInput, object>(
    "ec2",
    "ModifyInstanceAttribute",
    {
      InstanceId: enforced,
      SourceDestCheck: within({ Value: enforced }),
      Groups: enforced,
      InstanceType: within({ Value: enforced }),
      UserData: within({ Value: enforced }),
      DryRun: states(false),
    },
    async (call, input) => {
      const instance = theInstance(call, input.InstanceId);
      const { SourceDestCheck, Groups, InstanceType, UserData } = input;
      const stated = [SourceDestCheck, Groups, InstanceType, UserData].filter((attribute) => attribute !== undefined).length;
      if (stated !== 1)
        throw new ServiceFault(
          "InvalidParameterCombination",
          stated === 0 ? "No attributes specified." : "Fields for multiple attribute types specified.",
        );
      if (SourceDestCheck !== undefined || Groups !== undefined)
        await modifyNetworkInterface(call, onlyInterfaceOf(call, instance), {
          sourceDestCheck: SourceDestCheck?.Value,
          groupIds: Groups,
        });
      else
        modifyInstance(call, instance.instanceId, {
          instanceType: InstanceType?.Value,
          ...(UserData === undefined ? {} : { userData: base64Of(UserData.Value) }),
        });
      return {};
    },
  ),
  operation<RebootInstancesCommandInput, object>(
    "ec2",
    "RebootInstances",
    { InstanceIds: enforced, DryRun: states(false) },
    (call, input) => {
      rebootInstances(call, input.InstanceIds ?? []);
      return {};
    },
  ),
];

/** Nothing sent means none any more. */
const base64Of = (bytes: Uint8Array | undefined): string | null =>
  bytes === undefined || bytes.length === 0 ? null : Buffer.from(bytes).toString("base64");

function byReservation(instances: readonly Instance[]): Map<string, Instance[]> {
  const groups = new Map<string, Instance[]>();
  for (const instance of instances) groups.set(instance.reservationId, [...(groups.get(instance.reservationId) ?? []), instance]);
  return groups;
}
