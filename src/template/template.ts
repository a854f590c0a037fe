import { checkReferences } from "./checks.js";
import { expandLoops, loopPrefix } from "./expand.js";
import { functionOf, languageExtensions } from "./functions.js";
import { tooMany } from "./limits.js";
import { itemsOf, listed, readParameter, type ParameterDeclaration } from "./parameters.js";
import { Problems, type Problem } from "./problems.js";
import { readRule, type Rule } from "./rules.js";
import { readText } from "./text.js";
import { isList, isScalar, isValues, type Path, type Place, type Value, type Values } from "./value.js";

/** `Snapshot`: deleted once what is in it has been kept in a snapshot. */
export type DeletionPolicy = "Delete" | "Retain" | "RetainExceptOnCreate" | "Snapshot";

export interface Resource {
  readonly logicalId: string;
  readonly type: string;
  readonly properties: Values;
  readonly dependsOn: readonly string[];
  readonly condition?: string;
  readonly deletionPolicy: DeletionPolicy;
  readonly updateReplacePolicy: DeletionPolicy;
  readonly creationPolicy?: CreationPolicy;
  readonly metadata?: Value;
}

/** What a resource waits for after it was made; values may still hold functions. */
export interface CreationPolicy {
  /** How many success signals; 1 unless said otherwise. */
  readonly count: Value;
  /** ISO 8601, e.g. `PT15M`; `PT5M` unless said otherwise. */
  readonly timeout: Value;
}

export interface OutputDeclaration {
  readonly name: string;
  readonly value: Value;
  readonly description?: string;
  readonly condition?: string;
  /** The name under which the account's other stacks may import the value. */
  readonly exportName?: Value;
}

/** A template that was read; its values still hold functions. */
export interface Template {
  readonly text: string;
  readonly version?: string;
  readonly description?: string;
  readonly metadata?: Value;
  /** Names of transforms, e.g. `AWS::LanguageExtensions`. */
  readonly transforms: readonly string[];
  /** The text with its loops written out, as JSON; the text itself where there are none. */
  readonly processed: string;
  readonly parameters: ReadonlyMap<string, ParameterDeclaration>;
  readonly rules: ReadonlyMap<string, Rule>;
  readonly mappings: ReadonlyMap<string, Values>;
  readonly conditions: ReadonlyMap<string, Value>;
  readonly resources: ReadonlyMap<string, Resource>;
  readonly outputs: ReadonlyMap<string, OutputDeclaration>;
  /** The place of a value in the text, or of the nearest value around it. */
  locate(path: Path): Place;
}

export interface Reading {
  /** Undefined: nothing could be made of the text. With problems it must not be deployed. */
  readonly template: Template | undefined;
  readonly problems: readonly Problem[];
}

const sections = [
  "AWSTemplateFormatVersion",
  "Description",
  "Metadata",
  "Parameters",
  "Mappings",
  "Conditions",
  "Transform",
  "Rules",
  "Resources",
  "Outputs",
];

/** The Serverless Application Model, which has a section of its own. */
const serverless = "AWS::Serverless-2016-10-31";

const refusedSections: Readonly<Record<string, string>> = {
  Hooks: "Hooks; leave the section out",
};

const refusedAttributes: Readonly<Record<string, string>> = {
  UpdatePolicy: "UpdatePolicy (rolling updates); leave it out for now",
};

/**
 * Read a template (JSON or YAML) and check what needs no parameter values: all problems at once. Pure; never throws.
 * `given` are the values of parameters, for the loops that run over one; without it such a loop is left out when the parameter has
 * no default, and what may refer to its resources is not checked.
 */
export function readTemplate(text: string, given?: ReadonlyMap<string, string>): Reading {
  const { value: written, locate: locateWritten, problems: textProblems } = readText(text);
  if (written === undefined) return { template: undefined, problems: textProblems };
  const asWritten = new Problems(locateWritten);
  if (!isValues(written)) {
    asWritten.add([], "Template format error: unsupported structure.");
    return { template: undefined, problems: [...textProblems, ...asWritten.found] };
  }
  const transforms = readTransforms(written["Transform"], asWritten);
  const expansion = transforms.includes(languageExtensions)
    ? expandLoops(written, (name, from) => collectionOf(name, from, written, given, asWritten), asWritten)
    : undefined;
  if (expansion?.tooMuch === true) return { template: undefined, problems: [...textProblems, ...asWritten.found] };
  if (expansion?.complete === false && given !== undefined)
    asWritten.add([], "Template error: Fn::ForEach runs over a parameter that has no value");
  const value = expansion?.value ?? written;
  const locate = expansion === undefined ? locateWritten : (path: Path): Place => locateWritten(expansion.origin(path));
  const problems = new Problems(locate);
  refuseNulls(value, [], problems);
  for (const name of Object.keys(value)) {
    if (Object.hasOwn(refusedSections, name)) problems.refuse([name], `Sandtable does not model ${refusedSections[name]}`);
    else if (name === "Globals" && transforms.includes(serverless)) continue;
    else if (!sections.includes(name))
      problems.add([name], `Template format error: Invalid template property or properties [${name}]`);
  }
  const version = value["AWSTemplateFormatVersion"];
  if (version !== undefined && version !== "2010-09-09")
    problems.add(
      ["AWSTemplateFormatVersion"],
      `Template format error: Unrecognized value for AWSTemplateFormatVersion: ${JSON.stringify(version)} (only "2010-09-09" exists)`,
    );
  const description = value["Description"];
  if (description !== undefined && typeof description !== "string")
    problems.add(["Description"], "Template format error: Description must be a string");
  const template: Template = {
    text,
    version: typeof version === "string" ? version : undefined,
    description: typeof description === "string" ? description : undefined,
    metadata: value["Metadata"],
    transforms,
    processed:
      expansion?.loops === true
        ? JSON.stringify(Object.fromEntries(Object.entries(value).filter(([name]) => name !== "Transform")))
        : text,
    rules: section(value, "Rules", problems, readRule),
    parameters: section(value, "Parameters", problems, readParameter),
    mappings: section(value, "Mappings", problems, readMapping),
    conditions: section(value, "Conditions", problems, (_, condition) => condition),
    resources: section(value, "Resources", problems, readResource),
    outputs: section(value, "Outputs", problems, readOutput),
    locate,
  };
  if (value["Resources"] === undefined || (isValues(value["Resources"]) && Object.keys(value["Resources"]).length === 0))
    problems.add([], "Template format error: At least one Resources member must be defined.");
  if (expansion?.complete !== false) checkReferences(template, problems);
  return { template, problems: [...textProblems, ...asWritten.found, ...problems.found] };
}

/** AWS's transforms that replace resources of their own types and leave the others as they are; a macro may change anything. */
const addingTransforms = new Set([
  "AWS::CodeDeployBlueGreen",
  "AWS::SecretsManager-2020-07-23",
  "AWS::SecretsManager-2024-09-16",
  serverless,
]);

function readTransforms(value: Value | undefined, problems: Problems): readonly string[] {
  if (value === undefined) return [];
  const names = isList(value) ? value : [value];
  return names.flatMap((name): readonly string[] => {
    if (name === languageExtensions) return [name];
    const what = typeof name === "string" ? name : isValues(name) && typeof name["Name"] === "string" ? name["Name"] : "?";
    const message = `Sandtable does not model the transform ${what} (macros and SAM run Lambda functions, AWS::Include reads from S3); expand the template before you deploy it`;
    if (addingTransforms.has(what)) problems.refuse(["Transform"], message);
    else problems.add(["Transform"], message);
    return [what];
  });
}

/** The items of a list parameter, as far as they are known before the parameters are settled. */
function collectionOf(
  name: string,
  from: Path,
  root: Values,
  given: ReadonlyMap<string, string> | undefined,
  problems: Problems,
): readonly string[] | undefined {
  const declarations = root["Parameters"];
  const declaration = isValues(declarations) ? declarations[name] : undefined;
  const type = isValues(declaration) ? declaration["Type"] : undefined;
  // The value of the SSM types is the name of what Systems Manager holds, which is not known while a template is read.
  if (typeof type !== "string" || !listed(type)) {
    const because = typeof type === "string" ? `${name} is of type ${type}` : `there is no parameter ${name}`;
    problems.add(from, `Template error: Fn::ForEach runs over a Ref to a parameter of a list type only (${because})`);
    return [];
  }
  const preset = isValues(declaration) && isScalar(declaration["Default"] ?? null) ? String(declaration["Default"]) : undefined;
  const text = given?.get(name) ?? preset;
  return text === undefined ? undefined : itemsOf(text);
}

function section<T>(
  root: Values,
  name: string,
  problems: Problems,
  read: (name: string, value: Value, path: Path, problems: Problems) => T | undefined,
): ReadonlyMap<string, T> {
  const found = root[name];
  const entries = new Map<string, T>();
  if (found === undefined) return entries;
  if (!isValues(found)) {
    problems.add([name], `Template format error: [/${name}] must be an object`);
    return entries;
  }
  const fault = tooMany(name, Object.keys(found).length);
  if (fault !== undefined) problems.add([name], fault);
  for (const [key, value] of Object.entries(found)) {
    const path = [name, key];
    if (key.startsWith(loopPrefix)) {
      problems.add(
        path,
        'Template error: Fn::ForEach needs the language extensions; add "Transform: AWS::LanguageExtensions" to the template',
      );
      continue;
    }
    if (name !== "Mappings" && !/^[A-Za-z0-9]{1,255}$/.test(key))
      problems.add(path, `Template format error: ${name} name '${key}' is non alphanumeric.`);
    const entry = read(key, value, path, problems);
    if (entry !== undefined) entries.set(key, entry);
  }
  return entries;
}

function readMapping(name: string, value: Value, path: Path, problems: Problems): Values | undefined {
  if (isValues(value) && Object.values(value).every(isValues)) return value;
  return void problems.add(path, `Template format error: Every Mappings attribute must be a map of maps: ${name}`);
}

const resourceKeys = ["Type", "Properties", "DependsOn", "Condition", "DeletionPolicy", "UpdateReplacePolicy"].concat([
  "CreationPolicy",
  "Metadata",
]);

function readResource(logicalId: string, value: Value, path: Path, problems: Problems): Resource | undefined {
  if (!isValues(value)) return void problems.add(path, `Template format error: [/Resources/${logicalId}] must be an object`);
  for (const key of Object.keys(value)) {
    if (Object.hasOwn(refusedAttributes, key))
      problems.refuse([...path, key], `Sandtable does not model ${refusedAttributes[key]}`);
    else if (!resourceKeys.includes(key))
      problems.add([...path, key], `Template format error: Invalid template resource property '${key}'`);
  }
  const type = value["Type"];
  if (typeof type !== "string")
    return void problems.add(
      path,
      `Template format error: [/Resources/${logicalId}] Every Resources object must contain a Type member.`,
    );
  const properties = value["Properties"] ?? {};
  if (!isValues(properties))
    problems.add([...path, "Properties"], `Template format error: [/Resources/${logicalId}/Properties] must be an object`);
  const dependsOn = value["DependsOn"] ?? [];
  const names = isList(dependsOn) ? dependsOn : [dependsOn];
  if (!names.every((name) => typeof name === "string"))
    problems.add([...path, "DependsOn"], "Template format error: DependsOn must be the name of a resource or a list of names");
  const condition = value["Condition"];
  if (condition !== undefined && typeof condition !== "string")
    problems.add([...path, "Condition"], "Template format error: Every Condition member must be a string.");
  return {
    logicalId,
    type,
    properties: isValues(properties) ? properties : {},
    dependsOn: names.filter((name) => typeof name === "string"),
    condition: typeof condition === "string" ? condition : undefined,
    deletionPolicy: readPolicy(value, "DeletionPolicy", path, problems),
    updateReplacePolicy: readPolicy(value, "UpdateReplacePolicy", path, problems),
    creationPolicy: readCreationPolicy(type, value["CreationPolicy"], [...path, "CreationPolicy"], problems),
    metadata: value["Metadata"],
  };
}

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-deletionpolicy.html */
const typesWithSnapshots = new Set([
  "AWS::DocDB::DBCluster",
  "AWS::EC2::Volume",
  "AWS::ElastiCache::CacheCluster",
  "AWS::ElastiCache::ReplicationGroup",
  "AWS::Neptune::DBCluster",
  "AWS::RDS::DBCluster",
  "AWS::RDS::DBInstance",
  "AWS::Redshift::Cluster",
]);

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-creationpolicy.html */
const typesWithSignals = ["AWS::EC2::Instance", "AWS::CloudFormation::WaitCondition"];

function readCreationPolicy(type: string, policy: Value | undefined, path: Path, problems: Problems): CreationPolicy | undefined {
  if (policy === undefined) return undefined;
  const signal = isValues(policy) ? policy["ResourceSignal"] : undefined;
  if (!isValues(policy) || Object.keys(policy).length !== 1 || !isValues(signal))
    return void problems.refuse(
      path,
      "Sandtable does not model a CreationPolicy other than ResourceSignal with Count and Timeout",
    );
  if (!typesWithSignals.includes(type))
    return void problems.refuse(
      path,
      `Sandtable does not model CreationPolicy of ${type}; it has it for ${typesWithSignals.join(" and ")}`,
    );
  for (const key of Object.keys(signal))
    if (key !== "Count" && key !== "Timeout")
      problems.add([...path, "ResourceSignal", key], `Template format error: Invalid ResourceSignal property '${key}'`);
  return { count: signal["Count"] ?? 1, timeout: signal["Timeout"] ?? "PT5M" };
}

/** Those of them that one is taken of here. */
const modelledSnapshots = new Set(["AWS::RDS::DBInstance", "AWS::RDS::DBCluster"]);

/** A DB cluster, and a DB instance that is no member of one, is not deleted without a snapshot, unless the template says so. */
function defaultPolicy(resource: Values): DeletionPolicy {
  const { Type: type, Properties: properties } = resource;
  if (type === "AWS::RDS::DBCluster") return "Snapshot";
  const isMember = isValues(properties) && properties["DBClusterIdentifier"] !== undefined;
  return type === "AWS::RDS::DBInstance" && !isMember ? "Snapshot" : "Delete";
}

function readPolicy(
  resource: Values,
  key: "DeletionPolicy" | "UpdateReplacePolicy",
  path: Path,
  problems: Problems,
): DeletionPolicy {
  const policy = resource[key] ?? (key === "DeletionPolicy" ? defaultPolicy(resource) : "Delete");
  if (policy === "Snapshot" && modelledSnapshots.has(String(resource["Type"]))) return policy;
  if (policy === "Delete" || policy === "Retain" || (policy === "RetainExceptOnCreate" && key === "DeletionPolicy"))
    return policy;
  const type = String(resource["Type"]);
  if (policy === "Snapshot" && typesWithSnapshots.has(type)) {
    problems.refuse(
      [...path, key],
      `Sandtable does not model ${key}: Snapshot yet; say Delete, or Retain to keep the resource when its stack goes`,
    );
    return policy;
  }
  if (policy === "Snapshot") problems.add([...path, key], `Template error: ${type} does not support ${key} Snapshot`);
  else if (functionOf(policy) !== undefined)
    problems.refuse([...path, key], `Sandtable does not model functions in ${key}; say Delete, Retain or RetainExceptOnCreate`);
  else problems.add([...path, key], `Template format error: Unrecognized ${key} ${JSON.stringify(policy)}`);
  return "Delete";
}

function readOutput(name: string, value: Value, path: Path, problems: Problems): OutputDeclaration | undefined {
  if (!isValues(value)) return void problems.add(path, `Template format error: [/Outputs/${name}] must be an object`);
  for (const key of Object.keys(value))
    if (!["Value", "Description", "Condition", "Export"].includes(key))
      problems.add([...path, key], `Template format error: Invalid template output property '${key}'`);
  const { Value: output, Description: description, Condition: condition, Export: shared } = value;
  const exportName = isValues(shared) ? shared["Name"] : undefined;
  if (shared !== undefined && (exportName === undefined || isList(exportName)))
    problems.add(
      [...path, "Export"],
      `Template format error: Output ${name} is malformed. The Name field of every Export member must be specified.`,
    );
  if (output === undefined)
    return void problems.add(path, "Template format error: Every Outputs member must contain a Value object");
  if (isList(output))
    return void problems.add(
      [...path, "Value"],
      "Template format error: The Value field of every Outputs member must evaluate to a String.",
    );
  return {
    name,
    value: output,
    description: typeof description === "string" ? description : undefined,
    condition: typeof condition === "string" ? condition : undefined,
    ...(exportName === undefined ? {} : { exportName }),
  };
}

function refuseNulls(value: Value, path: Path, problems: Problems): void {
  if (value === null)
    problems.add(path, `Template format error: [/${path.join("/")}] 'null' values are not allowed in templates`);
  else if (isList(value)) value.forEach((item, index) => refuseNulls(item, [...path, index], problems));
  else if (isValues(value))
    for (const [key, item] of Object.entries(value)) if (key !== "Metadata") refuseNulls(item, [...path, key], problems);
}
