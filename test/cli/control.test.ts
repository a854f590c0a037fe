import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { createInterface } from "node:readline";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { attach, type Streams } from "../../src/cli/attach.js";
import { ask, controlSocket } from "../../src/cli/control.js";

/** A region's side of the conversation, as `control.ts` writes it down: one request per connection, JSON lines both ways. */
describe("the control socket's client", () => {
  let state: string;
  let server: Server | undefined;
  beforeEach(() => void (state = mkdtempSync(join(tmpdir(), "sandtable-test-"))));
  afterEach(async () => {
    await new Promise<void>((resolve) => (server === undefined ? resolve() : server.close(() => resolve())));
    server = undefined;
    rmSync(state, { recursive: true, force: true });
  });

  const answering = (answer: (frame: Record<string, unknown>, send: (frame: object) => void, socket: Socket) => void) =>
    new Promise<void>((resolve) => {
      server = createServer((socket) => {
        const send = (frame: object) => void socket.write(`${JSON.stringify(frame)}\n`);
        createInterface({ input: socket }).on("line", (line) =>
          answer(JSON.parse(line) as Record<string, unknown>, send, socket),
        );
      }).listen(controlSocket(state), resolve);
    });

  test("gives the result after the progress", async () => {
    await answering((frame, send) => {
      send({ progress: "building", percent: 40 });
      send({ result: { asked: frame.verb, packages: frame.packages } });
    });
    const progress: unknown[] = [];
    const result = await ask(state, { verb: "image.prepare", packages: ["a"] }, { onProgress: (...said) => progress.push(said) });
    expect(result).toEqual({ asked: "image.prepare", packages: ["a"] });
    expect(progress).toEqual([["building", 40]]);
  });

  test("a fault of the region comes as the same fault", async () => {
    await answering((_, send) => send({ fault: { code: "PortTaken", message: "taken", fix: "free it", at: "80" } }));
    await expect(ask(state, { verb: "status" })).rejects.toMatchObject({
      code: "PortTaken",
      message: "taken",
      fix: "free it",
      at: "80",
    });
  });

  test("without a region it says how to start one", async () => {
    await expect(ask(state, { verb: "ping" })).rejects.toMatchObject({
      code: "RegionNotRunning",
      fix: "run `sandtable region start`",
    });
  });

  test("a region that goes away in the middle is not waited for", async () => {
    await answering((_, send, socket) => {
      send({ progress: "so far" });
      socket.destroy();
    });
    await expect(ask(state, { verb: "stop" })).rejects.toMatchObject({ code: "RegionGone" });
  });

  test("a command's streams go both ways, and its exit code is ours", async () => {
    await answering((frame, send) => {
      if (frame.verb === "internet") send({ stdout: Buffer.from("ready\n").toString("base64") });
      if (typeof frame.stdin === "string") send({ stdout: frame.stdin });
      if (frame.stdinEnd !== true) return;
      send({ stderr: Buffer.from("done\n").toString("base64") });
      send({ result: { exitCode: 7 } });
    });
    const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
    stdin.end("hello\n");
    const streams = { stdin, stdout, stderr } as unknown as Streams; // pipes, as when the verb is part of a pipeline
    expect(await attach(state, { verb: "internet", argv: ["cat"] }, streams)).toBe(7);
    expect(String(stdout.read())).toBe("ready\nhello\n");
    expect(String(stderr.read())).toBe("done\n");
  });
});
