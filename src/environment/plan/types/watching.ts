import type { Said } from "../../described.js";
import { told } from "../../told.js";
import { isObject, type Block } from "../block.js";
import { itself, nothing, physicalIdOf, settingsOf, tagsOf, type Mappers } from "../part.js";

const topicType = "aws_sns_topic";
const policyTypes = ["aws_autoscaling_policy", "aws_appautoscaling_policy"] as const;
const aclType = "aws_wafv2_web_acl";

/** Alarms, topics, trails, logs, backups, schedules, web ACLs. */
export const watchingMappers: Mappers = {
  aws_cloudwatch_metric_alarm: (block) => [
    {
      type: "AWS::CloudWatch::Alarm",
      ...physicalIdOf(block),
      properties: told({
        AlarmName: block.at("alarm_name"),
        MetricName: block.at("metric_name"),
        Namespace: block.at("namespace"),
        Dimensions: dimensionsOf(block),
        ComparisonOperator: block.at("comparison_operator"),
        Threshold: block.at("threshold"),
        Statistic: block.at("statistic"),
        ExtendedStatistic: block.at("extended_statistic"),
        Period: block.at("period"),
        EvaluationPeriods: block.at("evaluation_periods"),
        DatapointsToAlarm: block.at("datapoints_to_alarm"),
        TreatMissingData: block.at("treat_missing_data"),
        ActionsEnabled: block.at("actions_enabled"),
        AlarmActions: block.refs("alarm_actions", topicType, ...policyTypes) ?? [],
        OKActions: block.refs("ok_actions", topicType, ...policyTypes) ?? [],
        InsufficientDataActions: block.refs("insufficient_data_actions", topicType, ...policyTypes) ?? [],
        Metrics: listOf(
          block.blocks("metric_query").map((query) => told({ Id: query.at("id"), Expression: query.at("expression") })),
        ),
        Tags: tagsOf(block),
      }),
    },
  ],
  aws_cloudwatch_composite_alarm: (block) => [
    {
      type: "AWS::CloudWatch::CompositeAlarm",
      ...physicalIdOf(block),
      properties: told({
        AlarmName: block.at("alarm_name"),
        AlarmRule: block.at("alarm_rule"),
        ActionsEnabled: block.at("actions_enabled"),
        AlarmActions: block.refs("alarm_actions", topicType) ?? [],
        OKActions: block.refs("ok_actions", topicType) ?? [],
      }),
    },
  ],
  aws_sns_topic: (block) => [
    {
      type: "AWS::SNS::Topic",
      ...physicalIdOf(block, "arn"),
      properties: told({
        TopicName: block.at("name"),
        KmsMasterKeyId: block.ref("kms_master_key_id", "aws_kms_key", "aws_kms_alias"),
        Tags: tagsOf(block),
      }),
    },
  ],
  aws_sns_topic_subscription: (block) => [
    {
      type: "AWS::SNS::Subscription",
      properties: told({
        TopicArn: block.ref("topic_arn", topicType),
        Protocol: block.at("protocol"),
        Endpoint: block.ref("endpoint", "aws_sqs_queue", "aws_lambda_function"),
      }),
    },
  ],
  aws_sns_topic_policy: nothing,
  aws_cloudtrail: (block) => [
    {
      type: "AWS::CloudTrail::Trail",
      ...physicalIdOf(block, "arn"),
      properties: told({
        TrailName: block.at("name"),
        S3BucketName: block.ref("s3_bucket_name", "aws_s3_bucket"),
        IsMultiRegionTrail: block.at("is_multi_region_trail"),
        EnableLogFileValidation: block.at("enable_log_file_validation"),
        IsLogging: block.at("enable_logging"),
        KMSKeyId: block.ref("kms_key_id", "aws_kms_key"),
        Tags: tagsOf(block),
      }),
    },
  ],
  aws_cloudwatch_log_group: (block) => [
    {
      type: "AWS::Logs::LogGroup",
      ...physicalIdOf(block, "name"),
      properties: told({
        LogGroupName: block.at("name"),
        // 0 is for ever.
        RetentionInDays: block.values["retention_in_days"] === 0 ? undefined : block.at("retention_in_days"),
        KmsKeyId: block.ref("kms_key_id", "aws_kms_key"),
        Tags: tagsOf(block),
      }),
    },
  ],
  aws_backup_vault: nothing,
  aws_backup_plan: (block) => [
    {
      type: "AWS::Backup::BackupPlan",
      ...physicalIdOf(block),
      properties: {
        BackupPlan: told({ BackupPlanName: block.at("name"), BackupPlanRule: block.blocks("rule").map(backupRule) }),
      },
    },
    ...settingsOf(block, "aws_backup_selection", "plan_id").map((each, index) => ({
      suffix: `selection${index}`,
      type: "AWS::Backup::BackupSelection",
      properties: { BackupPlanId: itself(block), BackupSelection: selectionOf(each) },
    })),
  ],
  aws_backup_selection: nothing,
  aws_cloudwatch_event_rule: (block) => [
    {
      type: "AWS::Events::Rule",
      ...physicalIdOf(block, "arn"),
      properties: told({
        Name: block.at("name"),
        ScheduleExpression: block.at("schedule_expression"),
        EventPattern: block.at("event_pattern"),
        State: block.at("state") ?? (block.values["is_enabled"] === false ? "DISABLED" : undefined),
        Targets: settingsOf(block, "aws_cloudwatch_event_target", "rule").map((each) =>
          told({ Id: each.at("target_id") ?? "target" }),
        ),
      }),
    },
  ],
  aws_cloudwatch_event_target: nothing,
  aws_scheduler_schedule: (block) => [
    {
      type: "AWS::Scheduler::Schedule",
      ...physicalIdOf(block),
      properties: told({
        Name: block.at("name"),
        ScheduleExpression: block.at("schedule_expression"),
        ScheduleExpressionTimezone: block.at("schedule_expression_timezone"),
        State: block.at("state"),
        Target: told({ Arn: block.block("target")?.at("arn") }),
      }),
    },
  ],
  aws_wafv2_web_acl: (block) => [
    {
      type: "AWS::WAFv2::WebACL",
      ...physicalIdOf(block, "arn"),
      properties: told({ Name: block.at("name"), Scope: block.at("scope"), Tags: tagsOf(block) }),
    },
  ],
  aws_wafv2_web_acl_association: (block) => [
    {
      type: "AWS::WAFv2::WebACLAssociation",
      properties: told({
        ResourceArn: block.ref("resource_arn", "aws_lb", "aws_alb"),
        WebACLArn: block.ref("web_acl_arn", aclType),
      }),
    },
  ],
};

const listOf = (list: readonly Said[] | undefined): Said | undefined =>
  list === undefined || list.length === 0 ? undefined : list;

/** What an alarm watches, by the kinds of things that the graph has. */
const watched = [
  "aws_instance",
  "aws_autoscaling_group",
  "aws_lb",
  "aws_alb",
  "aws_lb_target_group",
  "aws_db_instance",
  "aws_rds_cluster",
  "aws_nat_gateway",
] as const;

function dimensionsOf(block: Block): Said | undefined {
  const { dimensions } = block.values;
  const names = isObject(dimensions) ? Object.keys(dimensions) : [];
  const hidden = block.inside("dimensions");
  const all = [...new Set([...names, ...hidden.names])];
  return listOf(all.map((Name) => told({ Name, Value: hidden.block.ref(Name, ...watched) ?? "" })));
}

const backupRule = (rule: Block): Said =>
  told({
    RuleName: rule.at("rule_name"),
    ScheduleExpression: rule.at("schedule"),
    EnableContinuousBackup: rule.at("enable_continuous_backup"),
    Lifecycle: rule.blocks("lifecycle").map((cycle) => told({ DeleteAfterDays: cycle.at("delete_after") }))[0],
  });

const selectionOf = (selection: Block): Said =>
  told({
    SelectionName: selection.at("name"),
    IamRoleArn: selection.ref("iam_role_arn", "aws_iam_role"),
    Resources: listOf(
      selection.refs("resources", "aws_db_instance", "aws_rds_cluster", "aws_instance", "aws_s3_bucket", "aws_ebs_volume"),
    ),
    ListOfTags: listOf(
      selection
        .blocks("selection_tag")
        .map((tag) => told({ ConditionType: tag.at("type"), ConditionKey: tag.at("key"), ConditionValue: tag.at("value") })),
    ),
  });
