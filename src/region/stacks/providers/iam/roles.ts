import { enforced, recorded, within } from "../../../operations/members.js";
import { createInstanceProfile, deleteInstanceProfile, theProfileNamed } from "../../../services/iam/instanceprofiles.js";
import { InstanceProfiles, Roles } from "../../../services/iam/records.js";
import { changeRole, createRole, deleteRole, policyNote, theRole } from "../../../services/iam/roles.js";
import { put } from "../../../records/records.js";
import type { Properties, ResourceProvider } from "../../provider.js";
import { ServiceFault } from "../../../operations/fault.js";
import {
  documentText,
  optionalNumber,
  optionalText,
  structures,
  tagRules,
  tagsOf,
  text,
  texts,
  unlessGone,
} from "../properties.js";

const policiesOf = (properties: Properties): Record<string, string> =>
  Object.fromEntries(
    structures(properties, "Policies").map((policy) => [text(policy, "PolicyName"), documentText(policy.PolicyDocument)]),
  );

export const role: ResourceProvider = {
  type: "AWS::IAM::Role",
  record: Roles,
  properties: {
    RoleName: enforced,
    Path: enforced,
    Description: enforced,
    MaxSessionDuration: enforced,
    AssumeRolePolicyDocument: recorded(policyNote),
    ManagedPolicyArns: recorded(policyNote),
    Policies: within({ PolicyName: enforced, PolicyDocument: recorded(policyNote) }),
    Tags: tagRules,
  },
  attributes: { Arn: (call, id) => theRole(call, id).arn, RoleId: (call, id) => theRole(call, id).roleId },
  create: (call, properties, naming) =>
    Promise.resolve(
      createRole(call, {
        roleName: optionalText(properties, "RoleName") ?? naming.physicalName(64),
        path: optionalText(properties, "Path"),
        description: optionalText(properties, "Description"),
        maxSessionDuration: optionalNumber(properties, "MaxSessionDuration"),
        assumeRolePolicy: documentText(properties.AssumeRolePolicyDocument),
        managedPolicyArns: texts(properties, "ManagedPolicyArns"),
        inlinePolicies: policiesOf(properties),
        tags: tagsOf(properties, naming),
      }).roleName,
    ),
  update: async (call, id, { to }, naming) => {
    const description = optionalText(to, "Description");
    changeRole(call, id, ({ description: _before, ...known }) => ({
      ...known,
      ...(description === undefined ? {} : { description }),
      maxSessionDuration: optionalNumber(to, "MaxSessionDuration") ?? 3600,
      assumeRolePolicy: documentText(to.AssumeRolePolicyDocument),
      managedPolicyArns: texts(to, "ManagedPolicyArns"),
      inlinePolicies: policiesOf(to),
      tags: tagsOf(to, naming),
    }));
  },
  delete: (call, id) =>
    unlessGone(["NoSuchEntity"], () => {
      // CloudFormation takes the role's own policies with it.
      changeRole(call, id, (known) => ({ ...known, managedPolicyArns: [], inlinePolicies: {} }));
      deleteRole(call, id);
    }),
};

function onlyRole(properties: Properties): string {
  const [name, ...others] = texts(properties, "Roles");
  if (name === undefined || others.length > 0)
    throw new ServiceFault("ValidationError", "Property Roles must name exactly one role");
  return name;
}

export const instanceProfile: ResourceProvider = {
  type: "AWS::IAM::InstanceProfile",
  record: InstanceProfiles,
  properties: { InstanceProfileName: enforced, Path: enforced, Roles: enforced },
  attributes: { Arn: (call, id) => theProfileNamed(call, id).arn },
  create: (call, properties, naming) => {
    const made = createInstanceProfile(call, {
      name: optionalText(properties, "InstanceProfileName") ?? naming.physicalName(128),
      path: optionalText(properties, "Path"),
      roleName: onlyRole(properties),
    });
    return Promise.resolve(made.name);
  },
  update: async (call, id, { to }) => {
    const { roleName } = theRole(call, onlyRole(to));
    call.commit(put(InstanceProfiles, id, { ...theProfileNamed(call, id), roleName }));
  },
  delete: (call, id) => unlessGone(["NoSuchEntity"], () => deleteInstanceProfile(call, id, { withRole: true })),
};
