import type {
  AddRoleToInstanceProfileCommandInput,
  CreateInstanceProfileCommandInput,
  CreateInstanceProfileCommandOutput,
  DeleteInstanceProfileCommandInput,
  GetInstanceProfileCommandInput,
  GetInstanceProfileCommandOutput,
  InstanceProfile as ApiInstanceProfile,
  ListInstanceProfilesCommandInput,
  ListInstanceProfilesCommandOutput,
  ListInstanceProfilesForRoleCommandInput,
  ListInstanceProfilesForRoleCommandOutput,
  RemoveRoleFromInstanceProfileCommandInput,
} from "@aws-sdk/client-iam";
import type { Call } from "../../operations/call.js";
import { ServiceFault } from "../../operations/fault.js";
import { enforced } from "../../operations/members.js";
import { operation, type Operation } from "../../operations/operation.js";
import { put, remove } from "../../records/records.js";
import { uniqueId } from "./ids.js";
import { checkPath } from "./limits.js";
import { InstanceProfiles, Roles, type InstanceProfile } from "./records.js";
import { describeRole, theRole } from "./roles.js";

export function createInstanceProfile(call: Call, wish: { name: string; path?: string; roleName?: string }): InstanceProfile {
  if (!/^[\w+=,.@-]{1,128}$/.test(wish.name))
    throw new ServiceFault(
      "ValidationError",
      "The specified value for instanceProfileName is invalid. It must contain only alphanumeric characters and/or the following: +=,.@_-",
    );
  if (call.records.get(InstanceProfiles, wish.name) !== undefined)
    throw new ServiceFault("EntityAlreadyExists", `Instance Profile ${wish.name} already exists.`, 409);
  if (wish.roleName !== undefined) theRole(call, wish.roleName);
  const { path = "/" } = wish;
  checkPath(path);
  const profile: InstanceProfile = {
    name: wish.name,
    profileId: uniqueId("AIPA"),
    arn: `arn:aws:iam::${call.accountId}:instance-profile${path}${wish.name}`,
    path,
    ...(wish.roleName === undefined ? {} : { roleName: wish.roleName }),
    createdAt: call.now(),
  };
  call.commit(put(InstanceProfiles, profile.name, profile));
  return profile;
}

export function deleteInstanceProfile(call: Call, name: string, options: { withRole?: boolean } = {}): void {
  const profile = theProfileNamed(call, name);
  if (profile.roleName !== undefined && options.withRole !== true)
    throw new ServiceFault("DeleteConflict", "Cannot delete entity, must remove roles from instance profile first.", 409);
  call.commit(remove(InstanceProfiles, name));
}

export function theProfileNamed(call: Pick<Call, "records">, name: string | undefined): InstanceProfile {
  const profile = name === undefined ? undefined : call.records.get(InstanceProfiles, name);
  if (profile === undefined) throw new ServiceFault("NoSuchEntity", `Instance Profile ${name} cannot be found.`, 404);
  return profile;
}

/** By name or ARN, in EC2's words when it is not there. */
export function theInstanceProfile(call: Pick<Call, "records">, nameOrArn: string): InstanceProfile {
  const profile = call.records.list(InstanceProfiles).find((known) => known.name === nameOrArn || known.arn === nameOrArn);
  if (profile === undefined)
    throw new ServiceFault(
      "InvalidParameterValue",
      `Value (${nameOrArn}) for parameter iamInstanceProfile is invalid. Invalid IAM Instance Profile`,
    );
  return profile;
}

export function describeProfile(call: Call, profile: InstanceProfile): ApiInstanceProfile {
  const role = profile.roleName === undefined ? undefined : call.records.get(Roles, profile.roleName);
  return {
    InstanceProfileName: profile.name,
    InstanceProfileId: profile.profileId,
    Arn: profile.arn,
    Path: profile.path,
    CreateDate: new Date(profile.createdAt),
    Roles: role === undefined ? [] : [describeRole(role)],
  };
}

export const instanceProfileOperations: readonly Operation[] = [
  operation<CreateInstanceProfileCommandInput, CreateInstanceProfileCommandOutput>(
    "iam",
    "CreateInstanceProfile",
    { InstanceProfileName: enforced, Path: enforced },
    (call, input) => ({
      InstanceProfile: describeProfile(
        call,
        createInstanceProfile(call, { name: input.InstanceProfileName ?? "", path: input.Path }),
      ),
    }),
  ),
  operation<GetInstanceProfileCommandInput, GetInstanceProfileCommandOutput>(
    "iam",
    "GetInstanceProfile",
    { InstanceProfileName: enforced },
    (call, input) => ({ InstanceProfile: describeProfile(call, theProfileNamed(call, input.InstanceProfileName)) }),
  ),
  operation<ListInstanceProfilesCommandInput, ListInstanceProfilesCommandOutput>(
    "iam",
    "ListInstanceProfiles",
    { PathPrefix: enforced },
    (call, input) => ({
      InstanceProfiles: call.records
        .list(InstanceProfiles)
        .filter((profile) => profile.path.startsWith(input.PathPrefix ?? "/"))
        .map((profile) => describeProfile(call, profile)),
      IsTruncated: false,
    }),
  ),
  operation<ListInstanceProfilesForRoleCommandInput, ListInstanceProfilesForRoleCommandOutput>(
    "iam",
    "ListInstanceProfilesForRole",
    { RoleName: enforced },
    (call, input) => {
      const { roleName } = theRole(call, input.RoleName);
      const profiles = call.records.list(InstanceProfiles).filter((profile) => profile.roleName === roleName);
      return { InstanceProfiles: profiles.map((profile) => describeProfile(call, profile)), IsTruncated: false };
    },
  ),
  operation<AddRoleToInstanceProfileCommandInput, object>(
    "iam",
    "AddRoleToInstanceProfile",
    { InstanceProfileName: enforced, RoleName: enforced },
    (call, input) => {
      const profile = theProfileNamed(call, input.InstanceProfileName);
      if (profile.roleName !== undefined)
        throw new ServiceFault("LimitExceeded", "Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1", 409);
      call.commit(put(InstanceProfiles, profile.name, { ...profile, roleName: theRole(call, input.RoleName).roleName }));
      return {};
    },
  ),
  operation<RemoveRoleFromInstanceProfileCommandInput, object>(
    "iam",
    "RemoveRoleFromInstanceProfile",
    { InstanceProfileName: enforced, RoleName: enforced },
    (call, input) => {
      const { roleName, ...profile } = theProfileNamed(call, input.InstanceProfileName);
      if (roleName === undefined || roleName !== input.RoleName)
        throw new ServiceFault(
          "NoSuchEntity",
          `Role ${input.RoleName} in instance profile ${profile.name} cannot be found.`,
          404,
        );
      call.commit(put(InstanceProfiles, profile.name, profile));
      return {};
    },
  ),
  operation<DeleteInstanceProfileCommandInput, object>(
    "iam",
    "DeleteInstanceProfile",
    { InstanceProfileName: enforced },
    (call, input) => {
      deleteInstanceProfile(call, input.InstanceProfileName ?? "");
      return {};
    },
  ),
];
