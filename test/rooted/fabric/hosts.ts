import { spawn, type ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";

/** A process inside a namespace that serves and calls, so that every check is a real packet between real namespaces. */
export class Host {
  static async in(namespace: string, name: string, ports: readonly number[] = []): Promise<Host> {
    const agent = fileURLToPath(new URL("./agent.cjs", import.meta.url));
    const child = spawn("nsenter", [`--net=/run/netns/${namespace}`, process.execPath, agent, name, ...ports.map(String)], {
      stdio: ["ignore", "inherit", "inherit", "ipc"],
    });
    const host = new Host(name, child);
    await host.#ask({ do: "ready" });
    return host;
  }

  readonly #waiting = new Map<number, (answer: string) => void>();
  #last = 0;

  private constructor(
    readonly name: string,
    readonly child: ChildProcess,
  ) {
    child.on("message", ({ id, answer }: { id: number; answer: string }) => this.#waiting.get(id)?.(answer));
  }

  /**
   * Connect and read what the server says: `NAME saw ADDRESS`, or `silence` when nothing came within `patience`
   * milliseconds, or an error's code.
   */
  call(address: string, port: number, options: { from?: string; patience?: number } = {}): Promise<string> {
    return this.#ask({ do: "call", address, port, patience: 10_000, ...options });
  }

  /** A call that is expected to meet silence: waits long enough for any answer to have come. */
  silent(address: string, port: number, options: { from?: string } = {}): Promise<string> {
    return this.call(address, port, { ...options, patience: 500 });
  }

  /** Open a connection that stays; what it gives says `alive` when an echo comes back over it within `patience`
   * milliseconds, `dead` otherwise. */
  async hold(address: string, port: number, options: { from?: string } = {}): Promise<(patience?: number) => Promise<string>> {
    const held = await this.#ask({ do: "hold", address, port, ...options });
    return (patience = 1000) => this.#ask({ do: "still", held, patience });
  }

  /** Send a datagram; the answer, or `silence`. */
  datagram(address: string, port: number, patience = 500): Promise<string> {
    return this.#ask({ do: "datagram", address, port, patience });
  }

  /** Send an ICMP echo request; `TYPE/CODE from ADDRESS` of what comes back (`0/0` is the reply), or `silence`. */
  ping(address: string, patience = 500): Promise<string> {
    return this.#ask({ do: "ping", address, patience });
  }

  async end(): Promise<void> {
    if (this.child.exitCode !== null) return;
    const ended = new Promise((resolve) => this.child.once("exit", resolve));
    this.child.disconnect();
    await ended;
  }

  #ask(question: object): Promise<string> {
    const id = (this.#last += 1);
    return new Promise((resolve) => {
      this.#waiting.set(id, resolve);
      this.child.send({ id, ...question });
    });
  }
}
