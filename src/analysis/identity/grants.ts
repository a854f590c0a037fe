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

/** Is everybody among a statement's principals, without a condition that could narrow it? */
export const isForEverybody = ({ principals, conditions }: PolicyStatement): boolean =>
  Object.keys(conditions).length === 0 && (principals === "*" || (principals?.AWS?.includes("*") ?? false));

/** A text with a part that is not known. */
export const hasGap = (text: string): boolean => /\$\{(?!aws:|saml:|www\.|cognito)/i.test(text);

export type Grant = "granted" | "denied" | "none" | "unknown";

const concernsAction = (statement: PolicyStatement, action: string): boolean =>
  statement.actions.length > 0
    ? statement.actions.some((pattern) => covers(pattern, action))
    : statement.notActions.length > 0 && !statement.notActions.some((pattern) => covers(pattern, action));

/** What one document says about an action on anything that `concerns` finds to be meant. */
export function saidBy(
  document: PolicyDocument,
  action: string,
  concerns: (statement: PolicyStatement) => boolean | "unknown",
): Grant {
  let grant: Grant = "none";
  for (const statement of document.statements) {
    if (!concernsAction(statement, action)) continue;
    const meant = concerns(statement);
    if (meant === false) continue;
    const certain = meant === true && Object.keys(statement.conditions).length === 0;
    if (statement.effect === "Deny") {
      if (certain) return "denied";
      grant = "unknown";
    } else if (grant === "none") grant = certain || meant === true ? "granted" : "unknown";
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
