import { spawn } from "node:child_process";
import type { Socket as DatagramSocket } from "node:dgram";

/**
 * Sockets inside a network namespace, served by this process: a process cannot enter a namespace and come back, but a socket
 * stays in the namespace it was made in, whoever holds it. A short-lived child makes the sockets there and hands them over.
 */

export interface SocketWish {
  readonly protocol: "tcp" | "udp";
  /** Address inside the namespace. */
  readonly host: string;
  readonly port: number;
}

/** A bound TCP socket that does not listen yet: give it to `server.listen(handle)` of node:net or node:http, once. */
export interface ListenHandle {
  close(): void;
}

/** The socket for each wish: a handle for tcp, a bound dgram socket for udp. */
export type SocketsFor<Wishes extends readonly SocketWish[]> = {
  [Index in keyof Wishes]: Wishes[Index]["protocol"] extends "tcp"
    ? ListenHandle
    : Wishes[Index]["protocol"] extends "udp"
      ? DatagramSocket
      : ListenHandle | DatagramSocket;
};

/** Why a socket could not be had, e.g. `EADDRINUSE`. */
export class SocketRefused extends Error {
  constructor(
    readonly namespace: string,
    readonly wish: SocketWish | undefined,
    readonly reason: string,
  ) {
    const what = wish === undefined ? "sockets" : `${wish.protocol} ${wish.host}:${wish.port}`;
    super(`${namespace}: cannot listen on ${what}: ${reason}`);
    this.name = "SocketRefused";
  }
}

/**
 * Open sockets in a namespace, all in one go. Close what you no longer want: a socket keeps its namespace alive. Throws
 * `SocketRefused`; then none is open.
 */
export function listenIn<const Wishes extends readonly SocketWish[]>(
  namespace: string,
  wishes: Wishes,
): Promise<SocketsFor<Wishes>> {
  return new Promise((resolve, reject) => {
    const sockets: (ListenHandle | DatagramSocket)[] = [];
    let missing: number = wishes.length;
    let said = "";
    // A member of a tuple at a time cannot be typed as it is filled; the child answers wish by wish.
    if (missing === 0) return resolve(sockets as SocketsFor<Wishes>);
    const argv = [`--net=/run/netns/${namespace}`, process.execPath, "--eval", child, JSON.stringify(wishes)];
    const maker = spawn("nsenter", argv, { stdio: ["ignore", "ignore", "pipe", "ipc"], env: { PATH: process.env.PATH } });
    const fail = (wish: SocketWish | undefined, reason: string): void => {
      for (const socket of sockets) socket?.close();
      reject(new SocketRefused(namespace, wish, reason));
    };
    maker.stderr?.on("data", (chunk: Buffer) => (said += chunk.toString()));
    maker.on("message", ({ at, reason }: { at: number; reason?: string }, socket) => {
      if (reason !== undefined) fail(wishes[at], reason);
      else {
        // Node's types do not know the bare handle of a TCP socket (`net.Native`), which is what does not accept by itself.
        sockets[at] = socket as unknown as ListenHandle | DatagramSocket;
        missing -= 1;
        if (missing > 0) return;
        resolve(sockets as SocketsFor<Wishes>);
      }
      maker.disconnect();
    });
    maker.on("error", (error) => fail(undefined, error.message));
    maker.on("exit", (code) => {
      if (missing > 0) fail(undefined, said.trim() || `the helper ended with ${code}`);
    });
  });
}

/**
 * Runs in the namespace. TCP sockets are bound only (`_createServerHandle` is what node:cluster uses): a child that listened
 * would accept connections and take them with it. It ends when the parent disconnects.
 */
const child = `
const net = require("node:net"), dgram = require("node:dgram");
const wishes = JSON.parse(process.argv[1]);
const { getSystemErrorName } = require("node:util");
process.on("disconnect", () => process.exit());
const refuse = (at, reason) => process.send({ at, reason });
wishes.forEach(({ protocol, host, port }, at) => {
  if (protocol === "tcp") {
    const handle = net._createServerHandle(host, port, 4);
    if (typeof handle === "number") return refuse(at, getSystemErrorName(handle));
    // libuv keeps "in use" to itself until listening; the socket then has no port yet.
    const name = {};
    handle.getsockname(name);
    if (port !== 0 && name.port !== port) refuse(at, "EADDRINUSE");
    else process.send({ at }, handle);
  } else {
    const socket = dgram.createSocket("udp4");
    socket.on("error", (error) => refuse(at, error.code));
    socket.bind(port, host, () => process.send({ at }, socket));
  }
});
`;
