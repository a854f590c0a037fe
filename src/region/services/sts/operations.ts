import type { GetCallerIdentityCommandInput, GetCallerIdentityCommandOutput } from "@aws-sdk/client-sts";
import { operation, type Operation } from "../../operations/operation.js";

export const stsOperations: readonly Operation[] = [
  operation<GetCallerIdentityCommandInput, GetCallerIdentityCommandOutput>("sts", "GetCallerIdentity", {}, (call) => ({
    Account: call.caller.accountId,
    Arn: call.caller.arn,
    UserId: call.caller.userId,
  })),
];
