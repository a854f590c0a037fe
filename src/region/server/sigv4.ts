/**
 * AWS Signature Version 4, from the verifier's side. Pure: no clock, no credentials are looked up here.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import type { WireRequest } from "../protocol/protocol.js";

export const algorithm = "AWS4-HMAC-SHA256";

/** What a request says of its own signature. */
export interface Signed {
  readonly accessKeyId: string;
  readonly scope: { readonly date: string; readonly region: string; readonly service: string };
  /** e.g. `20261121T100000Z`. */
  readonly timestamp: string;
  /** Lower case, in the order given. */
  readonly signedHeaders: readonly string[];
  readonly signature: string;
  readonly sessionToken: string | undefined;
  /** Seconds a presigned request may be used; nothing for a request signed in its header. */
  readonly expires: number | undefined;
}

/** A signature that is there but cannot be read. */
export class Incomplete extends Error {}

/** Nothing when the request is not signed at all. @throws Incomplete */
export function readSignature(request: WireRequest): Signed | undefined {
  const header = request.headers["authorization"];
  if (header !== undefined) return fromHeader(request, header);
  const query = new URLSearchParams(request.query);
  return query.has("X-Amz-Algorithm") || query.has("X-Amz-Signature") ? fromQuery(query) : undefined;
}

/** A first look: the service of the credential scope, if there is one, however wrong the rest of the signature is. */
export function scopedService(request: WireRequest): string | undefined {
  const header = /Credential=\s*([^,\s]*)/.exec(request.headers["authorization"] ?? "")?.[1];
  const credential = header ?? new URLSearchParams(request.query).get("X-Amz-Credential") ?? "";
  const parts = credential.split("/");
  return parts.length === 5 && parts[3] !== "" ? parts[3] : undefined;
}

function fromHeader(request: WireRequest, header: string): Signed {
  if (!header.startsWith(`${algorithm} `)) throw new Incomplete(`The Authorization header does not use ${algorithm}.`);
  const fields = new Map(
    header
      .slice(algorithm.length)
      .split(",")
      .map((field) => [field.slice(0, field.indexOf("=")).trim(), field.slice(field.indexOf("=") + 1).trim()] as const),
  );
  const need = (name: string): string => {
    const value = fields.get(name);
    if (value === undefined || value === "") throw new Incomplete(`The Authorization header requires '${name}'.`);
    return value;
  };
  const timestamp = request.headers["x-amz-date"] ?? fromHttpDate(request.headers["date"]);
  return {
    ...credential(need("Credential")),
    signedHeaders: need("SignedHeaders").toLowerCase().split(";"),
    signature: need("Signature"),
    timestamp: checkTimestamp(timestamp),
    sessionToken: request.headers["x-amz-security-token"],
    expires: undefined,
  };
}

function fromQuery(query: URLSearchParams): Signed {
  const need = (name: string): string => {
    const values = query.getAll(name);
    if (values.length !== 1 || values[0] === "") throw new Incomplete(`A presigned request requires one '${name}'.`);
    return values[0]!;
  };
  if (need("X-Amz-Algorithm") !== algorithm) throw new Incomplete(`X-Amz-Algorithm is not ${algorithm}.`);
  const expires = need("X-Amz-Expires");
  if (!/^\d{1,6}$/.test(expires) || Number(expires) < 1 || Number(expires) > 604_800)
    throw new Incomplete("X-Amz-Expires must be between 1 and 604800 seconds (a week).");
  return {
    ...credential(need("X-Amz-Credential")),
    signedHeaders: need("X-Amz-SignedHeaders").toLowerCase().split(";"),
    signature: need("X-Amz-Signature"),
    timestamp: checkTimestamp(need("X-Amz-Date")),
    sessionToken: query.get("X-Amz-Security-Token") ?? undefined,
    expires: Number(expires),
  };
}

function credential(text: string): Pick<Signed, "accessKeyId" | "scope"> {
  const [accessKeyId, date, region, service, terminator, ...more] = text.split("/");
  if (!accessKeyId || !date || !region || !service || terminator !== "aws4_request" || more.length > 0)
    throw new Incomplete(`The credential '${text}' is not KEY/DATE/REGION/SERVICE/aws4_request.`);
  return { accessKeyId, scope: { date, region, service } };
}

function checkTimestamp(timestamp: string | undefined): string {
  if (timestamp === undefined || !/^\d{8}T\d{6}Z$/.test(timestamp))
    throw new Incomplete("The request requires an X-Amz-Date such as 20261121T100000Z.");
  return timestamp;
}

function fromHttpDate(date: string | undefined): string | undefined {
  if (date === undefined || /^\d{8}T\d{6}Z$/.test(date)) return date;
  const time = Date.parse(date);
  return Number.isNaN(time) ? undefined : new Date(time).toISOString().replace(/[-:]|\.\d{3}/g, "");
}

/** Milliseconds since the epoch; NaN for a day that does not exist. */
export const timeOf = (timestamp: string): number =>
  Date.parse(timestamp.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, "$1-$2-$3T$4:$5:$6Z"));

export const sha256 = (data: string | Uint8Array): string => createHash("sha256").update(data).digest("hex");

/** @param payloadHash of the body, or the words that stand in for it (`UNSIGNED-PAYLOAD`). */
export function canonicalRequest(request: WireRequest, signed: Signed, payloadHash: string): string {
  const isS3 = signed.scope.service === "s3";
  return [
    request.method,
    canonicalPath(request.path, isS3),
    canonicalQuery(request.query),
    ...signed.signedHeaders.map((name) => `${name}:${(request.headers[name] ?? "").trim().replace(/ {2,}/g, " ")}`),
    "",
    signed.signedHeaders.join(";"),
    payloadHash,
  ].join("\n");
}

/** What the signature should be. */
export function expectedSignature(canonical: string, signed: Signed, secretAccessKey: string): string {
  return signText(signed, secretAccessKey, algorithm, [sha256(canonical)]);
}

/** A signature under the request's own scope and time, over `lines` that follow them. */
export function signText(signed: Signed, secretAccessKey: string, name: string, lines: readonly string[]): string {
  const { date, region, service } = signed.scope;
  const scope = [date, region, service, "aws4_request"];
  const key = scope.reduce<string | Buffer>((secret, part) => hmac(secret, part), `AWS4${secretAccessKey}`);
  return hmac(key, [name, signed.timestamp, scope.join("/"), ...lines].join("\n")).toString("hex");
}

/** Takes as long for a wrong text as for the right one. */
export function sameText(a: string, b: string): boolean {
  const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}

const hmac = (key: string | Buffer, data: string): Buffer => createHmac("sha256", key).update(data, "utf8").digest();

/** Every service but S3 normalises the path and encodes it a second time; S3's keys may hold `..` and `//`. */
function canonicalPath(path: string, isS3: boolean): string {
  if (isS3)
    return (
      path
        .split("/")
        .map((segment) => encode(tryDecode(segment)))
        .join("/") || "/"
    );
  const kept: string[] = [];
  for (const segment of path.split("/")) {
    if (segment === "..") kept.pop();
    else if (segment !== "" && segment !== ".") kept.push(segment);
  }
  const end = kept.length > 0 && path.endsWith("/") ? "/" : "";
  return `/${kept.map(encode).join("/")}${end}`;
}

function canonicalQuery(query: string): string {
  const pairs = query
    .split("&")
    .filter((pair) => pair !== "")
    .map((pair) => {
      const equals = pair.indexOf("=");
      const [name, value] = equals < 0 ? [pair, ""] : [pair.slice(0, equals), pair.slice(equals + 1)];
      return [encode(tryDecode(name.replaceAll("+", " "))), encode(tryDecode(value.replaceAll("+", " ")))] as const;
    })
    .filter(([name]) => name !== "X-Amz-Signature");
  const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
  pairs.sort(([a, x], [b, y]) => order(a, b) || order(x, y));
  return pairs.map(([name, value]) => `${name}=${value}`).join("&");
}

/** RFC 3986: everything but the unreserved characters. */
const encode = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);

function tryDecode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
