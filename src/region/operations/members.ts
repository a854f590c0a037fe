/**
 * What becomes of each member a client sends (design decision 7): *enforced* (it has its effect), *recorded* (kept,
 * returned, and listed as having no effect here), or *refused* by name. A member that merely states AWS's default is
 * accepted. The same rules describe the properties of a CloudFormation resource type.
 */
export type MemberRule =
  | { readonly kind: "enforced" }
  | { readonly kind: "recorded"; readonly because: string }
  | { readonly kind: "states"; readonly values: readonly unknown[] }
  | { readonly kind: "within"; readonly members: MemberRules };

export type MemberRules = { readonly [member: string]: MemberRule };

/** Rules for the members of a request type `T`; a member left out is refused by name. */
export type RulesFor<T> = { readonly [K in keyof T]?: MemberRule };

/** The member has its effect. */
export const enforced: MemberRule = { kind: "enforced" };

/** The member is kept and returned but has no effect in the model; `because` is shown to the user. */
export const recorded = (because: string): MemberRule => ({ kind: "recorded", because });

/** Only these values are accepted, being AWS's defaults or what the model does anyway; any other is refused. */
export const states = (...values: readonly unknown[]): MemberRule => ({ kind: "states", values });

/** A structure (or a list of structures) whose own members have rules. */
export const within = <T = Record<string, unknown>>(members: RulesFor<T>): MemberRule => ({
  kind: "within",
  members: members as MemberRules,
});

/** A member that is not accepted, or that is only recorded. `path` is dotted, e.g. `Listeners.1.Protocol`. */
export interface MemberNote {
  readonly path: string;
  readonly because: string;
}

export interface MemberReview {
  readonly refused: readonly MemberNote[];
  readonly recorded: readonly MemberNote[];
}

/** Hold what was sent against the rules. Pure; says everything at once rather than the first problem. */
export function reviewMembers(input: unknown, rules: MemberRules): MemberReview {
  const refused: MemberNote[] = [];
  const kept: MemberNote[] = [];
  visit(input, rules, "");
  return { refused, recorded: kept };

  function visit(value: unknown, members: MemberRules, prefix: string): void {
    if (Array.isArray(value)) {
      value.forEach((item, index) => visit(item, members, `${prefix}${index + 1}.`));
      return;
    }
    if (typeof value !== "object" || value === null) return;
    for (const [name, sent] of Object.entries(value)) {
      if (sent === undefined) continue;
      const path = `${prefix}${name}`;
      const rule = Object.hasOwn(members, name) ? members[name] : undefined;
      if (rule === undefined) refused.push({ path, because: "it is not modelled" });
      else if (rule.kind === "recorded") kept.push({ path, because: rule.because });
      else if (rule.kind === "within") visit(sent, rule.members, `${path}.`);
      else if (rule.kind === "states" && !rule.values.some((allowed) => sameValue(allowed, sent)))
        refused.push({
          path,
          because: `only ${rule.values.map((v) => JSON.stringify(v)).join(" or ")} is modelled, not ${JSON.stringify(sent)}`,
        });
    }
  }
}

// CloudFormation templates write numbers and booleans as strings as often as not.
const sameValue = (allowed: unknown, sent: unknown): boolean =>
  JSON.stringify(allowed) === JSON.stringify(sent) ||
  (typeof allowed !== "object" && typeof sent !== "object" && String(allowed) === String(sent));
