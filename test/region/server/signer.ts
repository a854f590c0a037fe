import { createHash, createHmac } from "node:crypto";
import { HttpRequest } from "@smithy/core/transport";
import { SignatureV4 } from "@smithy/signature-v4";
import { credentials } from "./harness.js";

export interface Raw {
  readonly service?: string;
  readonly region?: string;
  readonly method?: string;
  readonly path?: string;
  readonly query?: Record<string, string | string[]>;
  readonly headers?: Record<string, string>;
  readonly body?: string | Uint8Array;
  readonly credentials?: { accessKeyId: string; secretAccessKey: string; sessionToken?: string };
  readonly signingDate?: Date;
  /** Seconds; a presigned request. */
  readonly expiresIn?: number;
}

/** What the SDK's own signer makes of a request. */
export async function sign(endpoint: string, raw: Raw): Promise<HttpRequest> {
  const { hostname, port } = new URL(endpoint);
  const request = new HttpRequest({
    protocol: "http:",
    hostname,
    port: Number(port),
    method: raw.method ?? "POST",
    path: raw.path ?? "/",
    query: raw.query ?? {},
    headers: { host: `${hostname}:${port}`, ...raw.headers },
    // fetch sends none with these
    body: raw.method === "GET" || raw.method === "HEAD" ? undefined : raw.body,
  });
  const signer = new SignatureV4({
    service: raw.service ?? "sts",
    region: raw.region ?? "eu-west-3",
    credentials: raw.credentials ?? credentials,
    sha256: Sha256,
    uriEscapePath: raw.service !== "s3",
  });
  const options = { signingDate: raw.signingDate ?? new Date() };
  if (raw.expiresIn === undefined) return (await signer.sign(request, options)) as HttpRequest;
  return (await signer.presign(request, { ...options, expiresIn: raw.expiresIn })) as HttpRequest;
}

/** Sign and send. */
export async function send(endpoint: string, raw: Raw): Promise<Response> {
  return transmit(endpoint, await sign(endpoint, raw));
}

/** Send a signed request, perhaps after a change to it. */
export async function transmit(endpoint: string, signed: HttpRequest): Promise<Response> {
  const query = Object.entries(signed.query)
    .flatMap(([name, value]) => [value ?? ""].flat().map((one) => `${encode(name)}=${encode(one)}`))
    .join("&");
  return fetch(`${endpoint}${signed.path}${query === "" ? "" : `?${query}`}`, {
    method: signed.method,
    headers: Object.fromEntries(Object.entries(signed.headers).filter(([name]) => name !== "host")),
    ...(signed.body === undefined ? {} : { body: signed.body as string }),
  });
}

const encode = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);

class Sha256 {
  private readonly hash: ReturnType<typeof createHash> | ReturnType<typeof createHmac>;
  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.hash = secret === undefined ? createHash("sha256") : createHmac("sha256", bytes(secret));
  }
  update(data: string | ArrayBuffer | ArrayBufferView): void {
    this.hash.update(bytes(data));
  }
  async digest(): Promise<Uint8Array> {
    return this.hash.digest();
  }
  reset(): void {}
}

function bytes(data: string | ArrayBuffer | ArrayBufferView): Buffer {
  if (typeof data === "string") return Buffer.from(data, "utf8");
  return ArrayBuffer.isView(data) ? Buffer.from(data.buffer, data.byteOffset, data.byteLength) : Buffer.from(data);
}
