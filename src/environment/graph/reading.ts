import { PartialText, Reference, type Described, type Said } from "../described.js";
import { Unknown, type Maybe } from "../maybe.js";
import type { NodeId, SourcePlace } from "../node.js";
import type { Catalogue } from "./catalogue.js";
import { namePropertyOf } from "./names.js";

/**
 * A value in the properties of a resource, and ways to take it. Each gives `undefined` where nothing is said (or `otherwise`, AWS's
 * default), and an `Unknown` where the source does not tell or where it is not of that kind: a wrong value never passes for a right one.
 */
export class Reading {
  constructor(
    readonly catalogue: Catalogue,
    readonly resource: Described,
    readonly value: Said | undefined,
    readonly path: readonly (string | number)[] = [],
  ) {}

  static of(catalogue: Catalogue, resource: Described): Reading {
    return new Reading(catalogue, resource, resource.properties);
  }

  /** A member, or one inside it. */
  at(...steps: readonly string[]): Reading {
    let { value } = this;
    for (const step of steps) value = this.catalogue.settle(memberOf(value, step));
    return new Reading(this.catalogue, this.resource, value ?? undefined, [...this.path, ...steps]);
  }

  /** Another value in the same place. */
  with(value: Said): Reading {
    return new Reading(this.catalogue, this.resource, value, this.path);
  }

  /** The first of several members that is said. */
  either(...names: readonly string[]): Reading {
    return names.map((name) => this.at(name)).find(({ given }) => given) ?? this.at(names[0] ?? "");
  }

  get given(): boolean {
    return this.value !== undefined && this.value !== null;
  }

  get unknown(): Unknown | undefined {
    return this.value instanceof Unknown ? this.value : undefined;
  }

  get place(): SourcePlace | undefined {
    return this.resource.placeOf?.(this.path.join(".")) ?? this.resource.place;
  }

  text(): Maybe<string> | undefined;
  text(otherwise: string): Maybe<string>;
  text(otherwise?: string): Maybe<string> | undefined {
    const { value } = this;
    if (value === undefined || value === null) return otherwise;
    if (value instanceof Unknown) return value;
    if (value instanceof PartialText) return partlyKnown(value);
    if (value instanceof Reference) return this.#named(value);
    if (typeof value === "object") return new Unknown(`${this.#here} is no text`);
    const text = String(value);
    const dynamic = /\{\{resolve:[^{}]*\}\}/.exec(text)?.[0];
    return dynamic === undefined ? text : new Unknown(`${dynamic} is looked up when it is deployed`);
  }

  /** What is known, with `${…}` for what is not: the id of what it refers to, or why nothing is known. */
  rendered(): string {
    const { value } = this;
    if (value === undefined || value === null) return "";
    if (value instanceof PartialText) return value.parts.map(renderedPart).join("");
    if (value instanceof Unknown || value instanceof Reference) return renderedPart(value);
    return typeof value === "object" ? JSON.stringify(value) : String(value);
  }

  number(): Maybe<number> | undefined;
  number(otherwise: number): Maybe<number>;
  number(otherwise?: number): Maybe<number> | undefined {
    const text = this.text();
    if (text === undefined) return otherwise;
    if (text instanceof Unknown) return text;
    const value = text.trim() === "" ? Number.NaN : Number(text);
    return Number.isFinite(value) ? value : new Unknown(`${this.#here} is ${JSON.stringify(text)}, which is no number`);
  }

  flag(): Maybe<boolean> | undefined;
  flag(otherwise: boolean): Maybe<boolean>;
  flag(otherwise?: boolean): Maybe<boolean> | undefined {
    const text = this.text();
    if (text === undefined) return otherwise;
    if (text instanceof Unknown) return text;
    if (/^true$/i.test(text)) return true;
    return /^false$/i.test(text) ? false : new Unknown(`${this.#here} is ${JSON.stringify(text)}, neither true nor false`);
  }

  /** The items of a list; a value that stands alone is a list of one, as AWS takes it. Unknown as a whole: one unknown item. */
  list(): readonly Reading[] {
    const { value } = this;
    if (value === undefined || value === null) return [];
    const items: readonly Said[] = isList(value) ? value : [value];
    return items.map(
      (item, index) =>
        new Reading(
          this.catalogue,
          this.resource,
          this.catalogue.settle(item),
          isList(value) ? [...this.path, index] : this.path,
        ),
    );
  }

  /** The members of an object. */
  entries(): readonly (readonly [string, Reading])[] {
    const { value } = this;
    return isObject(value) ? Object.keys(value).map((name) => [name, this.at(name)]) : [];
  }

  /** The node of one of these types that it names. */
  node(...types: readonly string[]): Maybe<NodeId> | undefined {
    return this.value === undefined || this.value === null ? undefined : this.catalogue.node(this.value, types);
  }

  /** The resource it refers to, of whatever type: the value is what Ref or Fn::GetAtt of that gives, or an ARN made with it. */
  refers(): NodeId | undefined {
    const { value } = this;
    const parts = value instanceof PartialText ? value.parts : [value];
    return parts.flatMap((part) =>
      part instanceof Reference && this.catalogue.get(part.node) !== undefined ? [part.node] : [],
    )[0];
  }

  nodes(...types: readonly string[]): readonly Maybe<NodeId>[] {
    return this.list().map((item) => item.node(...types) ?? new Unknown(`${this.#here} names nothing`));
  }

  get #here(): string {
    return `${this.path.join(".")} of ${this.resource.id}`;
  }

  /** Ref of what has a name of its own gives that name. */
  #named({ node, attribute }: Reference): Maybe<string> {
    const resource = this.catalogue.get(node);
    const name = resource?.properties[namePropertyOf(resource.type) ?? ""];
    if (attribute === undefined && typeof name === "string") return name;
    return new Unknown(`${attribute === undefined ? "the id" : attribute} of ${node} is known only when it is made`);
  }
}

const isList = (value: Said | undefined): value is readonly Said[] => Array.isArray(value);

export const isObject = (value: Said | undefined): value is { readonly [name: string]: Said } =>
  typeof value === "object" &&
  value !== null &&
  !isList(value) &&
  !(value instanceof Unknown || value instanceof Reference || value instanceof PartialText);

function memberOf(value: Said | undefined, name: string): Said | undefined {
  if (value instanceof Unknown) return value;
  if (value instanceof Reference)
    return new Unknown(`${value.attribute ?? "the id"} of ${value.node} is known only when it is made`);
  return isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
}

const partlyKnown = ({ parts }: PartialText): Unknown => {
  const hidden = parts.find((part) => typeof part !== "string");
  return hidden instanceof Unknown
    ? hidden
    : new Unknown(`it holds ${renderedPart(hidden ?? "")}, which is known only when that is made`);
};

const renderedPart = (part: string | Unknown | Reference): string =>
  typeof part === "string"
    ? part
    : part instanceof Unknown
      ? `\${${part.isSecret ? "NoEcho." : ""}${part.parameter ?? part.why}}`
      : `\${${part.node}${part.attribute === undefined ? "" : `.${part.attribute}`}}`;
