import type { CloudFormationClient } from "@aws-sdk/client-cloudformation";
import type { EC2Client } from "@aws-sdk/client-ec2";
import type { ElasticLoadBalancingV2Client } from "@aws-sdk/client-elastic-load-balancing-v2";
import type { IAMClient } from "@aws-sdk/client-iam";
import type { KMSClient } from "@aws-sdk/client-kms";
import type { RDSClient } from "@aws-sdk/client-rds";
import type { S3Client } from "@aws-sdk/client-s3";
import type { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import type { STSClient } from "@aws-sdk/client-sts";
import type { Target } from "./target.js";

/** SDK clients for a target, imported on first use: each import costs a tenth of a second. */
export interface Clients {
  cloudformation(): Promise<CloudFormationClient>;
  ec2(): Promise<EC2Client>;
  elbv2(): Promise<ElasticLoadBalancingV2Client>;
  iam(): Promise<IAMClient>;
  kms(): Promise<KMSClient>;
  rds(): Promise<RDSClient>;
  s3(): Promise<S3Client>;
  secretsmanager(): Promise<SecretsManagerClient>;
  sts(): Promise<STSClient>;
}

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
    cloudformation: once(async () => new (await import("@aws-sdk/client-cloudformation")).CloudFormationClient(config)),
    ec2: once(async () => new (await import("@aws-sdk/client-ec2")).EC2Client(config)),
    elbv2: once(async () => new (await import("@aws-sdk/client-elastic-load-balancing-v2")).ElasticLoadBalancingV2Client(config)),
    iam: once(async () => new (await import("@aws-sdk/client-iam")).IAMClient(config)),
    kms: once(async () => new (await import("@aws-sdk/client-kms")).KMSClient(config)),
    s3: once(async () => new (await import("@aws-sdk/client-s3")).S3Client(config)),
    secretsmanager: once(async () => new (await import("@aws-sdk/client-secrets-manager")).SecretsManagerClient(config)),
    sts: once(async () => new (await import("@aws-sdk/client-sts")).STSClient(config)),
    rds: once(async () => new (await import("@aws-sdk/client-rds")).RDSClient(config)),
  };
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}
