import { spawn, type ChildProcess } from "node:child_process";
import net from "node:net";
import { getSystemErrorName } from "node:util";
import { UserFault } from "../../faults.js";
import type { RegionLabel } from "../host/label.js";
import { internetName } from "./vpc.js";

/** An address in the simulated internet. */
export interface PublishTarget {
  readonly address: string;
  readonly port: number;
}

/**
 * Addresses of the simulated internet on this host's loopback, for a browser. This process binds the port on 127.0.0.1 and
 * hands the socket to one child inside the internet's namespace, which accepts there and connects on to the first target
 * that answers. The child ends with this process.
 */
export class Publisher {
  readonly #published = new Map<
    string,
    { readonly port: number; readonly handle: BoundSocket; targets: readonly PublishTarget[] }
  >();
  #child: ChildProcess | undefined;
  #answers = new Map<string, (failure: string | undefined) => void>();
  #closed = false;

  constructor(readonly label: RegionLabel) {}

  /**
   * Listen on 127.0.0.1, on `preferredPort` or the next free one, which is given back. Needs the internet to be there. Throws
   * `UserFault` `NoPortFree`; publishing an id again changes its targets.
   */
  async publish(
    id: string,
    wish: { readonly preferredPort: number; readonly targets: readonly PublishTarget[] },
  ): Promise<number> {
    const known = this.#published.get(id);
    if (known !== undefined) {
      this.update(id, wish.targets);
      return known.port;
    }
    const last = Math.min(wish.preferredPort + 200, 65535);
    for (let port = wish.preferredPort; port <= last; port += 1) {
      const handle = bind(port);
      if (handle === undefined) continue;
      this.#published.set(id, { port, handle, targets: wish.targets });
      const failure = await this.#hand(id);
      if (failure === undefined) return port;
      this.#forget(id);
      if (failure !== "EADDRINUSE") throw new Error(`Publishing ${id} on port ${port} failed: ${failure}`);
    }
    throw new UserFault("NoPortFree", {
      at: id,
      message: `no port of 127.0.0.1 from ${wish.preferredPort} to ${last} is free for ${id}`,
      fix: "end a program that listens there (see `ss -ltnp`)",
    });
  }

  /** Where the next connections go. An id that is not published is ignored. */
  update(id: string, targets: readonly PublishTarget[]): void {
    const known = this.#published.get(id);
    if (known === undefined) return;
    known.targets = targets;
    this.#child?.send({ do: "update", id, targets });
  }

  /** Stop listening; connections that are open go on. Not published is fine. */
  async unpublish(id: string): Promise<void> {
    if (!this.#published.has(id)) return;
    this.#forget(id);
    if (this.#child === undefined) return;
    await this.#ask(this.#child, id, { do: "unpublish", id });
  }

  /** Stop listening everywhere and end the child. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const id of this.#published.keys()) this.#forget(id);
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once("exit", resolve));
    if (child.connected) child.disconnect();
    await ended;
  }

  #forget(id: string): void {
    this.#published.get(id)?.handle.close();
    this.#published.delete(id);
  }

  #hand(id: string): Promise<string | undefined> {
    const known = this.#published.get(id);
    if (known === undefined) return Promise.resolve(undefined);
    this.#child ??= this.#start();
    return this.#ask(this.#child, id, { do: "publish", id, targets: known.targets }, known.handle);
  }

  /** Resolves to why it could not be done, or nothing. */
  #ask(child: ChildProcess, id: string, question: object, handle?: BoundSocket): Promise<string | undefined> {
    return new Promise((resolve) => {
      this.#answers.set(id, resolve);
      // Node's types do not know the bare handle of a TCP socket; a net.Server would accept here until it is gone.
      child.send(question, handle as unknown as net.Server, (error) => {
        if (error !== null) resolve(error.message);
      });
    });
  }

  #start(): ChildProcess {
    const argv = [`--net=/run/netns/${internetName(this.label)}`, process.execPath, "--eval", program];
    const child = spawn("nsenter", argv, { stdio: ["ignore", "ignore", "pipe", "ipc"], env: { PATH: process.env.PATH } });
    let said = "";
    child.stderr?.on("data", (chunk: Buffer) => (said = (said + chunk.toString()).slice(-2000)));
    child.on("message", ({ id, failure }: { id: string; failure?: string }) => {
      this.#answers.get(id)?.(failure);
      this.#answers.delete(id);
    });
    const over = (reason: string): void => {
      if (this.#child !== child) return;
      this.#child = undefined;
      for (const answer of this.#answers.values()) answer(reason);
      this.#answers.clear();
      // What was published before is handed to a new child: the sockets are still ours.
      if (!this.#closed && this.#published.size > 0) setTimeout(() => this.#handAgain(), 500).unref();
    };
    child.on("error", (error) => over(error.message));
    child.on("exit", (code, signal) => over(said.trim() || `the publishing process ended with ${signal ?? code}`));
    return child;
  }

  #handAgain(): void {
    if (this.#closed) return;
    for (const id of this.#published.keys()) void this.#hand(id);
  }
}

interface BoundSocket {
  close(): void;
  getsockname(out: { port?: number }): number;
}

/** A socket bound to 127.0.0.1, not yet listening (`_createServerHandle` is what node:cluster uses); nothing when taken. */
function bind(port: number): BoundSocket | undefined {
  const { _createServerHandle: create } = net as unknown as {
    _createServerHandle(host: string, port: number, family: 4): BoundSocket | number;
  };
  const handle = create("127.0.0.1", port, 4);
  if (typeof handle === "number") {
    const reason = getSystemErrorName(handle);
    if (reason === "EADDRINUSE" || reason === "EACCES") return undefined;
    throw new Error(`Cannot bind 127.0.0.1:${port}: ${reason}`);
  }
  // libuv keeps "in use" to itself until listening; the socket then has no port yet.
  const name: { port?: number } = {};
  handle.getsockname(name);
  if (name.port === port) return handle;
  handle.close();
  return undefined;
}

/** The child. A target that does not answer within 3 s is passed over for the next; the one that answered is tried first. */
const program = String.raw`
const net = require("node:net");
const published = new Map();
process.on("disconnect", () => process.exit());
process.on("message", ({ do: action, id, targets }, handle) => {
  const answer = (failure) => process.send({ id, failure });
  const known = published.get(id);
  if (action === "update" && known) known.targets = targets;
  if (action === "unpublish") {
    published.delete(id);
    if (known) known.server.close();
    answer();
  }
  if (action === "publish") {
    const server = net.createServer({ allowHalfOpen: true, noDelay: true }, (client) => lead(client, published.get(id)));
    published.set(id, { targets, server });
    server.once("error", (error) => { published.delete(id); answer(error.code || error.message); });
    server.listen(handle, () => answer());
  }
});
function lead(client, entry) {
  client.on("error", () => client.destroy());
  const left = entry ? [...entry.targets] : [];
  const attempt = () => {
    const target = left.shift();
    if (!target || client.destroyed) return client.destroy();
    const far = net.connect({ host: target.address, port: target.port, allowHalfOpen: true, noDelay: true });
    const next = () => { far.destroy(); attempt(); };
    const timer = setTimeout(next, 3000);
    far.once("error", () => { clearTimeout(timer); next(); });
    far.once("connect", () => {
      clearTimeout(timer);
      far.removeAllListeners("error");
      if (entry.targets.includes(target)) entry.targets = [target, ...entry.targets.filter((other) => other !== target)];
      far.on("error", () => client.destroy());
      client.on("close", () => far.destroy());
      far.on("close", () => client.destroy());
      client.pipe(far).pipe(client);
    });
  };
  attempt();
}
`;
