import { isDeepStrictEqual } from "node:util";

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

/**
 * Hold what was sent against the rules. Pure; says everything at once rather than the first problem. What says nothing (nothing,
 * JSON's null, an empty list or structure) is accepted of any member: clients send them for members that were not given.
 */
export function reviewMembers(input: unknown, rules: MemberRules): MemberReview {
  const refused: MemberNote[] = [];
  const kept: MemberNote[] = [];
  if (isStructure(input)) visit(input, rules, "");
  return { refused, recorded: kept };

  function visit(structure: object, members: MemberRules, prefix: string): void {
    for (const [name, sent] of Object.entries(structure)) {
      const path = `${prefix}${name}`;
      const rule = Object.hasOwn(members, name) ? members[name] : undefined;
      if (rule?.kind === "enforced" || saysNothing(sent)) continue;
      if (rule === undefined) refused.push({ path, because: "it is not modelled" });
      else if (rule.kind === "recorded") kept.push({ path, because: rule.because });
      else if (rule.kind === "within") enter(sent, rule.members, path);
      else if (rule.kind === "states" && !rule.values.some((allowed) => sameValue(allowed, sent)))
        refused.push({ path, because: `only ${rule.values.map(shown).join(" or ")} is modelled, not ${shown(sent)}` });
    }
  }

  /** A structure, or a list of them however deep; anything else has no members to hold against the rules. */
  function enter(value: unknown, members: MemberRules, path: string): void {
    if (Array.isArray(value)) value.forEach((item, index) => enter(item, members, `${path}.${index + 1}`));
    else if (isStructure(value)) visit(value, members, `${path}.`);
    else if (!saysNothing(value)) refused.push({ path, because: `a structure is expected, not ${shown(value)}` });
  }
}

/** Not a date, not bytes. */
const isStructure = (value: unknown): value is object =>
  typeof value === "object" && value !== null && [Object.prototype, null].includes(Object.getPrototypeOf(value) as object | null);

const saysNothing = (value: unknown): boolean =>
  value === undefined ||
  value === null ||
  (Array.isArray(value) && value.length === 0) ||
  (isStructure(value) && Object.values(value).every((member) => member === undefined));

const shown = (value: unknown): string => {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
};

// CloudFormation templates write numbers and booleans as strings as often as not.
const sameValue = (allowed: unknown, sent: unknown): boolean =>
  isDeepStrictEqual(allowed, sent) ||
  (typeof allowed !== "object" && typeof sent !== "object" && String(allowed) === String(sent));
