import { afterAll, beforeAll, expect, test } from "vitest";
import { decide } from "../../../src/parts/fabric/changes.js";
import { Fabric } from "../../../src/parts/fabric/fabric.js";
import { observe } from "../../../src/parts/fabric/observe.js";
import { planVpc } from "../../../src/parts/fabric/plan-vpc.js";
import { internet, type InterfaceSpec, type VpcSpec } from "../../../src/parts/fabric/spec.js";
import { command, run } from "../../../src/parts/host/command.js";
import { namespaceName } from "../../../src/parts/host/label.js";
import { nicOf, vpcOf } from "../../parts/fabric/vpcs.js";
import { TestNetwork } from "./environment.js";
import type { Host } from "./hosts.js";

/** A machine, a neighbour, and further interfaces in the machine's subnet and in another one of its zone, each with a public address. */
const network = new TestNetwork();
const { label } = network;
const base = vpcOf("more", 0, ["a", "b"]);
const other = { subnetId: "subnet-other", cidr: "10.0.9.0/24", zone: "eu-west-3a", routeTableId: "rtb-more" };
const near = nicOf("near", "10.0.0.20", "subnet-more-a", ["sg-more"], { secondaryIps: ["10.0.0.21"] });
const far = nicOf("far", "10.0.9.20", "subnet-other", ["sg-more"]);
const neighbour = nicOf("neighbour", "10.0.9.30", "subnet-other", ["sg-more"]);
const at = (deviceIndex: number): Partial<InterfaceSpec> => ({ attachedTo: { interfaceId: "eni-more-a", deviceIndex } });
const spec = (...further: InterfaceSpec[]): VpcSpec => ({
  ...base,
  subnets: [...base.subnets, other],
  interfaces: [...base.interfaces, neighbour, ...further],
  publicAddresses: [
    { publicIp: "198.18.0.1", interfaceId: "eni-more-a" },
    ...further.map(({ interfaceId }, index) => ({ publicIp: `198.18.0.${2 + index}`, interfaceId })),
  ],
});
const detached = spec(near, far);
const attached = spec({ ...near, ...at(1) }, { ...far, ...at(2) });

const machine = namespaceName(label, "eni", "eni-more-a");
const inMachine = (...words: string[]): Promise<string> => run(command("ip", "-n", machine, ...words));
let hosts: Record<"machine" | "b" | "neighbour" | "outside", Host>;

beforeAll(async () => {
  await network.fabric.applyVpc(detached);
  const [first, b, beside, outside] = await Promise.all([
    network.at("eni-more-a"),
    network.at("eni-more-b"),
    network.at("eni-neighbour"),
    network.internet(),
  ]);
  hosts = { machine: first, b, neighbour: beside, outside };
});

afterAll(async () => {
  expect(await network.end("vpc-more")).toEqual([]);
});

test("a machine answers at its further interfaces by the one it was asked at, and not any more once they are detached", async () => {
  // What a machine made of its first interface is its own.
  await inMachine("route", "add", "198.51.100.0/24", "via", "10.0.0.1", "dev", "eth0");
  await inMachine("addr", "add", "192.0.2.7/32", "dev", "eth0");
  const first = await inMachine("-4", "addr", "show", "dev", "eth0");
  const held = await hosts.neighbour.hold("10.0.0.11", 80);

  await network.fabric.applyVpc(attached);
  expect(await hosts.outside.call("198.18.0.1", 80)).toBe(`eni-more-a saw ${internet.host}`);
  for (const address of ["198.18.0.2", "198.18.0.3"])
    expect(await hosts.outside.call(address, 80), address).toBe(`eni-more-a saw ${internet.host}`);
  for (const address of ["10.0.0.20", "10.0.0.21", "10.0.9.20", "10.0.0.11"]) {
    expect(await hosts.b.call(address, 80), address).toBe("eni-more-a saw 10.0.1.11");
    expect(await hosts.neighbour.call(address, 80), address).toBe("eni-more-a saw 10.0.9.30");
  }
  // By its first interface unless it says otherwise, also into the further one's subnet.
  expect(await hosts.machine.call("10.0.9.30", 80)).toBe("eni-neighbour saw 10.0.0.11");
  expect(await hosts.machine.call("10.0.9.30", 80, { from: "10.0.9.20" })).toBe("eni-neighbour saw 10.0.9.20");
  expect(await hosts.machine.call(internet.host, 443, { from: "10.0.0.20" })).toBe("internet saw 198.18.0.2");
  expect(await held()).toBe("alive");
  expect(await inMachine("-4", "addr", "show", "dev", "eth0")).toBe(first);

  await network.fabric.applyVpc(detached);
  for (const address of ["198.18.0.2", "198.18.0.3"])
    expect(await hosts.outside.silent(address, 80), address).not.toContain("saw");
  expect(await hosts.b.silent("10.0.9.20", 80)).not.toContain("saw");
  expect(await hosts.b.call("10.0.0.11", 80)).toBe("eni-more-a saw 10.0.1.11");
  expect(await held()).toBe("alive");
  expect(await inMachine("-4", "addr", "show", "dev", "eth0")).toBe(first);
  expect(await inMachine("route", "show")).toContain("198.51.100.0/24");
  expect(await inMachine("rule", "show")).not.toContain("1000");
  expect(await inMachine("-br", "link", "show", "type", "veth")).not.toMatch(/eth[12]/);
});

test("a new process finds nothing to change, and knows where each end is", async () => {
  await network.fabric.applyVpc(attached);
  const plan = planVpc(attached, label);
  const changes = decide(await observe(label, plan), plan);
  expect(changes).toMatchObject({ brokenLinks: [], newLinks: [], newNamespaces: [], oldLinks: [], oldNamespaces: [], ends: [] });
  const device = await inMachine("-o", "link", "show", "dev", "eth1");
  await new Fabric(label).applyVpc(attached);
  expect(await inMachine("-o", "link", "show", "dev", "eth1")).toBe(device);

  // Detached, or moved, by a process that has never seen it attached.
  await new Fabric(label).applyVpc(spec({ ...near, ...at(3) }, far));
  expect(await hosts.b.call("10.0.0.20", 80)).toBe("eni-more-a saw 10.0.1.11");
  expect(await inMachine("rule", "show")).not.toMatch(/1000[12]/);
  expect(await inMachine("-br", "link", "show")).not.toMatch(/eth[12]/);
  await new Fabric(label).applyVpc(detached);
  expect(await inMachine("rule", "show")).not.toContain("1000");
  expect(await hosts.b.call("10.0.0.11", 80)).toBe("eni-more-a saw 10.0.1.11");
});

test("what an interruption left half done is made good by the next start", async () => {
  await new Fabric(label).applyVpc(attached);
  await inMachine("rule", "del", "pref", "10001", "from", "10.0.0.21");
  await inMachine("link", "del", "eth2");
  await new Fabric(label).applyVpc(attached);
  expect(await inMachine("rule", "show")).toContain("from 10.0.0.21 lookup 10001");
  expect(await inMachine("-br", "addr", "show", "dev", "eth2")).toContain("10.0.9.20/24");
});
