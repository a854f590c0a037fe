import { chmodSync, chownSync, rmSync } from "node:fs";
import { createConnection, createServer, type Server, type Socket } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { UserFault } from "../../faults.js";

/**
 * The control socket: what AWS's API has no word for. A Unix socket that only the region's owner may open (0600); one request
 * per connection, JSON a line both ways: any number of `progress` frames, then one `result` or `fault`. The verbs that run a
 * command carry its streams in between (`stdin`, `stdinEnd`, `stdout`, `stderr`; base64).
 */
export type ControlHandler = (request: Readonly<Record<string, unknown>>, talk: Talk) => Promise<unknown>;

export interface Talk {
  progress(text: string, percent?: number): void;
  send(frame: object): void;
  /** What the client sends after its request. */
  onFrame(listener: (frame: Readonly<Record<string, unknown>>) => void): void;
  /** Aborts when the client leaves. */
  readonly signal: AbortSignal;
}

export interface ControlServer {
  close(): void;
}

const longestLine = 1 << 20;

/** Throws `UserFault` `AlreadyRunning` when a region answers on the socket already. To be asked before anything else is done. */
export async function refuseSecond(state: string): Promise<void> {
  if (await answers(join(state, "control.sock")))
    throw new UserFault("AlreadyRunning", {
      at: state,
      message: `a region is running already with the state folder ${state}`,
      fix: "use it, or end it with `sandtable region stop`",
    });
}

/** Throws as `refuseSecond`. */
export async function serveControl(
  state: string,
  owner: { readonly uid: number; readonly gid: number },
  handlers: Readonly<Record<string, ControlHandler>>,
  onError: (verb: string, error: unknown) => void,
): Promise<ControlServer> {
  const path = join(state, "control.sock");
  await refuseSecond(state);
  rmSync(path, { force: true });
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    converse(socket, handlers, onError);
  });
  // Nobody else may connect in the moment before its owner and mode are set.
  const mask = process.umask(0o177);
  await new Promise<void>((resolve, reject) => server.once("error", reject).listen(path, resolve)).finally(() =>
    process.umask(mask),
  );
  chownSync(path, owner.uid, owner.gid);
  chmodSync(path, 0o600);
  return {
    close: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
      rmSync(path, { force: true });
    },
  };
}

const answers = (path: string): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = createConnection(path);
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });

function converse(
  socket: Socket,
  handlers: Readonly<Record<string, ControlHandler>>,
  onError: (verb: string, error: unknown) => void,
): void {
  const gone = new AbortController();
  const listeners: ((frame: Readonly<Record<string, unknown>>) => void)[] = [];
  const early: Readonly<Record<string, unknown>>[] = [];
  let begun = false;
  const send = (frame: object): void => {
    if (socket.writable) socket.write(`${JSON.stringify(frame)}\n`);
  };
  const refuse = (code: string, message: string): void => {
    send({ fault: { code, message, fix: "use a `sandtable` of the same version as the region" } });
    socket.end();
  };
  socket.on("error", () => undefined); // `close` follows
  socket.on("close", () => gone.abort(new Error("the client left")));
  socket.on("data", (chunk: Buffer) => {
    if (!begun && chunk.length > longestLine) refuse("TooLong", "the request is too long");
  });
  createInterface({ input: socket, crlfDelay: Infinity })
    .on("error", () => undefined)
    .on("line", (line) => {
      const frame = parse(line);
      if (frame === undefined) return refuse("BadFrame", "a line of the conversation is not a JSON object");
      if (begun) {
        if (listeners.length === 0) early.push(frame);
        listeners.forEach((listener) => listener(frame));
        return;
      }
      begun = true;
      const verb = typeof frame.verb === "string" ? frame.verb : "";
      const handler = Object.hasOwn(handlers, verb) ? handlers[verb] : undefined;
      if (handler === undefined) return refuse("UnknownVerb", `the region knows no verb "${verb}"`);
      const talk: Talk = {
        progress: (text, percent) => send({ progress: text, ...(percent === undefined ? {} : { percent }) }),
        send,
        onFrame: (listener) => {
          listeners.push(listener);
          early.splice(0).forEach(listener);
        },
        signal: gone.signal,
      };
      handler(frame, talk).then(
        (result) => {
          send({ result: result ?? null });
          socket.end();
        },
        (error: unknown) => {
          onError(verb, error);
          send({ fault: faultOf(error) });
          socket.end();
        },
      );
    });
}

function parse(line: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

const faultOf = (error: unknown): object =>
  error instanceof UserFault
    ? { code: error.code, message: error.message, fix: error.fix, at: error.at }
    : {
        code: "InternalFailure",
        message: error instanceof Error ? error.message : String(error),
        fix: "the region's log (`sandtable region status` tells where) has the details; please report it",
      };
