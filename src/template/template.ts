import { checkReferences } from "./checks.js";
import { readParameter, type ParameterDeclaration } from "./parameters.js";
import { Problems, type Problem } from "./problems.js";
import { readText } from "./text.js";
import { isList, isValues, type Path, type Place, type Value, type Values } from "./value.js";

export type DeletionPolicy = "Delete" | "Retain" | "RetainExceptOnCreate";

export interface Resource {
  readonly logicalId: string;
  readonly type: string;
  readonly properties: Values;
  readonly dependsOn: readonly string[];
  readonly condition?: string;
  readonly deletionPolicy: DeletionPolicy;
  readonly updateReplacePolicy: DeletionPolicy;
  readonly metadata?: Value;
}

export interface OutputDeclaration {
  readonly name: string;
  readonly value: Value;
  readonly description?: string;
  readonly condition?: string;
}

/** A template that was read; its values still hold functions. */
export interface Template {
  readonly text: string;
  readonly version?: string;
  readonly description?: string;
  readonly metadata?: Value;
  readonly parameters: ReadonlyMap<string, ParameterDeclaration>;
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
  "Resources",
  "Outputs",
];

const refusedSections: Readonly<Record<string, string>> = {
  Transform: "Transform (macros and SAM run Lambda functions); expand the template before you deploy it",
  Rules:
    "Rules; use AllowedValues or AllowedPattern on the parameters (CDK: LegacyStackSynthesizer, or generateBootstrapVersionRule: false)",
  Hooks: "Hooks; leave the section out",
};

const refusedAttributes: Readonly<Record<string, string>> = {
  CreationPolicy: "CreationPolicy (waiting for signals); a resource is complete here when the service says that it is usable",
  UpdatePolicy: "UpdatePolicy (rolling updates); leave it out for now",
};

/** Read a template (JSON or YAML) and check what needs no parameter values: all problems at once. Pure; never throws. */
export function readTemplate(text: string): Reading {
  const { value, locate, problems: textProblems } = readText(text);
  if (value === undefined) return { template: undefined, problems: textProblems };
  const problems = new Problems(locate);
  if (!isValues(value)) {
    problems.add([], "Template format error: unsupported structure.");
    return { template: undefined, problems: [...textProblems, ...problems.found] };
  }
  refuseNulls(value, [], problems);
  for (const name of Object.keys(value)) {
    if (Object.hasOwn(refusedSections, name)) problems.add([name], `Sandtable does not model ${refusedSections[name]}`);
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
    parameters: section(value, "Parameters", problems, readParameter),
    mappings: section(value, "Mappings", problems, readMapping),
    conditions: section(value, "Conditions", problems, (_, condition) => condition),
    resources: section(value, "Resources", problems, readResource),
    outputs: section(value, "Outputs", problems, readOutput),
    locate,
  };
  if (value["Resources"] === undefined || (isValues(value["Resources"]) && Object.keys(value["Resources"]).length === 0))
    problems.add([], "Template format error: At least one Resources member must be defined.");
  checkReferences(template, problems);
  return { template, problems: [...textProblems, ...problems.found] };
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
  for (const [key, value] of Object.entries(found)) {
    const path = [name, key];
    if (key.startsWith("Fn::ForEach")) {
      problems.add(
        path,
        "Sandtable does not model Fn::ForEach (the language extensions transform); expand the template before you deploy it",
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

const resourceKeys = ["Type", "Properties", "DependsOn", "Condition", "DeletionPolicy", "UpdateReplacePolicy", "Metadata"];

function readResource(logicalId: string, value: Value, path: Path, problems: Problems): Resource | undefined {
  if (!isValues(value)) return void problems.add(path, `Template format error: [/Resources/${logicalId}] must be an object`);
  for (const key of Object.keys(value)) {
    if (Object.hasOwn(refusedAttributes, key)) problems.add([...path, key], `Sandtable does not model ${refusedAttributes[key]}`);
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
    metadata: value["Metadata"],
  };
}

function readPolicy(
  resource: Values,
  key: "DeletionPolicy" | "UpdateReplacePolicy",
  path: Path,
  problems: Problems,
): DeletionPolicy {
  const policy = resource[key] ?? "Delete";
  if (policy === "Delete" || policy === "Retain" || (policy === "RetainExceptOnCreate" && key === "DeletionPolicy"))
    return policy;
  if (policy === "Snapshot")
    problems.add(
      [...path, key],
      `Sandtable does not model ${key}: Snapshot yet; say Delete, or Retain to keep the resource when its stack goes`,
    );
  else problems.add([...path, key], `Template format error: Unrecognized ${key} ${JSON.stringify(policy)}`);
  return "Delete";
}

function readOutput(name: string, value: Value, path: Path, problems: Problems): OutputDeclaration | undefined {
  if (!isValues(value)) return void problems.add(path, `Template format error: [/Outputs/${name}] must be an object`);
  for (const key of Object.keys(value)) {
    if (key === "Export")
      problems.add(
        [...path, key],
        "Sandtable does not model Export (values shared between stacks) yet; hand the value to the other stack as a parameter",
      );
    else if (!["Value", "Description", "Condition"].includes(key))
      problems.add([...path, key], `Template format error: Invalid template output property '${key}'`);
  }
  const { Value: output, Description: description, Condition: condition } = value;
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
  };
}

function refuseNulls(value: Value, path: Path, problems: Problems): void {
  if (value === null)
    problems.add(path, `Template format error: [/${path.join("/")}] 'null' values are not allowed in templates`);
  else if (isList(value)) value.forEach((item, index) => refuseNulls(item, [...path, index], problems));
  else if (isValues(value))
    for (const [key, item] of Object.entries(value)) if (key !== "Metadata") refuseNulls(item, [...path, key], problems);
}
