import { splitBlock } from "./cidr.js";
import { functionOf, type FunctionCall } from "./functions.js";
import { attributeOf } from "./references.js";
import { partsOfSub } from "./sub.js";
import { isList, isScalar, isValues, type Path, type Value, type Values } from "./value.js";

/** What `{"Ref": "AWS::NoValue"}` gives: whatever holds it is left out. */
export const noValue: unique symbol = Symbol("AWS::NoValue");
export type NoValue = typeof noValue;

/** What an expression may ask for. `undefined` is *not known yet*: the function then stays in the result. */
export interface Lookup {
  /** A parameter, a pseudo parameter, or `Ref` of a resource. */
  ref(name: string): Value | NoValue | undefined;
  /** An attribute of a resource, e.g. `attribute("Db", "Endpoint.Address")`. */
  attribute(logicalId: string, name: string): Value | undefined;
  /** Undefined: it hangs on what is not known. */
  condition(name: string): boolean | undefined;
  mapping(name: string): Values | undefined;
  /** The zones of a region, by name. */
  zones(regionName: string): readonly string[] | undefined;
  /** The value of an export of another stack; undefined: there is none of that name. One that is not known yet is a pending function. */
  imported(name: string): Value | undefined;
  /** A text with the values of its dynamic references, for who encodes it; without it they stay as they are. */
  dynamic?(text: string): string;
}

/** An expression that has no value, and where. */
export class ResolutionFault extends Error {
  constructor(
    readonly path: Path,
    message: string,
  ) {
    super(message);
    this.name = "ResolutionFault";
  }
}

/**
 * The value of an expression. A function that needs what is not known yet stays, its known arguments resolved (and Fn::Sub
 * as Fn::Join), so that two resolutions can be compared. Throws `ResolutionFault`. `path` is where the expression is.
 */
export function resolve(expression: Value, lookup: Lookup, path: Path = []): Value | NoValue {
  const call = functionOf(expression);
  if (call !== undefined) return evaluate(call, lookup, [...path, call.name]);
  if (isList(expression)) {
    const items = expression.map((item, index) => resolve(item, lookup, [...path, index]));
    return items.filter((item) => item !== noValue);
  }
  if (isValues(expression)) {
    const entries = Object.entries(expression).map(([key, item]) => [key, resolve(item, lookup, [...path, key])] as const);
    return Object.fromEntries(entries.filter((entry): entry is [string, Value] => entry[1] !== noValue));
  }
  return expression;
}

/** Does a resolved value still hold a function whose value is not known yet? */
export function isPending(value: Value): boolean {
  if (functionOf(value) !== undefined) return true;
  if (isList(value)) return value.some(isPending);
  return isValues(value) && Object.values(value).some(isPending);
}

/** The value of a condition; undefined where it hangs on what is not known. Throws `ResolutionFault`. */
export function resolveCondition(expression: Value, lookup: Lookup, path: Path = []): boolean | undefined {
  const call = functionOf(expression, true);
  const fault = new ResolutionFault(
    path,
    "Template error: a condition must be one of Fn::And, Fn::Equals, Fn::Not, Fn::Or or Condition",
  );
  if (call === undefined) throw fault;
  const here = [...path, call.name];
  const operands = isList(call.argument) ? call.argument : [call.argument];
  const each = (): readonly (boolean | undefined)[] =>
    operands.map((operand, index) => resolveCondition(operand, lookup, [...here, index]));
  switch (call.name) {
    case "Condition":
      return lookup.condition(String(call.argument));
    case "Fn::And":
      return every(each());
    case "Fn::Or":
      return not(every(each().map(not)));
    case "Fn::Not":
      return not(each()[0]);
    case "Fn::Equals": {
      const [left, right] = operands.map((operand, index) => resolve(operand, lookup, [...here, index]));
      if (comparable(left) === comparable(right)) return true;
      return [left, right].some((side) => typeof side === "object" && isPending(side)) ? undefined : false;
    }
    default:
      throw fault;
  }
}

const not = (value: boolean | undefined): boolean | undefined => (value === undefined ? undefined : !value);

/** One that does not hold decides, whatever the unknown ones are. */
const every = (values: readonly (boolean | undefined)[]): boolean | undefined =>
  values.includes(false) ? false : values.includes(undefined) ? undefined : true;

// Parameters are text, literals may be numbers: 3 equals "3".
const comparable = (value: Value | NoValue | undefined): string => (isScalar(value) ? String(value) : JSON.stringify(value));

function evaluate({ name, argument }: FunctionCall, lookup: Lookup, path: Path): Value | NoValue {
  const fail = (message: string): never => {
    throw new ResolutionFault(path, `Template error: ${message}`);
  };
  switch (name) {
    case "Ref": {
      const value = lookup.ref(String(argument));
      return value === undefined ? { Ref: argument } : value;
    }
    case "Fn::If": {
      const [condition, whenTrue, whenFalse] = list(argument);
      const side = (branch: 1 | 2): Value | NoValue =>
        resolve((branch === 1 ? whenTrue : whenFalse) ?? null, lookup, [...path, branch]);
      const holds = lookup.condition(String(condition));
      if (holds !== undefined) return side(holds ? 1 : 2);
      const yes = side(1);
      const no = side(2);
      // What is the same either way is known.
      if (comparable(yes) === comparable(no)) return yes;
      return { "Fn::If": [String(condition), pendingBranch(yes), pendingBranch(no)] };
    }
    case "Fn::GetAtt": {
      const pair = attributeOf(argument);
      if (pair === undefined)
        return fail("Fn::GetAtt object requires two non-empty parameters, the resource name and the resource attribute");
      const attribute = known(resolve(pair.attribute, lookup, path));
      const value = isScalar(attribute) ? lookup.attribute(pair.logicalId, String(attribute)) : undefined;
      return value === undefined ? { "Fn::GetAtt": [pair.logicalId, attribute] } : value;
    }
    case "Fn::Sub":
      return substitute(argument, lookup, path);
    default: {
      const resolved = known(resolve(argument, lookup, path));
      if (isPendingArgument(name, resolved)) return { [name]: resolved };
      if (name === "Fn::ImportValue") {
        const imported = lookup.imported(String(resolved));
        if (imported === undefined) throw new ResolutionFault(path, `No export named ${String(resolved)} found.`);
        return imported;
      }
      return apply(name, resolved, lookup, fail);
    }
  }
}

// Fn::Select may pick a known item out of a list of which others are still unknown; how long a list is, is known before its items.
const isPendingArgument = (name: string, argument: Value): boolean => {
  if (name === "Fn::Length") return !isList(argument);
  if (name === "Fn::FindInMap") return list(argument).slice(0, 3).some(isPending);
  if (name !== "Fn::Select") return isPending(argument);
  const [index, from] = list(argument);
  if (!isScalar(index) || !isList(from)) return isPending(argument);
  return isPending(from[Number(index)] ?? null);
};

function apply(name: string, argument: Value, lookup: Lookup, fail: (message: string) => never): Value {
  const [first, second, third] = list(argument);
  switch (name) {
    case "Fn::Base64":
      return isScalar(argument)
        ? Buffer.from(lookup.dynamic?.(String(argument)) ?? String(argument), "utf8").toString("base64")
        : fail("every Fn::Base64 object must have a String-typed value");
    case "Fn::Join": {
      if (!isList(second) || !second.every(isScalar))
        return fail(
          "every Fn::Join object requires two parameters, (1) a string delimiter and (2) a list of strings to be joined",
        );
      return second.map(String).join(String(first));
    }
    case "Fn::Split":
      return isScalar(second)
        ? String(second).split(String(first))
        : fail("every Fn::Split object requires a string to be split");
    case "Fn::Select": {
      if (!isList(second))
        return fail(
          "Fn::Select requires a list argument with two elements: the first, the index number; the second, the list to select from",
        );
      const index =
        isScalar(first) && /^\d+$/.test(String(first))
          ? Number(first)
          : fail(`Fn::Select index must be a number, not ${JSON.stringify(first)}`);
      return second[index] ?? fail(`Fn::Select cannot select nonexistent value at index ${index}`);
    }
    case "Fn::FindInMap": {
      const mapping = lookup.mapping(String(first));
      const row = mapping !== undefined && Object.hasOwn(mapping, String(second)) ? mapping[String(second)] : undefined;
      const value = isValues(row) && Object.hasOwn(row, String(third)) ? row[String(third)] : undefined;
      const otherwise = list(argument)[3];
      if (value === undefined && isValues(otherwise)) return otherwise["DefaultValue"] ?? "";
      return value ?? fail(`Unable to get mapping for ${String(first)}::${String(second)}::${String(third)}`);
    }
    case "Fn::GetAZs": {
      const asked = argument === "" ? lookup.ref("AWS::Region") : argument;
      return (
        lookup.zones(String(asked))?.slice() ??
        fail(`Fn::GetAZs: Sandtable does not know the availability zones of ${JSON.stringify(asked)}`)
      );
    }
    case "Fn::Cidr": {
      try {
        return splitBlock(String(first), Number(second), Number(third));
      } catch (error) {
        return fail((error as Error).message.replace(/^Template error: /, ""));
      }
    }
    case "Fn::Length":
      return list(argument).length;
    case "Fn::ToJsonString":
      return JSON.stringify(argument);
    default:
      return fail(`${name} cannot be used here`);
  }
}

function substitute(argument: Value, lookup: Lookup, path: Path): Value {
  const text = isList(argument) ? argument[0] : argument;
  const given = isList(argument) && isValues(argument[1]) ? argument[1] : {};
  const locals = resolve(given, lookup, [...path, 1]);
  const pieces = partsOfSub(String(text)).map((part): Value => {
    if ("text" in part) return part.text;
    const whole = part.attribute === undefined ? part.name : `${part.name}.${part.attribute}`;
    if (isValues(locals) && Object.hasOwn(locals, whole)) return locals[whole] as Value;
    if (part.attribute !== undefined)
      return lookup.attribute(part.name, part.attribute) ?? { "Fn::GetAtt": [part.name, part.attribute] };
    const value = lookup.ref(part.name);
    return value === undefined ? { Ref: part.name } : known(value);
  });
  const wrong = pieces.find((piece) => !isScalar(piece) && !isPending(piece));
  if (wrong !== undefined) throw new ResolutionFault(path, "Template error: Fn::Sub expressions must resolve to a string");
  if (pieces.every(isScalar)) return pieces.map(String).join("");
  const merged: Value[] = [];
  for (const piece of pieces) {
    const last = merged.at(-1);
    if (isScalar(piece) && typeof last === "string") merged[merged.length - 1] = last + String(piece);
    else merged.push(isScalar(piece) ? String(piece) : piece);
  }
  return { "Fn::Join": ["", merged] };
}

/** A branch of a pending Fn::If that leaves its holder out says so. */
const pendingBranch = (value: Value | NoValue): Value => (value === noValue ? { Ref: "AWS::NoValue" } : value);

/** AWS::NoValue has no meaning as an argument: it counts as empty text. */
const known = (value: Value | NoValue): Value => (value === noValue ? "" : value);

const list = (value: Value): readonly Value[] => (isList(value) ? value : []);
