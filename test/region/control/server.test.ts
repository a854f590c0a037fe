import { statSync } from "node:fs";
import { createConnection } from "node:net";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { ask } from "../../../src/cli/control.js";
import { UserFault } from "../../../src/faults.js";
import { serveControl, type ControlHandler } from "../../../src/region/control/server.js";
import { temporaryFolder } from "../../support/records.js";

const owner = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };

async function serving(handlers: Record<string, ControlHandler>): Promise<{ state: string; errors: string[] }> {
  const state = temporaryFolder();
  const errors: string[] = [];
  const server = await serveControl(state, owner, handlers, (verb) => errors.push(verb));
  onTestFinished(() => server.close());
  return { state, errors };
}

describe("the control socket", () => {
  test("only its owner may open it", async () => {
    const { state } = await serving({});
    expect(statSync(join(state, "control.sock")).mode & 0o777).toBe(0o600);
  });

  test("progress comes before the result", async () => {
    const { state } = await serving({
      ping: (_request, talk) => {
        talk.progress("half way", 50);
        return Promise.resolve({ pid: 1 });
      },
    });
    const heard: unknown[] = [];
    const result = await ask(state, { verb: "ping" }, { onProgress: (text, percent) => heard.push([text, percent]) });
    expect(result).toEqual({ pid: 1 });
    expect(heard).toEqual([["half way", 50]]);
  });

  test("a fault arrives with what to do", async () => {
    const fault = new UserFault("DiskFull", { message: "the disk is full", fix: "free some", at: "/here" });
    const { state, errors } = await serving({ status: () => Promise.reject(fault) });
    await expect(ask(state, { verb: "status" })).rejects.toMatchObject({
      code: "DiskFull",
      message: "the disk is full",
      fix: "free some",
      at: "/here",
    });
    expect(errors).toEqual(["status"]);
  });

  test.each([
    ["not json", "BadFrame"],
    ['{"verb":"launch"}', "UnknownVerb"],
    ['{"verb":"constructor"}', "UnknownVerb"],
    ["[]", "BadFrame"],
  ])("%s is refused as %s, and the next conversation works", async (line, code) => {
    const { state } = await serving({ ping: () => Promise.resolve("here") });
    const said = await new Promise<string>((resolve, reject) => {
      const socket = createConnection(join(state, "control.sock"));
      let text = "";
      socket.on("data", (chunk: Buffer) => (text += chunk.toString()));
      socket.on("end", () => resolve(text));
      socket.on("error", reject);
      socket.write(`${line}\n`);
    });
    expect(JSON.parse(said)).toMatchObject({ fault: { code } });
    expect(await ask(state, { verb: "ping" })).toBe("here");
  });

  test("streams go both ways", async () => {
    const { state } = await serving({
      connect: (_request, talk) =>
        new Promise((resolve) => {
          let text = "";
          talk.onFrame((frame) => {
            if (typeof frame.stdin === "string") text += Buffer.from(frame.stdin, "base64").toString();
            if (frame.stdinEnd === true) {
              talk.send({ stdout: Buffer.from(text.toUpperCase()).toString("base64") });
              resolve({ exitCode: 3 });
            }
          });
        }),
    });
    let heard = "";
    const result = await ask(
      state,
      { verb: "connect" },
      {
        onOpen: (send) => {
          send({ stdin: Buffer.from("hello").toString("base64") });
          send({ stdinEnd: true });
        },
        onFrame: (frame) => (heard += frame.stdout === undefined ? "" : Buffer.from(frame.stdout, "base64").toString()),
      },
    );
    expect([heard, result]).toEqual(["HELLO", { exitCode: 3 }]);
  });

  test("a second region with the same state folder is refused", async () => {
    const { state } = await serving({});
    await expect(serveControl(state, owner, {}, () => undefined)).rejects.toMatchObject({ code: "AlreadyRunning" });
  });
});
