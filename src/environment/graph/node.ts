import type { Described } from "../described.js";
import { isKnown, type Maybe, type Unknown } from "../maybe.js";
import type { Node } from "../node.js";
import type { Catalogue } from "./catalogue.js";
import { namePropertyOf } from "./names.js";
import { Reading } from "./reading.js";

/** A resource on its way to be a node. */
export interface Draft {
  readonly node: Node;
  readonly read: Reading;
  readonly resource: Described;
}

/** The resources of a type, each with what every node has. */
export const draftsOf = (catalogue: Catalogue, ...types: readonly string[]): readonly Draft[] =>
  catalogue.of(...types).map((resource) => draftOf(catalogue, resource));

export function draftOf(catalogue: Catalogue, resource: Described): Draft {
  const read = Reading.of(catalogue, resource);
  const { id, type, place, placeOf, physicalId, presence, implicit } = resource;
  const tags = tagsOf(read);
  const label = tags["Name"];
  const named = read.at(namePropertyOf(type) ?? "Name").text();
  const name = [label, named].find((text) => typeof text === "string" && text !== "");
  return {
    resource,
    read,
    node: {
      id,
      type,
      name: typeof name === "string" ? name : id,
      tags,
      ...(place === undefined ? {} : { place }),
      ...(placeOf === undefined ? {} : { placeOf }),
      ...(physicalId === undefined ? {} : { physicalId }),
      ...(presence === undefined ? {} : { presence }),
      ...(implicit === undefined ? {} : { implicit }),
    },
  };
}

/** Tags as lists of pairs or, in some services, as an object. */
function tagsOf(read: Reading): Readonly<Record<string, Maybe<string>>> {
  const said = read.either("Tags", "BackupPlanTags");
  const pairs = said.entries();
  const found: [string, Maybe<string>][] =
    pairs.length > 0
      ? pairs.map(([key, value]) => [key, value.text("")])
      : said.list().flatMap((tag): [string, Maybe<string>][] => {
          const key = tag.at("Key").text();
          return key === undefined || !isKnown(key) ? [] : [[key, tag.at("Value").text("")]];
        });
  return Object.fromEntries(found);
}

/** What a thing that hangs on a condition says is not known, for it may not be there at all. */
export const unlessAbsent = <T>({ presence }: Described, value: T): T | Unknown => presence ?? value;

/** A node that AWS makes beside another. */
export const implied = (of: Node, suffix: string, type: string): Node => ({
  id: `${of.id}/${suffix}`,
  type,
  name: `${of.name}/${suffix}`,
  tags: {},
  implicit: true,
  ...(of.place === undefined ? {} : { place: of.place }),
  ...(of.presence === undefined ? {} : { presence: of.presence }),
});
