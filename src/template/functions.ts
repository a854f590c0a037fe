import { isList, isScalar, isValues, type Value } from "./value.js";

/** An intrinsic function somewhere in a template. */
export interface FunctionCall {
  /** `Ref`, `Condition` or `Fn::…`. */
  readonly name: string;
  readonly argument: Value;
}

/** Says what is wrong with the shape of an argument, or nothing. */
type Shape = (argument: Value) => string | undefined;

const listOf =
  (minimum: number, maximum: number, usage: string): Shape =>
  (argument) =>
    isList(argument) && argument.length >= minimum && argument.length <= maximum ? undefined : usage;

const named =
  (usage: string): Shape =>
  (argument) =>
    typeof argument === "string" && argument !== "" ? undefined : usage;

/** Fn::GetAtt takes `[logicalId, attribute]`; JSON and YAML also accept one string with a dot. */
const attribute: Shape = (argument) =>
  typeof argument === "string"
    ? argument.indexOf(".") > 0
      ? undefined
      : "Fn::GetAtt object requires two non-empty parameters, the resource name and the resource attribute"
    : isList(argument) && argument.length === 2 && typeof argument[0] === "string" && argument[0] !== ""
      ? undefined
      : "Fn::GetAtt object requires two non-empty parameters, the resource name and the resource attribute";

const sub: Shape = (argument) =>
  typeof argument === "string" ||
  (isList(argument) && argument.length === 2 && typeof argument[0] === "string" && isValues(argument[1]))
    ? undefined
    : "One or more Fn::Sub intrinsic functions don't specify expected arguments. Specify a string as first argument, and an optional second argument to specify a mapping of values to replace in the string";

const join: Shape = (argument) =>
  isList(argument) && argument.length === 2 && typeof argument[0] === "string" && (isList(argument[1]) || isValues(argument[1]))
    ? undefined
    : "every Fn::Join object requires two parameters, (1) a string delimiter and (2) a list of strings to be joined or a function that returns a list of strings (such as Fn::GetAZs) to be joined";

/** The functions that are modelled, each with the shape of its argument. Wording as AWS's where it is known. */
const shapes: Readonly<Record<string, Shape>> = {
  Ref: named("Ref expects the name of a parameter or a resource"),
  Condition: named("Condition expects the name of a condition"),
  "Fn::And": listOf(2, 10, "every Fn::And object requires a list of at least 2 and at most 10 boolean parameters"),
  "Fn::Base64": (argument) =>
    isScalar(argument) || isValues(argument) ? undefined : "every Fn::Base64 object must have a String-typed value",
  "Fn::Cidr": listOf(3, 3, "every Fn::Cidr object requires three parameters: [ipBlock, count, cidrBits]"),
  "Fn::Equals": listOf(2, 2, "every Fn::Equals object requires a list of 2 string parameters"),
  "Fn::FindInMap": (argument) =>
    isList(argument) && (argument.length === 3 || (argument.length === 4 && hasDefault(argument[3])))
      ? undefined
      : "every Fn::FindInMap object requires three parameters, the map name, map key and the attribute for return value",
  "Fn::GetAZs": (argument) =>
    typeof argument === "string" || isValues(argument) ? undefined : "every Fn::GetAZs object must have a String-typed region",
  "Fn::GetAtt": attribute,
  "Fn::If": (argument) =>
    isList(argument) && argument.length === 3 && typeof argument[0] === "string"
      ? undefined
      : "every Fn::If object requires a list of three parameters: the name of a condition, the value if it is true and the value if it is false",
  "Fn::ImportValue": (argument) =>
    (isScalar(argument) && argument !== "") || isValues(argument)
      ? undefined
      : "every Fn::ImportValue object must have a String-typed name of an export",
  "Fn::Join": join,
  "Fn::Length": (argument) =>
    isList(argument) || isValues(argument)
      ? undefined
      : "every Fn::Length object requires a list, or a function that returns one",
  "Fn::Not": listOf(1, 1, "every Fn::Not object requires one boolean parameter"),
  "Fn::Or": listOf(2, 10, "every Fn::Or object requires a list of at least 2 and at most 10 boolean parameters"),
  "Fn::Select": (argument) =>
    isList(argument) && argument.length === 2
      ? undefined
      : "every Fn::Select object requires a list with two elements: the first, the index number; the second, the list to select from",
  "Fn::Split": (argument) =>
    isList(argument) && argument.length === 2 && typeof argument[0] === "string"
      ? undefined
      : "every Fn::Split object requires two parameters, (1) a string delimiter and (2) a string to be split or a function that returns a string to be split",
  "Fn::Sub": sub,
  "Fn::ToJsonString": (argument) =>
    isList(argument) || isValues(argument) ? undefined : "every Fn::ToJsonString object requires an object or a list",
};

/** The functions of the section Rules only, which `rules.ts` evaluates. */
const ruleShapes: Readonly<Record<string, Shape>> = {
  "Fn::Contains": listOf(2, 2, "every Fn::Contains object requires a list of strings and a string"),
  "Fn::EachMemberEquals": listOf(2, 2, "every Fn::EachMemberEquals object requires a list of strings and a string"),
  "Fn::EachMemberIn": listOf(2, 2, "every Fn::EachMemberIn object requires two lists of strings"),
  "Fn::RefAll": named("every Fn::RefAll object requires the name of a parameter type"),
};

function hasDefault(value: Value | undefined): boolean {
  return isValues(value) && Object.keys(value).length === 1 && value["DefaultValue"] !== undefined;
}

/** Functions that AWS has and Sandtable has not: refused by name. */
const refusals: Readonly<Record<string, string>> = {
  "Fn::Transform": "macros and transforms, which run Lambda functions; expand the template before you deploy it",
  "Fn::GetStackOutput": "outputs of another stack; export the value and use Fn::ImportValue",
  "Fn::ValueOf": "attributes of what a parameter names; compare the parameter itself",
  "Fn::ValueOfAll": "attributes of what parameters name; compare the parameters themselves",
};

const conditionFunctions = new Set(["Fn::And", "Fn::Or", "Fn::Not", "Fn::Equals", "Condition"]);

/** Functions that give true or false and may be used in the section Conditions only. */
export const isConditionFunction = (name: string): boolean => conditionFunctions.has(name);

/** Names with a short form in YAML, without the exclamation mark. */
export const shortForms: readonly string[] = [...Object.keys(shapes), ...Object.keys(ruleShapes), ...Object.keys(refusals)].map(
  (name) => name.replace(/^Fn::/, ""),
);

export const longForm = (short: string): string => (short === "Ref" || short === "Condition" ? short : `Fn::${short}`);

/**
 * The function that a value is, or undefined. `{"Condition": "Name"}` is one in conditions only: elsewhere the word is
 * an ordinary key (of a policy statement, for one).
 */
export function functionOf(value: Value, inConditions = false): FunctionCall | undefined {
  if (!isValues(value)) return undefined;
  const [name, ...others] = Object.keys(value);
  if (name === undefined || others.length > 0) return undefined;
  if (name !== "Ref" && !name.startsWith("Fn::") && !(inConditions && name === "Condition")) return undefined;
  return { name, argument: value[name] as Value };
}

/** What is wrong with a call of a function as it stands (name and shape), or undefined. */
export function faultOf(
  { name, argument }: FunctionCall,
  where: { readonly inRules?: boolean; readonly extensions?: boolean } = {},
): string | undefined {
  if (where.extensions !== true && needsExtensions(name, argument))
    return `Template error: ${name === "Fn::FindInMap" ? "DefaultValue of Fn::FindInMap" : name.split("::").slice(0, 2).join("::")} needs the language extensions; add "Transform: AWS::LanguageExtensions" to the template`;
  const refusal = Object.hasOwn(refusals, name) ? refusals[name] : undefined;
  if (refusal !== undefined) return `Sandtable does not model ${name} (${refusal})`;
  if (Object.hasOwn(ruleShapes, name) && where.inRules !== true)
    return `Template error: ${name} may be used in the Rules block of the template only`;
  const shape = Object.hasOwn(shapes, name) ? shapes[name] : ruleShapes[name];
  if (shape === undefined) return `Template error: ${name} is not a valid intrinsic function`;
  const fault = shape(argument);
  return fault === undefined ? undefined : `Template error: ${fault}`;
}

/** The one transform that is modelled. */
export const languageExtensions = "AWS::LanguageExtensions";

/** What AWS has in the transform AWS::LanguageExtensions only. */
const needsExtensions = (name: string, argument: Value): boolean =>
  name === "Fn::Length" ||
  name === "Fn::ToJsonString" ||
  name.startsWith("Fn::ForEach") ||
  (name === "Fn::FindInMap" && isList(argument) && argument.length === 4);
