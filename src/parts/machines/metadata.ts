import { randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { MetadataSpec } from "./spec.js";
import { listing } from "./leaves.js";

/**
 * The instance metadata service (EC2 User Guide, "Use the Instance Metadata Service to access instance metadata"): one
 * server a machine, because a caller is known by the listener it came through and never by an address. Listen with the
 * handle of a socket opened elsewhere: `metadataServer(…).listen(handle)`. `lookup` is asked at each request; while it
 * knows nothing the service answers 404, as for an instance that is going away.
 *
 * A session token holds at this listener alone and until it expires or the region ends: clients then get 401 and ask
 * for another, as the SDKs do.
 */
export function metadataServer(lookup: () => MetadataSpec | undefined, now: () => number = Date.now): Server {
  const tokens = new Tokens(now);
  return createServer({ keepAliveTimeout: 5000 }, (request, response) => {
    // A body has no meaning here; it is read away so that the connection stays usable.
    request.resume();
    const spec = lookup();
    const answer = spec === undefined ? notFound : respond(request, spec, tokens);
    send(request, response, answer);
  });
}

interface Answer {
  readonly status: number;
  readonly body?: string | Uint8Array;
  readonly type?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const page = (status: number, title: string, body = ""): Answer => ({
  status,
  type: "text/html",
  body: `<?xml version="1.0" encoding="iso-8859-1"?>
<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN"
	"http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">
<html xmlns="http://www.w3.org/1999/xhtml" xml:lang="en" lang="en">
 <head>
  <title>${title}</title>
 </head>
 <body>
  <h1>${title}</h1>
${body} </body>
</html>
`,
});
const badRequest = page(400, "400 - Bad Request");
const unauthorized = page(401, "401 - Unauthorized");
const forbidden = page(403, "403 - Forbidden");
const notFound = page(404, "404 - Not Found");
const notAllowed: Answer = { ...page(405, "405 - Method Not Allowed"), headers: { allow: "OPTIONS, GET, HEAD, PUT" } };

const tokenHeader = "x-aws-ec2-metadata-token";
const ttlHeader = "x-aws-ec2-metadata-token-ttl-seconds";

function respond(request: IncomingMessage, spec: MetadataSpec, tokens: Tokens): Answer {
  const path = (request.url ?? "/").replace(/\?.*$/, "");
  if (request.method === "PUT") return /^\/[^/]+\/api\/token\/?$/.test(path) ? newToken(request, tokens) : notAllowed;
  if (request.method === "OPTIONS") return { status: 200, headers: { allow: "OPTIONS, GET, HEAD, PUT" } };
  if (request.method !== "GET" && request.method !== "HEAD") return notAllowed;
  const token = request.headers[tokenHeader];
  // A wrong token is refused even where none is asked for.
  if (token === undefined ? spec.httpTokens === "required" : typeof token !== "string" || !tokens.holds(token))
    return unauthorized;
  return find(path, spec);
}

/** A request that came through a proxy must not get one: `X-Forwarded-For` is refused. */
function newToken(request: IncomingMessage, tokens: Tokens): Answer {
  if (request.headers["x-forwarded-for"] !== undefined) return forbidden;
  const wanted = request.headers[ttlHeader];
  const seconds = typeof wanted === "string" && /^\d{1,5}$/.test(wanted) ? Number(wanted) : 0;
  if (seconds < 1 || seconds > 21_600) return badRequest;
  return { status: 200, body: tokens.create(seconds), headers: { [ttlHeader]: String(seconds) } };
}

/** The first and the newest version that AWS lists; `latest` stands for the newest. All answer alike here. */
const versions = [
  ...["1.0", "2007-01-19", "2007-03-01", "2007-08-29", "2007-10-10", "2007-12-15", "2008-02-01", "2008-09-01", "2009-04-04"],
  ...[
    "2011-01-01",
    "2011-05-01",
    "2012-01-12",
    "2014-02-25",
    "2014-11-05",
    "2015-10-20",
    "2016-04-19",
    "2016-06-30",
    "2016-09-02",
  ],
  ...[
    "2018-03-28",
    "2018-08-17",
    "2018-09-24",
    "2019-10-01",
    "2020-10-27",
    "2021-01-03",
    "2021-03-23",
    "2021-07-15",
    "2022-09-24",
  ],
  ...["2024-04-11", "latest"],
];

function find(path: string, spec: MetadataSpec): Answer {
  const [version, ...rest] = path.split("/").filter(Boolean);
  if (version === undefined) return { status: 200, body: versions.join("\n") };
  if (!versions.includes(version)) return notFound;
  const key = rest.join("/");
  const leaf = spec.leaves.get(key);
  if (leaf !== undefined) {
    const body = typeof leaf === "function" ? leaf() : leaf;
    return { status: 200, body, type: key === "user-data" ? "application/octet-stream" : "text/plain" };
  }
  const entries = listing([...spec.leaves.keys()], key);
  return entries === undefined ? notFound : { status: 200, body: entries.join("\n") };
}

function send(request: IncomingMessage, response: ServerResponse, answer: Answer): void {
  const body = typeof answer.body === "object" ? Buffer.from(answer.body) : Buffer.from(answer.body ?? "", "utf8");
  response.writeHead(answer.status, {
    "content-type": answer.type ?? "text/plain",
    "content-length": body.length,
    "accept-ranges": "none",
    server: "EC2ws",
    ...answer.headers,
  });
  response.end(request.method === "HEAD" ? undefined : body);
}

class Tokens {
  readonly #expiries = new Map<string, number>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  create(seconds: number): string {
    for (const [token, expiry] of this.#expiries) if (expiry <= this.#now()) this.#expiries.delete(token);
    const token = `${randomBytes(40).toString("base64url")}==`;
    this.#expiries.set(token, this.#now() + seconds * 1000);
    return token;
  }

  holds(token: string): boolean {
    const expiry = this.#expiries.get(token);
    return expiry !== undefined && expiry > this.#now();
  }
}
