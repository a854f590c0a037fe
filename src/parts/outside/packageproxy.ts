import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { connect, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { pipeline } from "node:stream/promises";

/** Lower case, e.g. `deb.example.org:80`. */
type HostAndPort = string;

/** Milliseconds for which nothing comes from a mirror before it is given up. */
const patience = 120_000;

export interface PackageProxyOptions {
  /** Where packages may be fetched from, asked at each request. */
  readonly mirrors: () => Promise<ReadonlySet<HostAndPort>>;
  /** A proxy of the host's own network through which mirrors are reached. */
  readonly upstream?: () => Promise<HostAndPort | undefined>;
}

/**
 * The one way out of the model: a forward proxy (RFC 9110, 7.6) that fetches from the package mirrors that this host itself uses, and
 * refuses every other name with 403. Opens its connections from the host's network, wherever it listens.
 */
export function packageProxy(options: PackageProxyOptions): Server {
  const server = createServer({ requestTimeout: 600_000 }, (incoming, outgoing) => {
    forward(options, incoming, outgoing).catch((error: unknown) => {
      if (outgoing.headersSent) outgoing.destroy();
      else refuse(outgoing, 502, said(error));
    });
  });
  server.on("connect", (incoming: IncomingMessage, client: Duplex, head: Buffer) => {
    client.on("error", () => client.destroy());
    tunnel(options, incoming, client, head).catch((error: unknown) => endTunnel(client, "502 Bad Gateway", said(error)));
  });
  return server;
}

async function forward(options: PackageProxyOptions, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  const target = parsed(incoming.url);
  if (target?.protocol !== "http:" || !["GET", "HEAD"].includes(incoming.method ?? ""))
    return refuse(outgoing, 400, "this proxy fetches http:// addresses of package mirrors");
  const wanted = hostAndPort(target, 80);
  if (!(await options.mirrors()).has(wanted)) return refuse(outgoing, 403, refusal(wanted));
  const upstream = await options.upstream?.();
  const [host, port] = split(upstream ?? wanted);
  const { "proxy-connection": _, "proxy-authorization": __, connection: ___, ...headers } = incoming.headers;
  const fetching = request({
    host,
    port,
    method: incoming.method,
    path: upstream === undefined ? `${target.pathname}${target.search}` : target.href,
    // RFC 9112 §3.2.2: of the address, whatever the client's header says: other sites live behind the same servers.
    headers: { ...headers, host: target.host },
    timeout: patience,
  });
  fetching.on("timeout", () => fetching.destroy(new Error(`nothing came for ${patience / 1000} s`)));
  outgoing.on("close", () => fetching.destroy());
  fetching.end();
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    fetching.on("response", resolve);
    fetching.on("error", (error) => reject(new Error(`${wanted} cannot be reached: ${error.message}`, { cause: error })));
  });
  outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
  // Whole or cut off for the machine too: it must not wait for the rest.
  await pipeline(answer, outgoing);
}

async function tunnel(options: PackageProxyOptions, incoming: IncomingMessage, client: Duplex, head: Buffer): Promise<void> {
  const wanted = (incoming.url ?? "").toLowerCase();
  if (!(await options.mirrors()).has(wanted)) return endTunnel(client, "403 Forbidden", refusal(wanted));
  const upstream = await options.upstream?.();
  const [host, port] = split(upstream ?? wanted);
  const server: Socket = connect({ host, port, timeout: patience });
  await new Promise<void>((resolve, reject) => {
    server.on("connect", resolve);
    server.on("error", reject);
    server.on("timeout", () => server.destroy(new Error(`nothing came for ${patience / 1000} s`)));
  });
  if (upstream === undefined) client.write("HTTP/1.1 200 Connection Established\r\n\r\n");
  // The other proxy answers for itself.
  else server.write(`CONNECT ${wanted} HTTP/1.1\r\nHost: ${wanted}\r\n\r\n`);
  server.write(head);
  // From here on there is no status to tell: an end without a reason is all that either side sees of the other's trouble.
  server.on("error", () => client.destroy());
  client.on("close", () => server.destroy());
  server.pipe(client);
  client.pipe(server);
}

function endTunnel(client: Duplex, status: string, why: string): void {
  client.end(`HTTP/1.1 ${status}\r\nContent-Length: ${Buffer.byteLength(why)}\r\nConnection: close\r\n\r\n${why}`);
}

const said = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const refusal = (wanted: string): string =>
  `${wanted} is not a package mirror of this host: nothing else of the real network is reached from the model\n`;

function refuse(outgoing: ServerResponse, status: number, why: string): void {
  outgoing.writeHead(status, { "content-type": "text/plain", connection: "close" }).end(why);
}

function parsed(url: string | undefined): URL | undefined {
  return url !== undefined && URL.canParse(url) ? new URL(url) : undefined;
}

/** Of an http or https address. */
const hostAndPort = (url: URL, port: number): HostAndPort => `${url.hostname.toLowerCase()}:${url.port || port}`;

const split = (text: HostAndPort): [string, number] => {
  const at = text.lastIndexOf(":");
  return [text.slice(0, at), Number(text.slice(at + 1))];
};
