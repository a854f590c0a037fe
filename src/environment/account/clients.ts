import type { CloudFormationClient } from "@aws-sdk/client-cloudformation";
import type { EC2Client } from "@aws-sdk/client-ec2";
import type { ElasticLoadBalancingV2Client } from "@aws-sdk/client-elastic-load-balancing-v2";
import type { IAMClient } from "@aws-sdk/client-iam";
import type { KMSClient } from "@aws-sdk/client-kms";
import type { RDSClient } from "@aws-sdk/client-rds";
import type { S3Client } from "@aws-sdk/client-s3";
import type { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import type { STSClient } from "@aws-sdk/client-sts";

/** SDK clients for one account and region, made when they are first asked for. */
export interface AccountClients {
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
