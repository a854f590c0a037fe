import type { NormalizedSchema } from "@smithy/core/schema";
import { ServiceFault } from "../operations/fault.js";
import type { Reading, Target, WireRequest } from "./protocol.js";
import { malformed, parameterTree, parseParameters, type Parameter } from "./query-parameters.js";
import { Misfit, readScalar } from "./scalars.js";
import { timestampFormat } from "./settings.js";
import type { Wire } from "./wire.js";

/**
 * What awsQuery and ec2Query have in common: parameters in a form body (or, presigned, in the query string), named
 * by `Action` and `Version`. They differ in how members and list items are named.
 * https://smithy.io/2.0/aws/protocols/aws-query-protocol.html, …/aws-ec2-query-protocol.html
 */
export interface QueryDialect {
  memberKey(name: string, member: NormalizedSchema): string;
  /** The key between a list and its items' numbers, or nothing when the numbers follow at once. */
  itemKey(list: NormalizedSchema, item: NormalizedSchema): string | undefined;
  /** The code for a value that does not fit its schema. */
  readonly misfit: string;
}

export function queryParameters(request: WireRequest): ReadonlyMap<string, string> {
  if (request.method === "GET") return parseParameters(request.query);
  if (request.method !== "POST") throw malformed(`A query request is a GET or a POST, not ${request.method}.`);
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(request.body);
  } catch {
    throw malformed("The body is not UTF-8.");
  }
  const parameters = parseParameters(text);
  return parameters.size > 0 ? parameters : parseParameters(request.query);
}

export function queryTarget(wire: Wire, request: WireRequest): Target {
  const parameters = queryParameters(request);
  const action = parameters.get("Action");
  if (action === undefined || action === "")
    throw new ServiceFault("MissingAction", "The request is missing an action or a required parameter.");
  const version = parameters.get("Version");
  const operation = wire.operation(action);
  if (operation === undefined || version !== wire.apiVersion)
    throw new ServiceFault(
      "InvalidAction",
      `Could not find operation ${action} for version ${version ?? "NO_VERSION_SPECIFIED"}: Sandtable has ${wire.service} in version ${wire.apiVersion}.`,
    );
  return { operation, labels: new Map() };
}

export function queryName(request: WireRequest): string | undefined {
  try {
    return queryParameters(request).get("Action");
  } catch {
    return undefined;
  }
}

/** The request's own parameters, and those of a presigned one. */
const ofTheProtocol = (name: string): boolean => name === "Action" || name === "Version" || name.startsWith("X-Amz-");

export function readQuery(dialect: QueryDialect, target: Target, request: WireRequest): Reading {
  const parameters = new Map([...queryParameters(request)].filter(([name]) => !ofTheProtocol(name)));
  const unknown: string[] = [];
  const root = parameterTree(parameters);
  try {
    const input = readStruct(target.operation.input, root, "");
    return { input, unknown };
  } catch (error) {
    if (error instanceof Misfit) throw new ServiceFault(dialect.misfit, error.message);
    throw error;
  }

  function readStruct(schema: NormalizedSchema, node: Parameter, at: string): Record<string, unknown> {
    const struct: Record<string, unknown> = {};
    const known = new Set<string>();
    if (!schema.isUnitSchema())
      for (const [name, member] of schema.structIterator()) {
        const key = dialect.memberKey(name, member);
        known.add(key);
        const child = node.children.get(key);
        if (child !== undefined) struct[name] = read(member, child, at + key);
      }
    for (const [key, child] of node.children) if (!known.has(key)) unknown.push(child.sentAs);
    return struct;
  }

  function read(schema: NormalizedSchema, node: Parameter, at: string): unknown {
    if (schema.isStructSchema()) {
      requireNoValue(node, at, "a structure");
      return readStruct(schema, node, `${at}.`);
    }
    if (schema.isListSchema()) {
      requireNoValue(node, at, "a list");
      const item = schema.getValueSchema();
      return items(node, at, dialect.itemKey(schema, item)).map(([child, path]) => read(item, child, path));
    }
    if (schema.isMapSchema()) {
      requireNoValue(node, at, "a map");
      return readMap(schema, node, at);
    }
    for (const child of node.children.values()) unknown.push(child.sentAs);
    if (node.value === undefined) return undefined;
    return readScalar(schema, node.value, at, { timestampFormat: timestampFormat.iso, httpBindings: false });
  }

  function readMap(schema: NormalizedSchema, node: Parameter, at: string): Record<string, unknown> {
    const value = schema.getValueSchema();
    const keyName = schema.getKeySchema().getMergedTraits().xmlName ?? "key";
    const valueName = value.getMergedTraits().xmlName ?? "value";
    const map: Record<string, unknown> = {};
    for (const [entry, path] of items(node, at, schema.getMergedTraits().xmlFlattened ? undefined : "entry")) {
      const key = entry.children.get(keyName)?.value;
      if (key === undefined) throw new Misfit(`${path}.${keyName}`, "given, for every entry of a map has a key");
      for (const [name, child] of entry.children) if (name !== keyName && name !== valueName) unknown.push(child.sentAs);
      const sent = entry.children.get(valueName);
      const read_ = sent === undefined ? undefined : read(value, sent, `${path}.${valueName}`);
      Object.defineProperty(map, key, { value: read_, enumerable: true, configurable: true, writable: true });
    }
    return map;
  }

  /** In order of their numbers; AWS's own clients begin at 1 and leave no gaps, but the services do not mind them. */
  function items(node: Parameter, at: string, key: string | undefined): readonly (readonly [Parameter, string])[] {
    let holder: Parameter | undefined = node;
    let path = at;
    if (key !== undefined) {
      for (const [name, child] of node.children) if (name !== key) unknown.push(child.sentAs);
      holder = node.children.get(key);
      path = `${at}.${key}`;
    }
    const numbered: [number, Parameter][] = [];
    for (const [name, child] of holder?.children ?? [])
      if (/^\d{1,6}$/.test(name)) numbered.push([Number(name), child]);
      else unknown.push(child.sentAs);
    return numbered.sort(([a], [b]) => a - b).map(([number, child]) => [child, `${path}.${number}`] as const);
  }

  /** `Name=` alone is how an empty list is sent. */
  function requireNoValue(node: Parameter, at: string, expected: string): void {
    if (node.value !== undefined && node.value !== "") throw new Misfit(at, `${expected}, not a single value`);
  }
}
