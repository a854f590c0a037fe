import type { ResourceProvider } from "../provider.js";
import { ec2Providers } from "./ec2/providers.js";
import { elbv2Providers } from "./elbv2/providers.js";
import { iamProviders } from "./iam/providers.js";
import { kmsProviders } from "./kms/providers.js";
import { metadata } from "./metadata.js";
import { rdsProviders } from "./rds/providers.js";
import { secretsmanagerProviders } from "./secretsmanager/providers.js";
import { s3Providers } from "./s3/providers.js";
import { waitCondition, waitConditionHandle } from "./wait-condition.js";

/** Every resource type that is modelled. A new one is added here. */
export const resourceProviders: readonly ResourceProvider[] = [
  metadata,
  waitConditionHandle,
  waitCondition,
  ...ec2Providers,
  ...elbv2Providers,
  ...iamProviders,
  ...kmsProviders,
  ...rdsProviders,
  ...secretsmanagerProviders,
  ...s3Providers,
];
