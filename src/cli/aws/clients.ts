import type { AccountClients } from "../../environment/account/clients.js";
import type { Target } from "./target.js";

/** SDK clients for a target, imported on first use: each import costs a tenth of a second. */
export type Clients = AccountClients;

export function clientsFor(target: Target): Clients {
  // The region knows our own client by this name and never holds its answers back.
  const config = {
    customUserAgent: "sandtable",
    ...(target.name === "aws"
      ? {}
      : {
          endpoint: target.endpoint,
          region: target.regionName,
          credentials: { accessKeyId: target.accessKeyId, secretAccessKey: target.secretAccessKey },
        }),
  };
  return {
    autoscaling: once(async () => new (await import("@aws-sdk/client-auto-scaling")).AutoScalingClient(config)),
    backup: once(async () => new (await import("@aws-sdk/client-backup")).BackupClient(config)),
    cloudformation: once(async () => new (await import("@aws-sdk/client-cloudformation")).CloudFormationClient(config)),
    cloudtrail: once(async () => new (await import("@aws-sdk/client-cloudtrail")).CloudTrailClient(config)),
    cloudwatch: once(async () => new (await import("@aws-sdk/client-cloudwatch")).CloudWatchClient(config)),
    dlm: once(async () => new (await import("@aws-sdk/client-dlm")).DLMClient(config)),
    ec2: once(async () => new (await import("@aws-sdk/client-ec2")).EC2Client(config)),
    elbv2: once(async () => new (await import("@aws-sdk/client-elastic-load-balancing-v2")).ElasticLoadBalancingV2Client(config)),
    events: once(async () => new (await import("@aws-sdk/client-eventbridge")).EventBridgeClient(config)),
    iam: once(async () => new (await import("@aws-sdk/client-iam")).IAMClient(config)),
    kms: once(async () => new (await import("@aws-sdk/client-kms")).KMSClient(config)),
    logs: once(async () => new (await import("@aws-sdk/client-cloudwatch-logs")).CloudWatchLogsClient(config)),
    rds: once(async () => new (await import("@aws-sdk/client-rds")).RDSClient(config)),
    s3: once(async () => new (await import("@aws-sdk/client-s3")).S3Client(config)),
    scheduler: once(async () => new (await import("@aws-sdk/client-scheduler")).SchedulerClient(config)),
    secretsmanager: once(async () => new (await import("@aws-sdk/client-secrets-manager")).SecretsManagerClient(config)),
    sns: once(async () => new (await import("@aws-sdk/client-sns")).SNSClient(config)),
    sts: once(async () => new (await import("@aws-sdk/client-sts")).STSClient(config)),
    wafv2: once(async () => new (await import("@aws-sdk/client-wafv2")).WAFV2Client(config)),
  };
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}
