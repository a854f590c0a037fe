/**
 * Writes the compact wire tables: `tsx scripts/compact-schemas.ts [--out FOLDER] [SDK-CLIENT…]`.
 * Without arguments: every service of src/region/operations/operation.ts, to dist/wire. The same clients give the same bytes.
 */
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { services } from "../src/region/operations/operation.js";
import {
  protocolNames,
  tableVersion,
  type CompactShape,
  type MemberRef,
  type SchemaRef,
  type Traits,
  type WireTable,
} from "../src/region/protocol/table.js";

/** Write the tables of these SDK clients (`ec2`, `elastic-load-balancing-v2`, …) as FOLDER/<signing name>.json. */
export async function compactSchemas(clients: readonly string[], folder: string): Promise<readonly string[]> {
  await mkdir(folder, { recursive: true });
  const written: string[] = [];
  for (const client of clients) {
    const table = await compactClient(client);
    const path = join(folder, `${table.service}.json`);
    // Renamed into place, so that a region or a test which starts meanwhile never reads half a table.
    const draft = `${path}.${process.pid}`;
    await writeFile(draft, JSON.stringify(table));
    await rename(draft, path);
    written.push(path);
  }
  return written;
}

async function compactClient(client: string): Promise<WireTable> {
  const name = `@aws-sdk/client-${client}`;
  const module = (await import(name)) as Record<string, unknown>;
  const { protocol, protocolSettings, defaultSigningName } = configuration(name, module);
  const shapes = new Shapes(protocolSettings.defaultNamespace);
  const schemas = Object.values(module).filter(
    (value): value is SdkSchema => Array.isArray(value) && typeof value[0] === "number",
  );
  const operations = schemas.filter(([kind]) => kind === 9).sort(byName);
  // The SDK adds a base exception of its own in a namespace that is not AWS's.
  const errors = schemas
    .filter(([kind, namespace]) => kind === -3 && namespace === protocolSettings.defaultNamespace)
    .sort(byName);
  return {
    table: tableVersion,
    service: defaultSigningName,
    source: `${name}@${await versionOf(name)}`,
    protocol,
    namespace: protocolSettings.defaultNamespace,
    xmlNamespace: protocolSettings.xmlNamespace,
    apiVersion: protocolSettings.version,
    target: protocolSettings.serviceTarget,
    queryCompatible: protocolSettings.awsQueryCompatible ?? false,
    operations: Object.fromEntries(
      operations.map(([, , operation, traits, input, output]) => [
        operation,
        [withEveryLabel(traits as Traits, input), shapes.refer(input), shapes.refer(output)],
      ]),
    ),
    errors: Object.fromEntries(errors.map((error) => [error[2], shapes.refer(error)])),
    shapes: shapes.all,
  };
}

// ---- the SDK's side

/** `[kind, namespace, name, traits, …]`; what follows depends on the kind, see `@smithy/core/schema`. */
type SdkSchema = readonly [kind: number, namespace: string, name: string, traits: unknown, ...rest: unknown[]];

interface ClientConfiguration {
  readonly protocol: WireTable["protocol"];
  readonly protocolSettings: {
    defaultNamespace: string;
    xmlNamespace?: string;
    version: string;
    serviceTarget: string;
    awsQueryCompatible?: boolean;
  };
  readonly defaultSigningName: string;
}

function configuration(name: string, module: Record<string, unknown>): ClientConfiguration {
  const found = Object.entries(module).find(
    ([key, value]) => /^[A-Z].*Client$/.test(key) && key !== "__Client" && typeof value === "function",
  );
  if (found === undefined) throw new Error(`${name} exports no client`);
  const Client = found[1] as new (options: object) => { config: Record<string, unknown> };
  const { config } = new Client({ region: "us-east-1", credentials: { accessKeyId: "none", secretAccessKey: "none" } });
  const shapeId = (config["protocol"] as { getShapeId(): string }).getShapeId();
  const protocol = protocolNames.find((known) => shapeId === `aws.protocols#${known}`);
  if (protocol === undefined) throw new Error(`${name} speaks ${shapeId}, which Sandtable does not know`);
  return {
    protocol,
    protocolSettings: config["protocolSettings"] as ClientConfiguration["protocolSettings"],
    defaultSigningName: config["defaultSigningName"] as string,
  };
}

async function versionOf(name: string): Promise<string> {
  const path = createRequire(import.meta.url).resolve(`${name}/package.json`);
  return (JSON.parse(await readFile(path, "utf8")) as { version: string }).version;
}

/**
 * S3's bucket is a part of the endpoint to the SDK, so its URIs lack `{Bucket}` though the member says it is a label.
 * On the wire that we offer (path style) it comes first.
 */
function withEveryLabel(traits: Traits, input: unknown): Traits {
  if (typeof traits === "number") return traits;
  const [method, uri, status] = (traits["http"] ?? []) as [string?, string?, number?];
  if (uri === undefined) return traits;
  const struct = resolve(input);
  if (!Array.isArray(struct) || struct[0] !== 3) return traits;
  const members = struct[4] as string[];
  const missing = members.filter(
    (member, index) => isLabel((struct[5] as unknown[])[index]) && !new RegExp(`\\{${member}\\+?\\}`).test(uri),
  );
  const [path = "/", query] = uri.split("?");
  const prefix = missing.map((member) => `/{${member}}`).join("");
  const whole = prefix === "" ? path : path === "/" ? prefix : prefix + path;
  return { ...traits, http: [method, query === undefined ? whole : `${whole}?${query}`, status] };
}

function isLabel(member: unknown): boolean {
  if (!Array.isArray(member) || member.length !== 2) return false;
  const traits: unknown = member[1];
  return typeof traits === "number" ? (traits & 1) === 1 : typeof traits === "object" && traits !== null && "httpLabel" in traits;
}

const resolve = (schema: unknown): unknown => (typeof schema === "function" ? (schema as () => unknown)() : schema);

const byName = (a: SdkSchema, b: SdkSchema): number => (a[2] < b[2] ? -1 : 1);

/** Numbers every shape in the order it is first met. */
class Shapes {
  readonly all: CompactShape[] = [];
  private readonly numbers = new Map<unknown, number>();

  constructor(private readonly namespace: string) {}

  refer(reference: unknown): SchemaRef {
    const schema = resolve(reference);
    if (typeof schema === "number" || schema === "unit") return schema;
    const known = this.numbers.get(schema);
    if (known !== undefined) return known;
    if (!Array.isArray(schema) || schema.length < 5)
      throw new Error(`${this.namespace}: not a schema: ${JSON.stringify(schema)}`);
    // The number is taken before the members are looked at: shapes refer to themselves.
    const index = this.all.push([0, "", 0, "unit"]) - 1;
    this.numbers.set(schema, -index - 1);
    this.all[index] = this.compact(schema as unknown as SdkSchema);
    return -index - 1;
  }

  private compact(schema: SdkSchema): CompactShape {
    const [kind, , name, traits, first, second, required] = schema;
    const own = asTraits(traits);
    switch (kind) {
      case 0:
      case 1:
        return [kind, name, own, this.member(first)];
      case 2:
        return [kind, name, own, this.member(first), this.member(second)];
      case 3:
      case 4:
      case -3:
        return [
          kind,
          name,
          own,
          first as string[],
          (second as unknown[]).map((m) => this.member(m)),
          typeof required === "number" ? required : 0,
        ];
      default:
        throw new Error(`${this.namespace}#${name}: unknown kind of schema ${kind}`);
    }
  }

  private member(member: unknown): MemberRef {
    if (!Array.isArray(member) || member.length !== 2) return this.refer(member);
    const traits = asTraits(member[1]);
    const target = this.refer(member[0]);
    return traits === 0 ? target : [target, traits];
  }
}

function asTraits(traits: unknown): Traits {
  if (typeof traits === "number" || (typeof traits === "object" && traits !== null)) return traits as Traits;
  throw new Error(`not traits: ${JSON.stringify(traits)}`);
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [first, second, ...rest] = process.argv.slice(2);
  const given = first === "--out";
  const folder = given && second !== undefined ? second : join(dirname(fileURLToPath(import.meta.url)), "..", "dist", "wire");
  const clients = given ? rest : process.argv.slice(2);
  const written = await compactSchemas(
    clients.length > 0 ? clients : Object.values(services).map((service) => service.sdk),
    folder,
  );
  for (const path of written) process.stdout.write(`${path}\n`);
}
