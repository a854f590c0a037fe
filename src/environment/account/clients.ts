import type { AutoScalingClient } from "@aws-sdk/client-auto-scaling";
import type { BackupClient } from "@aws-sdk/client-backup";
import type { CloudFormationClient } from "@aws-sdk/client-cloudformation";
import type { CloudTrailClient } from "@aws-sdk/client-cloudtrail";
import type { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import type { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import type { DLMClient } from "@aws-sdk/client-dlm";
import type { EC2Client } from "@aws-sdk/client-ec2";
import type { ElasticLoadBalancingV2Client } from "@aws-sdk/client-elastic-load-balancing-v2";
import type { EventBridgeClient } from "@aws-sdk/client-eventbridge";
import type { IAMClient } from "@aws-sdk/client-iam";
import type { KMSClient } from "@aws-sdk/client-kms";
import type { RDSClient } from "@aws-sdk/client-rds";
import type { S3Client } from "@aws-sdk/client-s3";
import type { SchedulerClient } from "@aws-sdk/client-scheduler";
import type { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import type { SNSClient } from "@aws-sdk/client-sns";
import type { STSClient } from "@aws-sdk/client-sts";
import type { WAFV2Client } from "@aws-sdk/client-wafv2";

/** SDK clients for one account and region, made when they are first asked for. */
export interface AccountClients {
  autoscaling(): Promise<AutoScalingClient>;
  backup(): Promise<BackupClient>;
  cloudformation(): Promise<CloudFormationClient>;
  cloudtrail(): Promise<CloudTrailClient>;
  cloudwatch(): Promise<CloudWatchClient>;
  dlm(): Promise<DLMClient>;
  ec2(): Promise<EC2Client>;
  elbv2(): Promise<ElasticLoadBalancingV2Client>;
  events(): Promise<EventBridgeClient>;
  iam(): Promise<IAMClient>;
  kms(): Promise<KMSClient>;
  logs(): Promise<CloudWatchLogsClient>;
  rds(): Promise<RDSClient>;
  s3(): Promise<S3Client>;
  scheduler(): Promise<SchedulerClient>;
  secretsmanager(): Promise<SecretsManagerClient>;
  sns(): Promise<SNSClient>;
  sts(): Promise<STSClient>;
  wafv2(): Promise<WAFV2Client>;
}
