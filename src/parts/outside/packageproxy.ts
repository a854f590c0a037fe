import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { connect, type Socket } from "node:net";
import type { Duplex } from "node:stream";

/** `host:port`, lower case. */
export type Authority = string;

export interface PackageProxyOptions {
  /** Where packages may be fetched from, asked at each request. */
  readonly mirrors: () => Promise<ReadonlySet<Authority>>;
  /** A proxy of the host's own network through which mirrors are reached. */
  readonly upstream?: () => Promise<Authority | undefined>;
}

/**
 * The one way out of the model: a forward proxy (RFC 9110, 7.6) that fetches from the package mirrors that this host itself uses, and
 * refuses every other name with 403. Opens its connections from the host's network, wherever it listens.
 */
export function packageProxy(options: PackageProxyOptions): Server {
  const server = createServer({ requestTimeout: 600_000 }, (incoming, outgoing) => {
    void forward(options, incoming, outgoing);
  });
  server.on("connect", (incoming: IncomingMessage, client: Duplex, head: Buffer) => {
    void tunnel(options, incoming, client, head);
  });
  return server;
}

async function forward(options: PackageProxyOptions, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  const target = parsed(incoming.url);
  if (target?.protocol !== "http:" || !["GET", "HEAD"].includes(incoming.method ?? ""))
    return refuse(outgoing, 400, "this proxy fetches http:// addresses of package mirrors");
  const wanted = authorityOf(target, 80);
  if (!(await options.mirrors()).has(wanted)) return refuse(outgoing, 403, refusal(wanted));
  const upstream = await options.upstream?.();
  const [host, port] = split(upstream ?? wanted);
  const { "proxy-connection": _, "proxy-authorization": __, connection: ___, ...headers } = incoming.headers;
  const fetching = request({
    host,
    port,
    method: incoming.method,
    path: upstream === undefined ? `${target.pathname}${target.search}` : target.href,
    headers,
  });
  fetching.on("response", (answer) => {
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(outgoing);
  });
  fetching.on("error", (error) =>
    outgoing.headersSent ? outgoing.destroy() : refuse(outgoing, 502, `${wanted} cannot be reached: ${error.message}`),
  );
  outgoing.on("close", () => fetching.destroy());
  fetching.end();
}

async function tunnel(options: PackageProxyOptions, incoming: IncomingMessage, client: Duplex, head: Buffer): Promise<void> {
  client.on("error", () => client.destroy());
  const wanted = (incoming.url ?? "").toLowerCase();
  const end = (status: string, why: string): void => {
    client.end(`HTTP/1.1 ${status}\r\nContent-Length: ${Buffer.byteLength(why)}\r\nConnection: close\r\n\r\n${why}`);
  };
  if (!(await options.mirrors()).has(wanted)) return end("403 Forbidden", refusal(wanted));
  const upstream = await options.upstream?.();
  const [host, port] = split(upstream ?? wanted);
  const server: Socket = connect({ host, port });
  server.on("connect", () => {
    if (upstream === undefined) client.write("HTTP/1.1 200 Connection Established\r\n\r\n");
    // The other proxy answers for itself.
    else server.write(`CONNECT ${wanted} HTTP/1.1\r\nHost: ${wanted}\r\n\r\n`);
    server.write(head);
    server.pipe(client);
    client.pipe(server);
  });
  server.on("error", (error) => (server.bytesRead > 0 ? client.destroy() : end("502 Bad Gateway", error.message)));
  client.on("close", () => server.destroy());
}

const refusal = (wanted: string): string =>
  `${wanted} is not a package mirror of this host: nothing else of the real network is reached from the model\n`;

function refuse(outgoing: ServerResponse, status: number, why: string): void {
  outgoing.writeHead(status, { "content-type": "text/plain", connection: "close" }).end(why);
}

function parsed(url: string | undefined): URL | undefined {
  return url !== undefined && URL.canParse(url) ? new URL(url) : undefined;
}

/** Of an http or https address, e.g. `deb.example.org:80`. */
export const authorityOf = (url: URL, port: number): Authority => `${url.hostname.toLowerCase()}:${url.port || port}`;

const split = (authority: Authority): [string, number] => {
  const at = authority.lastIndexOf(":");
  return [authority.slice(0, at), Number(authority.slice(at + 1))];
};
