import { randomUUID } from "node:crypto";
import {
  createServer,
  type IncomingMessage,
  type Server,
  type ServerOptions as HttpServerOptions,
  type ServerResponse,
} from "node:http";
import type { AddressInfo, Socket } from "node:net";
import type { Duplex } from "node:stream";
import { pipeline } from "node:stream/promises";
import { UserFault } from "../../faults.js";
import type { Refusal, WireRequest, WireResponse } from "../protocol/protocol.js";
import { createDispatch, type Dispatch, type DispatchOptions } from "./dispatch.js";
import type { LogEntry } from "./log.js";
import { modelledWire, type FindWire } from "./registry.js";
import { scopedService } from "./sigv4.js";
import { answerBytes, guessHead, malformedHttp, refusalOfBytes } from "./unparsed.js";

export interface ServerOptions extends Omit<DispatchOptions, "findWire"> {
  /** 0 for any free one. */
  readonly port: number;
  readonly log?: (entry: LogEntry) => void;
  /** Default: the services of operations/operation.ts, from the tables of the build. */
  readonly findWire?: FindWire;
  readonly patience?: Patience;
}

/** How long a client may take, in milliseconds. */
export interface Patience {
  /** From a connection, or the end of the last answer, to the end of the next request's headers. */
  readonly headers: number;
  /** To the end of the request. */
  readonly request: number;
  /** Between two looks whether someone takes too long. */
  readonly looks: number;
  /** A connection without a request. */
  readonly idle: number;
}

const patient: Patience = { headers: 20_000, request: 60_000, looks: 5_000, idle: 65_000 };

export interface RunningServer {
  readonly port: number;
  /** How a server elsewhere is made, and equipped to answer likewise; closing it is its owner's. */
  readonly settings: HttpServerOptions;
  equip(server: Server): void;
  /** Stops listening, ends idle connections at once, releases what is held and gives the rest five seconds. */
  close(): Promise<void>;
}

/** Largest body in bytes, but for what is sent to S3: that is read while it is worked on. */
const largestBody = 2 << 20;

const grace = 5_000;

/** The AWS API on 127.0.0.1. @throws UserFault PortTaken */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const findWire = options.findWire ?? modelledWire;
  const dispatch = createDispatch({ ...options, findWire });
  const active: Active = { stopping: false, requests: new Map(), sockets: new Set() };
  const patience = options.patience ?? patient;
  const settings: HttpServerOptions = {
    maxHeaderSize: 32 << 10,
    keepAliveTimeout: patience.idle,
    headersTimeout: patience.headers,
    requestTimeout: patience.request,
    connectionsCheckingInterval: patience.looks,
    // A request without one is refused in the protocol's form, like any other.
    requireHostHeader: false,
  };
  const take = (request: IncomingMessage, response: ServerResponse, problem?: Refusal): void =>
    void serve(request, response, dispatch, active, options, problem);

  const refuseBytes = (socket: Duplex, refusal: Refusal, raw?: Uint8Array): void => {
    const open = [...active.requests.values()].filter((one) => one.incoming.socket === socket);
    // What has arrived whole is answered first, and nothing after it.
    const answered = open.filter((one) => one.incoming.complete).at(-1);
    if (answered !== undefined) return void (answered.isLast = true);
    // Refused already: what else comes is not looked at.
    if (!socket.writable) return;
    const requestId = randomUUID();
    const at = options.clock();
    const began = open[0];
    const head = began === undefined ? guessHead(raw) : headOf(began.incoming);
    socket.end(answerBytes(head, refusal, requestId, at, findWire));
    // Not destroyed at once: what is unread then would have the kernel take the answer back.
    const late = setTimeout(() => socket.destroy(), grace).unref();
    socket.on("close", () => clearTimeout(late));
    const { remoteAddress } = socket as Partial<Socket>;
    options.log?.({
      time: new Date(at).toISOString(),
      requestId,
      ...(remoteAddress === undefined ? {} : { sourceAddress: remoteAddress }),
      status: refusal.status,
      result: refusal.code,
      message: refusal.message,
      milliseconds: 0,
    });
    if (began !== undefined) began.isRefused = true;
  };
  const equip = (server: Server): void => {
    server.on("connection", (socket: Socket) => {
      active.sockets.add(socket);
      socket.on("close", () => active.sockets.delete(socket));
    });
    server.on("request", (request, response) => take(request, response));
    server.on("checkExpectation", (request: IncomingMessage, response: ServerResponse) =>
      take(request, response, malformedHttp("The request expects something other than 100-continue.", 417)),
    );
    server.on("clientError", (error: NodeJS.ErrnoException & { rawPacket?: Buffer }, socket) => {
      if (error.code === "ECONNRESET") socket.destroy();
      else refuseBytes(socket, refusalOfBytes(error), error.rawPacket);
    });
    server.on("connect", (_request, socket) => refuseBytes(socket, malformedHttp("This is no proxy.", 405)));
  };
  const server = createServer(settings);
  equip(server);
  await listen(server, options.port);
  return { port: (server.address() as AddressInfo).port, settings, equip, close: () => close(server, active) };
}

/**
 * What is open, and which of it is being answered. (Not left to node: `closeIdleConnections` spares a connection on which nothing
 * was ever asked; and `AbortSignal.any` leaks on Node 20 when one of the signals lives long.)
 */
interface Active {
  stopping: boolean;
  readonly requests: Map<AbortController, ActiveRequest>;
  readonly sockets: Set<Socket>;
}

interface ActiveRequest {
  readonly incoming: IncomingMessage;
  /** Nothing that follows on the connection can be read. */
  isLast: boolean;
  /** What arrived of it could not be read, and was answered so. */
  isRefused: boolean;
}

async function serve(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  dispatch: Dispatch,
  active: Active,
  options: ServerOptions,
  found?: Refusal,
): Promise<void> {
  const began = performance.now();
  const at = options.clock();
  const requestId = randomUUID();
  const abort = new AbortController();
  const { socket } = incoming;
  const open: ActiveRequest = { incoming, isLast: false, isRefused: false };
  const sourceAddress = socket.remoteAddress;
  active.requests.set(abort, open);
  outgoing.on("close", () => {
    active.requests.delete(abort);
    if (!outgoing.writableFinished) abort.abort(new Error("the client left"));
    if (open.isLast) socket.end();
  });
  const taken = (): number => Math.round((performance.now() - began) * 10) / 10;
  try {
    const head = headOf(incoming);
    const raw = scopedService(head) === "s3" && hasBody(incoming) && found === undefined ? piecesOf(incoming) : undefined;
    const body = found !== undefined ? undefined : raw === undefined ? await readBody(incoming, largestBody) : new Uint8Array();
    const problem = found ?? problemOf(incoming, body);
    const request = { ...head, body: body ?? new Uint8Array() };
    const { response, entry } = await dispatch({ request, raw, requestId, at, sourceAddress, signal: abort.signal, problem });
    const isCut = raw !== undefined && !incoming.complete;
    await send(outgoing, response, options.clock(), {
      last: body === undefined || isCut || open.isLast || active.stopping,
      before: isCut ? () => restOf(incoming) : undefined,
    });
    options.log?.({ ...entry, milliseconds: taken() });
  } catch (error) {
    // The client left in the middle of its request, or an answer could not be written: there is nobody to tell but the log.
    outgoing.destroy();
    if (open.isRefused) return;
    options.log?.({
      time: new Date(at).toISOString(),
      requestId,
      ...(sourceAddress === undefined ? {} : { sourceAddress }),
      status: 0,
      result: abort.signal.aborted || !incoming.complete ? "ClientLeft" : "InternalFailure",
      stack: error instanceof Error ? (error.stack ?? error.message) : String(error),
      milliseconds: taken(),
    });
  }
}

function problemOf(incoming: IncomingMessage, body: Uint8Array | undefined): Refusal | undefined {
  if (body === undefined)
    return {
      code: "RequestEntityTooLargeException",
      message: `The body of the request is larger than ${largestBody} bytes.`,
      status: 413,
    };
  if (incoming.headers.host === undefined && incoming.httpVersion !== "1.0")
    return malformedHttp("The request has no Host header.");
  return undefined;
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

async function send(
  outgoing: ServerResponse,
  response: WireResponse,
  now: number,
  options: { readonly last: boolean; readonly before?: (() => Promise<void>) | undefined },
): Promise<void> {
  if (outgoing.destroyed) return;
  const body = typeof response.body === "string" ? Buffer.from(response.body, "utf8") : response.body;
  // A HEAD tells the length of what a GET would send.
  const told = outgoing.req.method === "HEAD" ? response.headers["content-length"] : undefined;
  const isEmpty = response.status === 204 || response.status === 304;
  outgoing.writeHead(response.status, {
    ...response.headers,
    ...(isEmpty ? {} : { "content-length": told ?? String(body.length) }),
    // Clients correct their own clocks by this one.
    date: new Date(now).toUTCString(),
    ...(options.last ? { connection: "close" } : {}),
  });
  if (isEmpty || outgoing.req.method === "HEAD") return void outgoing.end();
  if (!(body instanceof Uint8Array)) return pipeline(body.read(), outgoing);
  if (options.before === undefined) return void outgoing.end(body);
  outgoing.write(body);
  await options.before();
  outgoing.end();
}

const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0;

/** The body as it comes. Leaving it early does not end the connection: its client is to read the answer first. */
async function* piecesOf(incoming: IncomingMessage): AsyncGenerator<Uint8Array> {
  try {
    for await (const piece of incoming.iterator({ destroyOnReturn: false })) yield piece as Buffer;
  } catch (error) {
    throw new ClientLeft("the client left in the middle of its request", { cause: error });
  }
}

class ClientLeft extends Error {}

/**
 * What is unread of a request that is answered already is let pass for a while: were the connection closed on it, the kernel would
 * take the answer back.
 */
function restOf(incoming: IncomingMessage): Promise<void> {
  return new Promise((resolve) => {
    const late = setTimeout(resolve, grace);
    const done = (): void => {
      clearTimeout(late);
      resolve();
    };
    // With a listener: whoever has read the body before has left it without one, and it would not flow.
    incoming
      .on("data", () => undefined)
      .once("end", done)
      .once("close", done)
      .once("error", done)
      .resume();
  });
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
  const busy = new Set([...active.requests.values()].map(({ incoming }) => incoming.socket));
  for (const socket of active.sockets) if (!busy.has(socket)) socket.destroy();
  for (const request of active.requests.keys()) request.abort(new Error("the region stops"));
  const late = setTimeout(() => server.closeAllConnections(), grace);
  await closed;
  clearTimeout(late);
}
