import type { EnvironmentBuilder } from "../builder.js";
import { Unknown, type Maybe } from "../maybe.js";
import { managedKey, type BackupPlan, type Schedule } from "../watching.js";
import { drawAlarms } from "./alarms.js";
import type { Catalogue } from "./catalogue.js";
import { roleOf } from "./machine.js";
import { draftsOf, unlessAbsent, type Draft } from "./node.js";
import { keyOf } from "./keys.js";
import type { Reading } from "./reading.js";
import { balancerType } from "./types.js";

const topicType = "AWS::SNS::Topic";
const planType = "AWS::Backup::BackupPlan";
const webAclType = "AWS::WAFv2::WebACL";

/** What looks on: alarms and whom they tell, trails, logs, backups, schedules, web ACLs. */
export function drawWatching(catalogue: Catalogue, builder: EnvironmentBuilder): void {
  drawAlarms(catalogue, builder);
  drawTopics(catalogue, builder);
  for (const { node, read } of draftsOf(catalogue, "AWS::CloudTrail::Trail"))
    builder.add("trails", {
      ...node,
      multiRegion: read.at("IsMultiRegionTrail").flag(false),
      validated: read.at("EnableLogFileValidation").flag(false),
      logging: read.at("IsLogging").flag(false),
    });
  for (const { node, read } of draftsOf(catalogue, "AWS::Logs::LogGroup"))
    builder.add("logGroups", { ...node, retention: read.at("RetentionInDays").number() });
  for (const draft of draftsOf(catalogue, planType)) builder.add("backupPlans", planOf(catalogue, draft));
  drawSchedules(catalogue, builder);
  drawWebAcls(catalogue, builder);
}

function drawTopics(catalogue: Catalogue, builder: EnvironmentBuilder): void {
  const apart = draftsOf(catalogue, "AWS::SNS::Subscription");
  const subscription = (read: Reading) => ({ protocol: read.at("Protocol").text(""), endpoint: read.at("Endpoint").text("") });
  for (const { node, read } of draftsOf(catalogue, topicType)) {
    const key = read.at("KmsMasterKeyId");
    builder.add("topics", {
      ...node,
      subscriptions: [
        ...read.at("Subscription").list().map(subscription),
        ...apart
          .filter((draft) => draft.read.at("TopicArn").node(topicType) === node.id)
          .map((draft) => {
            const { protocol, endpoint } = subscription(draft.read);
            return {
              protocol: unlessAbsent(draft.resource, protocol),
              endpoint,
              ...(draft.resource.attributes?.["PendingConfirmation"] === true ? { pending: true as const } : {}),
            };
          }),
      ],
      encrypted: key.unknown ?? key.given,
      key: key.given ? (keyOf(key) ?? managedKey) : undefined,
    });
  }
}

function planOf(catalogue: Catalogue, { node, read }: Draft): BackupPlan {
  const selections = draftsOf(catalogue, "AWS::Backup::BackupSelection").filter(
    (draft) => draft.read.at("BackupPlanId").node(planType) === node.id,
  );
  return {
    ...node,
    rules: read
      .at("BackupPlan", "BackupPlanRule")
      .list()
      .map((rule) => ({
        name: rule.at("RuleName").rendered(),
        schedule: rule.at("ScheduleExpression").text(),
        deleteAfter: rule.at("Lifecycle", "DeleteAfterDays").number(),
        continuous: rule.at("EnableContinuousBackup").flag(false),
      })),
    selections: selections.map((draft) => selectionOf(draft)),
  };
}

function selectionOf({ read, resource }: Draft): BackupPlan["selections"][number] {
  const selection = read.at("BackupSelection");
  const resources = selection.at("Resources").list();
  const conditions = selection
    .at("Conditions", "StringEquals")
    .list()
    .map((condition) => ({
      key: condition
        .at("ConditionKey")
        .rendered()
        .replace(/^aws:ResourceTag\//, ""),
      value: condition.at("ConditionValue").text(""),
    }));
  return {
    resources: resources.map((named) => resource.presence ?? named.unknown ?? named.rendered()),
    nodes: resources.flatMap((named) => named.refers() ?? byArn(named)),
    tags: [
      ...selection
        .at("ListOfTags")
        .list()
        .map((tag) => ({ key: tag.at("ConditionKey").rendered(), value: tag.at("ConditionValue").text("") })),
      ...conditions,
    ],
    role: roleOf(selection.at("IamRoleArn")),
  };
}

/** Types that AWS Backup takes, by name or id at the end of their ARN. */
const backedUp = [
  "AWS::RDS::DBInstance",
  "AWS::RDS::DBCluster",
  "AWS::EC2::Instance",
  "AWS::EC2::Volume",
  "AWS::S3::Bucket",
] as const;

const byArn = (named: Reading): readonly string[] => [named.node(...backedUp)].filter((id) => typeof id === "string");

function drawSchedules(catalogue: Catalogue, builder: EnvironmentBuilder): void {
  for (const { node, read } of draftsOf(catalogue, "AWS::Events::Rule", "AWS::Scheduler::Schedule")) {
    const until = read.at("EndDate").text();
    builder.add("schedules", {
      ...node,
      expression: read.at("ScheduleExpression").text(),
      ...(until === undefined ? {} : { until }),
      enabled: isEnabled(read.at("State")),
      targets: read.at("Target").given ? 1 : read.at("Targets").list().length,
      topics: [read.at("Target"), ...read.at("Targets").list()]
        .map((target) => target.at("Arn").node(topicType))
        .filter((id) => typeof id === "string"),
    });
  }
  for (const { node, read } of draftsOf(catalogue, "AWS::DLM::LifecyclePolicy")) {
    const details = read.at("PolicyDetails");
    builder.add("schedules", {
      ...node,
      expression: lifecycleExpression(details.at("Schedules").list()[0]?.at("CreateRule")),
      enabled: isEnabled(read.at("State")),
      // It works on what has one of these tags.
      targets: details.at("TargetTags").list().length,
      topics: [],
    });
  }
}

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-dlm-lifecyclepolicy-createrule.html */
function lifecycleExpression(rule: Reading | undefined): Schedule["expression"] {
  if (rule === undefined || rule.unknown !== undefined) return rule?.unknown;
  const cron = rule.at("CronExpression").text();
  if (cron !== undefined) return cron;
  const interval = rule.at("Interval").number();
  if (interval === undefined || interval instanceof Unknown) return interval;
  return `rate(${interval} ${interval === 1 ? "hour" : "hours"})`;
}

function isEnabled(state: Reading): Maybe<boolean> {
  const text = state.text("ENABLED");
  return text instanceof Unknown ? text : text.startsWith("ENABLED");
}

function drawWebAcls(catalogue: Catalogue, builder: EnvironmentBuilder): void {
  const associations = draftsOf(catalogue, "AWS::WAFv2::WebACLAssociation");
  for (const { node } of draftsOf(catalogue, webAclType))
    builder.add("webAcls", {
      ...node,
      associated: associations
        .filter(({ read }) => read.at("WebACLArn").node(webAclType) === node.id)
        .map(({ read, resource }) => {
          const named = read.at("ResourceArn");
          return unlessAbsent(resource, named.refers() ?? named.node(balancerType) ?? new Unknown("it names nothing"));
        }),
    });
}
