import type { AttachedPolicy, PolicyStatement } from "../../environment/identity.js";
import type { Environment } from "../../environment/environment.js";
import { isUnknown } from "../../environment/maybe.js";
import type { Node } from "../../environment/node.js";
import type { Rule, Severity } from "../finding.js";
import { policyName, statementsOf } from "../identity/grants.js";
import { at, listed, ruleOver } from "../rule.js";

type Identity = Node & { readonly policies: readonly AttachedPolicy[] };

export const identitiesOf = (environment: Environment): readonly Identity[] => [
  ...environment.roles.values(),
  ...environment.users.values(),
  ...environment.userGroups.values(),
];

const leastPrivilege = "AWS IAM User Guide: Security best practices in IAM (apply least-privilege permissions)";

/** Actions that end in a star and so grant all of a service, or all of AWS; on everything, without a condition. */
function starsOf(statement: PolicyStatement): readonly string[] {
  const isNarrowed = Object.keys(statement.conditions).length > 0 || !statement.resources.includes("*");
  if (statement.effect !== "Allow" || isNarrowed) return [];
  if (statement.notActions.length > 0) return [`everything but ${listed(statement.notActions)}`];
  return statement.actions.filter((action) => action === "*" || /^[\w-]+:\*$/.test(action));
}

export const starGrant: Rule = ruleOver(
  {
    id: "grant-of-everything",
    subject: "exposure",
    severity: "high",
    summary: "A policy that grants all actions, or all of a service's, on everything",
    sources: [leastPrivilege, "AWS Security Hub controls IAM.1 and IAM.21"],
  },
  function* (environment) {
    for (const identity of identitiesOf(environment))
      for (const { policy, statement } of statementsOf(identity.policies)) {
        const stars = starsOf(statement);
        if (stars.length === 0) continue;
        const isAll = stars.includes("*") || statement.notActions.length > 0;
        yield [
          identity,
          {
            title: `may do ${listed(stars.map((star) => (star === "*" ? "everything" : star)))} on everything`,
            reason: `The policy ${policy.name} allows it on Resource "*" without a condition: one leaked credential of it is ${isAll ? "the whole account" : "the whole service"}.`,
            fix: "name the actions that it needs, and the resources by ARN",
            severity: isAll ? "critical" : "high",
            ...at(identity, "Policies"),
          },
        ];
      }
  },
);

/** Policies of AWS's by which one gets the whole account, directly or by giving oneself more. */
const owning: readonly string[] = ["AdministratorAccess", "IAMFullAccess", "PowerUserAccess"];
const severityOf = (names: readonly string[]): Severity => (names.some((name) => owning.includes(name)) ? "high" : "medium");

export const fullAccess: Rule = ruleOver(
  {
    id: "full-access-policy",
    subject: "exposure",
    severity: "high",
    summary: "An identity with AdministratorAccess, PowerUserAccess or one of AWS's FullAccess policies",
    sources: [leastPrivilege, "AWS Managed Policy Reference Guide"],
  },
  function* (environment) {
    for (const identity of identitiesOf(environment)) {
      const names = identity.policies
        .filter(({ arn }) => arn === undefined || isUnknown(arn) || arn.includes(":aws:policy/"))
        .map(policyName)
        .filter((name) => owning.includes(name) || /FullAccess$/.test(name));
      if (names.length === 0) continue;
      yield [
        identity,
        {
          title: `has ${listed(names)}`,
          reason: `These policies of AWS's grant whole services${names.includes("IAMFullAccess") ? ", and with IAMFullAccess it can give itself everything else" : ""}.`,
          fix: "grant the actions that it uses (IAM Access Analyzer writes such a policy from CloudTrail), to a role that is taken on for the task",
          severity: severityOf(names),
          ...at(identity, "ManagedPolicyArns"),
        },
      ];
    }
  },
);

const production = /\bprod(?:uction)?\b/i;
const trial = /\b(?:preview|staging|stage|test|dev|development)\b/i;

export const stagesShareRole: Rule = ruleOver(
  {
    id: "stages-share-a-role",
    subject: "exposure",
    severity: "medium",
    summary: "One role may write to production and to a trial stage of the same bucket",
    sources: ["AWS Well-Architected Framework: SEC01-BP01 Separate workloads using accounts"],
  },
  function* (environment) {
    for (const identity of identitiesOf(environment))
      for (const { policy, statement } of statementsOf(identity.policies)) {
        if (statement.effect !== "Allow") continue;
        // What stands before the stage's name must be the same: the same bucket.
        const stageOf = (pattern: RegExp) =>
          statement.resources.flatMap((resource) => {
            const match = pattern.exec(resource);
            return match === null ? [] : [{ resource, before: resource.slice(0, match.index) }];
          });
        const live = stageOf(production);
        const shared = stageOf(trial).find(({ before }) => live.some((other) => other.before === before));
        if (shared === undefined) continue;
        yield [
          identity,
          {
            title: "serves production and a trial stage alike",
            reason: `The policy ${policy.name} grants ${listed(statement.actions)} on ${listed(statement.resources)}: what is tried in one stage may overwrite or read what is in the other.`,
            fix: "a bucket and a role for each stage, better an account for each",
            ...at(identity, "Policies"),
          },
        ];
      }
  },
);
