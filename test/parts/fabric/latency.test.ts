import { describe, expect, test } from "vitest";
import { decide } from "../../../src/parts/fabric/changes.js";
import { asApplied, type LiveFabric } from "../../../src/parts/fabric/live.js";
import type { Entry, FabricPlan } from "../../../src/parts/fabric/plan.js";
import { planPeering } from "../../../src/parts/fabric/plan-peering.js";
import { planVpc } from "../../../src/parts/fabric/plan-vpc.js";
import type { FaultSpec } from "../../../src/parts/fabric/spec.js";
import { all, peer } from "./everything.js";

const label = { code: "0f1a5c" };
const planOf = (...faults: FaultSpec[]): FabricPlan => planVpc({ ...all, faults }, label);
const atNic = (milliseconds: number): FaultSpec => ({ kind: "latency", at: { interfaceId: "eni-all-a" }, milliseconds });
const atZone = (milliseconds: number): FaultSpec => ({ kind: "latency", at: { zone: "eu-west-3b" }, milliseconds });

/** What `tc -batch` is given, by namespace, from one plan to another. */
const commands = (from: FabricPlan | LiveFabric, to: FabricPlan): string[] => {
  const { routers, ends } = decide("owner" in from ? asApplied(from) : from, to);
  return [...ends, ...routers].flatMap(({ namespace, lines }) =>
    lines.filter((line) => line.startsWith("qdisc")).map((line) => `${namespace.name}: ${line}`),
  );
};
const nicDevice = [...planOf().links.values()].find(({ b }) => b.namespace.endsWith("eni-all-a"))?.a.name;
const routerA = `st-0f1a5c-router-vpc-all-eu-west-3a`;
const routerB = `st-0f1a5c-router-vpc-all-eu-west-3b`;

describe("latency", () => {
  test("is a delay on the way to an interface: set, changed and taken away", () => {
    expect(commands(planOf(), planOf(atNic(5)))).toEqual([
      `${routerA}: qdisc replace dev ${nicDevice} root netem delay 5000us limit 100000`,
    ]);
    expect(commands(planOf(atNic(5)), planOf(atNic(0.25), atNic(1)))).toEqual([
      `${routerA}: qdisc replace dev ${nicDevice} root netem delay 1250us limit 100000`,
    ]);
    expect(commands(planOf(atNic(5)), planOf())).toEqual([`${routerA}: qdisc del dev ${nicDevice} root`]);
    expect(commands(planOf(), planOf(atNic(0)))).toEqual([]);
    expect(commands(planOf(atNic(5)), planOf(atNic(5)))).toEqual([]);
  });

  test("of a zone is on all that leaves it, also by a peering connection, and nowhere inside", () => {
    expect(commands(planOf(), planOf(atZone(20))).map((line) => line.replace(/dev z\w+/, "dev ZONE"))).toEqual([
      `${routerB}: qdisc replace dev ZONE root netem delay 20000us limit 100000`,
      `${routerB}: qdisc replace dev igw root netem delay 20000us limit 100000`,
      `${routerB}: qdisc replace dev vpce root netem delay 20000us limit 100000`,
    ]);
    const [quiet, slow] = [[], [atZone(20)]].map((faults) => planPeering("pcx-1", { ...all, faults }, peer, label));
    expect(commands(quiet!, slow!).map((line) => line.replace(/dev p\w+/, "dev PEER"))).toEqual([
      `${routerB}: qdisc replace dev PEER root netem delay 20000us limit 100000`,
    ]);
  });

  test("that a router has after a restart is set again where it is wished, and taken away where it is not", () => {
    const observed = (plan: FabricPlan): LiveFabric => {
      const live = asApplied(plan);
      const seen = (entry: Entry): Entry => entry.replace(/^(qdisc .* netem) .*/, "$1") as Entry;
      const namespaces = [...live.namespaces].map(
        ([name, at]) => [name, { ...at, entries: new Set([...at.entries].map(seen)) }] as const,
      );
      return { ...live, namespaces: new Map(namespaces) };
    };
    expect(commands(observed(planOf(atNic(5))), planOf(atNic(7)))).toEqual([
      `${routerA}: qdisc replace dev ${nicDevice} root netem delay 7000us limit 100000`,
    ]);
    expect(commands(observed(planOf(atNic(5))), planOf())).toEqual([`${routerA}: qdisc del dev ${nicDevice} root`]);
  });

  test("that is no latency is a fault of the caller", () => {
    for (const milliseconds of [-1, 60_001, NaN]) expect(() => planOf(atNic(milliseconds))).toThrow("is not between 0 and 60000");
  });
});
