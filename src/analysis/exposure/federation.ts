import { isUnknown } from "../../environment/maybe.js";
import type { Rule } from "../finding.js";
import { at, ruleOn } from "../rule.js";

export const federatedTrust: Rule = ruleOn(
  "roles",
  {
    id: "federated-trust-too-wide",
    subject: "exposure",
    severity: "critical",
    summary: "A role that any user of a public identity provider may take on",
    sources: [
      "GitHub Docs: Configuring OpenID Connect in Amazon Web Services",
      "AWS IAM User Guide: Create a role for OpenID Connect federation",
    ],
  },
  function* (role) {
    if (isUnknown(role.trust)) return;
    for (const statement of role.trust.statements) {
      const { principals, conditions } = statement;
      if (statement.effect !== "Allow" || principals === undefined || principals === "*") continue;
      const providers = (principals.Federated ?? []).filter((provider) =>
        /oidc-provider|githubusercontent|gitlab/.test(provider),
      );
      if (providers.length === 0) continue;
      const subjects = Object.values(conditions).flatMap((keys) =>
        Object.entries(keys).flatMap(([key, values]) => (/:sub$/.test(key) ? values : [])),
      );
      // `repo:*` and `*` narrow nothing: `repo:owner/*` does.
      if (subjects.length > 0 && subjects.every((subject) => !/^(?:[\w-]+:)?\*/.test(subject))) continue;
      yield {
        title: "any user of its identity provider may take it on",
        reason: `It trusts ${providers[0] ?? "the provider"}, and ${subjects.length === 0 ? "no condition is about the token's subject" : `the subject ${subjects.join(", ")} matches everybody`}: tokens of strangers' pipelines are as good as yours.`,
        fix: 'add a condition on the subject, e.g. "token.actions.githubusercontent.com:sub": "repo:OWNER/REPOSITORY:ref:refs/heads/main"',
        ...at(role, "AssumeRolePolicyDocument"),
      };
    }
  },
);
