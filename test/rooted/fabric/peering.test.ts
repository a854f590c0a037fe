import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Fabric } from "../../../src/parts/fabric/fabric.js";
import { internet, type VpcSpec } from "../../../src/parts/fabric/spec.js";
import { routerName } from "../../../src/parts/fabric/vpc.js";
import { command, run } from "../../../src/parts/host/command.js";
import { everything, nicOf, peered, tcp, vpcOf } from "../../parts/fabric/vpcs.js";
import { TestNetwork } from "./environment.js";
import type { Host } from "./hosts.js";

/** one -- two -- three, each peered with the next; `same` has the addresses of `one` and is peered with nobody. */
const network = new TestNetwork();
const { fabric, label } = network;
const publicTwo = [{ publicIp: "198.18.0.22", interfaceId: "eni-two-b" }];
const [one, two0] = peered("pcx-12", vpcOf("one", 0, ["a", "b"]), vpcOf("two", 1, ["b", "c"], { publicAddresses: publicTwo }));
const [two, three0] = peered("pcx-23", two0, vpcOf("three", 2, ["a"]));
/** Wrong routes: the far VPC and the internet by way of the neighbour. */
const wrong: VpcSpec["routeTables"][number]["routes"] = [
  { destination: "10.0.0.0/16", target: { kind: "peering", peeringId: "pcx-23" } },
  { destination: internet.cidr, target: { kind: "peering", peeringId: "pcx-23" } },
];
const three: VpcSpec = {
  ...three0,
  routeTables: three0.routeTables.map((table) => ({ ...table, routes: [...table.routes, ...wrong] })),
};
const same = vpcOf("same", 0, ["a", "b"]);
const all = [one, two, three, same];
let hosts: Record<"oneA" | "oneB" | "twoB" | "twoC" | "threeA" | "sameA" | "sameB" | "outside", Host>;

beforeAll(async () => {
  await Promise.all(all.map((spec) => fabric.applyVpc(spec)));
  const [oneA, oneB, twoB, twoC, threeA, sameA, sameB, outside] = await Promise.all([
    ...["one-a", "one-b", "two-b", "two-c", "three-a", "same-a", "same-b"].map((name) => network.at(`eni-${name}`, [80, 81])),
    network.internet(),
  ]);
  hosts = {
    oneA: oneA!,
    oneB: oneB!,
    twoB: twoB!,
    twoC: twoC!,
    threeA: threeA!,
    sameA: sameA!,
    sameB: sameB!,
    outside: outside!,
  };
});

afterAll(async () => {
  expect(await network.end(...all.map(({ vpcId }) => vpcId))).toEqual([]);
});

const withVpcs = async (specs: readonly VpcSpec[], work: () => Promise<void>): Promise<void> => {
  for (const spec of specs) await fabric.applyVpc(spec);
  try {
    await work();
  } finally {
    for (const { vpcId } of specs) await fabric.applyVpc(all.find((spec) => spec.vpcId === vpcId)!);
  }
};

describe("peered VPCs", () => {
  test.each([
    ["in one zone", "oneB", "10.1.0.11", "eni-two-b saw 10.0.1.11"],
    ["across zones", "oneA", "10.1.1.11", "eni-two-c saw 10.0.0.11"],
    ["the other way", "twoC", "10.0.0.11", "eni-one-a saw 10.1.1.11"],
    ["the next pair", "twoB", "10.2.0.11", "eni-three-a saw 10.1.0.11"],
  ] as const)("reach each other %s", async (_, from, to, answer) => {
    expect(await hosts[from].call(to, 80)).toBe(answer);
  });

  test("are not transitive, also with routes that say so, and lend each other no gateway", async () => {
    const { oneA, threeA, twoB } = hosts;
    expect(
      await Promise.all([
        threeA.silent("10.0.0.11", 80),
        oneA.silent("10.2.0.11", 80),
        threeA.silent(internet.host, 443),
        threeA.silent("198.18.0.22", 80),
        // An address of the peer that nobody has.
        oneA.silent("10.1.0.99", 80),
        // The routers' own addresses.
        oneA.silent("10.1.0.1", 80),
        oneA.silent("10.1.0.2", 53),
      ]),
    ).toEqual(Array.from({ length: 7 }, () => "silence"));
    expect(await twoB.call(internet.host, 443)).toBe("internet saw 198.18.0.22");
  });

  test("do not see a third VPC that has the same addresses", async () => {
    expect(await hosts.sameA.silent("10.1.0.11", 80)).toBe("silence");
    expect(await hosts.sameA.call("10.0.1.11", 80)).toBe("eni-same-b saw 10.0.0.11");
    expect(await hosts.oneA.call("10.0.1.11", 80)).toBe("eni-one-b saw 10.0.0.11");
    expect(await hosts.twoB.call("10.0.0.11", 80)).toBe("eni-one-a saw 10.1.0.11");
  });

  test("both filter their own side", async () => {
    const shut = { ...two, securityGroups: [{ groupId: "sg-two", ingress: [tcp(81)], egress: [everything] }] };
    await withVpcs([shut], async () => {
      expect(await hosts.oneA.call("10.1.0.11", 81)).toBe("eni-two-b saw 10.0.0.11");
      expect(await hosts.oneA.silent("10.1.0.11", 80)).toBe("silence");
    });
    const acl = { action: "allow", protocol: "-1", cidr: "10.0.0.0/16" } as const;
    const stateless = {
      ...one,
      networkAcls: [{ networkAclId: "acl-1", ingress: [acl], egress: [{ ...acl, cidr: "0.0.0.0/0" }] }],
      subnets: one.subnets.map((subnet) => ({ ...subnet, networkAclId: "acl-1" })),
    };
    const still = await hosts.oneB.hold("10.1.0.11", 80);
    await withVpcs([stateless], async () => {
      expect(await still()).toBe("dead");
      expect(await hosts.oneA.call("10.0.1.11", 80)).toBe("eni-one-b saw 10.0.0.11");
    });
  });

  test("may name each other's groups, whose members count as they come and go", async () => {
    const named = {
      ...two,
      securityGroups: [{ groupId: "sg-two", ingress: [tcp(80, { groupId: "sg-one" })], egress: [everything] }],
    };
    const left = {
      ...named,
      peerings: named.peerings?.map((peering) => ({
        ...peering,
        peer: { ...peering.peer, groups: [{ groupId: "sg-one", addresses: ["10.0.0.11"] }] },
      })),
    };
    await withVpcs([named], async () => {
      expect(await hosts.oneB.call("10.1.0.11", 80)).toBe("eni-two-b saw 10.0.1.11");
      expect(await hosts.threeA.silent("10.1.0.11", 80)).toBe("silence");
      await fabric.applyVpc(left);
      expect(await hosts.oneA.call("10.1.0.11", 80)).toBe("eni-two-b saw 10.0.0.11");
      expect(await hosts.oneB.silent("10.1.0.11", 80)).toBe("silence");
    });
  });

  test("lead by a longer prefix elsewhere", async () => {
    const elsewhere = {
      ...one,
      routeTables: one.routeTables.map((table) => ({
        ...table,
        routes: [...table.routes, { destination: "10.1.0.0/24", target: { kind: "blackhole" } } as const],
      })),
    };
    await withVpcs([elsewhere], async () => {
      expect(await hosts.oneA.silent("10.1.0.11", 80)).toBe("silence");
      expect(await hosts.oneA.call("10.1.1.11", 80)).toBe("eni-two-c saw 10.0.0.11");
    });
    expect(await hosts.oneA.call("10.1.0.11", 80)).toBe("eni-two-b saw 10.0.0.11");
  });
});

describe("a peering connection", () => {
  const devices = async (vpcId: string, zone: string): Promise<string> =>
    run(command("ip", "-n", routerName(label, vpcId, `eu-west-3${zone}`), "-o", "link", "show"));

  test("comes and goes with either side, while the other still names it", async () => {
    const alone: VpcSpec = { ...one, peerings: [] };
    await withVpcs([alone], async () => {
      expect(await devices("vpc-two", "b")).not.toContain("pcx-12");
      expect(await devices("vpc-two", "b")).toContain("pcx-23");
      expect(await hosts.twoB.silent("10.0.0.11", 80)).toBe("silence");
    });
    expect(await hosts.twoB.call("10.0.0.11", 80)).toBe("eni-one-a saw 10.1.0.11");
    await withVpcs([{ ...two, peerings: [] }], async () => {
      expect(await devices("vpc-one", "a")).not.toContain("pcx-12");
      expect(await devices("vpc-three", "a")).not.toContain("pcx-23");
    });
    expect(await hosts.oneA.call("10.1.0.11", 80)).toBe("eni-two-b saw 10.0.0.11");
  });

  test("ends with a VPC and is made again with it", async () => {
    await fabric.removeVpc("vpc-three");
    expect(await devices("vpc-two", "b")).not.toContain("pcx-23");
    await hosts.threeA.end();
    await fabric.applyVpc(three);
    hosts.threeA = await network.at("eni-three-a", [80]);
    expect(await hosts.twoC.call("10.2.0.11", 80)).toBe("eni-three-a saw 10.1.1.11");
  });

  test("follows subnets into a new zone", async () => {
    const wider: VpcSpec = {
      ...one,
      subnets: [...one.subnets, { subnetId: "subnet-one-c", cidr: "10.0.9.0/24", zone: "eu-west-3c", routeTableId: "rtb-one" }],
      interfaces: [...one.interfaces, nicOf("one-c", "10.0.9.11", "subnet-one-c", ["sg-one"])],
    };
    await withVpcs([wider], async () => {
      const oneC = await network.at("eni-one-c", [80]);
      expect(await oneC.call("10.1.0.11", 80)).toBe("eni-two-b saw 10.0.9.11");
      expect(await hosts.twoC.call("10.0.9.11", 80)).toBe("eni-one-c saw 10.1.1.11");
      await oneC.end();
    });
    expect(await hosts.twoC.call("10.0.1.11", 80)).toBe("eni-one-b saw 10.1.1.11");
  });

  test("is left alone by a new process until both sides are known, and cleaned up when they no longer name it", async () => {
    const still = await hosts.oneA.hold("10.1.1.11", 80);
    const next = new Fabric(label);
    await next.applyVpc(one);
    expect(await still()).toBe("alive");
    await next.applyVpc(two);
    await next.applyVpc(three);
    expect(await still()).toBe("alive");

    const third = new Fabric(label);
    await third.applyVpc({ ...one, peerings: [] });
    expect(await devices("vpc-two", "c")).not.toContain("pcx-12");
    const fourth = new Fabric(label);
    for (const spec of [two, three, one]) await fourth.applyVpc(spec);
    expect(await hosts.oneA.call("10.1.1.11", 80)).toBe("eni-two-c saw 10.0.0.11");
    expect(await hosts.threeA.call("10.1.1.11", 80)).toBe("eni-two-c saw 10.2.0.11");
    // What the first one knows is not true any more; the tests go on with it.
    for (const spec of all) await fabric.applyVpc(spec);
  });
});
