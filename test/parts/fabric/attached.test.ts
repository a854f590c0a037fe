import { describe, expect, test } from "vitest";
import { decide, type FabricChanges } from "../../../src/parts/fabric/changes.js";
import { asApplied } from "../../../src/parts/fabric/live.js";
import { planVpc } from "../../../src/parts/fabric/plan-vpc.js";
import type { InterfaceSpec, VpcSpec } from "../../../src/parts/fabric/spec.js";
import { nicOf, vpcOf } from "./vpcs.js";

const label = { code: "0f1a5c" };
const base = vpcOf("two", 0, ["a", "b"]);
const second = nicOf("second", "10.0.0.20", "subnet-two-a", ["sg-two"], { secondaryIps: ["10.0.0.21"] });
const withSecond = (more: Partial<InterfaceSpec> = {}): VpcSpec => ({
  ...base,
  interfaces: [...base.interfaces, { ...second, ...more }],
});
const alone = withSecond();
const attachedTo = (deviceIndex: number, interfaceId = "eni-two-a"): VpcSpec =>
  withSecond({ attachedTo: { interfaceId, deviceIndex } });

const changes = (from: VpcSpec, to: VpcSpec): FabricChanges => decide(asApplied(planVpc(from, label)), planVpc(to, label));
const own = "st-0f1a5c-eni-eni-second";
const machine = "st-0f1a5c-eni-eni-two-a";
const setUp = (from: VpcSpec, to: VpcSpec) => changes(from, to).ends.map(({ namespace, lines }) => [namespace.name, lines]);

describe("a further interface of a machine", () => {
  test("is the next device in the machine's namespace, with a table of its own", () => {
    const plan = planVpc(attachedTo(1), label);
    expect(plan.namespaces.has(own)).toBe(false);
    expect([...(plan.namespaces.get(machine)?.entries ?? [])]).toMatchInlineSnapshot(`
      [
        "addr 10.0.0.11/24 dev eth0",
        "route default via 10.0.0.1 dev eth0",
        "addr 10.0.0.20/24 dev eth1 noprefixroute",
        "addr 10.0.0.21/32 dev eth1",
        "rule pref 10001 from 10.0.0.20 lookup 10001",
        "rule pref 10001 from 10.0.0.21 lookup 10001",
        "route 10.0.0.0/24 dev eth1 table 10001",
        "route default via 10.0.0.1 dev eth1 table 10001",
      ]
    `);
    const link = [...plan.links.values()].find(({ b }) => b.name === "eth1");
    expect(link?.b.namespace).toBe(machine);
    expect(link?.a.alias).toBe("sandtable/0f1a5c/vpc-two/eni/eni-second/eni-two-a/1");
  });

  test("comes without a line about the machine's first one", () => {
    const { newLinks, newNamespaces, sysctls, oldNamespaces, brokenLinks } = changes(alone, attachedTo(1));
    expect(newLinks.map(({ b }) => [b.namespace, b.name])).toEqual([[machine, "eth1"]]);
    expect(brokenLinks.map(({ end }) => end)).toEqual([{ namespace: own, device: "eth0" }]);
    expect([newNamespaces, sysctls, oldNamespaces]).toEqual([[], [], [own]]);
    expect(setUp(alone, attachedTo(1))).toMatchInlineSnapshot(`
      [
        [
          "st-0f1a5c-eni-eni-two-a",
          [
            "link set eth1 alias sandtable/0f1a5c/vpc-two/eni-second",
            "link set eth1 up",
            "addr replace 10.0.0.20/24 dev eth1 noprefixroute",
            "addr replace 10.0.0.21/32 dev eth1",
            "rule add pref 10001 from 10.0.0.20 lookup 10001",
            "rule add pref 10001 from 10.0.0.21 lookup 10001",
            "route replace 10.0.0.0/24 dev eth1 table 10001",
            "route replace default via 10.0.0.1 dev eth1 table 10001",
          ],
        ],
      ]
    `);
  });

  test("goes with its rules, and the machine stays", () => {
    const { newNamespaces, oldNamespaces } = changes(attachedTo(1), alone);
    expect(newNamespaces.map(({ name }) => name)).toEqual([own]);
    expect(oldNamespaces).toEqual([]);
    expect(setUp(attachedTo(1), alone)).toContainEqual([
      machine,
      ["rule del pref 10001 from 10.0.0.20 lookup 10001", "rule del pref 10001 from 10.0.0.21 lookup 10001"],
    ]);
    expect(changes(attachedTo(1), base).oldNamespaces).toEqual([]);
  });

  test("that is one further on is another link", () => {
    expect(changes(attachedTo(1), attachedTo(2)).newLinks.map(({ b }) => b.name)).toEqual(["eth2"]);
    expect(changes(attachedTo(2), attachedTo(2)).newLinks).toEqual([]);
  });

  test("comes with its machine in one go", () => {
    const { newLinks, newNamespaces } = changes({ ...base, interfaces: [] }, attachedTo(1));
    expect(newLinks.map(({ b }) => `${b.namespace} ${b.name}`).sort()).toContain(`${machine} eth1`);
    expect(newNamespaces.map(({ name }) => name)).not.toContain(own);
  });

  test.each([
    ["to nobody", attachedTo(1, "eni-none"), /eni-second.*eni-none, which is not among/],
    ["to a machine of another zone", attachedTo(1, "eni-two-b"), /which is in eu-west-3b, not in eu-west-3a/],
    ["as the first device", attachedTo(0), /which has that device itself/],
    ["to itself", attachedTo(1, "eni-second"), /which has no machine of its own/],
    [
      "where another one is",
      {
        ...base,
        interfaces: [
          ...attachedTo(1).interfaces,
          nicOf("third", "10.0.0.30", "subnet-two-a", [], { attachedTo: { interfaceId: "eni-two-a", deviceIndex: 1 } }),
        ],
      },
      /eni-third.*as eni-second is/,
    ],
  ])("is not attached %s", (_, spec, message) => {
    expect(() => planVpc(spec, label)).toThrow(message);
  });
});
