import type { Rule } from "../finding.js";
import { ruleOnUserData } from "../hosts/hosts.js";
import { at, listed, ruleOn } from "../rule.js";
import { leaksIn } from "./secret-patterns.js";

export const secretInUserData: Rule = ruleOnUserData(
  {
    id: "secret-in-user-data",
    subject: "exposure",
    severity: "high",
    summary: "User data with a password, a key or a token in clear text",
    sources: [
      "Amazon EC2 User Guide: Run commands when you launch an EC2 instance with user data input (do not store passwords in it)",
    ],
  },
  {
    title: "its user data may hold a secret",
    reason: "The text is not known here.",
    fix: "keep secrets in Secrets Manager or Parameter Store, and let the host fetch them with its role",
  },
  function* (_script, text) {
    const leaks = leaksIn(text);
    if (leaks.length === 0) return;
    yield {
      title: `its user data holds ${leaks[0]?.what ?? "a secret"}${leaks.length > 1 ? ` and ${String(leaks.length - 1)} more` : ""}`,
      reason: `${listed(leaks.map(({ what, line }) => `line ${String(line)}: ${what}`))}. User data is readable by whoever may describe the instance, by every program on it, and in the template.`,
      fix: "keep it in Secrets Manager or Parameter Store, let the host fetch it with its role, and change it, for it is known",
    };
  },
);

export const secretParameterInUserData: Rule = ruleOnUserData(
  {
    id: "secret-parameter-in-user-data",
    subject: "exposure",
    severity: "low",
    summary: "User data into which the value of a parameter with NoEcho is written",
    sources: ["AWS CloudFormation User Guide: Parameters (NoEcho masks a value where it is shown, not where it is used)"],
  },
  {
    title: "a secret parameter may be written into its user data",
    reason: "The text is not known here.",
    fix: "let the host fetch secrets with its role",
  },
  function* (_script, text) {
    const names = [...new Set([...text.matchAll(/\$\{NoEcho\.([^}]+)\}/g)].map(([, name = ""]) => name))];
    if (names.length === 0) return;
    yield {
      title: `the secret parameter ${listed(names)} is written into its user data`,
      reason:
        "NoEcho hides a value where CloudFormation shows it. In user data whoever may describe the instance reads it, and so does every program on the host.",
      fix: "keep it in Secrets Manager or Parameter Store, and let the host fetch it with its role",
    };
  },
);

export const literalSecret: Rule = ruleOn(
  "secrets",
  {
    id: "secret-in-template",
    subject: "exposure",
    severity: "high",
    summary: "A secret whose value is written in the template",
    sources: ["AWS Secrets Manager User Guide: AWS Secrets Manager best practices"],
  },
  function* (secret) {
    if (!secret.literal) return;
    yield {
      title: "its value stands in the text",
      reason:
        "Whoever may read the template, its repository or the stack knows it; Secrets Manager then guards what is no secret.",
      fix: "use GenerateSecretString, or put the value in by hand after it is made; change the value",
      ...at(secret, "SecretString"),
    };
  },
);
