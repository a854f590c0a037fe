import type { Environment, Kind, NodeKinds, Nodes } from "../environment/environment.js";
import { isUnknown, Unknown, type Maybe } from "../environment/maybe.js";
import type { Node, NodeId, SourcePlace } from "../environment/node.js";
import { found, type Rule, type Said } from "./finding.js";

/** All of a rule but its judgement. */
export type About = Pick<Rule, "id" | "subject" | "severity" | "summary" | "sources">;

/** A rule that looks at the nodes of one kind, one by one. */
export function ruleOn<K extends Kind>(
  kind: K,
  about: About,
  look: (node: NodeKinds[K], environment: Environment, today?: string) => Iterable<Said>,
): Rule {
  return {
    ...about,
    judge(environment, today) {
      const kinds: Nodes = environment;
      const nodes: ReadonlyMap<NodeId, NodeKinds[K]> = kinds[kind];
      return [...nodes.values()].flatMap((node) =>
        Array.from(look(node, environment, today), (said) => found(about, node, said)),
      );
    },
  };
}

/** A rule that looks at the whole. */
export const ruleOver = (about: About, look: (environment: Environment) => Iterable<readonly [Node, Said]>): Rule => ({
  ...about,
  judge: (environment) => Array.from(look(environment), ([node, said]) => found(about, node, said)),
});

/** The same, as a verdict that hangs on what is not known. */
export const notKnown = (said: Said, unknown: Unknown): Said => ({
  ...said,
  verdict: "unknown",
  reason: `${said.reason} Whether it is so is not known: ${unknown.why}.`,
});

/** Why an account did not tell of a whole type of resources, where it did not: that none was seen proves nothing then. */
export function untold({ unexamined }: Environment, type: string): Unknown | undefined {
  const row = unexamined.find((each) => each.id === type && each.type === type);
  return row === undefined ? undefined : new Unknown(row.why);
}

/** Says it where the value is bad, and that nobody knows where the value is unknown. */
export function* where<T>(value: Maybe<T>, isBad: (value: T) => boolean, said: Said): Generator<Said> {
  if (isUnknown(value)) yield notKnown(said, value);
  else if (isBad(value)) yield said;
}

/** The place of a property, to be spread into what is said. */
export function at(node: Node, property: string): { readonly place?: SourcePlace } {
  const place = node.placeOf?.(property);
  return place === undefined ? {} : { place };
}

/** `a`, `a and b`, `a, b and c`. */
export const listed = (items: readonly string[]): string =>
  items.length < 2 ? items.join("") : `${items.slice(0, -1).join(", ")} and ${items[items.length - 1] ?? ""}`;

export const isTrue = (value: boolean): boolean => value;
export const isFalse = (value: boolean): boolean => !value;
