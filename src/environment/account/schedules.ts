import { GetLifecyclePoliciesCommand, GetLifecyclePolicyCommand, type LifecyclePolicy } from "@aws-sdk/client-dlm";
import { GetScheduleCommand, type GetScheduleCommandOutput, paginateListSchedules } from "@aws-sdk/client-scheduler";
import type { Described } from "../described.js";
import { isUnknown, type Unknown } from "../maybe.js";
import { told } from "../told.js";
import type { Names } from "./names.js";
import { eachOf } from "./reading.js";
import { type ReadRoom, tagsOf } from "./room.js";

const scheduleType = "AWS::Scheduler::Schedule";
const lifecycleType = "AWS::DLM::LifecyclePolicy";

/** Schedules of EventBridge Scheduler. */
export const readSchedules: ReadRoom = async (clients, reading) => {
  const client = await clients.scheduler();
  const listed = await reading.all(
    "scheduler:ListSchedules",
    [scheduleType],
    paginateListSchedules({ client }, {}),
    (page) => page.Schedules,
  );
  const details = await eachOf(listed, ({ Name, GroupName }) =>
    reading.one("scheduler:GetSchedule", client.send(new GetScheduleCommand({ Name, GroupName }))),
  );
  return {
    register: (names) => {
      // Names are of one group of schedules.
      for (const { Name = "", Arn } of listed)
        names.register({ type: scheduleType, physicalId: Arn ?? Name, also: [Name], otherwise: Name });
    },
    describe: (names) =>
      listed.map(({ Name = "", Arn, State, Target }, index) => ({
        id: names.idOf(scheduleType, Arn ?? Name),
        type: scheduleType,
        physicalId: Name,
        properties: told({
          Name,
          ScheduleExpression: expressionOf(details[index]),
          State,
          Target: Target === undefined ? undefined : told({ Arn: Target.Arn }),
        }),
      })),
  };
};

const expressionOf = (schedule: GetScheduleCommandOutput | Unknown | undefined): string | Unknown | undefined =>
  isUnknown(schedule) ? schedule : schedule?.ScheduleExpression;

/** Data Lifecycle Manager's policies: snapshots of volumes by the clock. */
export const readLifecycles: ReadRoom = async (clients, reading) => {
  const client = await clients.dlm();
  const listed = await reading.listed(
    "dlm:GetLifecyclePolicies",
    [lifecycleType],
    client.send(new GetLifecyclePoliciesCommand({})),
  );
  const summaries = listed?.Policies ?? [];
  const details = await eachOf(summaries, async ({ PolicyId }) => {
    const answer = await reading.one("dlm:GetLifecyclePolicy", client.send(new GetLifecyclePolicyCommand({ PolicyId })));
    return isUnknown(answer) ? answer : answer?.Policy;
  });
  return {
    register: (names) => {
      for (const { PolicyId = "" } of summaries) names.register({ type: lifecycleType, physicalId: PolicyId });
    },
    describe: (names) =>
      summaries.map(({ PolicyId = "", State, Description }, index) =>
        describeLifecycle({ PolicyId, State, Description }, details[index], names),
      ),
  };
};

function describeLifecycle(
  { PolicyId = "", State, Description }: LifecyclePolicy,
  policy: LifecyclePolicy | Unknown | undefined,
  names: Names,
): Described {
  const details = isUnknown(policy) ? undefined : policy?.PolicyDetails;
  return {
    id: names.idOf(lifecycleType, PolicyId),
    type: lifecycleType,
    physicalId: PolicyId,
    properties: told({
      Description,
      State,
      PolicyDetails: isUnknown(policy)
        ? policy
        : told({
            ResourceTypes: details?.ResourceTypes,
            TargetTags: tagsOf(details?.TargetTags),
            Schedules: (details?.Schedules ?? []).map(({ Name, CreateRule: rule }) =>
              told({
                Name,
                CreateRule:
                  rule === undefined
                    ? undefined
                    : told({ CronExpression: rule.CronExpression, Interval: rule.Interval, IntervalUnit: rule.IntervalUnit }),
              }),
            ),
          }),
    }),
  };
}
