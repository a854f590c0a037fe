import type { Said } from "../../described.js";
import { told } from "../../told.js";
import type { Block } from "../block.js";
import { documentOf, itself, nothing, physicalIdOf, settingsOf, tagsOf, type Mappers, type Part } from "../part.js";

const roleType = "aws_iam_role";
const userType = "aws_iam_user";
const groupType = "aws_iam_group";
const policyType = "aws_iam_policy";

/** IAM: who there is, and what each may do. */
export const identityMappers: Mappers = {
  aws_iam_role: (block) => [
    {
      type: "AWS::IAM::Role",
      ...physicalIdOf(block, "name"),
      properties: told({
        RoleName: block.at("name"),
        Path: block.at("path"),
        AssumeRolePolicyDocument: documentOf(block, "assume_role_policy"),
        ManagedPolicyArns: managed(block, "role", "roles"),
        Policies: block.isUnknown("inline_policy") ? undefined : listOf(block.blocks("inline_policy").map(inlineOf)),
        PermissionsBoundary: block.ref("permissions_boundary", policyType),
        Tags: tagsOf(block),
      }),
    },
  ],
  aws_iam_role_policy: (block) => [inlinePolicy(block, "Roles", block.ref("role", roleType))],
  aws_iam_role_policy_attachment: nothing,
  aws_iam_user: (block) => [
    {
      type: "AWS::IAM::User",
      ...physicalIdOf(block, "name"),
      properties: told({
        UserName: block.at("name"),
        Path: block.at("path"),
        ManagedPolicyArns: managed(block, "user", "users"),
        Groups: listOf(
          settingsOf(block, "aws_iam_user_group_membership", "user").flatMap((each) => each.refs("groups", groupType) ?? []),
        ),
        LoginProfile: settingsOf(block, "aws_iam_user_login_profile", "user").length > 0 ? {} : undefined,
        Tags: tagsOf(block),
      }),
    },
  ],
  aws_iam_user_policy: (block) => [inlinePolicy(block, "Users", block.ref("user", userType))],
  aws_iam_user_policy_attachment: nothing,
  aws_iam_user_group_membership: nothing,
  aws_iam_user_login_profile: nothing,
  aws_iam_access_key: (block) => [
    {
      type: "AWS::IAM::AccessKey",
      ...physicalIdOf(block),
      properties: told({ UserName: block.ref("user", userType), Status: block.at("status") }),
    },
  ],
  aws_iam_group: (block) => [
    {
      type: "AWS::IAM::Group",
      ...physicalIdOf(block, "name"),
      properties: told({
        GroupName: block.at("name"),
        Path: block.at("path"),
        ManagedPolicyArns: managed(block, "group", "groups"),
      }),
    },
  ],
  aws_iam_group_policy: (block) => [inlinePolicy(block, "Groups", block.ref("group", groupType))],
  aws_iam_group_policy_attachment: nothing,
  aws_iam_group_membership: (block) => [
    {
      type: "AWS::IAM::UserToGroupAddition",
      properties: told({ GroupName: block.ref("group", groupType), Users: block.refs("users", userType) }),
    },
  ],
  aws_iam_policy: (block) => [
    {
      type: "AWS::IAM::ManagedPolicy",
      ...physicalIdOf(block, "arn"),
      properties: told({
        ManagedPolicyName: block.at("name"),
        Path: block.at("path"),
        PolicyDocument: documentOf(block, "policy"),
      }),
    },
  ],
  // Told by those that it is attached to.
  aws_iam_policy_attachment: nothing,
  aws_iam_instance_profile: (block) => {
    const role = block.ref("role", roleType);
    return [
      {
        type: "AWS::IAM::InstanceProfile",
        ...physicalIdOf(block, "name"),
        properties: told({ InstanceProfileName: block.at("name"), Roles: role === undefined ? [] : [role] }),
      },
    ];
  },
  aws_iam_openid_connect_provider: (block) => [
    {
      type: "AWS::IAM::OIDCProvider",
      ...physicalIdOf(block, "arn"),
      properties: told({ Url: block.at("url"), ClientIdList: block.refs("client_id_list"), Tags: tagsOf(block) }),
    },
  ],
  aws_iam_service_linked_role: nothing,
};

const listOf = (list: readonly Said[]): Said | undefined => (list.length === 0 ? undefined : list);

const inlineOf = (block: Block): Said => told({ PolicyName: block.at("name"), PolicyDocument: documentOf(block, "policy") });

const inlinePolicy = (block: Block, member: "Roles" | "Users" | "Groups", of: Said | undefined): Part => ({
  type: "AWS::IAM::Policy",
  properties: told({
    PolicyName: block.at("name"),
    PolicyDocument: documentOf(block, "policy"),
    [member]: of === undefined ? [] : [of],
  }),
});

/** Policies that are attached: by the list of its own (roles have one), by attachments of one, by attachments to many. */
function managed(block: Block, one: "role" | "user" | "group", many: "roles" | "users" | "groups"): Said | undefined {
  const own = block.isUnknown("managed_policy_arns") ? [] : (block.refs("managed_policy_arns", policyType) ?? []);
  const single = settingsOf(block, `aws_iam_${one}_policy_attachment`, one).map((each) => each.ref("policy_arn", policyType));
  const joint = block.plan
    .of("aws_iam_policy_attachment")
    .map((resource) => block.of(resource))
    .filter((each) => (each.refs(many, block.resource.type) ?? []).some((named) => isItself(named, block)))
    .map((each) => each.ref("policy_arn", policyType));
  return listOf([...own, ...[...single, ...joint].filter((arn) => arn !== undefined)]);
}

const isItself = (named: Said, block: Block): boolean =>
  typeof named === "string" ? named === block.values["name"] : JSON.stringify(named) === JSON.stringify(itself(block));
