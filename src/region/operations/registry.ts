import { ec2Operations } from "../services/ec2/operations.js";
import { elbv2Operations } from "../services/elbv2/operations.js";
import { iamOperations } from "../services/iam/operations.js";
import { kmsOperations } from "../services/kms/operations.js";
import { rdsOperations } from "../services/rds/operations.js";
import { secretsmanagerOperations } from "../services/secretsmanager/operations.js";
import { s3Operations } from "../services/s3/operations.js";
import { ssmOperations } from "../services/ssm/parameters.js";
import { stsOperations } from "../services/sts/operations.js";
import { cloudformationOperations } from "../stacks/operations/operations.js";
import type { Operation } from "./operation.js";

/** Every operation the region answers. */
export const operations: readonly Operation[] = [
  ...cloudformationOperations,
  ...ec2Operations,
  ...elbv2Operations,
  ...iamOperations,
  ...kmsOperations,
  ...rdsOperations,
  ...secretsmanagerOperations,
  ...s3Operations,
  ...ssmOperations,
  ...stsOperations,
];
