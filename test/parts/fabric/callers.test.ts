import { describe, expect, test } from "vitest";
import { callerPrefix, Callers, callerSlots } from "../../../src/parts/fabric/callers.js";
import { planVpc } from "../../../src/parts/fabric/plan-vpc.js";
import type { RegionLabel } from "../../../src/parts/host/label.js";
import { vpcOf } from "./vpcs.js";
import type { VpcSpec } from "../../../src/parts/fabric/spec.js";

const label: RegionLabel = { code: "c0ffee" };
const withEndpoint = (name: string): VpcSpec => ({
  ...vpcOf(name, 0, ["a"]),
  gatewayEndpoints: [{ endpointId: "vpce-1", cidrs: ["198.19.1.0/24"] }],
});

/** Two VPCs whose hashes meet: among a thousand names there are some. */
function meeting(): [VpcSpec, VpcSpec] {
  const seen = new Map<number, VpcSpec>();
  for (let number = 0; ; number++) {
    const spec = withEndpoint(`n${number}`);
    const [slot = 0] = new Callers().take(spec).values();
    const other = seen.get(slot);
    if (other !== undefined) return [other, spec];
    seen.set(slot, spec);
  }
}

describe("callers of services", () => {
  test("never share a prefix, also where their hashes meet, and keep theirs", () => {
    const [one, other] = meeting();
    const callers = new Callers();
    const [first, second] = [callers.take(one), callers.take(other)];
    expect([...first.values()]).not.toEqual([...second.values()]);
    expect(callers.take(one)).toEqual(first);
    expect(callers.take(other)).toEqual(second);
    const routes = [one, other].map((spec) =>
      [...planVpc(spec, label, callers.take(spec)).namespaces.values()]
        .flatMap(({ entriesAre, entries }) => (entriesAre === "guests" ? [...entries] : []))
        .find((entry) => entry.startsWith("route") && entry.includes(" dev s")),
    );
    expect(routes[0]?.split(" ")[1]).toBe(callerPrefix(one.cidr, first.get("eu-west-3a") ?? 0));
    expect(routes[0]?.split(" ")[1]).not.toBe(routes[1]?.split(" ")[1]);
  });

  test("are known by their addresses, until they have no endpoint any more", () => {
    const callers = new Callers();
    const spec = withEndpoint("one");
    const [slot = 0] = callers.take(spec).values();
    const address = callerPrefix(spec.cidr, slot).replace(/\/.*/, "").replace(/\d+$/, "7");
    expect(callers.whose(address)).toEqual({ vpcId: "vpc-one", zone: "eu-west-3a" });
    expect(callers.take({ ...spec, gatewayEndpoints: [] })).toEqual(new Map());
    expect(callers.whose(address)).toBeUndefined();
    expect(callers.whose("127.0.0.1")).toBeUndefined();
  });

  test("are refused when there is no room, and served again when there is", () => {
    const callers = new Callers();
    const all = withEndpoint("all");
    const subnets = Array.from({ length: callerSlots }, (_, n) => all.subnets.map((each) => ({ ...each, zone: `z${n}` }))).flat();
    expect(new Set(callers.take({ ...all, subnets }).values()).size).toBe(callerSlots);
    expect(() => callers.take(withEndpoint("late"))).toThrow("are taken");
    callers.release("vpc-all");
    expect(callers.take(withEndpoint("late")).size).toBe(1);
  });
});
