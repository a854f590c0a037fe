import type {
  DeleteResourcePolicyCommandInput,
  DeleteResourcePolicyCommandOutput,
  GetResourcePolicyCommandInput,
  GetResourcePolicyCommandOutput,
  PutResourcePolicyCommandInput,
  PutResourcePolicyCommandOutput,
} from "@aws-sdk/client-secrets-manager";
import type { Scope } from "../../operations/call.js";
import { ServiceFault } from "../../operations/fault.js";
import { enforced, recorded } from "../../operations/members.js";
import { operation, type Operation } from "../../operations/operation.js";
import { put } from "../../records/records.js";
import { policyNote } from "../iam/roles.js";
import { Secrets, type Secret } from "./records.js";
import { theSecret } from "./secrets.js";

/** One commit; undefined takes it away. @throws ServiceFault MalformedPolicyDocumentException */
export function setResourcePolicy(scope: Scope, { policy: _before, ...secret }: Secret, policy: string | undefined): void {
  if (policy !== undefined) checkPolicy(policy);
  scope.commit(put(Secrets, secret.arn, { ...secret, ...(policy === undefined ? {} : { policy }) }));
}

function checkPolicy(text: string): void {
  let policy: unknown;
  try {
    policy = JSON.parse(text);
  } catch {
    policy = undefined;
  }
  if (typeof policy !== "object" || policy === null || !("Statement" in policy))
    throw new ServiceFault(
      "MalformedPolicyDocumentException",
      "This resource policy contains invalid Json: it is not an object with a Statement.",
    );
}

export const policyOperations: readonly Operation[] = [
  operation<PutResourcePolicyCommandInput, PutResourcePolicyCommandOutput>(
    "secretsmanager",
    "PutResourcePolicy",
    { SecretId: enforced, ResourcePolicy: recorded(policyNote), BlockPublicPolicy: recorded(policyNote) },
    (call, input) => {
      const secret = theSecret(call, input.SecretId);
      setResourcePolicy(call, secret, input.ResourcePolicy ?? "");
      return { ARN: secret.arn, Name: secret.name };
    },
  ),
  operation<GetResourcePolicyCommandInput, GetResourcePolicyCommandOutput>(
    "secretsmanager",
    "GetResourcePolicy",
    { SecretId: enforced },
    (call, input) => {
      const { arn, name, policy } = theSecret(call, input.SecretId);
      return { ARN: arn, Name: name, ResourcePolicy: policy };
    },
  ),
  operation<DeleteResourcePolicyCommandInput, DeleteResourcePolicyCommandOutput>(
    "secretsmanager",
    "DeleteResourcePolicy",
    { SecretId: enforced },
    (call, input) => {
      const secret = theSecret(call, input.SecretId);
      setResourcePolicy(call, secret, undefined);
      return { ARN: secret.arn, Name: secret.name };
    },
  ),
];
