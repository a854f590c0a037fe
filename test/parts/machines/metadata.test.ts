import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import { metadataServer } from "../../../src/parts/machines/metadata.js";
import type { MetadataLeaf, MetadataSpec } from "../../../src/parts/machines/spec.js";

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

const leaves: Record<string, MetadataLeaf> = {
  "meta-data/instance-id": "i-1",
  "meta-data/public-keys": "0=laptop",
  "meta-data/public-keys/0/openssh-key": "ssh-ed25519 AAAA\n",
  "meta-data/now": () => "made now",
  "dynamic/instance-identity/document": "{}",
};

async function serve(
  spec: Partial<MetadataSpec> = {},
  now?: () => number,
): Promise<(path: string, init?: RequestInit) => Promise<Response>> {
  const whole: MetadataSpec = { instanceId: "i-1", httpTokens: "required", leaves: new Map(Object.entries(leaves)), ...spec };
  const server = metadataServer(() => whole, now).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return (path, init) => fetch(`http://127.0.0.1:${port}${path}`, init);
}

const tokenOf = async (ask: Awaited<ReturnType<typeof serve>>, seconds = "60"): Promise<string> => {
  const response = await ask("/latest/api/token", {
    method: "PUT",
    headers: { "X-aws-ec2-metadata-token-ttl-seconds": seconds },
  });
  expect(response.status).toBe(200);
  expect(response.headers.get("x-aws-ec2-metadata-token-ttl-seconds")).toBe(seconds);
  return response.text();
};

test("without a token nothing is told where one is required", async () => {
  const ask = await serve();
  expect((await ask("/latest/meta-data/instance-id")).status).toBe(401);
  const token = await tokenOf(ask);
  const answer = await ask("/latest/meta-data/instance-id", { headers: { "X-aws-ec2-metadata-token": token } });
  expect([answer.status, await answer.text(), answer.headers.get("server")]).toEqual([200, "i-1", "EC2ws"]);
});

test("where tokens are optional a request without one is answered and one with a wrong one is not", async () => {
  const ask = await serve({ httpTokens: "optional" });
  expect(await (await ask("/latest/meta-data/instance-id")).text()).toBe("i-1");
  expect((await ask("/latest/meta-data/instance-id", { headers: { "X-aws-ec2-metadata-token": "nonsense" } })).status).toBe(401);
});

test.each([
  ["no lifetime", {}, 400],
  ["a lifetime of 0", { "X-aws-ec2-metadata-token-ttl-seconds": "0" }, 400],
  ["more than six hours", { "X-aws-ec2-metadata-token-ttl-seconds": "21601" }, 400],
  ["a lifetime in words", { "X-aws-ec2-metadata-token-ttl-seconds": "long" }, 400],
  ["a proxy between", { "X-aws-ec2-metadata-token-ttl-seconds": "60", "X-Forwarded-For": "10.0.0.1" }, 403],
])("a token is refused to a request with %s", async (_, headers: Record<string, string>, status) => {
  const ask = await serve();
  expect((await ask("/latest/api/token", { method: "PUT", headers })).status).toBe(status);
});

test("a token ends when its time is over, and holds at no other listener", async () => {
  let clock = 0;
  const [ask, other] = [await serve({}, () => clock), await serve({ instanceId: "i-2" })];
  const headers = { "X-aws-ec2-metadata-token": await tokenOf(ask, "60") };
  clock = 59_999;
  expect((await ask("/latest/meta-data/", { headers })).status).toBe(200);
  expect((await other("/latest/meta-data/", { headers })).status).toBe(401);
  clock = 60_000;
  expect((await ask("/latest/meta-data/", { headers })).status).toBe(401);
});

test.each([
  ["/latest/", 200, "dynamic\nmeta-data"],
  ["/latest/meta-data/", 200, "instance-id\nnow\npublic-keys/"],
  ["/latest/meta-data", 200, "instance-id\nnow\npublic-keys/"],
  ["/2021-03-23/meta-data/public-keys/", 200, "0=laptop"],
  ["/latest/meta-data/public-keys/0/", 200, "openssh-key"],
  ["/latest/meta-data/public-keys/0/openssh-key", 200, "ssh-ed25519 AAAA\n"],
  ["/latest/meta-data/now", 200, "made now"],
  ["/latest/dynamic/instance-identity/document", 200, "{}"],
])("%s is answered %i", async (path, status, body) => {
  const ask = await serve({ httpTokens: "optional" });
  const answer = await ask(path);
  expect([answer.status, await answer.text()]).toEqual([status, body]);
});

test.each(["/latest/user-data", "/latest/meta-data/iam/info", "/1999-01-01/meta-data/"])("%s is not there", async (path) => {
  const ask = await serve({ httpTokens: "optional" });
  expect((await ask(path)).status).toBe(404);
});

test("the versions are listed from 1.0 to latest", async () => {
  const ask = await serve({ httpTokens: "optional" });
  const lines = (await (await ask("/")).text()).split("\n");
  expect([lines[0], lines.at(-1)]).toEqual(["1.0", "latest"]);
});

test("user data arrives byte by byte as it was given", async () => {
  const bytes = Uint8Array.from([0x1f, 0x8b, 0, 255, 10]);
  const ask = await serve({ httpTokens: "optional", leaves: new Map([["user-data", bytes]]) });
  const answer = await ask("/latest/user-data");
  expect([answer.headers.get("content-type"), new Uint8Array(await answer.arrayBuffer())]).toEqual([
    "application/octet-stream",
    bytes,
  ]);
});

test("only GET, HEAD, OPTIONS and the token's PUT are allowed", async () => {
  const ask = await serve({ httpTokens: "optional" });
  expect((await ask("/latest/meta-data/", { method: "POST", body: "x" })).status).toBe(405);
  expect((await ask("/latest/meta-data/", { method: "DELETE" })).status).toBe(405);
  expect((await ask("/latest/meta-data/", { method: "PUT", body: "x" })).status).toBe(405);
  const head = await ask("/latest/meta-data/instance-id", { method: "HEAD" });
  expect([head.status, head.headers.get("content-length"), await head.text()]).toEqual([200, "3", ""]);
});

test("an instance that is no more is told nothing", async () => {
  const server = metadataServer(() => undefined).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  closing.push(() => server.close());
  const { port } = server.address() as AddressInfo;
  expect((await fetch(`http://127.0.0.1:${port}/latest/meta-data/`)).status).toBe(404);
});
