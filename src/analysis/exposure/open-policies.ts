import type { PolicyDocument } from "../../environment/identity.js";
import { andThen, isUnknown, type Maybe } from "../../environment/maybe.js";
import type { Rule, Said } from "../finding.js";
import { meansStrangers } from "../identity/strangers.js";
import { at, notKnown, ruleOn } from "../rule.js";

/** Does a resource's policy let everybody do something, in any account? */
function* openTo(policy: Maybe<PolicyDocument> | undefined, said: Said): Generator<Said> {
  if (policy === undefined) return;
  const isOpen = isUnknown(policy)
    ? [policy]
    : policy.statements
        .filter(({ effect }) => effect === "Allow")
        .map((statement) => andThen(meansStrangers(statement), () => statement.unknown?.effect ?? true));
  const unsure = isOpen.find(isUnknown);
  if (isOpen.includes(true)) yield said;
  else if (unsure !== undefined) yield notKnown({ ...said, title: `perhaps ${said.title}` }, unsure);
}

export const openKey: Rule = ruleOn(
  "keys",
  {
    id: "key-open-to-everybody",
    subject: "exposure",
    severity: "critical",
    summary: "A KMS key that any principal of any account may use",
    sources: ["AWS KMS Developer Guide: Key policies (principals)", "AWS Security Hub control KMS.5"],
  },
  (key) =>
    openTo(key.policy, {
      title: "may be used by everybody",
      reason:
        'A statement of its policy allows the principal "*" without a condition that keeps others out: any account may decrypt with it, and with kms:* delete it or shut its owner out.',
      fix: 'name the account (arn:aws:iam::ACCOUNT:root), roles and services, or add a condition such as "kms:CallerAccount"',
      ...at(key, "KeyPolicy"),
    }),
);

export const openRole: Rule = ruleOn(
  "roles",
  {
    id: "role-open-to-everybody",
    subject: "exposure",
    severity: "critical",
    summary: "A role that any principal of any account may take on",
    sources: ["AWS IAM User Guide: AWS JSON policy elements: Principal (wildcards in a role's trust policy)"],
  },
  (role) =>
    openTo(role.trust, {
      title: "may be taken on by everybody",
      reason:
        'A statement of its trust policy allows the principal "*" without a condition that keeps others out: any account of AWS gets its rights.',
      fix: "name the account, role or service that takes it on; for accounts of one's own add a condition on aws:PrincipalOrgID",
      ...at(role, "AssumeRolePolicyDocument"),
    }),
);
