import { attempt, checkPresence, dependenciesOf, settleConditions } from "../../template/bind.js";
import { functionOf } from "../../template/functions.js";
import { findCycle } from "../../template/graph.js";
import { listed, settleParameters, type ParameterDeclaration, type ParameterValue } from "../../template/parameters.js";
import { Problems, type Problem } from "../../template/problems.js";
import { isPseudoParameter, pseudoParameter } from "../../template/pseudo.js";
import { functionsIn, referencesOf } from "../../template/references.js";
import { isPending, noValue, resolve, type Lookup, type NoValue } from "../../template/resolve.js";
import { checkRules } from "../../template/rules.js";
import type { Resource, Template } from "../../template/template.js";
import { isScalar, type Path, type Value } from "../../template/value.js";
import { PartialText, Reference, type Said } from "../described.js";
import { sameAsProperty } from "../graph/names.js";
import { accountNotKnown, Unknown } from "../maybe.js";
import type { NodeId } from "../node.js";
import { saidOf, split, type Names } from "./said.js";
import { zonesOf } from "./zones.js";

/** Properties with what hosts run when they start. */
const scripts: ReadonlySet<string> = new Set(["UserData", "LaunchTemplateData"]);

const isText = (said: Said): said is string | number | boolean => isScalar(said);

/** What a stack takes from those that are read with it. */
export interface Others {
  /** The value that another stack exports under a name; undefined: none does. */
  exported(name: string): Said | undefined;
  /** The stack that a resource nests; undefined: its template was not given. */
  nested(logicalId: string): { output(name: string): Said } | undefined;
}

/** What a stack passes to one that it nests, by parameter. */
export type Passed = ReadonlyMap<string, Said> | Unknown;

/** What a stack's template is read with. */
interface Surroundings {
  /** Undefined: CloudFormation makes a name for it. */
  readonly name: string | undefined;
  /** Values of its parameters, by name. */
  readonly given: ReadonlyMap<string, string>;
  /** Values from the stack that nests it, instead. */
  readonly passed?: Passed;
  readonly about: About;
  readonly others: Others;
  idOf(logicalId: string): NodeId;
}

export interface About {
  /** e.g. `eu-west-3`. */
  readonly region?: string;
  readonly account?: string;
}

/**
 * One stack's template with what is known of its values. Where a deployment refuses what has no value, this reading keeps it open: the
 * function stays, and is told as unknown.
 */
export class StackReading {
  readonly #problems: Problems;
  readonly #parameters: ReadonlyMap<string, ParameterValue>;
  readonly #conditions: ReadonlyMap<string, boolean>;
  readonly #lookup: Lookup;
  readonly #names: Names;
  /** Resources whose properties are being looked at for an attribute: two may name each other. */
  readonly #open = new Set<string>();
  private readonly given: ReadonlyMap<string, string>;

  readonly #passed: Passed | undefined;

  constructor(
    readonly template: Template,
    private readonly surroundings: Surroundings,
  ) {
    const { others, passed } = surroundings;
    const idOf = (logicalId: string): NodeId => surroundings.idOf(logicalId);
    this.#passed = passed;
    this.given = passed === undefined ? surroundings.given : this.#givenBy(passed);
    this.#problems = new Problems((path) => template.locate(path));
    this.#parameters = this.#settleParameters();
    this.#lookup = {
      ref: (name) => this.#ref(name),
      attribute: (logicalId, name) => this.#attribute(logicalId, name),
      condition: (name) => this.#conditions.get(name),
      mapping: (name) => template.mappings.get(name),
      zones: (region) => zonesOf(/^[a-z]+(-[a-z]+)+-\d+$/.test(region) ? region : undefined),
      imported: (name) => {
        const value = others.exported(name);
        return typeof value === "string" ? value : { "Fn::ImportValue": name };
      },
    };
    this.#names = {
      ref: (name) => {
        if (this.nests(name)) return new Unknown(`the id of the nested stack ${name} is known only when it is made`);
        return template.resources.has(name) ? new Reference(idOf(name)) : (this.#fromParent(name) ?? this.#whyNot(name));
      },
      attribute: (logicalId, name) => this.#outputOf(logicalId, name) ?? new Reference(idOf(logicalId), name),
      mapping: (name) => template.mappings.get(name),
      imported: (name) => others.exported(name) ?? new Unknown(`no stack that was given exports ${name}`),
      condition: (name) => this.#undecided(name),
    };
    this.#conditions = new Map();
    this.#conditions = settleConditions(template, this.#lookup, this.#problems);
    this.#check();
  }

  idOf(logicalId: string): NodeId {
    return this.surroundings.idOf(logicalId);
  }

  /** Is the template of what this resource nests read too? */
  nests(logicalId: string): boolean {
    return this.surroundings.others.nested(logicalId) !== undefined;
  }

  /** The parameters that a resource passes to the stack it nests. */
  passedTo({ logicalId, properties }: Resource): Passed {
    const said = this.#said(properties["Parameters"] ?? {}, ["Resources", logicalId, "Properties", "Parameters"]);
    if (said instanceof Unknown) return said;
    const isPlain = typeof said === "object" && said !== null && Object.getPrototypeOf(said) === Object.prototype;
    return isPlain ? new Map(Object.entries(said)) : new Unknown(`what ${logicalId} is passed is not known before it is made`);
  }

  propertyOf({ logicalId, properties }: Resource, name: string): Said | undefined {
    return this.#said(properties[name] ?? null, ["Resources", logicalId, "Properties", name]);
  }

  output(name: string): Said | undefined {
    const output = this.template.outputs.get(name);
    if (output === undefined || this.#holds(output) === false) return undefined;
    if (this.#holds(output) === undefined) return this.#undecided(output.condition ?? "");
    return this.#said(output.value, ["Outputs", name, "Value"]);
  }

  get problems(): readonly Problem[] {
    return this.#problems.found;
  }

  /** Resources whose condition holds, or is not known. */
  get resources(): readonly Resource[] {
    return [...this.template.resources.values()].filter((resource) => this.#holds(resource) !== false);
  }

  /** Why it is not known whether a resource is there. */
  presenceOf({ condition }: Resource): Unknown | undefined {
    return condition === undefined || this.#conditions.has(condition) ? undefined : this.#undecided(condition);
  }

  propertiesOf(resource: Resource): { readonly [name: string]: Said } {
    const path = ["Resources", resource.logicalId, "Properties"];
    const entries = Object.entries(resource.properties).flatMap(([name, value]): [string, Said][] => {
      const lookup = scripts.has(name) ? this.#withoutSecrets : this.#lookup;
      const said = this.#hiddenSecret(name, value) ?? this.#said(value, [...path, name], lookup);
      return said === undefined ? [] : [[name, said]];
    });
    return Object.fromEntries(entries);
  }

  /** What its outputs export, by name. */
  exports(): ReadonlyMap<string, () => Said | undefined> {
    const found = new Map<string, () => Said | undefined>();
    for (const output of this.template.outputs.values()) {
      if (output.exportName === undefined || this.#holds(output) === false) continue;
      const path = ["Outputs", output.name];
      const name = this.#said(output.exportName, [...path, "Export", "Name"]);
      const unsure = this.#holds(output) === undefined ? this.#undecided(output.condition ?? "") : undefined;
      if (typeof name === "string") found.set(name, () => unsure ?? this.#said(output.value, [...path, "Value"]));
    }
    return found;
  }

  /** Of what the parent passes, texts that are known; one that is not declared is told as AWS tells it. */
  #givenBy(passed: Passed): ReadonlyMap<string, string> {
    const { parameters } = this.template;
    if (passed instanceof Unknown) return new Map();
    return new Map(
      [...passed].flatMap(([name, said]): [string, string][] => {
        if (!parameters.has(name)) return [[name, ""]];
        const items: readonly Said[] = Array.isArray(said) ? (said as readonly Said[]) : [said];
        return items.every(isText) ? [[name, items.map(String).join(",")]] : [];
      }),
    );
  }

  /** What the parent passes and is not known as text: names of its resources, and what it does not know itself. */
  #fromParent(name: string): Said | undefined {
    const said = this.#passedFor(name);
    const type = this.template.parameters.get(name)?.type;
    if (said === undefined || type === undefined || this.given.has(name)) return undefined;
    return listed(type) && !Array.isArray(said) ? split(",", said instanceof Reference ? new PartialText([said]) : said) : said;
  }

  #passedFor(name: string): Said | undefined {
    return this.#passed instanceof Unknown ? this.#passed : this.#passed?.get(name);
  }

  /** Parameters without which CloudFormation refuses a nested stack. */
  #missing(): readonly string[] {
    const passed = this.#passed;
    if (passed === undefined || passed instanceof Unknown) return [];
    return [...this.template.parameters].flatMap(([name, declaration]) =>
      declaration.default === undefined && !passed.has(name) ? [name] : [],
    );
  }

  #outputOf(logicalId: string, name: string): Said | undefined {
    const nested = this.surroundings.others.nested(logicalId);
    if (nested === undefined) return undefined;
    if (name.startsWith("Outputs.")) return nested.output(name.slice("Outputs.".length));
    return new Unknown(`${name} of ${logicalId} is known only when it is made`);
  }

  #said(value: Value, path: Path, lookup = this.#lookup): Said | undefined {
    const resolved = attempt(() => resolve(value, lookup, path), this.#problems);
    return resolved === undefined || resolved === noValue ? undefined : saidOf(resolved, this.#names);
  }

  /** Where a parameter with NoEcho stands in a host's script is to be seen, whatever its value. */
  get #withoutSecrets(): Lookup {
    const ref: Lookup["ref"] = (name) => (this.template.parameters.get(name)?.noEcho === true ? undefined : this.#ref(name));
    return { ...this.#lookup, ref };
  }

  /** What someone types in for a password stands in no text; the parameter does. */
  #hiddenSecret(property: string, value: Value): Unknown | undefined {
    const call = functionOf(value);
    const name = call?.name === "Ref" ? String(call.argument) : "";
    return /Password|SecretString/.test(property) && this.given.has(name)
      ? new Unknown(`the value of parameter ${name} is not looked at`, name)
      : undefined;
  }

  #holds({ condition }: { readonly condition?: string }): boolean | undefined {
    return condition === undefined ? true : this.#conditions.get(condition);
  }

  /** Values of parameters that are known here: Systems Manager's are looked up when it is deployed. */
  #settleParameters(): ReadonlyMap<string, ParameterValue> {
    const { parameters } = this.template;
    const isStored = ({ type }: ParameterDeclaration): boolean => type.startsWith("AWS::SSM::Parameter::Value<");
    const settled = new Map(
      [...parameters].filter(
        ([name, declaration]) =>
          !isStored(declaration) &&
          (this.given.has(name) || (declaration.default !== undefined && this.#passedFor(name) === undefined)),
      ),
    );
    const given = new Map([...this.given].filter(([name]) => settled.has(name) || !parameters.has(name)));
    return settleParameters(settled, given, { readStored: () => "", exists: () => true }, this.#problems);
  }

  /** What is given for a parameter with NoEcho is nobody's business; a default stands in the text for all to read. */
  #isSecret(name: string): boolean {
    return this.template.parameters.get(name)?.noEcho === true && this.given.has(name);
  }

  #ref(name: string): Value | NoValue | undefined {
    const parameter = this.#parameters.get(name);
    if (parameter !== undefined) return this.#isSecret(name) ? undefined : parameter.value;
    const { region, account } = this.surroundings.about;
    if (name === "AWS::StackName" && this.surroundings.name === undefined) return undefined;
    // Where nothing is said of the region it is not taken for one of China's.
    if (region === undefined && name === "AWS::Region") return undefined;
    if (account === undefined && name === "AWS::AccountId") return undefined;
    if (name === "AWS::StackId") return undefined;
    return pseudoParameter(name, {
      accountId: account ?? "",
      regionName: region ?? "",
      stackName: this.surroundings.name ?? "",
      stackId: "",
      zones: zonesOf,
    });
  }

  /** Attributes that give back a property have its value. */
  #attribute(logicalId: string, name: string): Value | undefined {
    const output = this.#outputOf(logicalId, name);
    if (output !== undefined) return isText(output) ? output : undefined;
    const resource = this.template.resources.get(logicalId);
    const property = resource === undefined ? undefined : sameAsProperty(resource.type, name);
    const value = property === undefined ? undefined : resource?.properties[property];
    if (value === undefined || this.#open.has(logicalId)) return undefined;
    this.#open.add(logicalId);
    try {
      const resolved = resolve(value, this.#lookup, ["Resources", logicalId, "Properties", property ?? ""]);
      return typeof resolved === "symbol" || isPending(resolved) ? undefined : resolved;
    } finally {
      this.#open.delete(logicalId);
    }
  }

  #whyNot(name: string): Unknown {
    if (name === "AWS::Region") return new Unknown("the region is not known; give it with --region");
    if (name === "AWS::AccountId") return new Unknown(accountNotKnown);
    if (isPseudoParameter(name)) return new Unknown(`${name} is known only when it is deployed`);
    const passed = this.#passedFor(name);
    if (passed !== undefined)
      return passed instanceof Unknown ? passed : new Unknown(`parameter ${name} is known only when it is deployed`, name);
    const declaration = this.template.parameters.get(name);
    const stored = declaration?.default ?? "";
    const isSecret = declaration?.noEcho === true;
    if (isSecret && (this.given.has(name) || declaration?.default !== undefined))
      return new Unknown(`the value of parameter ${name} is not looked at (NoEcho)`, name, isSecret);
    if (declaration?.type.startsWith("AWS::SSM::Parameter::Value<") === true)
      return new Unknown(
        `parameter ${name} is looked up in Systems Manager (${this.given.get(name) ?? stored}) when it is deployed`,
        name,
      );
    return new Unknown(`parameter ${name} has no value; give it with --parameter ${name}=…`, name, isSecret);
  }

  /** A condition hangs on the first parameter in it that has no value. */
  #undecided(condition: string): Unknown {
    const seen = new Set<string>();
    const search = (name: string): Unknown | undefined => {
      if (seen.has(name) || this.#conditions.has(name)) return undefined;
      seen.add(name);
      const mentioned = functionsIn(this.template.conditions.get(name) ?? "", [], { inConditions: true }).flatMap(referencesOf);
      for (const reference of mentioned) {
        if (reference.kind === "condition") {
          const found = search(reference.name);
          if (found !== undefined) return found;
        } else if (reference.kind === "ref" && this.#ref(reference.name) === undefined) return this.#whyNot(reference.name);
      }
      return undefined;
    };
    const cause = search(condition);
    const why = cause === undefined ? "" : `: ${cause.why}`;
    return new Unknown(`it hangs on the condition ${condition}${why}`, cause?.parameter);
  }

  /** What cannot work whatever the open values are. */
  #check(): void {
    const { template } = this;
    const resources = new Map(this.resources.map((resource) => [resource.logicalId, resource]));
    const outputs = new Map([...template.outputs].filter(([, output]) => this.#holds(output) !== false));
    checkPresence(template, resources, outputs, this.#conditions, this.#problems);
    for (const name of this.#missing())
      this.#problems.add(
        ["Parameters", name],
        `${name} must have a value: it has no default, and the stack that nests this one passes none`,
      );
    // A rule may speak of all parameters of a type.
    if (this.#problems.found.length === 0 && this.#parameters.size === template.parameters.size)
      checkRules(template.rules.values(), template.parameters, this.#parameters, this.#lookup, this.#problems);
    const cycle = findCycle(
      new Map(
        [...resources].map(([logicalId, resource]) => [
          logicalId,
          dependenciesOf(resource, (name) => this.#conditions.get(name)).filter((name) => resources.has(name)),
        ]),
      ),
    );
    if (cycle !== undefined)
      this.#problems.add(["Resources", cycle[0] ?? ""], `Circular dependency between resources: [${cycle.join(", ")}]`);
  }
}
