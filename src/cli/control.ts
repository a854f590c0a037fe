import { createConnection, type Socket } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { z } from "zod";
import { UserFault } from "../faults.js";

/**
 * The control socket: what AWS's API has no word for. A Unix socket of the user who started the region (0600); one
 * request per connection, newline-delimited JSON both ways. The region answers any number of `progress` frames and then
 * one `result` or `fault`; the verbs that run a command (`internet`, `connect`) carry its streams in between.
 *
 *   -> {"verb":"ping"}
 *   <- {"progress":"building the machine image","percent":40}
 *   <- {"result":{…}}   or   {"fault":{"code":…,"message":…,"fix":…,"at":…}}
 */
export interface ControlRequest {
  readonly verb: ControlVerb;
  readonly [argument: string]: unknown;
}

export type ControlVerb =
  | "ping"
  | "status"
  | "published"
  | "recorded"
  | "image.prepare"
  | "internet"
  | "connect"
  | "stop"
  | "leftovers"
  | "why"
  | "zone"
  | "send"
  | "metrics";

const frame = z.object({
  progress: z.string().optional(),
  percent: z.number().optional(),
  result: z.unknown().optional(),
  fault: z.object({ code: z.string(), message: z.string(), fix: z.string(), at: z.string().nullish() }).optional(),
  stdout: z.string().optional(),
  stderr: z.string().optional(),
});
export type ControlFrame = z.infer<typeof frame>;

export interface Conversation {
  onProgress?(text: string, percent?: number): void;
  onFrame?(frame: ControlFrame): void;
  /** Called once, with a way to send frames while the request runs. */
  onOpen?(send: (frame: object) => void): void;
  readonly signal?: AbortSignal;
}

export const controlSocket = (stateFolder: string): string => join(stateFolder, "control.sock");

/** Ask the region. Rejects with the region's own `UserFault`, or `RegionNotRunning` when nobody listens. */
export function ask(stateFolder: string, request: ControlRequest, conversation: Conversation = {}): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const socket = createConnection(controlSocket(stateFolder));
    const abort = () => fail(new UserFault("Interrupted", { message: "interrupted", fix: "run the command again" }));
    const fail = (error: Error) => {
      conversation.signal?.removeEventListener("abort", abort);
      socket.destroy();
      reject(error);
    };
    conversation.signal?.addEventListener("abort", abort);
    socket.on("error", (error: NodeJS.ErrnoException) => fail(connectionFault(error, stateFolder)));
    socket.on("close", () => fail(lostFault(stateFolder)));
    socket.on("connect", () => {
      send(socket, request);
      conversation.onOpen?.((more) => send(socket, more));
    });
    createInterface({ input: socket, crlfDelay: Infinity })
      .on("line", (line) => {
        const received = frame.parse(JSON.parse(line));
        if (received.fault !== undefined)
          return fail(new UserFault(received.fault.code, { ...received.fault, at: received.fault.at ?? undefined }));
        if (received.progress !== undefined) conversation.onProgress?.(received.progress, received.percent);
        conversation.onFrame?.(received);
        if (!("result" in received)) return;
        conversation.signal?.removeEventListener("abort", abort);
        resolve(received.result);
        socket.end();
      })
      .on("error", () => undefined); // the socket's own handler speaks
  });
}

const send = (socket: Socket, value: object): void => void (socket.writable && socket.write(`${JSON.stringify(value)}\n`));

function connectionFault(error: NodeJS.ErrnoException, stateFolder: string): Error {
  if (error.code === "ENOENT" || error.code === "ECONNREFUSED")
    return new UserFault("RegionNotRunning", {
      message: `no region runs with the state folder ${stateFolder}`,
      fix: "run `sandtable region start`",
      cause: error,
    });
  if (error.code === "EACCES")
    return new UserFault("NotYours", {
      message: `the region in ${stateFolder} belongs to another user`,
      fix: "run the command as the user who started it, or set SANDTABLE_STATE to a folder of your own",
      cause: error,
    });
  return error;
}

const lostFault = (stateFolder: string): UserFault =>
  new UserFault("RegionGone", {
    message: "the region ended before it answered",
    fix: `read ${join(stateFolder, "region.log")}, then run \`sandtable region start\`: it carries on from its records`,
  });
