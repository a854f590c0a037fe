import { PartialText, Reference, type Described, type Description, type Said } from "../described.js";
import { Unknown, type Maybe } from "../maybe.js";
import type { NodeId } from "../node.js";
import { namePropertyOf, sameAsProperty } from "./names.js";

/** Finds the resources of a description, by whatever they are called. */
export class Catalogue {
  readonly #byId: ReadonlyMap<NodeId, Described>;
  readonly #byPhysicalId: ReadonlyMap<string, Described>;
  readonly #byType = new Map<string, Described[]>();
  readonly #byName = new Map<string, Described>();

  constructor(readonly description: Description) {
    const { resources } = description;
    this.#byId = new Map(resources.map((resource) => [resource.id, resource]));
    this.#byPhysicalId = new Map(
      resources.flatMap((resource) => (resource.physicalId === undefined ? [] : [[resource.physicalId, resource]])),
    );
    for (const resource of resources) {
      const drawer = this.#byType.get(resource.type);
      if (drawer === undefined) this.#byType.set(resource.type, [resource]);
      else drawer.push(resource);
      const name = resource.properties[namePropertyOf(resource.type) ?? ""];
      if (typeof name === "string") this.#byName.set(keyOf(resource.type, name), resource);
    }
  }

  of(...types: readonly string[]): readonly Described[] {
    return types.flatMap((type) => this.#byType.get(type) ?? []);
  }

  get(id: NodeId): Described | undefined {
    return this.#byId.get(id);
  }

  named(type: string, name: string): Described | undefined {
    return this.#byName.get(keyOf(type, name));
  }

  /** A value with what is known of the resource it refers to in the reference's place. */
  settle(value: Said | undefined, depth = 0): Said | undefined {
    if (!(value instanceof Reference) || depth > 10) return value;
    const resource = this.#byId.get(value.node);
    if (resource === undefined || value.attribute === undefined) return value;
    const told = resource.attributes?.[value.attribute];
    if (told !== undefined) return this.settle(told, depth + 1);
    const property = sameAsProperty(resource.type, value.attribute);
    const stated = property === undefined ? undefined : resource.properties[property];
    return stated === undefined ? value : this.settle(stated, depth + 1);
  }

  /**
   * The node that a value names: by reference, by its id on AWS, by its name or ARN. `types` are those that it may be of; a name counts
   * for those only.
   */
  node(value: Said, types: readonly string[]): Maybe<NodeId> {
    if (value instanceof Unknown) return value;
    if (value instanceof Reference) return this.#referred(value, types);
    if (value instanceof PartialText) {
      const inside = value.parts.filter((part) => part instanceof Reference).map((part) => this.#referred(part, types));
      const unknown = value.parts.find((part) => part instanceof Unknown);
      return inside.find((found) => typeof found === "string") ?? unknown ?? inside[0] ?? new Unknown("it names nothing");
    }
    if (typeof value !== "string") return new Unknown("it is no name of a resource");
    const last = value.replace(/^.*[:/]/, "");
    const found =
      this.#ofType(this.#byPhysicalId.get(value), types) ??
      types.map((type) => this.named(type, value)).find((resource) => resource !== undefined) ??
      (value.startsWith("arn:")
        ? (this.#ofType(this.#byPhysicalId.get(last), types) ??
          types.map((type) => this.named(type, last)).find((resource) => resource !== undefined))
        : undefined) ??
      this.#ofType(this.#byId.get(value), types);
    return found?.id ?? new Unknown(`${value} is not part of what was read`);
  }

  #ofType(resource: Described | undefined, types: readonly string[]): Described | undefined {
    return resource !== undefined && types.includes(resource.type) ? resource : undefined;
  }

  #referred({ node, attribute }: Reference, types: readonly string[]): Maybe<NodeId> {
    const resource = this.#byId.get(node);
    if (resource?.type === "AWS::EC2::VPC" && attribute !== undefined) {
      const made = impliedByVpc[attribute];
      if (made !== undefined && types.includes(made.type)) return `${node}/${made.suffix}`;
    }
    if (resource === undefined) return new Unknown(`${node} is not part of what was read`);
    if (types.includes(resource.type)) return node;
    return new Unknown(
      attribute === undefined
        ? `${node} is of type ${resource.type}`
        : `${attribute} of ${node} (${resource.type}) is known only when it is made`,
    );
  }
}

/** What Fn::GetAtt of a VPC gives of what AWS makes beside it. */
const impliedByVpc: Readonly<Record<string, { readonly type: string; readonly suffix: string }>> = {
  DefaultSecurityGroup: { type: "AWS::EC2::SecurityGroup", suffix: "DefaultSecurityGroup" },
  DefaultNetworkAcl: { type: "AWS::EC2::NetworkAcl", suffix: "DefaultNetworkAcl" },
};

// RDS keeps names in lower case, whatever was asked for; no other service has two names that differ by case only.
const keyOf = (type: string, name: string): string => `${type} ${name.toLowerCase()}`;
