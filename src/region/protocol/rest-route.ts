import type { NormalizedSchema } from "@smithy/core/schema";
import type { Target, WireRequest } from "./protocol.js";
import type { Wire } from "./wire.js";

/** A request path held against the service's URIs. https://smithy.io/2.0/spec/http-bindings.html#http-trait */
interface Route {
  readonly name: string;
  readonly method: string;
  readonly pattern: RegExp;
  readonly labels: readonly string[];
  /** Query parameters that the URI itself demands, e.g. `?acl` or `?list-type=2`. */
  readonly demands: readonly (readonly [name: string, value: string])[];
}

const known = new WeakMap<Wire, readonly Route[]>();

/** The operation whose URI says most about the request; nothing when none fits. */
export function restTarget(wire: Wire, request: WireRequest): Target | undefined {
  const query = new URLSearchParams(request.query);
  let best: { target: Target; score: number } | undefined;
  for (const route of routesOf(wire)) {
    if (route.method !== request.method) continue;
    if (!route.demands.every(([name, value]) => query.has(name) && (value === "" || query.get(name) === value))) continue;
    const hit = route.pattern.exec(request.path);
    if (hit === null) continue;
    const labels = decodeLabels(route.labels, hit);
    const operation = labels && wire.operation(route.name);
    if (labels === undefined || operation === undefined) continue;
    const required = requiredBindings(operation.input);
    if (!required.every((has) => has(query, request))) continue;
    const score =
      route.demands.length * 10 + required.length * 5 - route.labels.length + (query.get("x-id") === route.name ? 1 : 0);
    if (best === undefined || score > best.score) best = { target: { operation, labels }, score };
  }
  return best?.target;
}

function routesOf(wire: Wire): readonly Route[] {
  const made = known.get(wire) ?? [...wire.bindings()].map(([name, method, uri]) => route(name, method, uri));
  known.set(wire, made);
  return made;
}

function route(name: string, method: string, uri: string): Route {
  const [path = "/", query = ""] = uri.split("?");
  const labels: string[] = [];
  const pattern = path.replace(/\{(\w+)(\+?)\}|[^{]+/g, (text: string, label: string | undefined, greedy: string) => {
    if (label === undefined) return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
    labels.push(label);
    return greedy === "+" ? "(.+)" : "([^/]+)";
  });
  // A slash at the end belongs to a greedy label (an S3 key may end with one) and means nothing elsewhere.
  const end = path.endsWith("+}") || path.endsWith("/") ? "" : "/?";
  // `x-id` only tells operations apart in the SDK's own logs.
  const demands = [...new URLSearchParams(query)].filter(([key]) => key !== "x-id");
  return { name, method, pattern: new RegExp(`^${pattern}${end}$`), labels, demands };
}

function decodeLabels(names: readonly string[], hit: RegExpExecArray): ReadonlyMap<string, string> | undefined {
  try {
    return new Map(names.map((name, index) => [name, decodeURIComponent(hit[index + 1] ?? "")]));
  } catch {
    return undefined;
  }
}

/** Required headers and query parameters tell `UploadPart` from `PutObject`. The schema has the required members first. */
function requiredBindings(input: NormalizedSchema): readonly ((query: URLSearchParams, request: WireRequest) => boolean)[] {
  if (!input.isStructSchema()) return [];
  const schema: unknown = input.getSchema();
  const count = Array.isArray(schema) && typeof schema[6] === "number" ? schema[6] : 0;
  return [...input.structIterator()].slice(0, count).flatMap(([, member]) => {
    const { httpHeader, httpQuery } = member.getMergedTraits();
    if (httpHeader !== undefined)
      return [(_: URLSearchParams, request: WireRequest) => httpHeader.toLowerCase() in request.headers];
    if (httpQuery !== undefined) return [(query: URLSearchParams) => query.has(httpQuery)];
    return [];
  });
}
