import type { NodeId } from "../node.js";
import { keyText, lastKey, parentOf, stepsOf, withoutKeys, type Key, type Step } from "./addresses.js";
import type { Json } from "./format.js";
import type { Plan, PlannedResource } from "./plan.js";
import { isIndexedPlainly } from "./writing.js";

/** What an expression takes its value from, as far as the plan says. */
export interface Sources {
  /** Resources, each with the attribute that is taken of it (all of it when undefined); in the order of the text. */
  readonly targets: readonly { readonly address: NodeId; readonly type: string; readonly attribute?: string }[];
  /** Variables of the root module. */
  readonly variables: readonly string[];
  /** The rest, as it is written: locals, data sources. */
  readonly others: readonly string[];
  /** References whose instance was taken by the key of whoever asks, although nothing at hand says that it is the one that is meant. */
  readonly assumed: readonly string[];
}

export const noSources: Sources = { targets: [], variables: [], others: [], assumed: [] };

/** Where an expression stands: its module, and which instance of a resource or module it is of. */
interface Standpoint {
  readonly module: string;
  readonly key: Key | undefined;
  /** What `each.value` is one of. */
  readonly forEach: Json | undefined;
  /** The header of its block in the text; undefined: it is no block. */
  readonly header?: string;
}

export const standpointOf = (resource: PlannedResource): Standpoint => ({
  module: resource.module,
  key: resource.key,
  forEach: resource.config?.for_each_expression,
  header: `resource "${resource.type}" "${resource.name}"`,
});

/** Modules that call each other in a ring are refused by Terraform; a text that was made by hand may still say so. */
const deepest = 40;

/**
 * A plan holds no expressions, only what each refers to: `["aws_subnet.a.id", "aws_subnet.a"]`, the longest first. So of
 * `aws_subnet.a[count.index]` it says `aws_subnet.a` and `count.index`, and the same of `aws_subnet.a[(count.index + 1) % 2]`. Where there
 * is an instance by the same key, this is taken for the one that is meant; unless the text is at hand and says so, that is `assumed`.
 */
export function sourcesOf(plan: Plan, expression: Json | undefined, at: Standpoint, depth = 0): Sources {
  if (depth > deepest) return noSources;
  const { references, repeated } = referencesIn(expression);
  // `a[(count.index + 1) % length(a)]` speaks of `a` twice.
  const isPlain = (reference: string): boolean => !repeated.has(reference);
  const keyed = references.some((reference) => /^(count\.index|each\.(key|value))/.test(reference));
  return references
    .map((reference) => follow(plan, reference, keyed && isPlain(reference) ? at : { ...at, key: undefined }, depth, at))
    .reduce(join, noSources);
}

const join = (a: Sources, b: Sources): Sources => ({
  targets: [...a.targets, ...b.targets],
  variables: [...a.variables, ...b.variables],
  others: [...a.others, ...b.others],
  assumed: [...a.assumed, ...b.assumed],
});

/** The references of an expression, and of those in it, without those that only say a part of another. */
function referencesIn(expression: Json | undefined): {
  readonly references: readonly string[];
  readonly repeated: ReadonlySet<string>;
} {
  const found: string[] = [];
  const walk = (part: Json | undefined): void => {
    if (Array.isArray(part)) for (const item of part) walk(item as Json);
    else if (typeof part === "object" && part !== null) {
      const { references, constant_value: _constant, ...rest } = part as { readonly [name: string]: Json };
      if (Array.isArray(references)) {
        const texts = references.filter((text): text is string => typeof text === "string");
        found.push(...texts.filter((text, index) => !isPartOf(text, texts[index - 1])));
      }
      walk(Object.values(rest));
    }
  };
  walk(expression);
  const repeated = new Set(found.filter((text, index) => found.indexOf(text) < index));
  return { references: [...new Set(found)], repeated };
}

/** After `aws_subnet.a[0].id` come `aws_subnet.a[0]` and `aws_subnet.a`. */
const isPartOf = (text: string, longer: string | undefined): boolean =>
  longer !== undefined && longer.length > text.length && longer.startsWith(text) && /^[.[]/.test(longer.slice(text.length));

function follow(plan: Plan, reference: string, at: Standpoint, depth: number, own: Standpoint): Sources {
  const steps = stepsOf(reference);
  const [first, second] = steps.map((step) => ("name" in step ? step.name : ""));
  switch (first) {
    case "path":
    case "terraform":
    case "self":
    case "count":
      return noSources;
    case "each":
      return second === "value"
        ? narrowed(sourcesOf(plan, own.forEach, { ...own, forEach: undefined }, depth + 1), own, steps.slice(2))
        : noSources;
    case "var":
      return ofVariable(plan, second ?? "", steps.slice(2), at, depth);
    case "module":
      return ofOutput(plan, steps, at, depth, reference);
    case "local":
    case "data":
      return { ...noSources, others: [reference] };
    default:
      return ofResource(plan, steps, at, reference);
  }
}

/** Of what `for_each` goes through, the instance by the same key; else the one by the same place, where keys were made from places. */
function narrowed(sources: Sources, { key }: Standpoint, rest: readonly Step[]): Sources {
  const byKey = sources.targets.filter(({ address }) => String(lastKey(address)) === String(key));
  const attribute = attributeOf(rest);
  const targets = byKey.length > 0 ? byKey : sources.targets;
  return { ...sources, targets: targets.map((target) => (attribute === undefined ? target : { ...target, attribute })) };
}

const attributeOf = (steps: readonly Step[]): string | undefined => {
  const name = steps.find((step) => "name" in step);
  return name !== undefined && "name" in name ? name.name : undefined;
};

function ofVariable(plan: Plan, name: string, rest: readonly Step[], at: Standpoint, depth: number): Sources {
  if (at.module === "") return { ...noSources, variables: [name] };
  const call = plan.call(at.module);
  const outer = {
    module: parentOf(at.module),
    key: lastKey(at.module),
    forEach: call?.for_each_expression,
    header: `module "${nameOfModule(at.module)}"`,
  };
  return picked(plan, sourcesOf(plan, call?.expressions?.[name], outer, depth + 1), rest, at, `var.${name}`);
}

function ofOutput(plan: Plan, steps: readonly Step[], at: Standpoint, depth: number, reference: string): Sources {
  const [, named, ...more] = steps;
  const name = named !== undefined && "name" in named ? named.name : "";
  const [maybeKey] = more;
  const stated = maybeKey !== undefined && "key" in maybeKey ? maybeKey.key : undefined;
  const rest = stated === undefined ? more : more.slice(1);
  const all = plan.moduleInstances(at.module, name);
  const wanted = (key: Key | undefined): readonly string[] =>
    key === undefined ? [] : all.filter((address) => address.endsWith(keyText(key)) && lastKey(address) === key);
  const chosen = stated !== undefined ? wanted(stated) : wanted(at.key).length > 0 ? wanted(at.key) : all;
  const [output, ...further] = rest;
  if (output === undefined || !("name" in output)) return { ...noSources, others: [reference] };
  const found = chosen
    .map((module) => {
      const expression = plan.module(module)?.outputs?.[output.name]?.expression;
      return sourcesOf(plan, expression, { module, key: undefined, forEach: undefined }, depth + 1);
    })
    .reduce(join, noSources);
  return picked(plan, found, further, at, `module.${name}.${output.name}`);
}

/** `network` of `module.shop.module.network["a"]`. */
const nameOfModule = (address: string): string => /([\w-]+)(?:\[[^\]]*\])?$/.exec(address)?.[1] ?? "";

/** Does the text say that whoever asks means the instance by its own key? */
function isWrittenPlainly(plan: Plan, { module, header }: Standpoint, reference: string): boolean {
  const block = header === undefined ? undefined : plan.writing.block(withoutKeys(module), header);
  return block !== undefined && isIndexedPlainly(block, reference);
}

/** One of a list by its place (`[0]`), or by the key of whoever asks (`[count.index]`). */
function picked(plan: Plan, sources: Sources, rest: readonly Step[], at: Standpoint, reference: string): Sources {
  const [first] = rest;
  const stated = first !== undefined && "key" in first ? first.key : undefined;
  const key = stated ?? at.key;
  if (key === undefined || sources.targets.length < 2) return sources;
  const byKey = sources.targets.filter(({ address }) => lastKey(address) === key);
  const byPlace = typeof key === "number" ? sources.targets.slice(key, key + 1) : [];
  const [one] = byKey.length > 0 ? byKey : byPlace;
  if (one === undefined) return sources;
  const isSure = stated !== undefined || isWrittenPlainly(plan, at, reference);
  return { ...sources, targets: [one], assumed: isSure ? sources.assumed : [...sources.assumed, reference] };
}

function ofResource(plan: Plan, steps: readonly Step[], at: Standpoint, reference: string): Sources {
  const [type, name, ...rest] = steps;
  if (type === undefined || name === undefined || !("name" in type) || !("name" in name))
    return { ...noSources, others: [reference] };
  const all = plan.instances(at.module, type.name, name.name);
  const [first] = rest;
  const stated = first !== undefined && "key" in first ? first.key : undefined;
  const attribute = attributeOf(rest);
  const byKey = (key: Key): readonly PlannedResource[] => all.filter((resource) => String(resource.key) === String(key));
  const same = at.key === undefined ? [] : byKey(at.key);
  const chosen = stated !== undefined ? byKey(stated) : same.length > 0 ? same : all;
  if (chosen.length === 0) return { ...noSources, others: [reference] };
  const isGuess = stated === undefined && same.length > 0 && all.length > same.length;
  const named = `${type.name}.${name.name}`;
  return {
    ...noSources,
    assumed: isGuess && !isWrittenPlainly(plan, at, named) ? [named] : [],
    targets: chosen.map((resource) => ({
      address: resource.address,
      type: resource.type,
      ...(attribute === undefined ? {} : { attribute }),
    })),
  };
}
