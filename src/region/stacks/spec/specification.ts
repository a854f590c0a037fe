import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { builtFolder } from "../../../built.js";
import { namesFile, namespaceFile, type NamespaceSpec, type PropertySpecs, type ResourceTypeSpec } from "./types.js";

/** All that CloudFormation knows of resource types; files are read on first use. */
export interface Specification {
  /** Is this a resource type of AWS? */
  exists(type: string): boolean;
  /** Undefined: no such type. */
  of(type: string): ResourceTypeSpec | undefined;
  /** Members of a structure of the type's namespace. */
  structure(type: string, name: string): PropertySpecs | undefined;
  /** All types, in alphabetical order. */
  names(): readonly string[];
}

/** `folder`: where `scripts/compact-spec.ts` wrote to; `dist/spec` unless said otherwise. */
export function openSpecification(folder = builtFolder("spec")): Specification {
  const read = <T>(file: string): T | undefined => {
    const path = join(folder, file);
    return existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as T) : undefined;
  };
  let names: ReadonlySet<string> | undefined;
  const namespaces = new Map<string, NamespaceSpec | undefined>();
  const known = (): ReadonlySet<string> => {
    if (names !== undefined) return names;
    const list = read<readonly string[]>(namesFile);
    if (list === undefined)
      throw new Error(`The tables of CloudFormation's resource types are missing from ${folder}: run \`npm run build\`.`);
    return (names = new Set(list));
  };
  const namespace = (type: string): NamespaceSpec | undefined => {
    const file = namespaceFile(type);
    if (!namespaces.has(file)) namespaces.set(file, read<NamespaceSpec>(file));
    return namespaces.get(file);
  };
  return {
    exists: (type) => known().has(type),
    of: (type) => (known().has(type) ? namespace(type)?.types[type] : undefined),
    structure: (type, name) => namespace(type)?.structures[name],
    names: () => [...known()],
  };
}
