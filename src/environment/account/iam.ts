import {
  type AttachedPolicy,
  GetOpenIDConnectProviderCommand,
  type GroupDetail,
  type IAMClient,
  ListOpenIDConnectProvidersCommand,
  type ManagedPolicyDetail,
  paginateGetAccountAuthorizationDetails,
  type PolicyDetail,
  type RoleDetail,
  type UserDetail,
} from "@aws-sdk/client-iam";
import type { Described, Said } from "../described.js";
import { isUnknown } from "../maybe.js";
import { describeCredentials, type Credentials, readCredentials } from "./credentials.js";
import type { Names } from "./names.js";
import { eachOf, type Reading } from "./reading.js";
import { told } from "../told.js";
import { documentOf, type ReadRoom, tagsOf } from "./room.js";

const roleType = "AWS::IAM::Role";
const userType = "AWS::IAM::User";
const groupType = "AWS::IAM::Group";
const policyType = "AWS::IAM::ManagedPolicy";
const profileType = "AWS::IAM::InstanceProfile";
const providerType = "AWS::IAM::OIDCProvider";

/** Everything IAM has comes in one listing, but for keys, passwords and providers. */
export const readIdentity: ReadRoom = async (clients, reading) => {
  const client = await clients.iam();
  const [pages, providers] = await Promise.all([
    reading.all(
      "iam:GetAccountAuthorizationDetails",
      [roleType, userType, groupType, policyType, profileType],
      paginateGetAccountAuthorizationDetails({ client }, { Filter: ["User", "Role", "Group", "LocalManagedPolicy"] }),
      (page) => [page],
    ),
    readProviders(client, reading),
  ]);
  const roles = pages.flatMap(({ RoleDetailList }) => RoleDetailList ?? []);
  const users = pages.flatMap(({ UserDetailList }) => UserDetailList ?? []);
  const groups = pages.flatMap(({ GroupDetailList }) => GroupDetailList ?? []);
  const policies = pages.flatMap(({ Policies }) => Policies ?? []);
  const credentials = await eachOf(users, ({ UserName = "" }) => readCredentials(client, reading, UserName));
  return {
    register: (names) => {
      for (const { RoleName = "", Arn } of roles) names.register({ type: roleType, physicalId: RoleName, also: [Arn] });
      for (const { InstanceProfileName = "", Arn } of roles.flatMap((role) => role.InstanceProfileList ?? []))
        names.register({ type: profileType, physicalId: InstanceProfileName, also: [Arn] });
      for (const { UserName = "", Arn } of users) names.register({ type: userType, physicalId: UserName, also: [Arn] });
      for (const { GroupName = "", Arn } of groups) names.register({ type: groupType, physicalId: GroupName, also: [Arn] });
      for (const { Arn = "" } of policies) names.register({ type: policyType, physicalId: Arn });
      for (const { id } of providers) names.register({ type: providerType, physicalId: id });
    },
    describe: (names) => [
      ...roles.flatMap((role) => describeRole(role, names)),
      ...users.flatMap((user, index) => describeUser(user, credentials[index], names)),
      ...groups.map((group) => describeGroup(group, names)),
      ...policies.map((policy) => describePolicy(policy, names)),
      ...providers.map(({ id, properties }) => ({
        id: names.idOf(providerType, id),
        type: providerType,
        physicalId: id,
        properties,
      })),
    ],
  };
};

const inline = (policies: readonly PolicyDetail[] | undefined): Said =>
  (policies ?? []).map(({ PolicyName, PolicyDocument }) => told({ PolicyName, PolicyDocument: documentOf(PolicyDocument) }));

const managed = (policies: readonly AttachedPolicy[] | undefined, names: Names): readonly Said[] =>
  names.refs(
    policyType,
    (policies ?? []).map(({ PolicyArn }) => PolicyArn),
  );

function describeRole(role: RoleDetail, names: Names): readonly Described[] {
  const { RoleName = "", Path = "/" } = role;
  return [
    {
      id: names.idOf(roleType, RoleName),
      type: roleType,
      physicalId: RoleName,
      // Services make these for themselves; only they can use them.
      ...(Path.startsWith("/aws-service-role/") ? { implicit: true } : {}),
      properties: told({
        RoleName,
        Path,
        AssumeRolePolicyDocument: documentOf(role.AssumeRolePolicyDocument),
        Policies: inline(role.RolePolicyList),
        ManagedPolicyArns: managed(role.AttachedManagedPolicies, names),
        PermissionsBoundary: role.PermissionsBoundary?.PermissionsBoundaryArn,
        Tags: tagsOf(role.Tags),
      }),
      attributes: told({ Arn: role.Arn }),
    },
    ...(role.InstanceProfileList ?? []).map(({ InstanceProfileName = "" }) => ({
      id: names.idOf(profileType, InstanceProfileName),
      type: profileType,
      physicalId: InstanceProfileName,
      properties: { InstanceProfileName, Roles: [names.ref(roleType, RoleName)] },
    })),
  ];
}

function describeUser(user: UserDetail, credentials: Credentials | undefined, names: Names): readonly Described[] {
  const { UserName = "" } = user;
  const id = names.idOf(userType, UserName);
  const more = credentials === undefined ? undefined : describeCredentials(id, names.ref(userType, UserName), credentials);
  return [
    {
      id,
      type: userType,
      physicalId: UserName,
      properties: told({
        UserName,
        Path: user.Path,
        Policies: inline(user.UserPolicyList),
        ManagedPolicyArns: managed(user.AttachedManagedPolicies, names),
        Groups: names.refs(groupType, user.GroupList),
        ...more?.properties,
        Tags: tagsOf(user.Tags),
      }),
      attributes: told({ Arn: user.Arn, ...more?.attributes }),
    },
    ...(more?.keys ?? []),
  ];
}

const describeGroup = (group: GroupDetail, names: Names): Described => ({
  id: names.idOf(groupType, group.GroupName),
  type: groupType,
  physicalId: group.GroupName,
  properties: told({
    GroupName: group.GroupName,
    Path: group.Path,
    Policies: inline(group.GroupPolicyList),
    ManagedPolicyArns: managed(group.AttachedManagedPolicies, names),
  }),
});

const describePolicy = (policy: ManagedPolicyDetail, names: Names): Described => ({
  id: names.idOf(policyType, policy.Arn),
  type: policyType,
  physicalId: policy.Arn,
  properties: told({
    ManagedPolicyName: policy.PolicyName,
    Path: policy.Path,
    PolicyDocument: documentOf(
      policy.PolicyVersionList?.find(({ VersionId }) => VersionId === policy.DefaultVersionId)?.Document,
    ),
  }),
});

interface Provider {
  readonly id: string;
  readonly properties: Readonly<Record<string, Said>>;
}

async function readProviders(client: IAMClient, reading: Reading): Promise<readonly Provider[]> {
  const listed = await reading.listed(
    "iam:ListOpenIDConnectProviders",
    [providerType],
    client.send(new ListOpenIDConnectProvidersCommand({})),
  );
  return eachOf(listed?.OpenIDConnectProviderList ?? [], async ({ Arn = "" }) => {
    const provider = await reading.one(
      "iam:GetOpenIDConnectProvider",
      client.send(new GetOpenIDConnectProviderCommand({ OpenIDConnectProviderArn: Arn })),
    );
    if (isUnknown(provider)) return { id: Arn, properties: { Url: provider, ClientIdList: provider } };
    return {
      id: Arn,
      // AWS leaves the scheme out.
      properties: told({
        Url: provider?.Url === undefined ? undefined : `https://${provider.Url.replace(/^https:\/\//, "")}`,
        ClientIdList: provider?.ClientIDList,
        Tags: tagsOf(provider?.Tags),
      }),
    };
  });
}
