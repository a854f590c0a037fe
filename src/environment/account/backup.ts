import {
  type BackupClient,
  type BackupPlan,
  type BackupPlansListMember,
  type BackupSelection,
  GetBackupPlanCommand,
  GetBackupSelectionCommand,
  paginateListBackupPlans,
  paginateListBackupSelections,
} from "@aws-sdk/client-backup";
import type { Described, Said } from "../described.js";
import { isUnknown, Unknown } from "../maybe.js";
import { told } from "../told.js";
import type { Names } from "./names.js";
import { eachOf, type Reading } from "./reading.js";
import type { ReadRoom } from "./room.js";

const planType = "AWS::Backup::BackupPlan";
const selectionType = "AWS::Backup::BackupSelection";

interface Plan {
  readonly planId: string;
  readonly listed: BackupPlansListMember;
  readonly plan: BackupPlan | Unknown | undefined;
  readonly selections: readonly { readonly id: string; readonly selection: BackupSelection | Unknown | undefined }[];
}

/** AWS Backup's plans and what they select. */
export const readBackups: ReadRoom = async (clients, reading) => {
  const client = await clients.backup();
  const listed = await reading.all(
    "backup:ListBackupPlans",
    [planType, selectionType],
    paginateListBackupPlans({ client }, {}),
    (page) => page.BackupPlansList?.filter(({ DeletionDate }) => DeletionDate === undefined),
  );
  const plans = await eachOf(listed, (each) => readPlan(client, reading, each));
  return {
    register: (names) => {
      for (const { planId, listed: each, selections } of plans) {
        names.register({ type: planType, physicalId: planId, also: [each.BackupPlanArn] });
        // CloudFormation joins both ids.
        for (const { id } of selections)
          names.register({ type: selectionType, physicalId: id, also: [`${id}_${planId}`, `${planId}|${id}`] });
      }
    },
    describe: (names) => plans.flatMap((plan) => describePlan(plan, names)),
  };
};

async function readPlan(client: BackupClient, reading: Reading, listed: BackupPlansListMember): Promise<Plan> {
  const { BackupPlanId: planId = "" } = listed;
  const [answer, members] = await Promise.all([
    reading.one("backup:GetBackupPlan", client.send(new GetBackupPlanCommand({ BackupPlanId: planId }))),
    reading.all(
      "backup:ListBackupSelections",
      [selectionType],
      paginateListBackupSelections({ client }, { BackupPlanId: planId }),
      (page) => page.BackupSelectionsList,
    ),
  ]);
  const selections = await eachOf(members, async ({ SelectionId: id = "" }) => {
    const selection = await reading.one(
      "backup:GetBackupSelection",
      client.send(new GetBackupSelectionCommand({ BackupPlanId: planId, SelectionId: id })),
    );
    return { id, selection: isUnknown(selection) ? selection : selection?.BackupSelection };
  });
  return { planId, listed, plan: isUnknown(answer) ? answer : answer?.BackupPlan, selections };
}

function describePlan({ planId, listed, plan, selections }: Plan, names: Names): readonly Described[] {
  const BackupPlanId = names.ref(planType, planId);
  const name = listed.BackupPlanName;
  return [
    {
      id: names.idOf(planType, planId),
      type: planType,
      physicalId: planId,
      properties: {
        BackupPlan: isUnknown(plan)
          ? plan
          : told({ BackupPlanName: plan?.BackupPlanName ?? name, BackupPlanRule: (plan?.Rules ?? []).map(describeRule) }),
      },
    },
    ...selections.map(({ id, selection }) => ({
      id: names.idOf(selectionType, id),
      type: selectionType,
      physicalId: id,
      properties: {
        BackupPlanId,
        BackupSelection:
          selection === undefined || isUnknown(selection)
            ? (selection ?? new Unknown(`backup:GetBackupSelection did not tell of ${id}`))
            : describeSelection(selection, names),
      },
    })),
  ];
}

const describeRule = (rule: NonNullable<BackupPlan["Rules"]>[number]): Said =>
  told({
    RuleName: rule.RuleName,
    TargetBackupVault: rule.TargetBackupVaultName,
    // https://docs.aws.amazon.com/aws-backup/latest/devguide/API_BackupRule.html
    ScheduleExpression: rule.ScheduleExpression,
    Lifecycle: rule.Lifecycle === undefined ? undefined : told({ DeleteAfterDays: kept(rule.Lifecycle.DeleteAfterDays) }),
    EnableContinuousBackup: rule.EnableContinuousBackup,
  });

/** The service answers -1 for ever. */
const kept = (days: number | undefined): number | undefined => (days === undefined || days < 0 ? undefined : days);

const describeSelection = (selection: BackupSelection, names: Names): Said =>
  told({
    SelectionName: selection.SelectionName,
    IamRoleArn: selection.IamRoleArn === undefined ? undefined : names.ref("AWS::IAM::Role", selection.IamRoleArn),
    Resources: selection.Resources,
    NotResources: selection.NotResources,
    ListOfTags: selection.ListOfTags?.map(({ ConditionType, ConditionKey, ConditionValue }) =>
      told({ ConditionType, ConditionKey, ConditionValue }),
    ),
    Conditions:
      selection.Conditions === undefined
        ? undefined
        : told({
            StringEquals: selection.Conditions.StringEquals?.map(({ ConditionKey, ConditionValue }) =>
              told({ ConditionKey, ConditionValue }),
            ),
          }),
  });
