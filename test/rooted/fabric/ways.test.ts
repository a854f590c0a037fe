import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { internet, type RouteSpec, type VpcSpec } from "../../../src/parts/fabric/spec.js";
import { routerName, servicesName } from "../../../src/parts/fabric/vpc.js";
import { command, inNamespace, run } from "../../../src/parts/host/command.js";
import { namespaceName } from "../../../src/parts/host/label.js";
import { everything, nicOf, tcp, vpcOf } from "../../parts/fabric/vpcs.js";
import { TestNetwork } from "./environment.js";
import type { Host } from "./hosts.js";

/**
 * Where routes lead but to gateways: appliances and services. Two zones; per zone a subnet for clients and one for appliances;
 * `twin` has the same addresses.
 */
const network = new TestNetwork();
const { fabric, label } = network;
const byInterface = (destination: string, interfaceId: string): RouteSpec => ({
  destination,
  target: { kind: "interface", interfaceId },
});
const vpcNamed = (name: string): VpcSpec => {
  const base = vpcOf(name, 0, ["a", "b"]);
  return {
    ...base,
    subnets: [
      ...base.subnets,
      { subnetId: `subnet-${name}-x`, cidr: "10.0.8.0/24", zone: "eu-west-3a", routeTableId: `rtb-${name}-x` },
      { subnetId: `subnet-${name}-y`, cidr: "10.0.9.0/24", zone: "eu-west-3b", routeTableId: `rtb-${name}-x` },
    ],
    routeTables: [...base.routeTables, { routeTableId: `rtb-${name}-x`, routes: base.routeTables[0]!.routes }],
  };
};
const plain = vpcNamed("one");
const one: VpcSpec = {
  ...plain,
  interfaces: [
    ...plain.interfaces.map((nic) =>
      nic.interfaceId === "eni-one-a" ? { ...nic, secondaryIps: ["10.0.0.21", "10.0.0.22"] } : nic,
    ),
    nicOf("app-x", "10.0.8.11", "subnet-one-x", ["sg-one"], { sourceDestCheck: false }),
    nicOf("app-y", "10.0.9.11", "subnet-one-y", ["sg-one"], { sourceDestCheck: false }),
  ],
  publicAddresses: [
    { publicIp: "198.18.0.51", interfaceId: "eni-one-a" },
    { publicIp: "198.18.0.52", interfaceId: "eni-one-a", privateIp: "10.0.0.21" },
  ],
};
const twin = vpcNamed("twin");
let hosts: Record<"a" | "b" | "x" | "y" | "twinA" | "twinB" | "outside", Host>;

beforeAll(async () => {
  await Promise.all([one, twin].map((spec) => fabric.applyVpc(spec)));
  for (const appliance of ["eni-app-x", "eni-app-y"])
    await run(
      inNamespace(
        namespaceName(label, "eni", appliance),
        command("sh", "-c", "echo 1 >/proc/sys/net/ipv4/ip_forward; echo 0 >/proc/sys/net/ipv4/conf/all/send_redirects"),
      ),
    );
  const [a, b, x, y, twinA, twinB, outside] = await Promise.all([
    ...["one-a", "one-b", "app-x", "app-y", "twin-a", "twin-b"].map((name) => network.at(`eni-${name}`, [80, 81])),
    network.internet(),
  ]);
  hosts = { a: a!, b: b!, x: x!, y: y!, twinA: twinA!, twinB: twinB!, outside: outside! };
});

afterAll(async () => {
  expect(await network.end("vpc-one", "vpc-twin")).toEqual([]);
});

const withVpc = async (spec: VpcSpec, work: () => Promise<void>): Promise<void> => {
  await fabric.applyVpc(spec);
  try {
    await work();
  } finally {
    await fabric.applyVpc([one, twin].find(({ vpcId }) => vpcId === spec.vpcId)!);
  }
};

/** The clients' route table with more routes. */
const routed = (spec: VpcSpec, ...routes: RouteSpec[]): VpcSpec => ({
  ...spec,
  routeTables: spec.routeTables.map((table, at) =>
    at > 0
      ? table
      : {
          ...table,
          routes: [
            ...table.routes.filter(({ destination }) => !routes.some((other) => other.destination === destination)),
            ...routes,
          ],
        },
  ),
});

describe("two VPCs with the same addresses", () => {
  test("know nothing of each other", async () => {
    const { a, twinA } = hosts;
    expect(await Promise.all([a.call("10.0.1.11", 80), twinA.call("10.0.1.11", 80)])).toEqual([
      "eni-one-b saw 10.0.0.11",
      "eni-twin-b saw 10.0.0.11",
    ]);
    expect(await twinA.silent("10.0.8.11", 80)).toBe("silence");
  });
});

describe("an interface's secondary address", () => {
  test("is reached and used like the first", async () => {
    const { a, b } = hosts;
    expect(await b.call("10.0.0.21", 80)).toBe("eni-one-a saw 10.0.1.11");
    expect(await a.call("10.0.1.11", 80, { from: "10.0.0.22" })).toBe("eni-one-b saw 10.0.0.22");
  });

  test("has a public address of its own", async () => {
    const { a, outside } = hosts;
    expect(await outside.call("198.18.0.52", 80)).toBe("eni-one-a saw 198.19.0.10");
    expect(await a.call(internet.host, 443)).toBe("internet saw 198.18.0.51");
    expect(await a.call(internet.host, 443, { from: "10.0.0.21" })).toBe("internet saw 198.18.0.52");
    expect(await a.silent(internet.host, 443, { from: "10.0.0.22" })).toBe("silence");
  });

  test("counts for the groups, and comes and goes with its flows", async () => {
    const { a, b } = hosts;
    const narrow: VpcSpec = {
      ...one,
      securityGroups: [
        ...one.securityGroups,
        { groupId: "sg-2", ingress: [tcp(80, { groupId: "sg-one" })], egress: [everything] },
      ],
      interfaces: one.interfaces.map((nic) => (nic.interfaceId === "eni-one-b" ? { ...nic, groupIds: ["sg-2"] } : nic)),
    };
    await withVpc(narrow, async () => {
      expect(await a.call("10.0.1.11", 80, { from: "10.0.0.22" })).toBe("eni-one-b saw 10.0.0.22");
    });
    const still = await a.hold("10.0.1.11", 80, { from: "10.0.0.22" });
    const without = (addresses: string[]): VpcSpec => ({
      ...one,
      interfaces: one.interfaces.map((nic) => (nic.interfaceId === "eni-one-a" ? { ...nic, secondaryIps: addresses } : nic)),
    });
    await withVpc(without(["10.0.0.21"]), async () => {
      expect(await still()).toBe("dead");
      expect(await b.silent("10.0.0.22", 80)).toBe("silence");
      await fabric.applyVpc(without(["10.0.0.21", "10.0.0.23"]));
      expect(await b.call("10.0.0.23", 80)).toBe("eni-one-a saw 10.0.1.11");
    });
  });
});

describe("a route to an interface", () => {
  const forwarded = async (name: string): Promise<number> => {
    const [names, values] = (await run(inNamespace(namespaceName(label, "eni", name), command("cat", "/proc/net/snmp"))))
      .split("\n")
      .filter((line) => line.startsWith("Ip:"));
    return Number(values?.split(" ")[names?.split(" ").indexOf("ForwDatagrams") ?? -1]);
  };

  test.each([
    ["in its own zone", "eni-app-x"],
    ["in another zone", "eni-app-y"],
  ])("leads through an appliance %s, which sees packets as they are", async (_, appliance) => {
    await withVpc(routed(one, byInterface("10.0.1.0/24", appliance)), async () => {
      const before = await forwarded(appliance);
      expect(await hosts.a.call("10.0.1.11", 80)).toBe("eni-one-b saw 10.0.0.11");
      expect(await forwarded(appliance)).toBeGreaterThan(before);
      // The way back is by the local route.
      const still = await hosts.a.hold("10.0.1.11", 80);
      expect(await still()).toBe("alive");
    });
    const after = await forwarded(appliance);
    expect(await hosts.a.call("10.0.1.11", 80)).toBe("eni-one-b saw 10.0.0.11");
    expect(await forwarded(appliance)).toBe(after);
  });

  test("needs the appliance unchecked: with the check on, what is not its own is dropped", async () => {
    const checked: VpcSpec = {
      ...one,
      interfaces: one.interfaces.map((nic) => (nic.interfaceId === "eni-app-y" ? { ...nic, sourceDestCheck: true } : nic)),
    };
    await withVpc(routed(checked, byInterface("10.0.1.0/24", "eni-app-y")), async () => {
      const before = await forwarded("eni-app-y");
      expect(await hosts.a.silent("10.0.1.11", 80)).toBe("silence");
      expect(await forwarded("eni-app-y")).toBe(before);
      expect(await hosts.a.call("10.0.9.11", 80)).toBe("eni-app-y saw 10.0.0.11");
    });
  });

  test("passes the groups of the appliance as well", async () => {
    const shut: VpcSpec = {
      ...one,
      securityGroups: [...one.securityGroups, { groupId: "sg-2", ingress: [tcp(81)], egress: [everything] }],
      interfaces: one.interfaces.map((nic) => (nic.interfaceId === "eni-app-y" ? { ...nic, groupIds: ["sg-2"] } : nic)),
    };
    await withVpc(routed(shut, byInterface("10.0.1.0/24", "eni-app-y")), async () => {
      expect(await hosts.a.silent("10.0.1.11", 80)).toBe("silence");
      expect(await hosts.a.call("10.0.1.11", 81)).toBe("eni-one-b saw 10.0.0.11");
    });
  });

  test("to one that is gone is a blackhole", async () => {
    await withVpc(routed(one, byInterface("10.0.1.0/24", "eni-gone")), async () => {
      expect(await hosts.a.silent("10.0.1.11", 80)).toBe("silence");
    });
  });

  test("may be the way to the internet: an instance that translates", async () => {
    const nft = [
      "add table ip own",
      "add chain ip own out { type nat hook postrouting priority 100; }",
      "add rule ip own out ip saddr != 10.0.9.11 snat to 10.0.9.11",
    ].join("\n");
    await run(inNamespace(namespaceName(label, "eni", "eni-app-y"), { argv: ["nft", "-f", "-"], stdin: nft }));
    const translated = routed(one, byInterface("0.0.0.0/0", "eni-app-y"));
    const spec = { ...translated, publicAddresses: [{ publicIp: "198.18.0.59", interfaceId: "eni-app-y" }] };
    await withVpc(spec, async () => {
      expect(await hosts.a.call(internet.host, 443)).toBe("internet saw 198.18.0.59");
      expect(await hosts.b.call(internet.host, 443)).toBe("internet saw 198.18.0.59");
    });
    await run(inNamespace(namespaceName(label, "eni", "eni-app-y"), command("nft", "flush", "ruleset")));
  });
});

describe("a gateway endpoint", () => {
  const service = "198.19.1.10";
  const withEndpoint = (spec: VpcSpec): VpcSpec => ({
    ...routed(spec, { destination: internet.services, target: { kind: "gateway-endpoint", endpointId: "vpce-1" } }),
    gatewayEndpoints: [{ endpointId: "vpce-1", cidrs: [internet.services] }],
  });

  test("leads to nobody at an address that no service has, and never to the internet", async () => {
    await withVpc(withEndpoint(one), async () => {
      expect(await hosts.a.silent(service, 80)).toBe("silence");
      expect(await hosts.a.call(internet.host, 443)).toBe("internet saw 198.18.0.51");
    });
    expect(await run(command("ip", "-n", servicesName(label), "-o", "link", "show"))).not.toContain("vpc-one");
  });

  test("keeps VPCs with the same addresses apart, by tables that name it and by groups", async () => {
    const noEgress: VpcSpec = {
      ...withEndpoint(one),
      securityGroups: [...one.securityGroups, { groupId: "sg-2", ingress: [], egress: [tcp(80, { cidr: "10.0.0.0/8" })] }],
      interfaces: one.interfaces.map((nic) => (nic.interfaceId === "eni-one-b" ? { ...nic, groupIds: ["sg-2"] } : nic)),
    };
    await withVpc(noEgress, () =>
      withVpc(withEndpoint(twin), async () => {
        await run(command("ip", "-n", servicesName(label), "addr", "add", `${service}/32`, "dev", "lo"));
        const s3 = await network.host(servicesName(label), "s3", [80]);
        const calls = [hosts.a, hosts.twinA, hosts.twinB].map((host) => host.call(service, 80));
        const seen = (await Promise.all(calls)).map((said) => said.replace("s3 saw ", ""));
        expect(seen.map((address) => address.split(".").slice(2).join("."))).toEqual(["0.11", "0.11", "1.11"]);
        expect(seen.map((address) => fabric.callers.whose(address))).toEqual([
          { vpcId: "vpc-one", zone: "eu-west-3a" },
          { vpcId: "vpc-twin", zone: "eu-west-3a" },
          { vpcId: "vpc-twin", zone: "eu-west-3b" },
        ]);
        // Appliances' table has no such route; the group of the other zone's interface does not let it out.
        expect(await Promise.all([hosts.x.silent(service, 80), hosts.b.silent(service, 80)])).toEqual(["silence", "silence"]);
        // Nobody calls a VPC from there, nor a VPC another.
        expect(await s3.silent(seen[1] ?? "", 80)).toBe("silence");
        await s3.end();
        await run(command("ip", "-n", servicesName(label), "addr", "del", `${service}/32`, "dev", "lo"));
      }),
    );
  });
});

test("a router keeps no route of what is no more", async () => {
  const routes = await run(command("ip", "-n", routerName(label, "vpc-one", "eu-west-3a"), "route", "show", "table", "all"));
  expect(routes).not.toContain("vpce");
  expect(routes).not.toContain("10.0.1.0/24 via 10.0.8.11");
});
