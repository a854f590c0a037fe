import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Balancers } from "../../../src/parts/balancers/balancers.js";
import type { BalancerNodeSpec, CheckSpec, TargetHealth, TargetSpec } from "../../../src/parts/balancers/spec.js";
import { TestEngines, until } from "../engines.js";

let engines: TestEngines;
let balancers: Balancers;

const id = "0123456789abcdef-eu-west-3a";
const address = { one: "10.99.1.2", two: "10.99.2.2", client: "10.99.3.2" } as const;
const check: CheckSpec = {
  protocol: "TCP",
  port: "traffic-port",
  intervalSeconds: 1,
  timeoutSeconds: 1,
  healthyThreshold: 2,
  unhealthyThreshold: 2,
};
const target = (name: "one" | "two", phase: TargetSpec["phase"]): TargetSpec => ({
  id: `i-${name}:80`,
  address: address[name],
  port: 80,
  phase,
});
const node = (targets: readonly TargetSpec[], more: Partial<CheckSpec> = {}): BalancerNodeSpec => ({
  id,
  namespace: engines.named("node"),
  // The client's wire ends here.
  address: "10.99.3.1",
  listeners: [{ id: "fedcba9876543210", port: 80, targets, check: { ...check, ...more } }],
});

/** A server that says its name, echoes what it is sent, and answers HTTP with a status that can be chosen. */
const serve = (name: "one" | "two", status = 200): ChildProcess =>
  engines.program(
    name,
    `require("net").createServer((s) => {
      s.on("error", () => {});
      s.write(${status === 200 ? `"${name}\\n"` : `""`});
      s.on("data", (d) => String(d).startsWith("GET /health") ? s.end("HTTP/1.1 ${status} X\\r\\ncontent-length: 0\\r\\n\\r\\n") : s.write(d));
    }).listen(80, () => console.log("listening"));`,
  );

/** Connect this often, one after the other: how often each server answered. */
const connect = async (times: number): Promise<Record<string, number>> =>
  JSON.parse(
    await engines.ask(
      "client",
      `(async () => { const seen = {};
        for (let i = 0; i < ${times}; i++) {
          const who = await new Promise((done) => { const s = require("net").connect(80, "10.99.3.1");
            s.on("data", (d) => { done(String(d).trim()); s.destroy(); }); s.on("close", () => done("nobody")); s.on("error", () => done("nobody")); });
          seen[who] = (seen[who] ?? 0) + 1; }
        console.log(JSON.stringify(seen)); })()`,
    ),
  ) as Record<string, number>;

const states = async (): Promise<Record<string, TargetHealth["state"]>> =>
  Object.fromEntries((await balancers.health(id)).map((health) => [health.targetId, health.state]));
const becomes = (targetId: string, state: TargetHealth["state"]): Promise<void> =>
  until(`${targetId} is ${state}`, async () => (await states())[targetId] === state);

let one: ChildProcess;
let two: ChildProcess;

beforeAll(async () => {
  engines = await TestEngines.begin();
  await engines.wire("node", "one", "two", "client");
  balancers = new Balancers({ label: engines.label, folder: join(engines.state, "balancers"), root: engines.root });
});
afterAll(async () => {
  expect(await engines.end()).toEqual([]);
});

describe("a node with two real servers", () => {
  test("gives no traffic to a target before its first check has passed", async () => {
    await balancers.apply(node([target("one", "initial"), target("two", "initial")]));
    await becomes("i-one:80", "unhealthy");
    expect((await balancers.health(id))[0]?.reason).toMatch(/Connection refused/);
    [one, two] = [serve("one"), serve("two")];
    await becomes("i-one:80", "healthy");
    await becomes("i-two:80", "healthy");
    expect(await connect(4)).toEqual({ nobody: 4 });
  });

  test("settled, both get connections", async () => {
    await balancers.apply(node([target("one", "settled"), target("two", "settled")]));
    expect(await connect(10)).toEqual({ one: 5, two: 5 });
  });

  test("applied again it is not touched, by this process or the next", async () => {
    const again = new Balancers({ label: engines.label, folder: join(engines.state, "balancers"), root: engines.root });
    await again.apply(node([target("one", "settled"), target("two", "settled")]));
    expect(again.observe(id)).toBe(true);
    expect(await again.health(id)).toHaveLength(2);
  });

  test("a reload keeps the connections that there are, and targets that are up stay up", async () => {
    const long = engines.program(
      "client",
      `const s = require("net").connect(80, "10.99.3.1"); let n = 0;
       s.on("data", (d) => console.log(String(d).trim())); s.on("close", () => console.log("closed"));
       setInterval(() => s.write("beat" + ++n + "\\n"), 50);`,
    );
    let heard = "";
    long.stdout?.on("data", (chunk: Buffer) => (heard += chunk.toString()));
    await until("the connection beats", () => heard.includes("beat2"));
    await balancers.apply(node([target("one", "settled")]));
    await balancers.apply(node([target("one", "settled"), target("two", "settled")], { intervalSeconds: 2 }));
    expect(await states()).not.toContain("unhealthy");
    expect(await connect(4)).toEqual({ one: 2, two: 2 });
    const beats = heard.split("beat").length;
    await until("it still beats", () => heard.split("beat").length > beats + 3);
    expect(heard).not.toContain("closed");
    long.kill("SIGKILL");
    await balancers.apply(node([target("one", "settled"), target("two", "settled")]));
  });

  test("of changes that come close behind each other none is lost", async () => {
    for (let change = 0; change < 6; change++)
      await balancers.apply(node([target("one", "settled"), target("two", "settled")], { intervalSeconds: 2 + (change % 3) }));
    await balancers.apply(node([target("one", "settled"), target("two", "settled")]));
    expect(await connect(4)).toEqual({ one: 2, two: 2 });
  });

  test("one dies: after the stated checks it is unhealthy, its connections end, and the other serves", async () => {
    one.kill("SIGKILL");
    await once(one, "exit");
    await becomes("i-one:80", "unhealthy");
    expect(await connect(4)).toEqual({ two: 4 });
    expect((await states())["i-two:80"]).not.toBe("unhealthy");
  });

  test("when none is healthy all get traffic: a server that is back serves before its checks say so", async () => {
    // The one check that still passes is made to fail by a port where nobody listens.
    one = serve("one");
    await once(one.stdout!, "data");
    await balancers.apply(node([target("one", "settled"), target("two", "settled")], { port: 81 }));
    await becomes("i-one:80", "unhealthy");
    await becomes("i-two:80", "unhealthy");
    expect(await connect(4)).toEqual({ one: 2, two: 2 });
  });

  test("an HTTP check judges by the status code", async () => {
    two.kill("SIGKILL");
    await once(two, "exit");
    two = serve("two", 503);
    const http = { protocol: "HTTP", path: "/health", matcher: "200-399" } as const;
    await balancers.remove(id);
    one.kill("SIGKILL");
    await once(one, "exit");
    one = engines.program(
      "one",
      `require("http").createServer((q, r) => r.writeHead(q.url === "/health" && /ELB-HealthChecker/.test(q.headers["user-agent"]) ? 204 : 500).end()).listen(80, () => console.log("listening"))`,
    );
    await once(one.stdout!, "data");
    await balancers.apply(node([target("one", "initial"), target("two", "initial")], http));
    await becomes("i-one:80", "healthy");
    await becomes("i-two:80", "unhealthy");
    expect((await balancers.health(id)).find(({ targetId }) => targetId === "i-two:80")?.reason).toMatch(/wrong status 503/);
  });

  test("the configuration gives HAProxy nothing to complain about", async () => {
    const log = readFileSync(join(engines.state, "balancers", id, "console.log"), "utf8");
    expect(
      log
        .split("\n")
        .filter(
          (line) => /WARNING|ALERT/.test(line) && !/Server .* is DOWN|has no server available|Former worker|exited/.test(line),
        ),
    ).toEqual([]);
  });

  test("removed it is gone, and removing it again succeeds", async () => {
    await balancers.remove(id);
    expect(balancers.observe(id)).toBe(false);
    expect(await balancers.health(id)).toEqual([]);
    await balancers.remove(id);
  });
});
