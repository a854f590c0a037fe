import { ec2Operations } from "../services/ec2/operations.js";
import { elbv2Operations } from "../services/elbv2/operations.js";
import { iamOperations } from "../services/iam/operations.js";
import { rdsOperations } from "../services/rds/operations.js";
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
  ...rdsOperations,
  ...s3Operations,
  ...ssmOperations,
  ...stsOperations,
];
