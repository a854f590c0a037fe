import type { Parameter, Tag } from "@aws-sdk/client-cloudformation";
import { attempt, bind, type BoundTemplate } from "../../../template/bind.js";
import { functionsIn } from "../../../template/references.js";
import { isPending, noValue, resolve } from "../../../template/resolve.js";
import { isScalar } from "../../../template/value.js";
import { describeProblems, Problems, type Problem } from "../../../template/problems.js";
import { readTemplate, type Template } from "../../../template/template.js";
import type { Call, Scope } from "../../operations/call.js";
import { ServiceFault } from "../../operations/fault.js";
import { surroundingsOf, type StacksContext } from "../context.js";
import type { Deployment, GivenParameter } from "../records.js";
import { checkCapabilities } from "./capabilities.js";
import { checkResources } from "./resources.js";

/** AWS's limit for a template in the request itself. */
const longestBody = 51_200;

export const validationError = (message: string): ServiceFault => new ServiceFault("ValidationError", message);

/** What a client sends to say what a stack shall be. */
export interface Wish {
  readonly StackName?: string;
  readonly TemplateBody?: string;
  readonly TemplateURL?: string;
  /** What lies at the URL. */
  readonly fetched?: string;
  readonly UsePreviousTemplate?: boolean;
  readonly Parameters?: Parameter[];
  readonly Capabilities?: string[];
  readonly Tags?: Tag[];
}

/**
 * Read and check a template. Throws a `ValidationError` that says every problem. `given` are the values of parameters, as far as
 * loops run over them.
 */
export function soundTemplate(body: string, given?: ReadonlyMap<string, string>): Template {
  const { template, problems } = readTemplate(body, given);
  if (problems.length > 0 || template === undefined) throw refusal(problems);
  return template;
}

/** Check a wish completely, before anything is created. Throws `ValidationError` or `InsufficientCapabilitiesException`. */
export function prepare(
  call: Call,
  wish: Wish,
  stack: { readonly stackName: string; readonly stackId: string; readonly deployment?: Deployment },
  context: StacksContext,
  options: { readonly direct?: boolean } = {},
): { readonly deployment: Deployment; readonly bound: BoundTemplate } {
  const sent = sentParameters(wish.Parameters ?? [], stack.deployment);
  const template = soundTemplate(bodyOf(wish, stack.deployment), sent.values);
  const given = new Map(sent.values);
  for (const name of sent.unset) given.set(name, template.parameters.get(name)?.default ?? "");
  const stored = (name: string): string | undefined => readStored(call, name, context);
  const bound = bind(template, given, surroundingsOf(call, stack), stored, (type, value) => context.exists(call, type, value));
  const problems = new Problems((path) => template.locate(path));
  checkResources(bound, context.providers, context.specification, problems, stored);
  const imports = importsOf(bound, problems);
  checkOutputs(bound, problems);
  if (bound.problems.length + problems.found.length > 0) throw refusal([...bound.problems, ...problems.found]);
  checkCapabilities(bound, wish.Capabilities ?? [], options);
  const tags = wish.Tags ?? stack.deployment?.tags ?? [];
  checkTags(tags);
  const parameters = [...bound.parameters].map(([name, { given: text, resolved, noEcho }]): GivenParameter => ({
    name,
    given: text,
    ...(noEcho ? { noEcho } : {}),
    ...(resolved === undefined ? {} : { resolved }),
  }));
  const { text, description } = template;
  const deployment: Deployment = {
    ...{ template: text, description, parameters, capabilities: wish.Capabilities ?? [], tags },
    ...(imports.length === 0 ? {} : { imports }),
  };
  templates.set(deployment, template);
  return { deployment, bound };
}

/** What can be known of outputs before anything exists: one that never has a value would fail a stack that is otherwise whole. */
function checkOutputs(bound: BoundTemplate, problems: Problems): void {
  const lookup = bound.lookup();
  for (const { name, value, exportName } of bound.outputs.values()) {
    const path = ["Outputs", name];
    const resolved = attempt(() => resolve(value, lookup, [...path, "Value"]), problems);
    if (resolved !== undefined && resolved !== noValue && !isScalar(resolved) && !isPending(resolved))
      problems.add([...path, "Value"], malformedOutput(name));
    if (exportName !== undefined) attempt(() => resolve(exportName, lookup, [...path, "Export", "Name"]), problems);
  }
}

/** In AWS's words. */
export const malformedOutput = (name: string): string =>
  `Template format error: Output ${name} is malformed. The Value field of every Outputs member must evaluate to a String.`;

/** AWS's limits of a stack's own tags (CloudFormation user guide, "Resource tag"). */
function checkTags(tags: readonly Tag[]): void {
  const keys = tags.map(({ Key = "" }) => Key);
  const reserved = keys.find((key) => key.toLowerCase().startsWith("aws:"));
  if (reserved !== undefined) throw validationError(`Tag keys may not begin with aws: (${reserved})`);
  const twice = keys.find((key, at) => keys.indexOf(key) !== at);
  if (twice !== undefined) throw validationError(`Tags: duplicate tag key ${twice}`);
  const fault = (member: string, constraint: string): Error =>
    validationError(
      `1 validation error detected: Value at '${member}' failed to satisfy constraint: Member must have ${constraint}`,
    );
  if (tags.length > 50) throw fault("tags", "length less than or equal to 50");
  for (const { Key = "", Value = "" } of tags) {
    if (Key.length < 1 || Key.length > 128) throw fault("tags.member.key", "length between 1 and 128");
    if (Value.length > 256) throw fault("tags.member.value", "length less than or equal to 256");
  }
}

/** Names of the exports that a template uses; one that does not exist is a problem. */
function importsOf(bound: BoundTemplate, problems: Problems): readonly string[] {
  const holds = (name: string): boolean | undefined => bound.conditions.get(name);
  const lookup = bound.lookup();
  const names = new Set<string>();
  const places = [
    ...[...bound.resources.values()].map(({ logicalId, properties }) => ({
      value: properties,
      path: ["Resources", logicalId, "Properties"],
    })),
    ...[...bound.outputs.values()].map(({ name, value }) => ({ value, path: ["Outputs", name, "Value"] })),
  ];
  for (const { value, path } of places)
    for (const visit of functionsIn(value, path, { holds })) {
      if (visit.call.name !== "Fn::ImportValue") continue;
      const name = attempt(() => resolve(visit.call.argument, lookup, visit.path), problems);
      if (typeof name !== "string") continue;
      names.add(name);
      if (lookup.imported(name) === undefined) problems.add(visit.path, `No export named ${name} found.`);
    }
  return [...names];
}

/** The template of a deployment that was checked before, with the values it was checked with. */
export function boundDeployment(
  scope: Scope,
  stack: { readonly stackName: string; readonly stackId: string },
  deployment: Deployment,
): BoundTemplate {
  const given = valuesOf(deployment);
  const template = templates.get(deployment) ?? soundTemplate(deployment.template, given);
  templates.set(deployment, template);
  const stored = (name: string): string | undefined =>
    deployment.parameters.find((parameter) => parameter.given === name)?.resolved;
  return bind(template, given, surroundingsOf(scope, stack), stored);
}

/** The parameters of a deployment as they were given. */
export const valuesOf = (deployment: Deployment): ReadonlyMap<string, string> =>
  new Map(deployment.parameters.map((parameter) => [parameter.name, parameter.given]));

// A stack's deployment is read when it is asked for, and once more after a crash.
const templates = new WeakMap<Deployment, Template>();

function bodyOf(wish: Wish, previous: Deployment | undefined): string {
  if (wish.UsePreviousTemplate === true) {
    if (wish.TemplateBody !== undefined || wish.TemplateURL !== undefined)
      throw validationError("You cannot specify both usePreviousTemplate and Template Body/Template URL.");
    if (previous === undefined) throw validationError("UsePreviousTemplate cannot be used when creating a stack.");
    return previous.template;
  }
  return sentBody(wish);
}

/** The template that a request brings, or that lies where it says. @throws ServiceFault */
export function sentBody({ TemplateBody: body, fetched }: Pick<Wish, "TemplateBody" | "fetched">): string {
  if (fetched !== undefined) return fetched;
  if (body === undefined || body === "") throw validationError("Either Template URL or Template Body must be specified.");
  if (body.length > longestBody)
    throw validationError(
      `1 validation error detected: Value at 'templateBody' failed to satisfy constraint: Member must have length less than or equal to ${longestBody} (it has ${body.length}; a larger one is put into a bucket and named by TemplateURL)`,
    );
  return body;
}

/** What the client sends for parameters: values, and the names it sends without any (the default counts for them). */
function sentParameters(
  parameters: readonly Parameter[],
  previous: Deployment | undefined,
): { readonly values: ReadonlyMap<string, string>; readonly unset: readonly string[] } {
  const values = new Map<string, string>();
  const unset: string[] = [];
  for (const { ParameterKey: name = "", ParameterValue: value, UsePreviousValue: keep } of parameters) {
    if (values.has(name) || unset.includes(name)) throw validationError(`Parameters: duplicate parameter key ${name}`);
    if (keep === true) {
      if (value !== undefined)
        throw validationError(
          `Invalid input for parameter key ${name}. Cannot specify usePreviousValue as true and non empty value for a parameter`,
        );
      const before = previous?.parameters.find((parameter) => parameter.name === name);
      if (before === undefined)
        throw validationError(
          `Invalid input for parameter key ${name}. Cannot specify usePreviousValue as true for a parameter key not in the previous template`,
        );
      values.set(name, before.given);
    } else if (value === undefined) unset.push(name);
    else values.set(name, value);
  }
  return { values, unset };
}

function readStored(call: Call, name: string, context: StacksContext): string | undefined {
  try {
    return context.readParameter(call, name);
  } catch (error) {
    if (error instanceof ServiceFault && error.code === "ParameterNotFound") return undefined;
    throw error;
  }
}

/** One problem of the parameters reads exactly as AWS's; anything else says where it is. */
function refusal(problems: readonly Problem[]): ServiceFault {
  const [only, ...others] = problems;
  if (only !== undefined && others.length === 0) {
    const { message, line, column, at } = only;
    return validationError(
      at.startsWith("Parameters") ? message : `${message} (line ${line}, column ${column}${at === "" ? "" : `: ${at}`})`,
    );
  }
  return validationError(`The template has ${problems.length} problems; nothing was created.\n${describeProblems(problems)}`);
}
