import { mkdirSync } from "node:fs";
import { once } from "node:events";
import { join } from "node:path";
import { spawn } from "node:child_process";
import { afterAll, beforeAll, expect, test } from "vitest";
import { decide } from "../../../src/parts/fabric/changes.js";
import { observe } from "../../../src/parts/fabric/observe.js";
import { planInternet } from "../../../src/parts/fabric/plan-internet.js";
import { planVpc } from "../../../src/parts/fabric/plan-vpc.js";
import { Fabric } from "../../../src/parts/fabric/fabric.js";
import { FabricFailed } from "../../../src/parts/fabric/failure.js";
import { createCgroup, enterScript } from "../../../src/parts/host/cgroup.js";
import { command, run } from "../../../src/parts/host/command.js";
import { cgroupPath, namespaceName } from "../../../src/parts/host/label.js";
import { leftovers, removeLeftovers } from "../../../src/parts/host/leftovers.js";
import { flaskHa } from "../../parts/fabric/flask-ha.js";
import { TestNetwork } from "./environment.js";

const network = new TestNetwork();
const { label, fabric } = network;
const kinds = async (): Promise<string[]> => [...new Set((await leftovers(label, network.state)).map(({ kind }) => kind))].sort();

beforeAll(() => fabric.applyVpc(flaskHa));
afterAll(async () => {
  expect(await network.end(flaskHa.vpcId)).toEqual([]);
});

test("what the kernel is asked for is what was planned", async () => {
  for (const plan of [planVpc(flaskHa, label), planInternet(label)]) {
    const changes = decide(await observe(label, plan), plan);
    const entries = [...changes.ends, ...changes.routers]
      .flatMap(({ lines }) => lines)
      .filter((line) => !/^(link set|ntable)/.test(line));
    expect({ ...changes, ends: [], routers: [], sysctls: [], entries }).toEqual({
      brokenLinks: [],
      newNamespaces: [],
      sysctls: [],
      newLinks: [],
      ends: [],
      routers: [],
      oldLinks: [],
      oldNamespaces: [],
      entries: [],
    });
  }
});

test("the host sees no link of ours", async () => {
  expect(await kinds()).toEqual(["namespace"]);
  expect(await run(command("ip", "-o", "link", "show"))).not.toContain(`sandtable/${label.code}`);
});

test("a namespace that nobody wants is removed, and no other", async () => {
  const stranger = namespaceName(label, "eni", "eni-stranger");
  await run(command("ip", "netns", "add", stranger));
  const before = (await leftovers(label)).map(({ name }) => name);
  await fabric.removeStrangers([flaskHa]);
  expect((await leftovers(label)).map(({ name }) => name)).toEqual(before.filter((name) => name !== stranger));
});

test("a failure names the VPC and the interface, and trying again succeeds", async () => {
  // A namespace that has eth0 already: the link cannot be made.
  const [first] = flaskHa.interfaces;
  const late = { ...first!, interfaceId: "eni-late", privateIp: "10.0.0.99", mac: "02:0a:00:00:00:99" };
  const namespace = namespaceName(label, "eni", "eni-late");
  const spec = { ...flaskHa, interfaces: [...flaskHa.interfaces, late] };
  await run(command("ip", "netns", "add", namespace));
  await run(command("ip", "-n", namespace, "link", "add", "eth0", "type", "veth", "peer", "name", "other"));
  const failing = new Fabric(label);
  const failure = await failing.applyVpc(spec).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(FabricFailed);
  expect(String(failure)).toContain("vpc-0f1a5c");
  expect(String(failure)).toContain("eni-late");
  expect(String(failure)).toContain("File exists");
  await run(command("ip", "-n", namespace, "link", "del", "eth0"));
  await failing.applyVpc(spec);
  expect(await run(command("ip", "-n", namespace, "-br", "addr", "show", "eth0"))).toContain("10.0.0.99/24");
  await failing.applyVpc(flaskHa);
  await fabric.applyVpc(flaskHa);
});

test("everything of a region is found and removed, whatever state it is in", async () => {
  const other = new TestNetwork();
  await other.fabric.applyVpc(flaskHa);
  const cgroup = cgroupPath(other.label, "test");
  await createCgroup(cgroup);
  const child = spawn("sh", ["-c", `${enterScript(cgroup)}\nexec sleep 600`], { stdio: "ignore" });
  const inside = namespaceName(other.label, "internet");
  const stray = spawn("nsenter", [`--net=/run/netns/${inside}`, "sleep", "601"], { stdio: "ignore" });
  const folder = join(other.state, "mounted");
  mkdirSync(folder);
  await run(command("mount", "-t", "tmpfs", "none", folder));
  await run(command("ip", "link", "add", "sttestlink", "type", "veth", "peer", "name", "sttestpeer"));
  await run(command("ip", "link", "set", "sttestlink", "alias", `sandtable/${other.label.code}/test`));
  const found = async (): Promise<string[]> => (await leftovers(other.label, other.state)).map(({ kind }) => kind);
  while ((await found()).filter((kind) => kind === "process").length < 2) await new Promise((resolve) => setTimeout(resolve, 10));
  expect([...new Set(await found())].sort()).toEqual(["cgroup", "link", "mount", "namespace", "process"]);
  const untouched = await leftovers(label, network.state);

  const ended = Promise.all([child, stray].map((each) => once(each, "exit")));
  expect(await removeLeftovers(other.label, other.state)).toEqual([]);
  await ended;
  expect(await leftovers(label, network.state)).toEqual(untouched);
  expect(await other.end()).toEqual([]);
});

test("a further address that did not come to its interface before a kill comes with the next start", async () => {
  const [first, ...others] = flaskHa.interfaces;
  const spec = { ...flaskHa, interfaces: [{ ...first!, secondaryIps: ["10.0.0.77"] }, ...others] };
  await fabric.applyVpc(spec);
  const end = namespaceName(label, "eni", first!.interfaceId);
  const addresses = (): Promise<string> => run(command("ip", "-n", end, "-o", "-4", "addr", "show", "dev", "eth0"));
  await run(command("ip", "-n", end, "addr", "del", "10.0.0.77/32", "dev", "eth0"));
  await new Fabric(label).applyVpc(spec);
  expect(await addresses()).toContain("10.0.0.77/32");
  // What a machine made of its interface is its own.
  for (const step of [["down"], ["name", "wan"], ["up"]])
    await run(command("ip", "-n", end, "link", "set", step.includes("up") ? "wan" : "eth0", ...step));
  await new Fabric(label).applyVpc(spec);
  for (const step of [["down"], ["name", "eth0"], ["up"]])
    await run(command("ip", "-n", end, "link", "set", step.includes("up") ? "eth0" : "wan", ...step));
  await fabric.applyVpc(flaskHa);
  expect(await addresses()).not.toContain("10.0.0.77");
});
