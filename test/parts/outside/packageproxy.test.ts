import { once } from "node:events";
import { createServer, request, type IncomingMessage, type Server } from "node:http";
import { connect, createServer as createTcpServer, type AddressInfo, type Server as TcpServer } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { packageProxy } from "../../../src/parts/outside/packageproxy.js";

const mirrors = new Set<string>();
let upstream: string | undefined;
const open: (Server | TcpServer)[] = [];

async function listening<S extends Server | TcpServer>(server: S): Promise<{ server: S; port: number }> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  open.push(server);
  return { server, port: (server.address() as AddressInfo).port };
}

let mirror: number;
let echo: number;
let proxy: number;
let asked: string[] = [];
const hosts: string[] = [];

beforeAll(async () => {
  ({ port: mirror } = await listening(
    createServer((incoming, outgoing) => {
      asked.push(incoming.url ?? "");
      hosts.push(incoming.headers.host ?? "");
      if (incoming.url === "/torn") {
        outgoing.writeHead(200, { "content-length": "1000" }).write("half a");
        return void setTimeout(() => outgoing.destroy(), 50);
      }
      outgoing.writeHead(200, { "content-type": "application/vnd.debian.binary-package" }).end("a package");
    }),
  ));
  ({ port: echo } = await listening(createTcpServer((socket) => void socket.pipe(socket))));
  const options = { mirrors: async () => mirrors, upstream: async () => upstream };
  ({ port: proxy } = await listening(packageProxy(options)));
  mirrors.add(`127.0.0.1:${mirror}`).add(`127.0.0.1:${echo}`).add("127.0.0.1:1");
});
afterAll(() => open.forEach((server) => server.close()));

async function fetched(
  url: string,
  method = "GET",
  headers: Record<string, string> = {},
): Promise<{ status: number | undefined; body: string }> {
  asked = [];
  const asking = request({ host: "127.0.0.1", port: proxy, path: url, method, headers, agent: false }).end();
  const [answer] = (await once(asking, "response")) as [IncomingMessage];
  return { status: answer.statusCode, body: Buffer.concat(await answer.toArray()).toString() };
}

/** What comes back of `said` through a tunnel, or the status line of a refusal. */
async function tunnelled(to: string, said: string): Promise<string> {
  const socket = connect(proxy, "127.0.0.1");
  socket.write(`CONNECT ${to} HTTP/1.1\r\nHost: ${to}\r\n\r\n`);
  const [first] = (await once(socket, "data")) as [Buffer];
  const line = first.toString().split("\r\n")[0] ?? "";
  if (!line.includes("200")) return line;
  socket.write(said);
  const [back] = (await once(socket, "data")) as [Buffer];
  socket.destroy();
  return back.toString();
}

test("a package comes from a mirror", async () => {
  expect(await fetched(`http://127.0.0.1:${mirror}/pool/f.deb?x=1`)).toEqual({ status: 200, body: "a package" });
  expect(asked).toEqual(["/pool/f.deb?x=1"]);
});

test("a mirror is asked for nothing that it serves under another name", async () => {
  await fetched(`http://127.0.0.1:${mirror}/`, "GET", { host: "elsewhere.example" });
  expect(hosts.at(-1)).toBe(`127.0.0.1:${mirror}`);
});

test("a mirror is reached over TLS by a tunnel", async () => {
  expect(await tunnelled(`127.0.0.1:${echo}`, "hello")).toBe("hello");
});

test.each([
  ["another name", () => `http://localhost:${mirror}/`, 403, "localhost:"],
  ["another port", () => "http://127.0.0.1:4599/", 403, "127.0.0.1:4599 is not a package mirror of this host"],
  ["another scheme", () => `https://127.0.0.1:${mirror}/`, 400, "fetches http://"],
  ["no address", () => "/latest/meta-data", 400, "fetches http://"],
  ["a mirror that is down", () => "http://127.0.0.1:1/", 502, "127.0.0.1:1 cannot be reached"],
])("%s is refused", async (_, url, status, why) => {
  const answer = await fetched(url());
  expect(answer.status).toBe(status);
  expect(answer.body).toContain(why);
  expect(asked).toEqual([]);
});

test("a download that the mirror cuts off is cut off for the machine too", async () => {
  const asking = request({ host: "127.0.0.1", port: proxy, path: `http://127.0.0.1:${mirror}/torn`, agent: false }).end();
  const [answer] = (await once(asking, "response")) as [IncomingMessage];
  await expect(answer.toArray()).rejects.toThrow("aborted");
});

test("when it cannot be known what the mirrors are, that is the answer", async () => {
  const { port } = await listening(packageProxy({ mirrors: () => Promise.reject(new Error("apt-config failed")) }));
  const asking = request({ host: "127.0.0.1", port, path: `http://127.0.0.1:${mirror}/`, agent: false }).end();
  const [answer] = (await once(asking, "response")) as [IncomingMessage];
  expect([answer.statusCode, Buffer.concat(await answer.toArray()).toString()]).toEqual([502, "apt-config failed"]);
  const socket = connect(port, "127.0.0.1");
  socket.write("CONNECT deb.example.org:443 HTTP/1.1\r\nHost: deb.example.org\r\n\r\n");
  expect(String(((await once(socket, "data")) as [Buffer])[0])).toContain("502 Bad Gateway");
});

test("nothing is sent to a mirror but the wish to read", async () => {
  expect((await fetched(`http://127.0.0.1:${mirror}/`, "POST")).status).toBe(400);
  expect(asked).toEqual([]);
});

test("a tunnel to anything else is refused, and one to a mirror that is down says so", async () => {
  expect(await tunnelled("127.0.0.1:4599", "")).toBe("HTTP/1.1 403 Forbidden");
  expect(await tunnelled("127.0.0.1:1", "")).toBe("HTTP/1.1 502 Bad Gateway");
});

test("where the host itself goes through a proxy, so does this one", async () => {
  const elsewhere = packageProxy({ mirrors: async () => new Set(["deb.example.org:80", `127.0.0.1:${echo}`]) });
  elsewhere.prependListener("request", (incoming) => asked.push(`by proxy: ${incoming.url}`));
  const { port } = await listening(elsewhere);
  upstream = `127.0.0.1:${port}`;
  mirrors.add("never.example.org:80");
  try {
    // The other proxy refuses what it does not know, which shows that it was asked.
    expect(await fetched("http://never.example.org/x")).toMatchObject({ status: 403 });
    expect(asked).toEqual(["by proxy: http://never.example.org/x"]);
    expect(await tunnelled(`127.0.0.1:${echo}`, "hello")).toBe("hello");
  } finally {
    upstream = undefined;
  }
});
