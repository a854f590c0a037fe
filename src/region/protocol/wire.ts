import { readFileSync } from "node:fs";
import { join } from "node:path";
import { NormalizedSchema } from "@smithy/core/schema";
import { builtFolder } from "../../built.js";
import { UserFault } from "../../faults.js";
import {
  tableVersion,
  type CompactShape,
  type MemberRef,
  type ProtocolName,
  type SchemaRef,
  type Traits,
  type WireTable,
} from "./table.js";

/** One operation as the SDK's schemas have it. */
export interface WireOperation {
  readonly name: string;
  /** Of the REST protocols: method, URI (labels in braces) and the status of success. */
  readonly http: readonly [method: string, uri: string, status: number] | undefined;
  readonly input: NormalizedSchema;
  readonly output: NormalizedSchema;
}

/** A modelled error of a service: what the protocols say of it. */
export interface WireError {
  /** The shape's name, e.g. `DBInstanceNotFoundFault`. */
  readonly name: string;
  /** What the query protocols call it, e.g. `DBInstanceNotFound`. */
  readonly queryCode: string;
  readonly queryStatus: number;
  /** What the other protocols answer with. */
  readonly status: number;
  readonly schema: NormalizedSchema;
}

/** One service's wire: its operations and errors, each made from the table when it is first asked for. */
export class Wire {
  readonly service: string;
  readonly protocol: ProtocolName;
  readonly xmlNamespace: string | undefined;
  readonly apiVersion: string;
  readonly target: string;
  readonly queryCompatible: boolean;

  private readonly shapes: unknown[] = [];
  private readonly operations = new Map<string, WireOperation>();
  private errors: ReadonlyMap<string, WireError> | undefined;

  constructor(private readonly table: WireTable) {
    this.service = table.service;
    this.protocol = table.protocol;
    this.xmlNamespace = table.xmlNamespace;
    this.apiVersion = table.apiVersion;
    this.target = table.target;
    this.queryCompatible = table.queryCompatible;
  }

  operationNames(): readonly string[] {
    return Object.keys(this.table.operations);
  }

  /** The method and URI of every operation, without making their schemas. */
  *bindings(): Iterable<readonly [name: string, method: string, uri: string]> {
    for (const [name, [traits]] of Object.entries(this.table.operations)) {
      const http = httpOf(traits);
      if (http !== undefined) yield [name, http[0], http[1]];
    }
  }

  operation(name: string): WireOperation | undefined {
    const known = this.operations.get(name);
    if (known !== undefined || !Object.hasOwn(this.table.operations, name)) return known;
    const [traits, input, output] = this.table.operations[name]!;
    const made = { name, http: httpOf(traits), input: this.schema(input), output: this.schema(output) };
    this.operations.set(name, made);
    return made;
  }

  /** By the shape's name or by the query protocols' code. */
  error(code: string): WireError | undefined {
    this.errors ??= this.readErrors();
    return this.errors.get(code);
  }

  private readErrors(): ReadonlyMap<string, WireError> {
    const errors = new Map<string, WireError>();
    for (const [name, reference] of Object.entries(this.table.errors)) {
      const schema = this.schema(reference);
      const traits = schema.getMergedTraits() as {
        error?: string;
        httpError?: number;
        awsQueryError?: readonly [string, number];
      };
      const status = traits.httpError ?? (traits.error === "server" ? 500 : 400);
      const [queryCode, queryStatus] = traits.awsQueryError ?? [name, status];
      const error = { name, queryCode, queryStatus, status, schema };
      errors.set(name, error);
      if (!errors.has(queryCode)) errors.set(queryCode, error);
    }
    return errors;
  }

  private schema(reference: SchemaRef): NormalizedSchema {
    return NormalizedSchema.of((this.isShape(reference) ? this.shape(reference) : reference) as SdkSchemaRef);
  }

  private isShape(reference: SchemaRef): reference is number {
    return typeof reference === "number" && reference < 0;
  }

  private shape(reference: number): unknown {
    const index = -reference - 1;
    return (this.shapes[index] ??= this.expand(this.table.shapes[index]!));
  }

  /** The SDK's own array again; other shapes stay behind a function, so that they are made only when they are met. */
  private expand(shape: CompactShape): unknown {
    const { namespace } = this.table;
    switch (shape[0]) {
      case 0:
      case 1:
        return [shape[0], namespace, shape[1], shape[2], this.member(shape[3])];
      case 2:
        return [2, namespace, shape[1], shape[2], this.member(shape[3]), this.member(shape[4])];
      default: {
        const [kind, name, traits, members, schemas, required] = shape;
        return [kind, namespace, name, traits, members, schemas.map((schema) => this.member(schema)), required];
      }
    }
  }

  private member(member: MemberRef): unknown {
    if (typeof member === "object") return [this.lazy(member[0]), member[1]];
    return this.lazy(member);
  }

  private lazy(reference: SchemaRef): unknown {
    return this.isShape(reference) ? () => this.shape(reference) : reference;
  }
}

/**
 * The wire of a service, from `FOLDER/<service>.json`. Read once.
 * @param folder default: `SANDTABLE_WIRE`, else `dist/wire` of this package.
 * @throws UserFault when the tables were not built.
 */
export function loadWire(service: string, folder = wireFolder()): Wire {
  const path = join(folder, `${service}.json`);
  const known = loaded.get(path);
  if (known !== undefined) return known;
  const wire = new Wire(readTable(path));
  loaded.set(path, wire);
  return wire;
}

export const wireFolder = (): string => process.env["SANDTABLE_WIRE"] ?? builtFolder("wire");

const loaded = new Map<string, Wire>();

type SdkSchemaRef = Parameters<typeof NormalizedSchema.of>[0];

function readTable(path: string): WireTable {
  const fix = "run `npm run build`";
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (cause) {
    throw new UserFault("WireTableMissing", {
      at: path,
      message: `${path}, the table of the AWS wire, cannot be read`,
      fix,
      cause,
    });
  }
  const table = JSON.parse(text) as { table?: unknown };
  if (table.table !== tableVersion)
    throw new UserFault("WireTableOld", { at: path, message: `${path} was written by another version of Sandtable`, fix });
  return table as WireTable;
}

function httpOf(traits: Traits): WireOperation["http"] {
  if (typeof traits === "number") return undefined;
  return traits["http"] as WireOperation["http"];
}
