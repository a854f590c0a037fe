import { AutoScalingClient } from "@aws-sdk/client-auto-scaling";
import { BackupClient } from "@aws-sdk/client-backup";
import { CloudFormationClient } from "@aws-sdk/client-cloudformation";
import { CloudTrailClient } from "@aws-sdk/client-cloudtrail";
import { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import { DLMClient } from "@aws-sdk/client-dlm";
import { EC2Client } from "@aws-sdk/client-ec2";
import { ElasticLoadBalancingV2Client } from "@aws-sdk/client-elastic-load-balancing-v2";
import { EventBridgeClient } from "@aws-sdk/client-eventbridge";
import { IAMClient } from "@aws-sdk/client-iam";
import { KMSClient } from "@aws-sdk/client-kms";
import { RDSClient } from "@aws-sdk/client-rds";
import { S3Client } from "@aws-sdk/client-s3";
import { SchedulerClient } from "@aws-sdk/client-scheduler";
import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { SNSClient } from "@aws-sdk/client-sns";
import { STSClient } from "@aws-sdk/client-sts";
import { WAFV2Client } from "@aws-sdk/client-wafv2";
import { expect, onTestFinished } from "vitest";
import type { AccountClients } from "../../../src/environment/account/clients.js";
import { operations } from "../../../src/region/operations/registry.js";
import { startServer } from "../../../src/region/server/server.js";
import { ensureWire } from "../../region/protocol/ensure-wire.js";
import { caller, credentials } from "../../region/server/harness.js";
import { realStacks, type RealStacks } from "../../region/stacks/real.js";

export interface LiveAccount extends RealStacks {
  readonly clients: AccountClients;
  readonly client: { readonly endpoint: string; readonly region: string; readonly credentials: typeof credentials };
  /** Create the stack, which must succeed. */
  up(template: object, input?: object): Promise<void>;
}

/** The region's own answers on a real port, over records alone: what is asked of keepers counts as done. */
export async function liveAccount(): Promise<LiveAccount> {
  await ensureWire();
  const stacks = await realStacks();
  const server = await startServer({
    port: 0,
    operations: [...operations.filter(({ service }) => service !== "cloudformation"), ...stacks.operations],
    findCredentials: (key) =>
      key === credentials.accessKeyId ? { secretAccessKey: credentials.secretAccessKey, caller } : undefined,
    callFor: (context) => ({ ...stacks.call, ...context }),
    durable: async () => {},
    clock: Date.now,
  });
  onTestFinished(() => server.close());
  const client = { endpoint: `http://127.0.0.1:${server.port}`, region: "eu-west-3", credentials, maxAttempts: 1 };
  return {
    ...stacks,
    client,
    clients: clientsAt(client),
    async up(template, input) {
      const { StackStatus } = await stacks.deploy(template, input);
      expect(await stacks.failures()).toEqual([]);
      expect(StackStatus).toMatch(/_COMPLETE$/);
    },
  };
}

type Config = Pick<LiveAccount["client"], "endpoint" | "region" | "credentials">;

export function clientsAt(config: Config): AccountClients {
  return {
    autoscaling: async () => new AutoScalingClient(config),
    backup: async () => new BackupClient(config),
    cloudformation: async () => new CloudFormationClient(config),
    cloudtrail: async () => new CloudTrailClient(config),
    cloudwatch: async () => new CloudWatchClient(config),
    dlm: async () => new DLMClient(config),
    ec2: async () => new EC2Client(config),
    elbv2: async () => new ElasticLoadBalancingV2Client(config),
    events: async () => new EventBridgeClient(config),
    iam: async () => new IAMClient(config),
    kms: async () => new KMSClient(config),
    logs: async () => new CloudWatchLogsClient(config),
    rds: async () => new RDSClient(config),
    s3: async () => new S3Client(config),
    scheduler: async () => new SchedulerClient(config),
    secretsmanager: async () => new SecretsManagerClient(config),
    sns: async () => new SNSClient(config),
    sts: async () => new STSClient(config),
    wafv2: async () => new WAFV2Client(config),
  };
}
