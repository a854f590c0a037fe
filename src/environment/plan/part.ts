import { Reference, type Described, type Said } from "../described.js";
import { Unknown } from "../maybe.js";
import { isObject, type Block } from "./block.js";

/** A resource of Terraform's, or a piece of it, in CloudFormation's form. */
export interface Part extends Pick<
  Described,
  "type" | "properties" | "physicalId" | "attributes" | "deletionPolicy" | "implicit"
> {
  /** What follows the resource's own name in its id; unset for the one that stands for the resource itself. */
  readonly suffix?: string;
}

/** Says what a resource of one of Terraform's types is to CloudFormation. */
export type Mapper = (block: Block) => readonly Part[];

export type Mappers = Readonly<Record<string, Mapper>>;

/** A resource that is wholly told by others, or by those that it belongs to. */
export const nothing: Mapper = () => [];

/** `default_tags` of the provider are in `tags_all`, where that is known. */
export function tagsOf(block: Block): Said | undefined {
  const { tags, tags_all: all } = block.values;
  if (block.isUnknown("tags")) return block.at("tags");
  const known = isObject(all) && !block.isUnknown("tags_all") ? all : tags;
  if (!isObject(known)) return undefined;
  const list = Object.entries(known).map(([Key, Value]) => ({ Key, Value: typeof Value === "string" ? Value : "" }));
  return list.length === 0 ? undefined : list;
}

/** A policy: text of JSON, where it is known. */
export function documentOf(block: Block, name: string): Said | undefined {
  const value = block.at(name);
  if (typeof value !== "string") return value;
  try {
    return JSON.parse(value) as Said;
  } catch {
    return new Unknown(`${name} of ${block.resource.address} is no JSON`);
  }
}

/** AWS's own id: of a state, or of what is there already. */
export const physicalIdOf = (block: Block, name = "id"): { readonly physicalId?: string } => {
  const value = block.values[name];
  return typeof value === "string" && value !== "" ? { physicalId: value } : {};
};

/** Does a value name that resource: by reference, or by what AWS calls it? */
export function names(value: Said | undefined, block: Block, ...attributes: readonly string[]): boolean {
  if (value instanceof Reference) return value.node === block.nameOf(block.resource.address);
  return typeof value === "string" && ["id", "arn", "name", ...attributes].some((attribute) => block.values[attribute] === value);
}

/** The reference to a resource itself. */
export const itself = (block: Block): Reference => new Reference(block.nameOf(block.resource.address));

/** The VPC of what it has from the start, which is named by an attribute of the VPC's. */
export function vpcOf(block: Block, attribute: string, ...types: readonly string[]): Said | undefined {
  const said = block.ref("vpc_id", ...types) ?? block.ref(attribute, ...types);
  return said instanceof Reference ? new Reference(said.node) : said;
}

/** Separate settings of a resource: the resources of some types that name it by an attribute. */
export function settingsOf(block: Block, type: string, attribute: string, ...aliases: readonly string[]): readonly Block[] {
  return block.plan
    .of(type)
    .map((resource) => block.of(resource))
    .filter((setting) => names(setting.ref(attribute, block.resource.type), block, ...aliases));
}

/** Text of Terraform's in CloudFormation's words. */
export const translated = (value: Said | undefined, words: Readonly<Record<string, string>>): Said | undefined =>
  typeof value === "string" ? (words[value] ?? value) : value;
