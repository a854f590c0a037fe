import type { AttachedPolicy, PolicyDocument, PolicyStatement } from "../../environment/identity.js";
import { isUnknown, type Maybe } from "../../environment/maybe.js";
import { managedActions } from "./managed-policies.js";

/** Does a pattern of IAM (`*` any letters, `?` one) cover a text? Actions are compared whatever their case. */
export function covers(pattern: string, text: string): boolean {
  const escaped = pattern
    .replaceAll(/[.+^${}()|[\]\\]/g, String.raw`\$&`)
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  return new RegExp(`^${escaped}$`, "is").test(text);
}

/** A text with a part that is not known. */
export const hasGap = (text: string): boolean => /\$\{(?!aws:|saml:|www\.|cognito)/i.test(text);

export type Grant = "granted" | "denied" | "none" | "unknown";

/** What is not known of a pattern may be a star. */
export const atMost = (pattern: string): string => (hasGap(pattern) ? pattern.replaceAll(/\$\{[^}]*\}/g, "*") : pattern);

export function concernsAction({ actions, notActions, unknown }: PolicyStatement, action: string): Maybe<boolean> {
  const isNamed = actions.length > 0;
  if (!isNamed && notActions.length === 0) return false;
  const patterns = isNamed ? actions : notActions;
  if (patterns.some((pattern) => covers(pattern, action))) return isNamed;
  const why = patterns.some((pattern) => covers(atMost(pattern), action)) ? unknown?.actions : undefined;
  return why ?? !isNamed;
}

/** What one document says about an action on anything that `concerns` finds to be meant. */
export function saidBy(
  document: PolicyDocument,
  action: string,
  concerns: (statement: PolicyStatement) => boolean | "unknown",
): Grant {
  let grant: Grant = "none";
  for (const statement of document.statements) {
    const isConcerned = concernsAction(statement, action);
    if (isConcerned === false) continue;
    const meant = concerns(statement);
    if (meant === false) continue;
    const isSure = meant === true && isConcerned === true && statement.unknown?.effect === undefined;
    if (statement.effect === "Deny") {
      if (isSure && Object.keys(statement.conditions).length === 0 && statement.unknown?.conditions === undefined)
        return "denied";
      grant = "unknown";
    } else if (grant === "none") grant = isSure ? "granted" : "unknown";
  }
  return grant;
}

/** Do an identity's policies grant an action somewhere (or on what `concerns` means)? A Deny wins; what nobody knows makes the rest unknown. */
export function granted(
  policies: readonly AttachedPolicy[],
  action: string,
  concerns: (statement: PolicyStatement) => boolean | "unknown" = () => true,
): Grant {
  const grants = policies.map((policy) => grantOf(policy, action, concerns));
  for (const grant of ["denied", "granted", "unknown"] as const) if (grants.includes(grant)) return grant;
  return "none";
}

function grantOf(policy: AttachedPolicy, action: string, concerns: (statement: PolicyStatement) => boolean | "unknown"): Grant {
  if (policy.document !== undefined) return isUnknown(policy.document) ? "unknown" : saidBy(policy.document, action, concerns);
  const actions = managedActions(policyName(policy));
  if (actions === undefined) return "unknown";
  return actions.some((pattern) => covers(pattern, action)) ? "granted" : "none";
}

/** `AdministratorAccess` of `arn:aws:iam::aws:policy/AdministratorAccess`. */
export function policyName(policy: AttachedPolicy): string {
  const arn: Maybe<string> | undefined = policy.arn;
  return arn === undefined || isUnknown(arn) ? policy.name : arn.slice(arn.lastIndexOf("/") + 1);
}

/** Its statements, where they are known. */
export const statementsOf = (
  policies: readonly AttachedPolicy[],
): readonly { policy: AttachedPolicy; statement: PolicyStatement }[] =>
  policies.flatMap((policy) =>
    policy.document === undefined || isUnknown(policy.document)
      ? []
      : policy.document.statements.map((statement) => ({ policy, statement })),
  );
