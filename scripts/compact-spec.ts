/**
 * Writes what AWS publishes about resource types as compact files: `tsx scripts/compact-spec.ts [--out FOLDER]`.
 * Without arguments to dist/spec. The same specification gives the same bytes. See src/region/stacks/spec/types.ts.
 */
import { existsSync } from "node:fs";
import { mkdir, rename, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { loadAwsServiceSpec } from "@aws-cdk/aws-service-spec";
import type { Property, PropertyType as SpecType, SpecDatabase } from "@aws-cdk/service-spec-types";
import {
  namesFile,
  namespaceFile,
  type PropertySpec,
  type PropertySpecs,
  type PropertyType,
  type ResourceTypeSpec,
} from "../src/region/stacks/spec/types.js";

const builtFolder = join(dirname(fileURLToPath(import.meta.url)), "..", "dist", "spec");

/** Types that CloudFormation knows and the specification leaves out. */
const furtherTypes = ["AWS::CDK::Metadata"];

/** Write the files unless they are there (tests run from sources, without a build). */
export async function ensureSpec(folder = builtFolder): Promise<string> {
  if (!existsSync(join(folder, namesFile))) await compactSpec(folder);
  return folder;
}

/** Write all files to a folder. */
export async function compactSpec(folder = builtFolder): Promise<void> {
  const database = await loadAwsServiceSpec();
  const namespaces = new Map<string, { types: Record<string, ResourceTypeSpec>; structures: Record<string, PropertySpecs> }>();
  const resources = [...database.all("resource")].sort((a, b) => compare(a.cloudFormationType, b.cloudFormationType));
  for (const resource of resources) {
    const type = resource.cloudFormationType;
    const file = namespaceFile(type);
    const namespace = namespaces.get(file) ?? { types: {}, structures: {} };
    namespaces.set(file, namespace);
    const structures = new Structures(database, type, namespace.structures);
    namespace.types[type] = {
      properties: structures.properties(resource.properties),
      attributes: Object.keys(resource.attributes).sort(compare),
      ...(resource.primaryIdentifier === undefined ? {} : { identifiers: resource.primaryIdentifier }),
    };
  }
  await mkdir(folder, { recursive: true });
  for (const [file, namespace] of namespaces) await write(join(folder, file), namespace);
  // Last: who finds the names finds everything.
  await write(
    join(folder, namesFile),
    [...resources.map(({ cloudFormationType }) => cloudFormationType), ...furtherTypes].sort(compare),
  );
}

/** The structures of one resource type, named `TYPE.STRUCTURE` as different types use one name differently. */
class Structures {
  constructor(
    private readonly database: SpecDatabase,
    private readonly type: string,
    private readonly into: Record<string, PropertySpecs>,
  ) {}

  properties(properties: Readonly<Record<string, Property>>): PropertySpecs {
    const names = Object.keys(properties).sort(compare);
    return Object.fromEntries(names.map((name) => [name, this.property(properties[name] as Property)]));
  }

  private property({ type, previousTypes, required, causesReplacement }: Property): PropertySpec {
    // Templates written for an earlier form of the type still work on AWS.
    const forms = [type, ...(previousTypes ?? [])].map((form) => this.compact(form));
    const distinct = forms.filter(
      (form, index) => forms.findIndex((other) => JSON.stringify(other) === JSON.stringify(form)) === index,
    );
    return {
      type: distinct.length > 1 ? { oneOf: distinct } : (distinct[0] ?? "json"),
      ...(required === true ? { required } : {}),
      ...(causesReplacement === "yes" || causesReplacement === "maybe" ? { replaces: causesReplacement } : {}),
    };
  }

  private compact(type: SpecType): PropertyType {
    switch (type.type) {
      case "string":
      case "date-time":
        return "string";
      case "number":
      case "integer":
      case "boolean":
        return type.type;
      case "array":
        return { list: this.compact(type.element) };
      case "map":
        return { map: this.compact(type.element) };
      case "union":
        return { oneOf: type.types.map((form) => this.compact(form)) };
      case "tag":
        return this.tag();
      case "ref":
        return this.structure(type.reference.$ref);
      case "json":
      case "null":
        return "json";
    }
  }

  private tag(): PropertyType {
    this.into["Tag"] ??= { Key: { type: "string", required: true }, Value: { type: "string", required: true } };
    return { structure: "Tag" };
  }

  private structure(reference: string): PropertyType {
    const definition = this.database.get("typeDefinition", reference);
    const name = `${this.type.split("::").at(-1) ?? ""}.${definition.name}`;
    // Taken before its members are looked at: structures refer to themselves.
    if (!Object.hasOwn(this.into, name)) {
      this.into[name] = {};
      this.into[name] = this.properties(definition.properties);
    }
    return { structure: name };
  }
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Renamed into place, so that a region or a test which starts meanwhile never reads half a file. */
async function write(path: string, value: unknown): Promise<void> {
  const draft = `${path}.${process.pid}`;
  await writeFile(draft, JSON.stringify(value));
  await rename(draft, path);
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const given = process.argv.indexOf("--out");
  const folder = given < 0 ? builtFolder : (process.argv[given + 1] ?? builtFolder);
  await compactSpec(folder);
  process.stdout.write(`${folder}\n`);
}
