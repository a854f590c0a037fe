import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { UserFault } from "../../faults.js";
import type { WireRequest, WireResponse } from "../protocol/protocol.js";
import { createDispatch, type Dispatch, type DispatchOptions } from "./dispatch.js";
import type { LogEntry } from "./log.js";
import { modelledWire, type FindWire } from "./registry.js";
import { scopedService } from "./sigv4.js";

export interface ServerOptions extends Omit<DispatchOptions, "findWire"> {
  /** 0 for any free one. */
  readonly port: number;
  readonly log?: (entry: LogEntry) => void;
  /** Default: the services of operations/operation.ts, from the tables of the build. */
  readonly findWire?: FindWire;
}

export interface RunningServer {
  readonly port: number;
  /** Stops listening, ends idle connections at once, releases what is held and gives the rest five seconds. */
  close(): Promise<void>;
}

/** Largest body in bytes; objects (S3) may be larger. */
const largestBody = { object: 64 << 20, other: 2 << 20 } as const;

const grace = 5_000;

/** The AWS API on 127.0.0.1. @throws UserFault PortTaken */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const dispatch = createDispatch({ ...options, findWire: options.findWire ?? modelledWire });
  const active: Active = { stopping: false, requests: new Map(), sockets: new Set() };
  const server = createServer({
    maxHeaderSize: 32 << 10,
    keepAliveTimeout: 65_000,
    headersTimeout: 20_000,
    requestTimeout: 60_000,
  });
  server.on("connection", (socket: Socket) => {
    active.sockets.add(socket);
    socket.on("close", () => active.sockets.delete(socket));
  });
  server.on("request", (request, response) => {
    void serve(request, response, dispatch, active, options);
  });
  server.on("clientError", (error: NodeJS.ErrnoException, socket) => {
    const status = error.code === "HPE_HEADER_OVERFLOW" ? "431 Request Header Fields Too Large" : "400 Bad Request";
    if (socket.writable) socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
    else socket.destroy();
  });
  await listen(server, options.port);
  return { port: (server.address() as AddressInfo).port, close: () => close(server, active) };
}

/**
 * What is open, and which of it is being answered. (Not left to node: `closeIdleConnections` spares a connection on which nothing
 * was ever asked; and `AbortSignal.any` leaks on Node 20 when one of the signals lives long.)
 */
interface Active {
  stopping: boolean;
  readonly requests: Map<AbortController, Socket>;
  readonly sockets: Set<Socket>;
}

async function serve(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  dispatch: Dispatch,
  active: Active,
  options: ServerOptions,
): Promise<void> {
  const began = performance.now();
  const requestId = randomUUID();
  const abort = new AbortController();
  active.requests.set(abort, incoming.socket);
  outgoing.on("close", () => {
    active.requests.delete(abort);
    if (!outgoing.writableFinished) abort.abort(new Error("the client left"));
  });
  try {
    const head = headOf(incoming);
    const limit = scopedService(head) === "s3" ? largestBody.object : largestBody.other;
    const body = await readBody(incoming, limit);
    const request = { ...head, body: body ?? new Uint8Array() };
    const tooLarge = {
      code: "RequestEntityTooLarge",
      message: `The body of the request is larger than ${limit} bytes.`,
      status: 413,
    };
    const { response, entry } = await dispatch(request, requestId, abort.signal, body === undefined ? tooLarge : undefined);
    send(outgoing, response, options.clock(), body === undefined || active.stopping);
    options.log?.({ ...entry, milliseconds: Math.round((performance.now() - began) * 10) / 10 });
  } catch (error) {
    // The client left in the middle of its request, or an answer could not be written: there is nobody to tell but the log.
    outgoing.destroy();
    options.log?.({
      time: new Date(options.clock()).toISOString(),
      requestId,
      status: 0,
      result: abort.signal.aborted ? "ClientLeft" : "InternalFailure",
      stack: error instanceof Error ? (error.stack ?? error.message) : String(error),
      milliseconds: Math.round((performance.now() - began) * 10) / 10,
    });
  }
}

function headOf(incoming: IncomingMessage): WireRequest {
  const [path = "/", ...query] = (incoming.url ?? "/").split("?");
  const headers: Record<string, string> = Object.create(null) as Record<string, string>;
  // node:http drops repetitions of some headers; the signature is over all of them.
  for (let index = 0; index + 1 < incoming.rawHeaders.length; index += 2) {
    const name = incoming.rawHeaders[index]!.toLowerCase();
    const value = incoming.rawHeaders[index + 1]!.trim();
    headers[name] = name in headers ? `${headers[name]},${value}` : value;
  }
  return { method: incoming.method ?? "GET", path, query: query.join("?"), headers, body: new Uint8Array() };
}

/** Nothing when it is larger than the limit; the rest is not read then, and the connection cannot be used again. */
async function readBody(incoming: IncomingMessage, limit: number): Promise<Uint8Array | undefined> {
  if (Number(incoming.headers["content-length"] ?? 0) > limit) return undefined;
  const chunks: Buffer[] = [];
  let size = 0;
  return new Promise((resolve, reject) => {
    incoming.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size > limit) {
        incoming.removeAllListeners("data").pause();
        resolve(undefined);
      } else chunks.push(chunk);
    });
    incoming.on("end", () => resolve(Buffer.concat(chunks)));
    incoming.on("error", reject);
    incoming.on("close", () => reject(new Error("the request ended early")));
  });
}

function send(outgoing: ServerResponse, response: WireResponse, now: number, last: boolean): void {
  if (outgoing.destroyed) return;
  const body = typeof response.body === "string" ? Buffer.from(response.body, "utf8") : response.body;
  // A HEAD tells the length of what a GET would send.
  const told = outgoing.req.method === "HEAD" ? response.headers["content-length"] : undefined;
  outgoing.writeHead(response.status, {
    ...response.headers,
    ...(response.status === 204 || response.status === 304 ? {} : { "content-length": told ?? String(body.length) }),
    // Clients correct their own clocks by this one.
    date: new Date(now).toUTCString(),
    ...(last ? { connection: "close" } : {}),
  });
  outgoing.end(body);
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (cause: NodeJS.ErrnoException) => {
      reject(cause.code === "EADDRINUSE" || cause.code === "EACCES" ? portFault(port, cause) : cause);
    });
    server.listen({ host: "127.0.0.1", port, exclusive: true }, () => {
      server.removeAllListeners("error");
      resolve();
    });
  });
}

function portFault(port: number, cause: NodeJS.ErrnoException): UserFault {
  const why = cause.code === "EADDRINUSE" ? "another program listens there" : "the system does not allow it";
  return new UserFault(cause.code === "EADDRINUSE" ? "PortTaken" : "PortRefused", {
    at: `127.0.0.1:${port}`,
    message: `the region cannot listen on 127.0.0.1:${port}: ${why}`,
    fix: `end that program, or choose another port with \`--port\` (find it with \`ss -ltnp 'sport = :${port}'\`)`,
    cause,
  });
}

async function close(server: Server, active: Active): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  active.stopping = true;
  const busy = new Set(active.requests.values());
  for (const socket of active.sockets) if (!busy.has(socket)) socket.destroy();
  for (const request of active.requests.keys()) request.abort(new Error("the region stops"));
  const late = setTimeout(() => server.closeAllConnections(), grace);
  await closed;
  clearTimeout(late);
}
