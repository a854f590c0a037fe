import type { EnvironmentBuilder } from "../builder.js";
import type { AttachedPolicy, PolicyDocument } from "../identity.js";
import { isKnown, Unknown, type Maybe } from "../maybe.js";
import type { NodeId } from "../node.js";
import type { Catalogue } from "./catalogue.js";
import { draftsOf, unlessAbsent, type Draft } from "./node.js";
import { policyOf } from "./policies.js";
import { Reading } from "./reading.js";
import { roleType } from "./types.js";

const userType = "AWS::IAM::User";
const groupType = "AWS::IAM::Group";
const managedType = "AWS::IAM::ManagedPolicy";

export function drawIdentity(catalogue: Catalogue, builder: EnvironmentBuilder): void {
  const apart = attachedApart(catalogue);
  const policiesOf = (draft: Draft): readonly AttachedPolicy[] => [
    ...ownPolicies(catalogue, draft.read),
    ...apart.flatMap(({ holder, policy }) => (holder === draft.node.id ? [policy] : [])),
  ];
  for (const draft of draftsOf(catalogue, roleType))
    builder.add("roles", {
      ...draft.node,
      trust: policyOf(draft.read.at("AssumeRolePolicyDocument")) ?? new Unknown(`${draft.node.id} says not who may take it`),
      policies: policiesOf(draft),
    });
  for (const draft of draftsOf(catalogue, userType)) builder.add("users", userOf(catalogue, draft, policiesOf(draft)));
  for (const draft of draftsOf(catalogue, groupType)) builder.add("userGroups", { ...draft.node, policies: policiesOf(draft) });
  for (const draft of draftsOf(catalogue, managedType))
    builder.add("managedPolicies", {
      ...draft.node,
      ...madeHere(draft.read),
      attachedTo: draftsOf(catalogue, roleType, userType, groupType)
        .filter(({ node, read }) => isAttached(draft, node.id, read))
        .map(({ node }) => node.id),
    });
  for (const { node, read } of draftsOf(catalogue, "AWS::IAM::OIDCProvider"))
    builder.add("identityProviders", {
      ...node,
      url: read.at("Url").text() ?? new Unknown(`${node.id} says no address`),
      audiences: read
        .at("ClientIdList")
        .list()
        .map((audience) => audience.text("")),
    });
}

function userOf(catalogue: Catalogue, { node, read, resource }: Draft, policies: readonly AttachedPolicy[]) {
  const additions = draftsOf(catalogue, "AWS::IAM::UserToGroupAddition").filter((addition) =>
    addition.read.at("Users").nodes(userType).includes(node.id),
  );
  const keys = draftsOf(catalogue, "AWS::IAM::AccessKey").filter(
    (key) => key.read.at("UserName").node(userType) === node.id && key.read.at("Status").text("Active") !== "Inactive",
  );
  const mfa = draftsOf(catalogue, "AWS::IAM::VirtualMFADevice").some((device) =>
    device.read.at("Users").nodes(userType).includes(node.id),
  );
  const told = resource.attributes?.["HasMfa"];
  return {
    ...node,
    policies,
    groups: [
      ...read.at("Groups").nodes(groupType),
      ...additions.map((addition) =>
        unlessAbsent(addition.resource, addition.read.at("GroupName").node(groupType) ?? new Unknown("it names no group")),
      ),
    ],
    accessKeys: keys.length,
    hasPassword: read.at("LoginProfile").given,
    hasMfa:
      mfa ||
      (typeof told === "boolean" || told instanceof Unknown
        ? told
        : new Unknown("whether a user has an MFA device, no template says")),
  };
}

/** Policies in a role's, user's or group's own text, and the managed ones that it names. */
function ownPolicies(catalogue: Catalogue, read: Reading): readonly AttachedPolicy[] {
  const inline = read
    .at("Policies")
    .list()
    .map((policy) => ({
      name: policy.at("PolicyName").rendered(),
      document: policy.unknown ?? policyOf(policy.at("PolicyDocument")),
    }));
  return [
    ...inline,
    ...read
      .at("ManagedPolicyArns")
      .list()
      .map((arn) => managed(catalogue, arn)),
  ];
}

function managed(catalogue: Catalogue, arn: Reading): AttachedPolicy {
  const id = arn.node(managedType);
  const resource = typeof id === "string" ? catalogue.get(id) : undefined;
  if (resource !== undefined) return madeHere(Reading.of(catalogue, resource));
  const text = arn.text() ?? new Unknown("it names no policy");
  const name = text instanceof Unknown ? arn.rendered() : text.replace(/^.*\//, "");
  return { name, arn: text, document: undefined };
}

/** By the word of the holder, or by its own. */
const isAttached = ({ node, read }: Draft, holder: NodeId, ofHolder: Reading): boolean =>
  ofHolder.at("ManagedPolicyArns").nodes(managedType).includes(node.id) ||
  holders.some(([member, type]) => read.at(member).nodes(type).includes(holder));

function madeHere(read: Reading): AttachedPolicy {
  const name = read.at("ManagedPolicyName").text();
  return {
    name: typeof name === "string" ? name : read.resource.id,
    document: documentOf(read),
  };
}

const documentOf = (read: Reading): Maybe<PolicyDocument> | undefined =>
  read.resource.presence ?? policyOf(read.at("PolicyDocument"));

const holders: readonly (readonly [member: string, type: string])[] = [
  ["Roles", roleType],
  ["Users", userType],
  ["Groups", groupType],
];

/** Policies that are resources of their own and say whom they are for. */
function attachedApart(catalogue: Catalogue): readonly { readonly holder: NodeId; readonly policy: AttachedPolicy }[] {
  const single = (["Role", "User", "Group"] as const).flatMap((kind) =>
    draftsOf(catalogue, `AWS::IAM::${kind}Policy`).flatMap(({ read }) => {
      const holder = read.at(`${kind}Name`).node(`AWS::IAM::${kind}`);
      return typeof holder === "string" ? [{ holder, policy: inlineOf(read) }] : [];
    }),
  );
  const several = draftsOf(catalogue, "AWS::IAM::Policy", managedType).flatMap(({ node, read }) =>
    holders
      .flatMap(([member, type]) => read.at(member).nodes(type))
      .filter(isKnown)
      .map((holder) => ({ holder, policy: node.type === managedType ? madeHere(read) : inlineOf(read) })),
  );
  return [...single, ...several];
}

const inlineOf = (read: Reading): AttachedPolicy => ({ name: read.at("PolicyName").rendered(), document: documentOf(read) });
