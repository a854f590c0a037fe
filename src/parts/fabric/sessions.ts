import { spawn, type ChildProcess } from "node:child_process";
import { CommandFailed, inNamespace, type Command } from "../host/command.js";

/**
 * Open `nft -i` programs, one per namespace, as starting one takes ten times as long as what it is asked to do. They end when they
 * were not used for a while, when their namespace is to be removed, and with this process, as their input ends. An unterminated
 * last line is carried out then: what is sent is one write that the socket's buffer takes as a whole, and a region that starts
 * ends the programs of the one before it.
 *
 * `ip -batch` is not kept open: it remembers the number of a device by its name, also when the device was made anew, and ends at
 * the first neighbour that it cannot set.
 */
export class Sessions {
  readonly #open = new Map<string, Session>();

  /** One line of commands, one transaction. Throws `CommandFailed` with what nft said; nothing is changed then. */
  async nft(namespace: string, line: string): Promise<void> {
    const program: Command = { argv: ["nft", "-i"], stdin: line };
    let session = this.#open.get(namespace);
    if (session === undefined) {
      // Errors and answers in one stream, in their order. No home: nft would keep a history in it of all it was asked, and read it.
      const script = 'HOME=/dev/null exec "$@" 2>&1';
      const merged = inNamespace(namespace, { argv: ["sh", "-c", script, "sh", ...program.argv] });
      const opened = new Session(merged, () => {
        if (this.#open.get(namespace) === opened) this.#open.delete(namespace);
      });
      this.#open.set(namespace, opened);
      session = opened;
    }
    const said = await session.ask(`${line}\n${nftMark.asked}\n`, nftMark.answered);
    if (said.trim() !== "") throw new CommandFailed(program, 1, said);
  }

  /** End those of these namespaces, so that nothing keeps the namespaces alive. */
  async end(namespaces: readonly string[]): Promise<void> {
    await Promise.all(namespaces.flatMap((namespace) => this.#open.get(namespace)?.end() ?? []));
  }
}

/** A command of nft that asks the kernel nothing and answers one line, the last of what is said to what came before it. */
const nftMark = { asked: "describe 1", answered: "symbol expression, datatype invalid (invalid)" };

/** Milliseconds. */
const idle = 20_000;
const patience = 60_000;

class Session {
  readonly #child: ChildProcess;
  readonly #ended: Promise<void>;
  #turn: Promise<unknown> = Promise.resolve();
  #heard = "";
  #listener: (() => void) | undefined;
  #over: string | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly command: Command,
    private readonly onEnd: () => void,
  ) {
    const [program, ...args] = command.argv;
    this.#child = spawn(program, args, { stdio: ["pipe", "pipe", "inherit"] });
    const over = (reason: string): void => {
      this.#over ??= reason;
      this.onEnd();
      this.#listener?.();
    };
    this.#child.stdout?.on("data", (chunk: Buffer) => {
      this.#heard += chunk.toString();
      this.#listener?.();
    });
    this.#child.stdin?.on("error", () => undefined);
    this.#child.on("error", (error) => over(error.message));
    this.#ended = new Promise((resolve) =>
      this.#child.once("close", (code, signal) => {
        over(`it ended with ${signal ?? code}`);
        resolve();
      }),
    );
    this.#hold(false);
  }

  /** One after another. Resolves to what came before the mark. */
  ask(text: string, mark: string): Promise<string> {
    const turn = this.#turn.then(() => this.#once(text, mark));
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  async end(): Promise<void> {
    this.onEnd();
    clearTimeout(this.#timer);
    await this.#turn;
    this.#hold(true);
    this.#child.stdin?.end();
    await this.#ended;
  }

  async #once(text: string, mark: string): Promise<string> {
    clearTimeout(this.#timer);
    this.#hold(true);
    this.#heard = "";
    try {
      return await new Promise((resolve, reject) => {
        const fail = (why: string): void =>
          reject(new CommandFailed({ ...this.command, stdin: text }, undefined, this.#heard + why));
        const late = setTimeout(() => {
          this.#child.kill("SIGKILL");
          fail(`no answer within ${patience} ms`);
        }, patience);
        this.#listener = () => {
          const at = this.#heard.endsWith(mark) ? this.#heard.length - mark.length : -1;
          if (at < 0 && this.#over === undefined) return;
          clearTimeout(late);
          if (at >= 0) resolve(this.#heard.slice(0, at));
          else fail(this.#over ?? "");
        };
        this.#child.stdin?.write(text);
        this.#listener();
      });
    } finally {
      this.#listener = undefined;
      this.#hold(false);
      this.#timer = setTimeout(() => void this.end(), idle);
      this.#timer.unref();
    }
  }

  /** Only while something is asked does it keep this process alive. */
  #hold(on: boolean): void {
    for (const each of [this.#child, this.#child.stdin, this.#child.stdout] as { ref?(): void; unref?(): void }[])
      if (on) each?.ref?.();
      else each?.unref?.();
  }
}
