import type {
  GetKeyPolicyCommandInput,
  GetKeyPolicyCommandOutput,
  ListKeyPoliciesCommandInput,
  ListKeyPoliciesCommandOutput,
  PutKeyPolicyCommandInput,
} from "@aws-sdk/client-kms";
import { ServiceFault } from "../../operations/fault.js";
import { enforced, recorded } from "../../operations/members.js";
import { operation, type Operation } from "../../operations/operation.js";
import { policyNote } from "../iam/roles.js";
import { changeKey, theKey } from "./keys.js";
import { checkKeyPolicy } from "./policydocument.js";

/** A key has one policy, and this is its name. */
const only = "default";

function checkName(name: string | undefined): void {
  if (name !== undefined && name !== only)
    throw new ServiceFault("NotFoundException", `No such policy exists: ${name}. The only one of a key is ${only}.`);
}

export const policyOperations: readonly Operation[] = [
  operation<GetKeyPolicyCommandInput, GetKeyPolicyCommandOutput>(
    "kms",
    "GetKeyPolicy",
    { KeyId: enforced, PolicyName: enforced },
    (call, input) => {
      checkName(input.PolicyName);
      return { Policy: theKey(call, input.KeyId).policy, PolicyName: only };
    },
  ),
  operation<PutKeyPolicyCommandInput, object>(
    "kms",
    "PutKeyPolicy",
    {
      KeyId: enforced,
      PolicyName: enforced,
      Policy: recorded(policyNote),
      BypassPolicyLockoutSafetyCheck: recorded(policyNote),
    },
    (call, input) => {
      checkName(input.PolicyName);
      const policy = checkKeyPolicy(input.Policy ?? "");
      changeKey(call, input.KeyId, (key) => ({ ...key, policy }));
      return {};
    },
  ),
  operation<ListKeyPoliciesCommandInput, ListKeyPoliciesCommandOutput>(
    "kms",
    "ListKeyPolicies",
    { KeyId: enforced, Limit: enforced, Marker: enforced },
    (call, input) => {
      theKey(call, input.KeyId);
      return { PolicyNames: [only], Truncated: false };
    },
  ),
];
