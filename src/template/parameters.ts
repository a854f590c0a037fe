import { readPattern } from "./pattern.js";
import type { Problems } from "./problems.js";
import { isList, isScalar, isValues, type Path, type Value } from "./value.js";

/** A parameter as the template declares it. */
export interface ParameterDeclaration {
  readonly name: string;
  /** e.g. `String`, `List<Number>`, `AWS::EC2::VPC::Id`, `AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>`. */
  readonly type: string;
  readonly default?: string;
  readonly description?: string;
  readonly noEcho: boolean;
  readonly allowedValues?: readonly string[];
  readonly allowedPattern?: string;
  readonly constraintDescription?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minValue?: number;
  readonly maxValue?: number;
}

/** What a parameter stands for in one deployment. */
export interface ParameterValue {
  /** As given, or the default. */
  readonly given: string;
  /** What `Ref` gives: the text, or a list for the list types; looked up for the SSM types. */
  readonly value: string | readonly string[];
  readonly noEcho: boolean;
  /** For the SSM types: what the parameter store holds. */
  readonly resolved?: string;
}

const elementTypes = [
  "AWS::EC2::AvailabilityZone::Name",
  "AWS::EC2::Image::Id",
  "AWS::EC2::Instance::Id",
  "AWS::EC2::KeyPair::KeyName",
  "AWS::EC2::SecurityGroup::GroupName",
  "AWS::EC2::SecurityGroup::Id",
  "AWS::EC2::Subnet::Id",
  "AWS::EC2::Volume::Id",
  "AWS::EC2::VPC::Id",
  "AWS::Route53::HostedZone::Id",
];
const plainTypes = [
  "String",
  "Number",
  "List<Number>",
  "CommaDelimitedList",
  ...elementTypes,
  ...elementTypes.map((type) => `List<${type}>`),
];
const storedTypes = [
  "String",
  "List<String>",
  "CommaDelimitedList",
  ...elementTypes,
  ...elementTypes.map((type) => `List<${type}>`),
];
const parameterTypes = new Set([
  ...plainTypes,
  "AWS::SSM::Parameter::Name",
  ...storedTypes.map((type) => `AWS::SSM::Parameter::Value<${type}>`),
]);

const declarationKeys = new Set(
  ["Type", "Default", "Description", "NoEcho", "AllowedValues", "AllowedPattern", "ConstraintDescription"].concat([
    "MinLength",
    "MaxLength",
    "MinValue",
    "MaxValue",
  ]),
);

/** Read the declaration of one parameter. */
export function readParameter(name: string, value: Value, path: Path, problems: Problems): ParameterDeclaration | undefined {
  if (!isValues(value)) return void problems.add(path, `Template format error: [/Parameters/${name}] must be an object`);
  for (const key of Object.keys(value))
    if (!declarationKeys.has(key))
      problems.add([...path, key], `Template format error: Invalid template parameter property '${key}'`);
  const type = value["Type"];
  if (typeof type !== "string")
    return void problems.add(path, `Template format error: Every Parameters object must contain a Type member.`);
  if (!parameterTypes.has(type))
    return void problems.add([...path, "Type"], `Template format error: Unrecognized parameter type: ${type}`);
  const text = (key: string): string | undefined => {
    const found = value[key];
    if (found === undefined) return undefined;
    if (isScalar(found)) return String(found);
    return void problems.add([...path, key], `Template format error: Every ${key} member must be a string.`);
  };
  const number = (key: string): number | undefined => {
    const found = text(key);
    if (found === undefined) return undefined;
    if (found.trim() !== "" && Number.isFinite(Number(found))) return Number(found);
    return void problems.add([...path, key], `Template format error: Every ${key} member must be a number.`);
  };
  const allowed = value["AllowedValues"];
  if (allowed !== undefined && !(isList(allowed) && allowed.every(isScalar)))
    problems.add(
      [...path, "AllowedValues"],
      "Template format error: Every AllowedValues member must be a list of literal values.",
    );
  const pattern = text("AllowedPattern");
  const read = pattern === undefined ? undefined : readPattern(pattern);
  if (read !== undefined && "why" in read) problems.add([...path, "AllowedPattern"], `Template format error: ${read.why}`);
  return {
    name,
    type,
    default: text("Default"),
    description: text("Description"),
    noEcho: text("NoEcho")?.toLowerCase() === "true",
    allowedValues: isList(allowed) ? allowed.map(String) : undefined,
    allowedPattern: pattern,
    constraintDescription: text("ConstraintDescription"),
    minLength: number("MinLength"),
    maxLength: number("MaxLength"),
    minValue: number("MinValue"),
    maxValue: number("MaxValue"),
  };
}

/**
 * Is there such a thing (`("AWS::EC2::VPC::Id", "vpc-1")`)? Undefined: things of that type are not modelled, and cannot be.
 */
export type Exists = (type: string, value: string) => boolean | undefined;

/** Reads a parameter of Systems Manager; undefined: there is none of that name. May throw what the service says. */
export type ReadStored = (name: string) => string | undefined;

/**
 * Give every parameter its value. Problems are worded as AWS words them; the path is the parameter's declaration.
 * Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/parameters-section-structure.html
 */
export function settleParameters(
  declarations: ReadonlyMap<string, ParameterDeclaration>,
  given: ReadonlyMap<string, string>,
  sources: { readonly readStored: ReadStored; readonly exists: Exists },
  problems: Problems,
): ReadonlyMap<string, ParameterValue> {
  const { readStored, exists } = sources;
  const unknown = [...given.keys()].filter((name) => !declarations.has(name));
  if (unknown.length > 0) problems.add(["Parameters"], `Parameters: [${unknown.join(", ")}] do not exist in the template`);
  const missing = [...declarations.values()].filter(({ name, default: preset }) => !given.has(name) && preset === undefined);
  if (missing.length > 0)
    problems.add(
      ["Parameters", missing[0]?.name ?? ""],
      `Parameters: [${missing.map(({ name }) => name).join(", ")}] must have values`,
    );
  const values = new Map<string, ParameterValue>();
  for (const declaration of declarations.values()) {
    const text = given.get(declaration.name) ?? declaration.default;
    if (text === undefined) continue;
    const path = ["Parameters", declaration.name];
    const fault = faultOfValue(declaration, text);
    if (fault !== undefined) problems.add(path, fault);
    const inner = /^AWS::SSM::Parameter::Value<(.*)>$/.exec(declaration.type)?.[1];
    const resolved = inner === undefined ? undefined : readStored(text);
    if (inner !== undefined && resolved === undefined)
      problems.add(path, `Unable to fetch parameters [${text}] from parameter store for this account.`);
    if (declaration.type === "AWS::SSM::Parameter::Name" && readStored(text) === undefined)
      problems.add(path, absent(text, declaration.name));
    const value = listed(inner ?? declaration.type) ? itemsOf(resolved ?? text) : (resolved ?? text);
    const element = (inner ?? declaration.type).replace(/^List<(.*)>$/, "$1");
    if (fault === undefined && elementTypes.includes(element))
      for (const item of typeof value === "string" ? [value] : value) {
        const there = exists(element, item);
        if (there === undefined) problems.add([...path, "Type"], `Sandtable does not model parameters of type ${element} yet`);
        else if (!there) problems.add(path, absent(item, declaration.name));
      }
    values.set(declaration.name, {
      given: text,
      value,
      noEcho: declaration.noEcho,
      ...(resolved === undefined ? {} : { resolved }),
    });
  }
  return values;
}

const absent = (value: string, name: string): string =>
  `Parameter validation failed: parameter value ${value} for parameter name ${name} does not exist`;

/** Is a value of this type written as a list with commas? */
export const listed = (type: string): boolean => type.startsWith("List<") || type === "CommaDelimitedList";

/** The items of a list type's text. */
export const itemsOf = (text: string): readonly string[] => (text === "" ? [] : text.split(",").map((item) => item.trim()));

function faultOfValue(declaration: ParameterDeclaration, text: string): string | undefined {
  const { name, type } = declaration;
  const say = (otherwise: string): string =>
    declaration.constraintDescription === undefined
      ? otherwise
      : `Parameter ${name} failed to satisfy constraint: ${declaration.constraintDescription}`;
  const items = listed(type) ? itemsOf(text) : [text];
  if (type === "Number" || type === "List<Number>") {
    const wrong = items.find((item) => item.trim() === "" || !Number.isFinite(Number(item)));
    if (wrong !== undefined) return `Parameter '${name}' must be a number.`;
    const { minValue, maxValue } = declaration;
    if (minValue !== undefined && items.some((item) => Number(item) < minValue))
      return say(`Parameter '${name}' must be a number not less than ${minValue}`);
    if (maxValue !== undefined && items.some((item) => Number(item) > maxValue))
      return say(`Parameter '${name}' must be a number not greater than ${maxValue}`);
  }
  const { allowedValues, allowedPattern, minLength, maxLength } = declaration;
  if (allowedValues !== undefined && items.some((item) => !allowedValues.includes(item)))
    return say(`Parameter '${name}' must be one of AllowedValues [${allowedValues.join(", ")}]`);
  const pattern = allowedPattern === undefined ? undefined : readPattern(allowedPattern);
  const matches = pattern !== undefined && "matches" in pattern ? items.map(pattern.matches) : [];
  if (matches.includes(false)) return say(`Parameter '${name}' must match pattern ${allowedPattern}`);
  if (matches.includes(undefined))
    return `Parameter '${name}' cannot be compared with pattern ${allowedPattern}: its search does not come to an end`;
  if (minLength !== undefined && text.length < minLength)
    return say(`Parameter '${name}' must contain at least ${minLength} characters`);
  if (maxLength !== undefined && text.length > maxLength)
    return say(`Parameter '${name}' must contain at most ${maxLength} characters`);
  return undefined;
}
