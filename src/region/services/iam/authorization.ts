import type {
  GetAccountAuthorizationDetailsCommandInput,
  GetAccountAuthorizationDetailsCommandOutput,
  RoleDetail,
} from "@aws-sdk/client-iam";
import type { Call } from "../../operations/call.js";
import { enforced } from "../../operations/members.js";
import { operation, type Operation } from "../../operations/operation.js";
import { describeProfile } from "./instanceprofiles.js";
import { InstanceProfiles, Roles, type Role } from "./records.js";
import { attachedPolicies, describeRole, encoded } from "./roles.js";

function detailOf(call: Call, role: Role): RoleDetail {
  const { Description: _description, MaxSessionDuration: _duration, ...described } = describeRole(role);
  return {
    ...described,
    RolePolicyList: Object.entries(role.inlinePolicies).map(([PolicyName, text]) => ({
      PolicyName,
      PolicyDocument: encoded(text),
    })),
    AttachedManagedPolicies: attachedPolicies(role),
    InstanceProfileList: call.records
      .list(InstanceProfiles)
      .filter(({ roleName }) => roleName === role.roleName)
      .map((profile) => describeProfile(call, profile)),
  };
}

/**
 * All of IAM at once. Roles are all there is here: users, groups and managed policies of one's own are not modelled.
 * https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountAuthorizationDetails.html
 */
export const authorizationOperations: readonly Operation[] = [
  operation<GetAccountAuthorizationDetailsCommandInput, GetAccountAuthorizationDetailsCommandOutput>(
    "iam",
    "GetAccountAuthorizationDetails",
    { Filter: enforced },
    (call, { Filter: filter = [] }) => ({
      RoleDetailList:
        filter.length === 0 || filter.includes("Role") ? call.records.list(Roles).map((role) => detailOf(call, role)) : [],
      UserDetailList: [],
      GroupDetailList: [],
      Policies: [],
      IsTruncated: false,
    }),
  ),
];
