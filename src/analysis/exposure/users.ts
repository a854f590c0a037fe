import type { Environment } from "../../environment/environment.js";
import type { AttachedPolicy, User } from "../../environment/identity.js";
import { isKnown, isUnknown } from "../../environment/maybe.js";
import type { Rule } from "../finding.js";
import { granted, policyName, statementsOf } from "../identity/grants.js";
import { at, notKnown, ruleOn, ruleOver } from "../rule.js";
import { identitiesOf } from "./grants.js";

export const longLivedKey: Rule = ruleOn(
  "users",
  {
    id: "long-lived-access-key",
    subject: "exposure",
    severity: "high",
    summary: "A user with an access key, which does not end by itself",
    sources: [
      "AWS IAM User Guide: Security best practices in IAM (require workloads to use temporary credentials)",
      "AWS Security Hub control IAM.3",
    ],
  },
  function* (user) {
    if (user.accessKeys === 0) return;
    yield {
      title: user.accessKeys === 1 ? "has an access key" : `has ${String(user.accessKeys)} access keys`,
      reason: "It works until somebody deletes it, from wherever it was copied to; a stack's outputs and its state show it too.",
      fix: "use a role: IAM Identity Center for people, an OpenID Connect provider for pipelines, an instance profile for hosts",
    };
  },
);

const policiesOf = (user: User, environment: Environment): readonly AttachedPolicy[] => [
  ...user.policies,
  ...user.groups.filter(isKnown).flatMap((group) => environment.userGroups.get(group)?.policies ?? []),
];

const demandsMfa = (policies: readonly AttachedPolicy[]): boolean =>
  statementsOf(policies).some(({ statement }) =>
    Object.values(statement.conditions).some((keys) => Object.keys(keys).some((key) => /^aws:MultiFactorAuth/i.test(key))),
  );

export const userWithoutMfa: Rule = ruleOn(
  "users",
  {
    id: "user-without-mfa",
    subject: "exposure",
    severity: "medium",
    summary: "A user who can come in without a second factor",
    sources: ["AWS IAM User Guide: AWS Multi-factor authentication in IAM", "AWS Security Hub controls IAM.5 and IAM.19"],
  },
  function* (user, environment) {
    if ((user.accessKeys === 0 && !user.hasPassword) || user.hasMfa === true) return;
    const policies = policiesOf(user, environment);
    if (demandsMfa(policies)) return;
    const said = {
      title: "nothing demands a second factor",
      reason:
        "It has credentials of its own, and none of its policies or its groups' has a condition on aws:MultiFactorAuthPresent: the key or the password alone is enough.",
      fix: "deny everything but the set-up of a device unless aws:MultiFactorAuthPresent, or use IAM Identity Center",
    };
    const unseen =
      user.groups.find(isUnknown) ??
      policies.map(({ document }) => document).find((document) => document !== undefined && isUnknown(document));
    yield unseen !== undefined && isUnknown(unseen) ? notKnown(said, unseen) : said;
  },
);

/** Policies that let an instance's agent register, and are often taken for those that let people in. */
const forInstances: readonly string[] = ["AmazonSSMManagedInstanceCore", "AmazonEC2RoleforSSM"];

export const sessionPolicy: Rule = ruleOver(
  {
    id: "session-policy-cannot-start-sessions",
    subject: "exposure",
    severity: "medium",
    summary: "People who are meant to open sessions have the instances' policy, which does not let them",
    sources: [
      "AWS Systems Manager User Guide: Verify or add instance permissions for Session Manager",
      "AWS Systems Manager User Guide: Sample IAM policies for Session Manager",
    ],
  },
  function* (environment) {
    for (const identity of identitiesOf(environment)) {
      if (identity.type === "AWS::IAM::Role") continue;
      const mistaken = identity.policies.map(policyName).find((name) => forInstances.includes(name));
      const grant = granted(identity.policies, "ssm:StartSession");
      if (mistaken === undefined || grant === "granted") continue;
      yield [
        identity,
        {
          title: `has the instances' policy ${mistaken}, and ${grant === "unknown" ? "perhaps " : ""}may not start a session`,
          reason: `${mistaken} lets an agent register an instance; it has no ssm:StartSession, and people have no use for the rest of it.${grant === "unknown" ? " Whether another of its policies has it is not known." : ""}`,
          fix: "grant ssm:StartSession on the instances' ARNs (and ssm:TerminateSession on one's own sessions) instead",
          ...(grant === "unknown" ? { verdict: "unknown" as const } : {}),
          ...at(identity, "ManagedPolicyArns"),
        },
      ];
    }
  },
);
