import type {
  AttachedPolicy,
  AttachRolePolicyCommandInput,
  CreateRoleCommandInput,
  CreateRoleCommandOutput,
  DeleteRoleCommandInput,
  DeleteRolePolicyCommandInput,
  DetachRolePolicyCommandInput,
  GetRoleCommandInput,
  GetRoleCommandOutput,
  GetRolePolicyCommandInput,
  GetRolePolicyCommandOutput,
  ListAttachedRolePoliciesCommandInput,
  ListAttachedRolePoliciesCommandOutput,
  ListRolePoliciesCommandInput,
  ListRolePoliciesCommandOutput,
  ListRolesCommandInput,
  ListRolesCommandOutput,
  PutRolePolicyCommandInput,
  Role as ApiRole,
  Tag,
} from "@aws-sdk/client-iam";
import type { Call } from "../../operations/call.js";
import { ServiceFault } from "../../operations/fault.js";
import { enforced, recorded, within } from "../../operations/members.js";
import { operation, type Operation } from "../../operations/operation.js";
import { put, remove } from "../../records/records.js";
import { uniqueId } from "./ids.js";
import { checkPath, checkSessionDuration } from "./limits.js";
import { InstanceProfiles, Roles, type Role } from "./records.js";

/** Why policies are kept without effect; shown by `up`, `status` and the README. */
export const policyNote = "policies are kept but not evaluated yet: every signed call is allowed";

export interface RoleWish {
  readonly roleName: string;
  readonly path?: string;
  readonly assumeRolePolicy: string;
  readonly description?: string;
  readonly maxSessionDuration?: number;
  readonly managedPolicyArns?: readonly string[];
  readonly inlinePolicies?: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
}

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html */
export function createRole(call: Call, wish: RoleWish): Role {
  if (!/^[\w+=,.@-]{1,64}$/.test(wish.roleName))
    throw new ServiceFault(
      "ValidationError",
      `The specified value for roleName is invalid. It must contain only alphanumeric characters and/or the following: +=,.@_- (at most 64)`,
    );
  if (call.records.get(Roles, wish.roleName) !== undefined)
    throw new ServiceFault("EntityAlreadyExists", `Role with name ${wish.roleName} already exists.`, 409);
  checkPolicy(wish.assumeRolePolicy);
  Object.values(wish.inlinePolicies ?? {}).forEach(checkPolicy);
  const { path = "/", maxSessionDuration = 3600 } = wish;
  checkPath(path);
  checkSessionDuration(maxSessionDuration);
  const role: Role = {
    roleName: wish.roleName,
    roleId: uniqueId("AROA"),
    arn: `arn:aws:iam::${call.accountId}:role${path}${wish.roleName}`,
    path,
    assumeRolePolicy: wish.assumeRolePolicy,
    ...(wish.description === undefined ? {} : { description: wish.description }),
    maxSessionDuration,
    managedPolicyArns: wish.managedPolicyArns ?? [],
    inlinePolicies: wish.inlinePolicies ?? {},
    createdAt: call.now(),
    tags: wish.tags,
  };
  call.commit(put(Roles, role.roleName, role));
  return role;
}

export function deleteRole(call: Call, roleName: string): void {
  const role = theRole(call, roleName);
  const refuse = (why: string): never => {
    throw new ServiceFault("DeleteConflict", `Cannot delete entity, must ${why} first.`, 409);
  };
  if (call.records.list(InstanceProfiles).some((profile) => profile.roleName === roleName))
    refuse("remove roles from instance profile");
  if (role.managedPolicyArns.length > 0) refuse("detach all policies");
  if (Object.keys(role.inlinePolicies).length > 0) refuse("delete policies");
  call.commit(remove(Roles, roleName));
}

/** Change a role's policies in one commit. */
export const changeRole = (call: Call, roleName: string, change: (role: Role) => Role): void => {
  const changed = change(theRole(call, roleName));
  checkSessionDuration(changed.maxSessionDuration);
  call.commit(put(Roles, roleName, changed));
};

export function theRole(call: Pick<Call, "records">, roleName: string | undefined): Role {
  const role = roleName === undefined ? undefined : call.records.get(Roles, roleName);
  if (role === undefined) throw new ServiceFault("NoSuchEntity", `The role with name ${roleName} cannot be found.`, 404);
  return role;
}

function checkPolicy(text: string): void {
  try {
    const policy: unknown = JSON.parse(text);
    if (typeof policy !== "object" || policy === null || !("Statement" in policy)) throw new TypeError("no Statement");
  } catch (cause) {
    const fault = new ServiceFault(
      "MalformedPolicyDocument",
      "Syntax errors in policy: it is not a JSON object with a Statement.",
    );
    fault.cause = cause;
    throw fault;
  }
}

// IAM answers policy documents URL-encoded (RFC 3986).
export const encoded = (text: string): string => encodeURIComponent(text);

export const describeRole = (role: Role): ApiRole => ({
  RoleName: role.roleName,
  RoleId: role.roleId,
  Arn: role.arn,
  Path: role.path,
  CreateDate: new Date(role.createdAt),
  AssumeRolePolicyDocument: encoded(role.assumeRolePolicy),
  Description: role.description,
  MaxSessionDuration: role.maxSessionDuration,
  Tags: Object.entries(role.tags).map(([Key, Value]) => ({ Key, Value })),
});

export const attachedPolicies = (role: Role): AttachedPolicy[] =>
  role.managedPolicyArns.map((arn) => ({ PolicyArn: arn, PolicyName: arn.slice(arn.lastIndexOf("/") + 1) }));

export const roleOperations: readonly Operation[] = [
  operation<CreateRoleCommandInput, CreateRoleCommandOutput>(
    "iam",
    "CreateRole",
    {
      RoleName: enforced,
      Path: enforced,
      Description: enforced,
      MaxSessionDuration: enforced,
      AssumeRolePolicyDocument: recorded(policyNote),
      Tags: within<Tag>({ Key: enforced, Value: enforced }),
    },
    (call, input) => ({
      Role: describeRole(
        createRole(call, {
          roleName: input.RoleName ?? "",
          path: input.Path,
          assumeRolePolicy: input.AssumeRolePolicyDocument ?? "",
          description: input.Description,
          maxSessionDuration: input.MaxSessionDuration,
          tags: Object.fromEntries((input.Tags ?? []).map((tag) => [tag.Key ?? "", tag.Value ?? ""])),
        }),
      ),
    }),
  ),
  operation<GetRoleCommandInput, GetRoleCommandOutput>("iam", "GetRole", { RoleName: enforced }, (call, input) => ({
    Role: describeRole(theRole(call, input.RoleName)),
  })),
  operation<ListRolesCommandInput, ListRolesCommandOutput>("iam", "ListRoles", { PathPrefix: enforced }, (call, input) => ({
    Roles: call.records
      .list(Roles)
      .filter((role) => role.path.startsWith(input.PathPrefix ?? "/"))
      .map(describeRole),
    IsTruncated: false,
  })),
  operation<DeleteRoleCommandInput, object>("iam", "DeleteRole", { RoleName: enforced }, (call, input) => {
    deleteRole(call, input.RoleName ?? "");
    return {};
  }),
  operation<AttachRolePolicyCommandInput, object>(
    "iam",
    "AttachRolePolicy",
    { RoleName: enforced, PolicyArn: recorded(policyNote) },
    (call, input) => {
      const arn = input.PolicyArn ?? "";
      if (!/^arn:aws[\w-]*:iam::(aws|\d{12}):policy\/.+/.test(arn))
        throw new ServiceFault("ValidationError", `ARN ${arn} is not valid.`);
      changeRole(call, input.RoleName ?? "", (role) => ({
        ...role,
        managedPolicyArns: [...new Set([...role.managedPolicyArns, arn])],
      }));
      return {};
    },
  ),
  operation<DetachRolePolicyCommandInput, object>(
    "iam",
    "DetachRolePolicy",
    { RoleName: enforced, PolicyArn: enforced },
    (call, input) => {
      changeRole(call, input.RoleName ?? "", (role) => {
        if (!role.managedPolicyArns.includes(input.PolicyArn ?? ""))
          throw new ServiceFault("NoSuchEntity", `Policy ${input.PolicyArn} was not found.`, 404);
        return { ...role, managedPolicyArns: role.managedPolicyArns.filter((arn) => arn !== input.PolicyArn) };
      });
      return {};
    },
  ),
  operation<ListAttachedRolePoliciesCommandInput, ListAttachedRolePoliciesCommandOutput>(
    "iam",
    "ListAttachedRolePolicies",
    { RoleName: enforced },
    (call, input) => ({
      AttachedPolicies: attachedPolicies(theRole(call, input.RoleName)),
      IsTruncated: false,
    }),
  ),
  operation<PutRolePolicyCommandInput, object>(
    "iam",
    "PutRolePolicy",
    { RoleName: enforced, PolicyName: enforced, PolicyDocument: recorded(policyNote) },
    (call, input) => {
      checkPolicy(input.PolicyDocument ?? "");
      changeRole(call, input.RoleName ?? "", (role) => ({
        ...role,
        inlinePolicies: { ...role.inlinePolicies, [input.PolicyName ?? ""]: input.PolicyDocument ?? "" },
      }));
      return {};
    },
  ),
  operation<GetRolePolicyCommandInput, GetRolePolicyCommandOutput>(
    "iam",
    "GetRolePolicy",
    { RoleName: enforced, PolicyName: enforced },
    (call, input) => {
      const text = theRole(call, input.RoleName).inlinePolicies[input.PolicyName ?? ""];
      if (text === undefined)
        throw new ServiceFault("NoSuchEntity", `The role policy with name ${input.PolicyName} cannot be found.`, 404);
      return { RoleName: input.RoleName, PolicyName: input.PolicyName, PolicyDocument: encoded(text) };
    },
  ),
  operation<ListRolePoliciesCommandInput, ListRolePoliciesCommandOutput>(
    "iam",
    "ListRolePolicies",
    { RoleName: enforced },
    (call, input) => ({
      PolicyNames: Object.keys(theRole(call, input.RoleName).inlinePolicies),
      IsTruncated: false,
    }),
  ),
  operation<DeleteRolePolicyCommandInput, object>(
    "iam",
    "DeleteRolePolicy",
    { RoleName: enforced, PolicyName: enforced },
    (call, input) => {
      changeRole(call, input.RoleName ?? "", (role) => {
        const { [input.PolicyName ?? ""]: gone, ...kept } = role.inlinePolicies;
        if (gone === undefined)
          throw new ServiceFault("NoSuchEntity", `The role policy with name ${input.PolicyName} cannot be found.`, 404);
        return { ...role, inlinePolicies: kept };
      });
      return {};
    },
  ),
];
