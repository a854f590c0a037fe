import { Reference, type Said } from "../described.js";
import { Unknown } from "../maybe.js";
import type { NodeId } from "../node.js";
import { keyText } from "./addresses.js";
import type { Json } from "./format.js";
import type { Plan, PlannedResource } from "./plan.js";
import { noSources, sourcesOf, standpointOf, type Sources } from "./references.js";

type Values = { readonly [name: string]: Json };

/** Turns the address of a resource into what the graph calls it. */
export type NameOf = (address: NodeId) => NodeId;

/** What a resource of the plan, or a block in it, says: each value known, a reference to another resource, or unknown with the reason. */
export class Block {
  constructor(
    readonly plan: Plan,
    readonly resource: PlannedResource,
    readonly nameOf: NameOf,
    readonly values: Values,
    private readonly unknown: Json,
    /** The expressions that it may have been made from; more than one where blocks have no order. Undefined: none are known. */
    private readonly expressions: readonly Json[] | undefined,
  ) {}

  static of(plan: Plan, resource: PlannedResource, nameOf: NameOf): Block {
    const { values, unknown, config } = resource;
    return new Block(plan, resource, nameOf, values, unknown, config === undefined ? [] : [config.expressions ?? {}]);
  }

  /** Another resource of the same plan. */
  of(resource: PlannedResource): Block {
    return Block.of(this.plan, resource, this.nameOf);
  }

  /**
   * A value; undefined where nothing is said. What is known only after it is applied, and is written nowhere, is a default of AWS's.
   * Empty texts stand for nothing in the attributes of Terraform's older resources.
   */
  at(name: string): Said | undefined {
    if (this.isUnknown(name)) {
      const found = this.sources(name);
      return found === undefined ? undefined : this.single(name, found, []);
    }
    return saidOf(this.values[name]);
  }

  /** A value that names a resource of one of these types of Terraform's. */
  ref(name: string, ...types: readonly string[]): Said | undefined {
    if (!this.isUnknown(name)) return saidOf(this.values[name]);
    const found = this.sources(name);
    return found === undefined ? undefined : this.single(name, found, types);
  }

  /** A list of such; undefined where nothing is said. */
  refs(name: string, ...types: readonly string[]): readonly Said[] | undefined {
    const value = this.values[name];
    if (Array.isArray(value) && !this.isUnknown(name)) {
      const hidden = this.hiddenIn(name);
      const known = (value as readonly Json[]).flatMap((item, index) => (hidden[index] === true ? [] : listed(saidOf(item))));
      return hidden.includes(true) ? [...known, ...this.several(name, types)] : known;
    }
    return this.isUnknown(name) && this.sources(name) !== undefined ? this.several(name, types) : undefined;
  }

  flag(name: string): boolean {
    return this.values[name] === true;
  }

  /** Blocks by this name; where they are not known at all, one of which everything is unknown. */
  blocks(name: string): readonly Block[] {
    const value = this.values[name];
    const list: readonly Json[] = Array.isArray(value) ? value : value === undefined || value === null ? [] : [value];
    if (this.isUnknown(name)) {
      const hidden = this.sources(name) !== undefined || this.inner(name) !== undefined;
      // Dynamic blocks whose number is not known stand in the list, as one of which everything is unknown.
      return hidden ? [new Block(this.plan, this.resource, this.nameOf, {}, true, undefined)] : [];
    }
    const unknown = memberOf(this.unknown, name);
    return list.flatMap((item, index) =>
      isObject(item)
        ? [
            new Block(
              this.plan,
              this.resource,
              this.nameOf,
              item,
              Array.isArray(unknown) ? ((unknown as readonly Json[])[index] ?? {}) : (unknown ?? {}),
              this.expressionsOf(name, index, list.length),
            ),
          ]
        : [],
    );
  }

  block(name: string): Block | undefined {
    return this.blocks(name)[0];
  }

  /** A map (of dimensions, say) as a block whose members are its keys, with the keys of what is not known. */
  inside(name: string): { readonly block: Block; readonly names: readonly string[] } {
    const value = this.values[name];
    const unknown = memberOf(this.unknown, name) ?? {};
    return {
      block: new Block(this.plan, this.resource, this.nameOf, isObject(value) ? value : {}, unknown, this.inner(name)),
      names: isObject(unknown) ? Object.keys(unknown) : [],
    };
  }

  /** Variables of the root module that a value is made of; what it is when it stands there as it is. */
  origin(name: string): { readonly constant: boolean; readonly sources: Sources } {
    const expressions = this.inner(name) ?? [];
    const constant = expressions.some((expression) => isObject(expression) && "constant_value" in expression);
    return { constant, sources: this.sources(name) ?? noSources };
  }

  /** The value as it is written, where it is a constant. */
  written(name: string): Json | undefined {
    const [first] = this.inner(name) ?? [];
    return isObject(first) ? first["constant_value"] : undefined;
  }

  isUnknown(name: string): boolean {
    return this.unknown === true || memberOf(this.unknown, name) === true;
  }

  private hiddenIn(name: string): readonly Json[] {
    const hidden = memberOf(this.unknown, name);
    return Array.isArray(hidden) ? (hidden as readonly Json[]) : [];
  }

  /** The expressions of a member; undefined where none is written. */
  private inner(name: string): readonly Json[] | undefined {
    const found = (this.expressions ?? []).flatMap((expression) =>
      !isObject(expression) ? [] : isLeaf(expression) ? [expression] : expression[name] === undefined ? [] : [expression[name]],
    );
    return found.length === 0 ? undefined : found;
  }

  /** Of a block: the expressions at its place where blocks are as many as there are texts of them, else all. */
  private expressionsOf(name: string, index: number, count: number): readonly Json[] | undefined {
    const found = this.inner(name);
    // A dynamic block: its expressions are not in the plan.
    if (found === undefined) return undefined;
    const [one] = found;
    if (found.length === 1 && Array.isArray(one)) {
      const texts: readonly Json[] = one;
      const [only] = texts;
      if (texts.length === 1 && only !== undefined) return [only];
      return texts.length === count && this.isOrdered(name, texts) ? texts.slice(index, index + 1) : texts;
    }
    return found.flatMap((expression) => (Array.isArray(expression) ? (expression as readonly Json[]) : [expression]));
  }

  /** Blocks of a set come in an order of Terraform's. Constants tell whether it is the text's. */
  private isOrdered(name: string, texts: readonly Json[]): boolean {
    const list = this.values[name];
    if (!Array.isArray(list)) return false;
    return texts.every((text, index) => {
      const item = (list as readonly Json[])[index];
      if (!isObject(text) || !isObject(item)) return false;
      const constants = Object.entries(text).flatMap(([member, said]): [string, Json | undefined][] =>
        isObject(said) && "constant_value" in said ? [[member, said["constant_value"]]] : [],
      );
      return constants.length > 0 && constants.every(([member, said]) => JSON.stringify(item[member]) === JSON.stringify(said));
    });
  }

  /** Where an unknown value comes from; undefined where nothing is written, so that it is AWS's default. */
  private sources(name: string): Sources | undefined {
    if (this.expressions === undefined) return { ...noSources, others: ["a dynamic block"] };
    const expressions = this.inner(name);
    if (expressions === undefined) return undefined;
    const sources = sourcesOf(this.plan, expressions, standpointOf(this.resource));
    const { address, type, key } = this.resource;
    for (const reference of sources.assumed)
      this.plan.assume({
        id: this.nameOf(address),
        type,
        what: `${name} is taken to be of ${reference}${keyText(key)}`,
        why: `a plan says the same of ${reference}[count.index] and of any other index made of count.index or each.key, and the text that it was made of is not at hand or says something else`,
      });
    return sources;
  }

  private single(name: string, { targets, variables, others }: Sources, types: readonly string[]): Said {
    const right = types.length === 0 ? targets : targets.filter(({ type }) => types.includes(type));
    const passed = right.length === 0 ? this.passedOn(targets, types) : [];
    const [only] = passed;
    if (only !== undefined && passed.length === 1) return only;
    const distinct = [...new Map(right.map((target) => [`${target.address} ${target.attribute}`, target])).values()];
    const [one] = distinct;
    // The value is not known, so it does not come from variables, which are.
    if (one !== undefined && distinct.length === 1) return this.referenceTo(one, types.length > 0);
    if (distinct.length > 1)
      return new Unknown(
        `${name} of ${this.resource.address} is one of ${distinct.map(({ address }) => address).join(", ")}; a plan does not say which`,
      );
    const [variable] = variables;
    const from = [
      ...targets.map(({ address, attribute }) => `${address}${attribute === undefined ? "" : `.${attribute}`}`),
      ...others,
    ];
    const why = `${name} of ${this.resource.address} is known only when it is applied`;
    return variable !== undefined && from.length === 0
      ? new Unknown(`${why}: it comes from the variable ${variable}`, variable)
      : new Unknown(from.length === 0 ? why : `${why}: it comes from ${from.join(", ")}`);
  }

  /** `each.value.vpc_id` of a subnet is what that subnet says. */
  private passedOn(targets: Sources["targets"], types: readonly string[]): readonly Reference[] {
    const found = targets.flatMap(({ address, attribute }) => {
      const resource = this.plan.get(address);
      if (resource === undefined || attribute === undefined || address === this.resource.address || naming.has(attribute))
        return [];
      const said = types.length === 0 ? undefined : this.of(resource).ref(attribute, ...types);
      return said instanceof Reference ? [said] : [];
    });
    return [...new Map(found.map((reference) => [reference.node, reference])).values()];
  }

  private several(name: string, types: readonly string[]): readonly Said[] {
    const { targets, variables, others } = this.sources(name) ?? noSources;
    const right = targets.filter(({ type }) => types.length === 0 || types.includes(type));
    const addresses = new Set(right.map(({ address }) => address));
    const resources = new Set([...addresses].map((address) => address.replace(/\[[^\]]*\]$/, "")));
    // `condition ? [a] : [b]` looks like `[a, b]`, but for what the condition hangs on.
    if (resources.size > 1 && variables.length + others.length > 0)
      return [
        new Unknown(
          `${name} of ${this.resource.address} hangs on ${[...variables.map((each) => `var.${each}`), ...others].join(", ")}; a plan does not say how`,
        ),
      ];
    if (right.length === 0) return [this.single(name, { ...noSources, targets: right, variables, others }, [])];
    return [...new Map(right.map((target) => [target.address, target])).values()].map((target) =>
      this.referenceTo(target, types.length > 0),
    );
  }

  private referenceTo({ address, attribute }: Sources["targets"][number], wanted: boolean): Said {
    const node = this.nameOf(address);
    const implied = attribute === undefined ? undefined : impliedBy[attribute];
    if (implied !== undefined) return new Reference(node, implied);
    // What was asked for by its type is named by whatever attribute: an id, an ARN, a name.
    return wanted || attribute === undefined || naming.has(attribute)
      ? new Reference(node)
      : new Unknown(`${attribute} of ${address} is known only when it is applied`);
  }
}

/** What AWS makes beside a VPC, by the VPC's attributes: as CloudFormation calls it. */
const impliedBy: Readonly<Record<string, string>> = {
  default_security_group_id: "DefaultSecurityGroup",
  default_network_acl_id: "DefaultNetworkAcl",
  main_route_table_id: "MainRouteTable",
  default_route_table_id: "MainRouteTable",
};

const naming = new Set([
  "id",
  "arn",
  "name",
  "key_id",
  "allocation_id",
  "identifier",
  "cluster_identifier",
  "bucket",
  "unique_id",
]);

export const isObject = (value: Json | undefined): value is Values =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** An expression, rather than the expressions of a block. */
const isLeaf = (expression: Values): boolean => Array.isArray(expression["references"]) || "constant_value" in expression;

const memberOf = (value: Json | undefined, name: string): Json | undefined => (isObject(value) ? value[name] : undefined);

const listed = (value: Said | undefined): readonly Said[] => (value === undefined ? [] : [value]);

/** Nulls and empty texts say nothing. */
const saidOf = (value: Json | undefined): Said | undefined => (value === null || value === "" ? undefined : value);
