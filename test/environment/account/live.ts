import { CloudFormationClient } from "@aws-sdk/client-cloudformation";
import { EC2Client } from "@aws-sdk/client-ec2";
import { ElasticLoadBalancingV2Client } from "@aws-sdk/client-elastic-load-balancing-v2";
import { IAMClient } from "@aws-sdk/client-iam";
import { KMSClient } from "@aws-sdk/client-kms";
import { RDSClient } from "@aws-sdk/client-rds";
import { S3Client } from "@aws-sdk/client-s3";
import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { STSClient } from "@aws-sdk/client-sts";
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
    cloudformation: async () => new CloudFormationClient(config),
    ec2: async () => new EC2Client(config),
    elbv2: async () => new ElasticLoadBalancingV2Client(config),
    iam: async () => new IAMClient(config),
    kms: async () => new KMSClient(config),
    rds: async () => new RDSClient(config),
    s3: async () => new S3Client(config),
    secretsmanager: async () => new SecretsManagerClient(config),
    sts: async () => new STSClient(config),
  };
}
