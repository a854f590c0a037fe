import type { NormalizedSchema } from "@smithy/core/schema";
import { ToStringShapeSerializer } from "@smithy/core/protocols";
import type { Target, WireRequest } from "./protocol.js";
import { readScalar } from "./scalars.js";
import type { timestampFormat } from "./settings.js";

/** Which members of a structure travel outside the body, and how. https://smithy.io/2.0/spec/http-bindings.html */
interface Traits {
  readonly httpLabel?: unknown;
  readonly httpQuery?: string;
  readonly httpQueryParams?: unknown;
  readonly httpHeader?: string;
  readonly httpPrefixHeaders?: string;
  readonly httpResponseCode?: unknown;
  readonly httpPayload?: unknown;
}

export type Place = "label" | "query" | "queries" | "header" | "headers" | "status" | "payload" | "body";

export function placeOf(member: NormalizedSchema): Place {
  const traits = member.getMergedTraits() as Traits;
  if (traits.httpLabel) return "label";
  if (traits.httpQuery !== undefined) return "query";
  if (traits.httpQueryParams) return "queries";
  if (traits.httpHeader !== undefined) return "header";
  if (traits.httpPrefixHeaders !== undefined) return "headers";
  if (traits.httpResponseCode) return "status";
  return traits.httpPayload ? "payload" : "body";
}

export type TimestampFormat = (typeof timestampFormat)[keyof typeof timestampFormat];

export interface Bound {
  /** Members found in the path, the query and the headers. */
  readonly input: Record<string, unknown>;
  readonly payload: readonly [name: string, member: NormalizedSchema] | undefined;
  /** Names of the members that a document in the body may have. */
  readonly body: ReadonlySet<string>;
  /** Query parameters of no member. */
  readonly unknown: readonly string[];
}

/** Read everything but the body. @throws Misfit */
export function readBindings(target: Target, request: WireRequest, format: TimestampFormat): Bound {
  const settings = { timestampFormat: format, httpBindings: true };
  const query = new URLSearchParams(request.query);
  const input: Record<string, unknown> = {};
  const body = new Set<string>();
  const asked = new Set(uriParameters(target));
  let payload: Bound["payload"];
  let takesAll: { name: string; member: NormalizedSchema } | undefined;
  const schema = target.operation.input;
  const read = (member: NormalizedSchema, text: string, at: string): unknown => readScalar(member, text, at, settings);

  for (const [name, member] of schema.isStructSchema() ? schema.structIterator() : []) {
    const traits = member.getMergedTraits() as Traits;
    switch (placeOf(member)) {
      case "label":
        if (target.labels.has(name)) input[name] = read(member, target.labels.get(name)!, name);
        break;
      case "query": {
        const key = traits.httpQuery!;
        asked.add(key);
        if (!query.has(key)) break;
        const item = member.isListSchema() ? member.getValueSchema() : undefined;
        input[name] = item ? query.getAll(key).map((text) => read(item, text, key)) : read(member, query.get(key)!, key);
        break;
      }
      case "queries":
        takesAll = { name, member };
        break;
      case "header": {
        const text = request.headers[traits.httpHeader!.toLowerCase()];
        if (text !== undefined) input[name] = read(member, text, traits.httpHeader!);
        break;
      }
      case "headers":
        input[name] = prefixed(request, traits.httpPrefixHeaders!.toLowerCase());
        break;
      case "payload":
        payload = [name, member];
        break;
      case "status":
        break;
      case "body":
        body.add(name);
    }
  }
  const others = [...new Set(query.keys())].filter((key) => !asked.has(key) && !/^x-(id$|amz-)/i.test(key));
  if (takesAll === undefined) return { input, payload, body, unknown: others };
  const lists = takesAll.member.getValueSchema().isListSchema();
  input[takesAll.name] = Object.fromEntries(others.map((key) => [key, lists ? query.getAll(key) : query.get(key)]));
  return { input, payload, body, unknown: [] };
}

/** The headers and the status that an output's members ask for, and what is left for the body. */
export function writeBindings(schema: NormalizedSchema, output: Record<string, unknown>, format: TimestampFormat) {
  const headers: Record<string, string> = {};
  const body: Record<string, unknown> = {};
  let hasBody = false;
  let status: number | undefined;
  let payload: readonly [NormalizedSchema, unknown] | undefined;
  for (const [name, member] of schema.isStructSchema() ? schema.structIterator() : []) {
    const value = output[name];
    const traits = member.getMergedTraits() as Traits;
    const place = placeOf(member);
    if (place === "payload") payload = [member, value];
    if (place === "body") hasBody = true;
    if (value === undefined || value === null) continue;
    if (place === "body") body[name] = value;
    else if (place === "status") status = Number(value);
    else if (place === "header") {
      const serializer = new ToStringShapeSerializer({ timestampFormat: format, httpBindings: true });
      serializer.write(member, value);
      headers[traits.httpHeader!.toLowerCase()] = serializer.flush();
    } else if (place === "headers")
      for (const [key, text] of Object.entries(value as Record<string, string>))
        headers[(traits.httpPrefixHeaders! + key).toLowerCase()] = text;
  }
  return { headers, body, hasBody, status, payload };
}

const uriParameters = (target: Target): readonly string[] => [
  ...new URLSearchParams(target.operation.http?.[1].split("?")[1] ?? "").keys(),
];

function prefixed(request: WireRequest, prefix: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers))
    if (name.startsWith(prefix) && name.length > prefix.length && value !== undefined) found[name.slice(prefix.length)] = value;
  return found;
}
