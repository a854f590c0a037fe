import type { AttachedPolicy, PolicyStatement } from "../../environment/identity.js";
import type { Environment } from "../../environment/environment.js";
import { isUnknown, type Unknown } from "../../environment/maybe.js";
import type { Node } from "../../environment/node.js";
import type { Rule, Said, Severity } from "../finding.js";
import { atMost, policyName, statementsOf } from "../identity/grants.js";
import { at, listed, notKnown, ruleOver } from "../rule.js";

type Identity = Node & { readonly policies: readonly AttachedPolicy[] };

export const identitiesOf = (environment: Environment): readonly Identity[] => [
  ...environment.roles.values(),
  ...environment.users.values(),
  ...environment.userGroups.values(),
];

/** A managed policy that is attached to nobody here is made to be attached by somebody else. */
const unattached = ({ managedPolicies }: Environment): readonly Identity[] =>
  [...managedPolicies.values()]
    .filter(({ attachedTo }) => attachedTo.length === 0)
    .map((policy) => ({ ...policy, policies: [policy] }));

const leastPrivilege = "AWS IAM User Guide: Security best practices in IAM (apply least-privilege permissions)";

/** Conditions on these leave all that is granted in somebody's hands: a region, a way to come, a claim. */
const narrowsNothing = /^aws:(?:RequestedRegion|SecureTransport|UserAgent|Referer)$/i;

/** `**`, `?*` and `*` are the same. */
const plain = (pattern: string): string => pattern.replaceAll(/\?*\*[*?]*/g, "*");

/** `*`, and an ARN that leaves all but the partition open (`arn:aws:*:*:*:*`). */
const isEverything = (resource: string): boolean => /^(?:\*|arn:[^:]+(?::\*)+)$/.test(plain(resource));

/** All of a service, or of AWS (`*:*` is that, too). */
const isStar = (action: string): boolean => /^(?:\*|[\w-]+):\*$|^\*$/.test(plain(action));
const isAllOfAws = (action: string): boolean => /^\*(?::\*)?$/.test(plain(action));

interface Stars {
  readonly actions: readonly string[];
  readonly isAll: boolean;
  /** `everything`, but for what it excludes. */
  readonly resources: string;
  readonly isConditional: boolean;
  /** Why it is not known whether it is so. */
  readonly unknown: Unknown | undefined;
}

/** Actions that end in a star and so grant all of a service, or all of AWS; on everything, without a condition that narrows it. */
function starsOf(statement: PolicyStatement): Stars | undefined {
  const { effect, actions, notActions, resources, notResources, unknown = {} } = statement;
  const keys = conditionKeys(statement);
  if (effect !== "Allow" || !keys.every((key) => narrowsNothing.test(key))) return undefined;
  const stars = actions.filter(isStar);
  const maybe = stars.length > 0 || unknown.actions === undefined ? [] : actions.filter((action) => isStar(atMost(action)));
  const isOnAll = resources.some(isEverything) || (notResources.length > 0 && !notResources.some(isEverything));
  if (stars.length + maybe.length + notActions.length === 0) return undefined;
  if (!isOnAll && unknown.resources === undefined) return undefined;
  return {
    actions: notActions.length > 0 ? [`everything but ${listed(notActions)}`] : [...stars, ...maybe],
    isAll: notActions.length > 0 || stars.some(isAllOfAws) || maybe.some((action) => isAllOfAws(atMost(action))),
    resources: notResources.length > 0 ? `everything but ${listed(notResources)}` : "everything",
    isConditional: keys.length > 0,
    unknown:
      (stars.length > 0 ? undefined : unknown.actions) ??
      (isOnAll && notResources.length === 0 ? undefined : unknown.resources) ??
      unknown.conditions ??
      unknown.effect,
  };
}

const conditionKeys = ({ conditions }: PolicyStatement): readonly string[] =>
  Object.values(conditions).flatMap((keys) => Object.keys(keys));

const resourceText = ({ resources, notResources }: PolicyStatement): string =>
  notResources.length > 0 ? `everything but NotResource ${listed(notResources)}` : `Resource "${resources.join(", ")}"`;

export const starGrant: Rule = ruleOver(
  {
    id: "grant-of-everything",
    subject: "exposure",
    severity: "high",
    summary: "A policy that grants all actions, or all of a service's, on everything",
    sources: [leastPrivilege, "AWS Security Hub controls IAM.1 and IAM.21"],
  },
  function* (environment) {
    for (const identity of [...identitiesOf(environment), ...unattached(environment)])
      for (const { policy, statement } of statementsOf(identity.policies)) {
        const stars = starsOf(statement);
        if (stars === undefined) continue;
        const { actions, isAll, resources, isConditional, unknown } = stars;
        const isLoose = environment.managedPolicies.has(identity.id);
        const what = listed(actions.map((star) => (isAllOfAws(star) ? "everything" : star)));
        const whole = isAll ? "the whole account" : "the whole service";
        const said: Said = {
          title: isLoose ? `lets whoever gets it do ${what} on ${resources}` : `may do ${what} on ${resources}`,
          reason: `The policy ${policy.name} allows it on ${resourceText(statement)} ${isConditional ? `with no condition but on ${listed(conditionKeys(statement))}, which keeps nobody from it` : "without a condition"}: one leaked credential of ${isLoose ? "somebody who has it" : "it"} is ${whole}.`,
          fix: "name the actions that it needs, and the resources by ARN",
          severity: isAll ? "critical" : "high",
          ...at(identity, isLoose ? "PolicyDocument" : "Policies"),
        };
        yield [identity, unknown === undefined ? said : notKnown({ ...said, title: `perhaps ${said.title}` }, unknown)];
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
