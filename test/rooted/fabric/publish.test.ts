import net, { type AddressInfo, type Server } from "node:net";
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { hostCommand, onTheInternet } from "../../../src/parts/fabric/internet.js";
import { Publisher } from "../../../src/parts/fabric/publish.js";
import { internet } from "../../../src/parts/fabric/spec.js";
import { CommandFailed, run } from "../../../src/parts/host/command.js";
import { listenIn } from "../../../src/parts/host/sockets.js";
import { internetName } from "../../../src/parts/fabric/vpc.js";
import { flaskHa } from "../../parts/fabric/flask-ha.js";
import { TestNetwork } from "./environment.js";

const network = new TestNetwork();
const publisher = new Publisher(network.label);

beforeAll(async () => {
  await network.fabric.applyVpc(flaskHa);
  await Promise.all([network.at("eni-nlb-b"), network.at("eni-nlb-c")]);
});

afterAll(async () => {
  await publisher.close();
  expect(await network.end(flaskHa.vpcId)).toEqual([]);
});

/** What the far end says first, and its echo of a question after we have closed our half. */
const talk = (port: number): Promise<string> =>
  new Promise((resolve, reject) => {
    let said = "";
    const socket = net.connect({ host: "127.0.0.1", port, allowHalfOpen: true }, () => socket.write(" and back"));
    socket.on("data", (data) => {
      said += data.toString();
      if (said.endsWith(" and back")) socket.end();
    });
    socket.on("close", () => resolve(said));
    socket.on("error", reject);
  });

const listening = (): Promise<Server> =>
  new Promise((resolve) => {
    const server = net.createServer().listen(0, "127.0.0.1", () => resolve(server));
  });
const portOf = (server: Server): number => (server.address() as AddressInfo).port;

describe("a published listener", () => {
  test("leads a connection of this host to the balancer, which sees a host of the internet", async () => {
    const port = await publisher.publish("web", { preferredPort: 28080, targets: [{ address: "198.18.0.10", port: 80 }] });
    expect(await talk(port)).toBe("eni-nlb-b saw 198.19.0.10 and back");
  });

  test("is led elsewhere without being opened again", async () => {
    const port = await publisher.publish("web", { preferredPort: 28080, targets: [{ address: "198.18.0.11", port: 80 }] });
    expect(await talk(port)).toBe("eni-nlb-c saw 198.19.0.10 and back");
  });

  test("passes over an address that does not answer", async () => {
    publisher.update("web", [
      { address: "198.18.0.77", port: 80 },
      { address: "198.18.0.10", port: 80 },
    ]);
    const port = await publisher.publish("web", {
      preferredPort: 28080,
      targets: [
        { address: "198.18.0.77", port: 80 },
        { address: "198.18.0.10", port: 80 },
      ],
    });
    expect(await talk(port)).toBe("eni-nlb-b saw 198.19.0.10 and back");
  });

  test("takes the next port when the wanted one is taken", async () => {
    const other = await listening();
    const port = await publisher.publish("second", {
      preferredPort: portOf(other),
      targets: [{ address: "198.18.0.10", port: 80 }],
    });
    expect(port).toBeGreaterThan(portOf(other));
    expect(await talk(port)).toBe("eni-nlb-b saw 198.19.0.10 and back");
    other.close();
  });

  test("lives on when the child is killed", async () => {
    const port = await publisher.publish("web", { preferredPort: 28080, targets: [{ address: "198.18.0.10", port: 80 }] });
    const children = readFileSync(`/proc/${process.pid}/task/${process.pid}/children`, "utf8").trim().split(" ").map(Number);
    const child = children.find((pid) => readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("published.get"));
    if (child === undefined) throw new Error("the publisher has no child");
    process.kill(child, "SIGKILL");
    expect(await talk(port)).toBe("eni-nlb-b saw 198.19.0.10 and back");
  });

  test("is gone when it is withdrawn", async () => {
    const port = await publisher.publish("web", { preferredPort: 28080, targets: [] });
    await publisher.unpublish("web");
    await expect(talk(port)).rejects.toThrow("ECONNREFUSED");
  });
});

test("sockets that cannot be had are refused with the reason", async () => {
  const wish = { protocol: "tcp", host: internet.host, port: 9000 } as const;
  const [first] = await listenIn(internetName(network.label), [wish]);
  const server = net.createServer();
  await new Promise<void>((resolve) => server.listen(first, resolve));
  await expect(listenIn(internetName(network.label), [wish])).rejects.toThrow("EADDRINUSE");
  await expect(listenIn(internetName(network.label), [{ ...wish, host: "10.1.2.3" }])).rejects.toThrow("EADDRNOTAVAIL");
  await new Promise((resolve) => server.close(resolve));
  const [again] = await listenIn(internetName(network.label), [wish]);
  again.close();
});

describe("a command in the internet", () => {
  const ids = { uid: 65534, gid: 65534 };

  test("calls from the internet's host, as the user, in the user's folder", async () => {
    const script = `const s = require("node:net").connect(80, "198.18.0.10");
      s.on("data", (data) => { console.log(data.toString(), process.getuid(), process.cwd()); process.exit(); })`;
    const answer = await run(
      hostCommand(onTheInternet(network.label), [process.execPath, "--eval", script], { ...ids, cwd: "/usr" }),
    );
    expect(answer).toBe("eni-nlb-b saw 198.19.0.10 65534 /usr");
  });

  test("has the internet's resolver, and this host keeps its own", async () => {
    const before = readFileSync("/etc/resolv.conf", "utf8");
    expect(await run(hostCommand(onTheInternet(network.label), ["cat", "/etc/resolv.conf"], ids))).toContain(
      `nameserver ${internet.resolver}`,
    );
    expect(readFileSync("/etc/resolv.conf", "utf8")).toBe(before);
  });

  test("ends with its own exit code, in a terminal too", async () => {
    const failed = run(
      hostCommand(onTheInternet(network.label), ["sh", "-c", "exit 7"], { ...ids, tty: { columns: 80, rows: 24 } }),
    );
    await expect(failed).rejects.toBeInstanceOf(CommandFailed);
    await expect(failed).rejects.toMatchObject({ exitCode: 7 });
  });
});
