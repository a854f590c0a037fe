import { findCycle, type Graph } from "./graph.js";
import { settleParameters, type Exists, type ParameterValue, type ReadStored } from "./parameters.js";
import { Problems, type Problem } from "./problems.js";
import { pseudoParameter, type Surroundings } from "./pseudo.js";
import { functionsIn, referencesOf } from "./references.js";
import { noValue, resolve, ResolutionFault, resolveCondition, type Lookup, type NoValue } from "./resolve.js";
import { checkRules } from "./rules.js";
import type { OutputDeclaration, Resource, Template } from "./template.js";
import type { Path, Value, Values } from "./value.js";

/** What resources give to expressions once they exist; undefined: not known yet. */
export interface ResourceLookup {
  ref(logicalId: string): Value | undefined;
  attribute(logicalId: string, name: string): Value | undefined;
}

/** A template with its parameters and surroundings: which resources there are, and what each waits for. */
export interface BoundTemplate {
  readonly template: Template;
  readonly parameters: ReadonlyMap<string, ParameterValue>;
  readonly conditions: ReadonlyMap<string, boolean>;
  /** Resources whose condition holds. */
  readonly resources: ReadonlyMap<string, Resource>;
  /** Outputs whose condition holds. */
  readonly outputs: ReadonlyMap<string, OutputDeclaration>;
  /** What each resource waits for: through functions, and through DependsOn. */
  readonly dependencies: Graph;
  readonly problems: readonly Problem[];
  /** `hideSecrets`: parameters with NoEcho read as `****`. */
  lookup(resources?: ResourceLookup, options?: { readonly hideSecrets?: boolean }): Lookup;
}

/** Give a template its values. Pure but for `readStored` and `exists`; says every problem at once and throws nothing. */
export function bind(
  template: Template,
  given: ReadonlyMap<string, string>,
  surroundings: Surroundings,
  readStored: ReadStored = () => undefined,
  exists: Exists = () => true,
): BoundTemplate {
  const problems = new Problems((path) => template.locate(path));
  const parameters = settleParameters(template.parameters, given, { readStored, exists }, problems);
  const lookup = (resources?: ResourceLookup, { hideSecrets = false } = {}): Lookup => ({
    ref(name): Value | NoValue | undefined {
      const parameter = parameters.get(name);
      if (parameter !== undefined) return hideSecrets && parameter.noEcho ? "****" : parameter.value;
      return pseudoParameter(name, surroundings) ?? resources?.ref(name);
    },
    attribute: (logicalId, name) => resources?.attribute(logicalId, name),
    condition: (name) => conditions.get(name) ?? false,
    mapping: (name) => template.mappings.get(name),
    zones: (regionName) => surroundings.zones(regionName),
    imported: (name) => surroundings.exported?.(name),
  });
  const conditions = settleConditions(template, lookup(), problems);
  if (problems.found.length === 0) checkRules(template.rules.values(), template.parameters, parameters, lookup(), problems);
  const holds = ({ condition }: { readonly condition?: string }): boolean =>
    condition === undefined || (conditions.get(condition) ?? false);
  const resources = new Map([...template.resources].filter(([, resource]) => holds(resource)));
  const outputs = new Map([...template.outputs].filter(([, output]) => holds(output)));
  const dependencies = new Map(
    [...resources].map(([logicalId, resource]) => [
      logicalId,
      dependenciesOf(resource, (name) => conditions.get(name)).filter((name) => resources.has(name)),
    ]),
  );
  checkPresence(template, resources, outputs, conditions, problems);
  const cycle = findCycle(dependencies);
  if (cycle !== undefined)
    problems.add(["Resources", cycle[0] ?? ""], `Circular dependency between resources: [${cycle.join(", ")}]`);
  return { template, parameters, conditions, resources, outputs, dependencies, problems: problems.found, lookup };
}

/** The resources that a resource mentions, by functions and DependsOn. `holds` tells which branch of Fn::If counts; without it, both. */
export function dependenciesOf(resource: Resource, holds?: (condition: string) => boolean | undefined): readonly string[] {
  const mentioned = functionsIn(resource.properties, [], { holds })
    .flatMap(referencesOf)
    .filter(({ kind }) => kind === "ref" || kind === "attribute")
    .map(({ name }) => name);
  return [...new Set([...mentioned, ...resource.dependsOn])];
}

/** Resolve the properties of a resource. With `problems`, what has no value is reported there and left out. */
export function resolveProperties(resource: Resource, lookup: Lookup, problems?: Problems): Values {
  const entries = Object.entries(resource.properties).flatMap(([name, value]): [string, Value][] => {
    const path = ["Resources", resource.logicalId, "Properties", name];
    const resolved = attempt(() => resolve(value, lookup, path), problems);
    return resolved === undefined || resolved === noValue ? [] : [[name, resolved]];
  });
  return Object.fromEntries(entries);
}

/** Run what may throw a `ResolutionFault`, and report it. */
export function attempt<T>(run: () => T, problems: Problems | undefined): T | undefined {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof ResolutionFault) || problems === undefined) throw error;
    problems.add(error.path, error.message);
    return undefined;
  }
}

/** The conditions that are decided; those that hang on what is not known are left out. */
export function settleConditions(template: Template, lookup: Lookup, problems: Problems): ReadonlyMap<string, boolean> {
  const settled = new Map<string, boolean | undefined>();
  const open = new Set<string>(); // a cycle was reported when the template was read
  const settle = (name: string): boolean | undefined => {
    if (settled.has(name)) return settled.get(name);
    const expression = template.conditions.get(name);
    if (expression === undefined || open.has(name)) return false;
    open.add(name);
    const value = attempt(() => resolveCondition(expression, { ...lookup, condition: settle }, ["Conditions", name]), problems);
    settled.set(name, value);
    return value;
  };
  for (const name of template.conditions.keys()) settle(name);
  return new Map([...settled].filter((entry): entry is [string, boolean] => entry[1] !== undefined));
}

/** A reference to a resource that its condition leaves out would have nothing to name. */
export function checkPresence(
  template: Template,
  resources: ReadonlyMap<string, Resource>,
  outputs: ReadonlyMap<string, OutputDeclaration>,
  conditions: ReadonlyMap<string, boolean>,
  problems: Problems,
): void {
  const check = (value: Value, path: Path, block: string): void => {
    for (const reference of functionsIn(value, path, { holds: (name) => conditions.get(name) }).flatMap(referencesOf)) {
      if (reference.kind !== "ref" && reference.kind !== "attribute") continue;
      if (template.resources.has(reference.name) && !resources.has(reference.name))
        problems.add(
          reference.path,
          `Template format error: Unresolved resource dependencies [${reference.name}] in the ${block} block of the template (its condition ${template.resources.get(reference.name)?.condition ?? ""} is false)`,
        );
    }
  };
  for (const resource of resources.values())
    check(resource.properties, ["Resources", resource.logicalId, "Properties"], "Resources");
  for (const output of outputs.values()) check(output.value, ["Outputs", output.name, "Value"], "Outputs");
}
