import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Sessions } from "../../../src/parts/fabric/sessions.js";
import { CommandFailed, command, inNamespace, run } from "../../../src/parts/host/command.js";
import { namespaceName } from "../../../src/parts/host/label.js";
import { createNamespaces } from "../../../src/parts/host/namespaces.js";
import { TestNetwork } from "./environment.js";

const network = new TestNetwork();
const namespace = namespaceName(network.label, "router", "sessions");
const home = mkdtempSync(join(tmpdir(), "sandtable-test-"));
const before = process.env.HOME;

beforeAll(async () => {
  process.env.HOME = home;
  await createNamespaces([namespace]);
});
afterAll(async () => {
  if (before === undefined) delete process.env.HOME;
  else process.env.HOME = before;
  rmSync(home, { recursive: true });
  expect(await network.end()).toEqual(["namespace " + namespace]);
});

test("one line is one transaction, and what is refused changes nothing", async () => {
  const sessions = new Sessions();
  const tables = (): Promise<string> => run(inNamespace(namespace, command("nft", "list", "tables")));
  await sessions.nft(namespace, "add table ip one; add set ip one s { type ipv4_addr; }");
  await expect(sessions.nft(namespace, "add table ip two; add element ip one missing { 10.0.0.1 }")).rejects.toThrow(
    CommandFailed,
  );
  expect((await tables()).trim()).toBe("table ip one");
  await sessions.nft(namespace, "add table ip two");
  expect((await tables()).trim().split("\n")).toEqual(["table ip one", "table ip two"]);
  await sessions.end([namespace]);
});

test("nothing of what was asked stays in the home of who asked", async () => {
  const sessions = new Sessions();
  await sessions.nft(namespace, "add table ip three");
  await sessions.end([namespace]);
  expect(readdirSync(home)).toEqual([]);
});
