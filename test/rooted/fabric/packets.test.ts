import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Fabric } from "../../../src/parts/fabric/fabric.js";
import { internet as addresses, type SecurityGroupSpec, type VpcSpec } from "../../../src/parts/fabric/spec.js";
import { internetName, routerName } from "../../../src/parts/fabric/vpc.js";
import { command, inNamespace, run } from "../../../src/parts/host/command.js";
import { listenIn, type ListenHandle } from "../../../src/parts/host/sockets.js";
import { createServer, type Server } from "node:http";
import { flaskHa } from "../../parts/fabric/flask-ha.js";
import { TestNetwork } from "./environment.js";
import type { Host } from "./hosts.js";

const network = new TestNetwork();
let hosts: Record<"nlbB" | "nlbC" | "app1" | "app2" | "db" | "outside", Host>;

beforeAll(async () => {
  await network.fabric.applyVpc(flaskHa);
  const [nlbB, nlbC, app1, app2, db, outside] = await Promise.all([
    network.at("eni-nlb-b"),
    network.at("eni-nlb-c"),
    network.at("eni-app-1"),
    network.at("eni-app-2"),
    network.at("eni-db"),
    network.internet(),
  ]);
  hosts = { nlbB, nlbC, app1, app2, db, outside };
});

afterAll(async () => {
  expect(await network.end(flaskHa.vpcId)).toEqual([]);
});

/** Each test that changes the network puts it back. */
const withVpc = async (spec: VpcSpec, work: () => Promise<void>): Promise<void> => {
  await network.fabric.applyVpc(spec);
  try {
    await work();
  } finally {
    await network.fabric.applyVpc(flaskHa);
  }
};

const withGroup = (groupId: string, change: Partial<SecurityGroupSpec>): VpcSpec => ({
  ...flaskHa,
  securityGroups: flaskHa.securityGroups.map((group) => (group.groupId === groupId ? { ...group, ...change } : group)),
});

describe("who reaches whom", () => {
  type Name = keyof typeof hosts;
  const app1 = "10.0.2.11";
  const app2 = "10.0.3.11";
  const db = "10.0.2.31";
  test.each<[what: string, from: Name, to: string, port: number, answer: string]>([
    ["the internet reaches a balancer's node at its public address", "outside", "198.18.0.10", 80, "eni-nlb-b saw 198.19.0.10"],
    ["and the one in the other zone", "outside", "198.18.0.11", 80, "eni-nlb-c saw 198.19.0.10"],
    ["a port that no group opens is silent", "outside", "198.18.0.10", 9999, "silence"],
    ["the NAT gateway's Elastic IP is silent", "outside", "198.18.0.5", 80, "silence"],
    ["a public address that nobody has is silent", "outside", "198.18.0.77", 80, "silence"],
    ["an address of the internet that nobody has is silent", "outside", "198.19.0.99", 80, "silence"],
    ["a balancer's node reaches an instance of its zone", "nlbC", app1, 80, "eni-app-1 saw 10.0.1.10"],
    ["and one of another zone", "nlbC", app2, 80, "eni-app-2 saw 10.0.1.10"],
    ["but not on another port", "nlbC", app1, 9999, "silence"],
    ["nor the database", "nlbC", db, 5432, "silence"],
    ["an instance reaches the database in its own subnet", "app1", db, 5432, "eni-db saw 10.0.2.11"],
    ["and from another zone", "app2", db, 5432, "eni-db saw 10.0.3.11"],
    ["but on no other port", "app1", db, 80, "silence"],
    ["instances do not reach each other", "app1", app2, 80, "silence"],
    ["an address of the VPC that nobody has is silent", "app1", "10.0.3.99", 80, "silence"],
    ["the subnet's gateway answers nothing", "app1", "10.0.2.1", 80, "silence"],
    ["the router's other addresses answer nothing", "app1", "169.254.255.1", 80, "silence"],
    ["a private instance gets out under the NAT gateway's Elastic IP", "app1", addresses.host, 443, "internet saw 198.18.0.5"],
    ["also from another zone", "app2", addresses.host, 443, "internet saw 198.18.0.5"],
    ["an interface with a public address gets out under it", "nlbB", addresses.host, 443, "internet saw 198.18.0.10"],
    ["through NAT, by public address, in again", "app1", "198.18.0.10", 80, "eni-nlb-b saw 198.18.0.5"],
    ["by its own public address", "nlbB", "198.18.0.10", 80, "eni-nlb-b saw 198.18.0.10"],
    ["what lies beyond the simulated internet is unreachable at once", "app1", "8.8.8.8", 53, "ENETUNREACH"],
  ])("%s", async (_, from, to, port, answer) => {
    const { [from]: host } = hosts;
    expect(await (answer === "silence" ? host.silent(to, port) : host.call(to, port))).toBe(answer);
  });

  test("private addresses do not exist for the internet", async () => {
    expect(await hosts.outside.call("10.0.2.11", 80)).toBe("ENETUNREACH");
  });

  test("datagrams go out through NAT and come back", async () => {
    expect(await hosts.app2.datagram(addresses.host, 443, 10_000)).toBe("internet saw 198.18.0.5");
    expect(await hosts.outside.datagram("198.18.0.10", 80)).toBe("silence");
  });
});

describe("a change of groups", () => {
  test("counts for members as they come and go", async () => {
    const joined: VpcSpec = {
      ...flaskHa,
      interfaces: flaskHa.interfaces.map((nic) =>
        nic.interfaceId === "eni-nlb-b" ? { ...nic, groupIds: ["sg-nlb", "sg-ec2"] } : nic,
      ),
    };
    expect(await hosts.nlbB.silent("10.0.2.31", 5432)).toBe("silence");
    await withVpc(joined, async () => {
      expect(await hosts.nlbB.call("10.0.2.31", 5432)).toBe("eni-db saw 10.0.0.10");
    });
    expect(await hosts.nlbB.silent("10.0.2.31", 5432)).toBe("silence");
  });

  test("leaves a tracked flow alone and stops new ones", async () => {
    const still = await hosts.app1.hold("10.0.2.31", 5432);
    await withVpc(withGroup("sg-rds", { ingress: [] }), async () => {
      expect(await still()).toBe("alive");
      expect(await hosts.app1.silent("10.0.2.31", 5432)).toBe("silence");
    });
  });

  test("stops an untracked flow, one that open rules admit both ways", async () => {
    const still = await hosts.outside.hold("198.18.0.10", 80);
    expect(await still()).toBe("alive");
    await withVpc(withGroup("sg-nlb", { ingress: [] }), async () => {
      expect(await still()).toBe("dead");
    });
  });

  test("egress rules hold too", async () => {
    const only = { protocol: "tcp", fromPort: 5432, toPort: 5432, peer: { groupId: "sg-rds" } };
    await withVpc(withGroup("sg-ec2", { egress: [only] }), async () => {
      expect(await hosts.app1.call("10.0.2.31", 5432)).toBe("eni-db saw 10.0.2.11");
      expect(await hosts.app1.silent(addresses.host, 443)).toBe("silence");
    });
  });
});

describe("gateways and routes", () => {
  test("taking a public address away cuts its flows", async () => {
    const still = await hosts.outside.hold("198.18.0.11", 80);
    const without = flaskHa.publicAddresses.filter((address) => address.interfaceId !== "eni-nlb-c");
    await withVpc({ ...flaskHa, publicAddresses: without }, async () => {
      expect(await still()).toBe("dead");
      expect(await hosts.outside.silent("198.18.0.11", 80)).toBe("silence");
      expect(await hosts.nlbC.silent(addresses.host, 443)).toBe("silence");
    });
    expect(await hosts.outside.call("198.18.0.11", 80)).toBe("eni-nlb-c saw 198.19.0.10");
  });

  test("a route to a NAT gateway that is gone is a blackhole", async () => {
    const gone: VpcSpec = {
      ...flaskHa,
      natGateways: [],
      interfaces: flaskHa.interfaces.filter((nic) => nic.interfaceId !== "eni-nat"),
      publicAddresses: flaskHa.publicAddresses.filter((address) => address.interfaceId !== "eni-nat"),
    };
    await withVpc(gone, async () => {
      expect(await hosts.app1.silent(addresses.host, 443)).toBe("silence");
      expect(await hosts.app2.silent(addresses.host, 443)).toBe("silence");
    });
    expect(await hosts.app2.call(addresses.host, 443)).toBe("internet saw 198.18.0.5");
  });

  test("without the internet gateway there is no internet", async () => {
    const { internetGatewayId: _, ...detached } = flaskHa;
    await withVpc(detached, async () => {
      expect(await hosts.nlbB.silent(addresses.host, 443)).toBe("silence");
      expect(await hosts.outside.silent("198.18.0.10", 80)).toBe("silence");
      expect(await hosts.nlbC.call("10.0.3.11", 80)).toBe("eni-app-2 saw 10.0.1.10");
    });
    expect(await hosts.outside.call("198.18.0.10", 80)).toBe("eni-nlb-b saw 198.19.0.10");
  });
});

test("a source address that is not the interface's own is dropped", async () => {
  const namespace = "st-" + network.label.code + "-eni-eni-nlb-c";
  await run(command("ip", "-n", namespace, "addr", "add", "10.0.1.77/32", "dev", "eth0"));
  expect(await hosts.nlbC.silent("10.0.2.11", 80, { from: "10.0.1.77" })).toBe("silence");
  await run(command("ip", "-n", namespace, "addr", "del", "10.0.1.77/32", "dev", "eth0"));
  expect(await hosts.nlbC.call("10.0.2.11", 80)).toBe("eni-app-1 saw 10.0.1.10");
});

test("the internet does not bear the VPC's own addresses", async () => {
  const [outside, node] = [internetName(network.label), `st-${network.label.code}-eni-eni-nlb-b`];
  const arrived = async (): Promise<number> => {
    const [names = "", values = ""] = (await run(inNamespace(node, command("cat", "/proc/net/snmp"))))
      .split("\n")
      .filter((line) => line.startsWith("Tcp:"));
    return Number(values.split(" ")[names.split(" ").indexOf("InSegs")]);
  };
  const before = await arrived();
  await run(command("ip", "-n", outside, "addr", "add", "10.0.2.11/32", "dev", "lo"));
  expect(await hosts.outside.silent("198.18.0.10", 80, { from: "10.0.2.11" })).toBe("silence");
  await run(command("ip", "-n", outside, "addr", "del", "10.0.2.11/32", "dev", "lo"));
  expect(await arrived()).toBe(before);
  expect(await hosts.outside.call("198.18.0.10", 80)).toBe("eni-nlb-b saw 198.19.0.10");
  expect(await arrived()).toBeGreaterThan(before);
});

describe("the metadata address", () => {
  const servers: Server[] = [];
  beforeAll(async () => {
    const serve = (handle: ListenHandle, text: string): void => {
      servers.push(createServer((_, response) => response.end(text)).listen(handle));
    };
    const [c] = await listenIn(routerName(network.label, flaskHa.vpcId, "eu-west-3c"), [
      { protocol: "tcp", host: "169.254.169.254", port: 40001 },
    ]);
    const [b] = await listenIn(routerName(network.label, flaskHa.vpcId, "eu-west-3b"), [
      { protocol: "tcp", host: "169.254.169.254", port: 40002 },
    ]);
    serve(c, "for app 1");
    serve(b, "for app 2");
    const both: VpcSpec = {
      ...flaskHa,
      interfaces: flaskHa.interfaces.map((nic) => (nic.interfaceId === "eni-db" ? { ...nic, metadataPort: 40003 } : nic)),
    };
    await network.fabric.applyVpc(both);
    const [d] = await listenIn(routerName(network.label, flaskHa.vpcId, "eu-west-3c"), [
      { protocol: "tcp", host: "169.254.169.254", port: 40003 },
    ]);
    serve(d, "for db");
  });
  afterAll(async () => {
    for (const server of servers) await new Promise((resolve) => server.close(resolve));
    await network.fabric.applyVpc(flaskHa);
  });

  const fetchIn = (interfaceId: string, port = 80): Promise<string> => {
    const script = `fetch("http://169.254.169.254:${port}/", { signal: AbortSignal.timeout(${port === 80 ? 10_000 : 800}) })
      .then((answer) => answer.text()).catch(() => "silence").then((text) => process.stdout.write(text, () => process.exit()))`;
    return run(inNamespace(`st-${network.label.code}-eni-${interfaceId}`, command(process.execPath, "--eval", script)));
  };

  test("leads each interface to its own listener", async () => {
    expect(await Promise.all(["eni-app-1", "eni-app-2", "eni-db"].map((id) => fetchIn(id)))).toEqual([
      "for app 1",
      "for app 2",
      "for db",
    ]);
  });

  test("and to nobody else's", async () => {
    expect(await fetchIn("eni-app-1", 40003)).toBe("silence");
    expect(await fetchIn("eni-app-1", 40001)).toBe("silence");
  });

  test("is silent to an interface without the service", async () => {
    expect(await hosts.nlbB.silent("169.254.169.254", 80)).toBe("silence");
  });
});

describe("after a kill -9", () => {
  test("a new process changes nothing that is as wished, and flows go on", async () => {
    const flows = [
      await hosts.outside.hold("198.18.0.10", 80),
      await hosts.app2.hold("10.0.2.31", 5432),
      await hosts.app2.hold(addresses.host, 443),
    ];
    const links = (): Promise<string> => run(command("ip", "-n", internetName(network.label), "-o", "link", "show"));
    const before = await links();
    await new Fabric(network.label).applyVpc(flaskHa);
    expect(await links()).toBe(before);
    expect(await Promise.all(flows.map((still) => still()))).toEqual(["alive", "alive", "alive"]);
  });

  test("a new process finishes what was left half done", async () => {
    const router = routerName(network.label, flaskHa.vpcId, "eu-west-3b");
    const still = await hosts.app1.hold("10.0.2.31", 5432);
    const app2 = "st-" + network.label.code + "-eni-eni-app-2";
    await run(command("ip", "-n", app2, "link", "del", "eth0"));
    await run(command("ip", "-n", router, "route", "flush", "table", "main"));
    await run(command("ip", "-n", router, "addr", "flush", "dev", "lo"));
    await run(inNamespace(router, command("nft", "flush", "ruleset")));
    await new Fabric(network.label).applyVpc(flaskHa);
    expect(await still()).toBe("alive");
    expect(await hosts.nlbC.call("10.0.3.11", 80)).toBe("eni-app-2 saw 10.0.1.10");
    expect(await hosts.outside.call("198.18.0.10", 80)).toBe("eni-nlb-b saw 198.19.0.10");
    expect(await hosts.outside.silent("198.18.0.10", 9999)).toBe("silence");
  });
});

test("flows live on while the network grows", async () => {
  const still = await hosts.app1.hold(addresses.host, 443);
  const grown: VpcSpec = {
    ...flaskHa,
    subnets: [...flaskHa.subnets, { subnetId: "subnet-a", cidr: "10.0.7.0/24", zone: "eu-west-3a", routeTableId: "rtb-a" }],
    routeTables: [
      ...flaskHa.routeTables,
      { routeTableId: "rtb-a", routes: [{ destination: "0.0.0.0/0", target: { kind: "nat-gateway", natGatewayId: "nat-1" } }] },
    ],
    interfaces: [
      ...flaskHa.interfaces,
      {
        interfaceId: "eni-late",
        subnetId: "subnet-a",
        privateIp: "10.0.7.4",
        mac: "02:0a:00:00:07:04",
        groupIds: ["sg-ec2"],
        sourceDestCheck: true,
      },
    ],
  };
  await withVpc(grown, async () => {
    const late = await network.at("eni-late");
    expect(await late.call(addresses.host, 443)).toBe("internet saw 198.18.0.5");
    expect(await late.call("10.0.2.31", 5432)).toBe("eni-db saw 10.0.7.4");
    expect(await still()).toBe("alive");
  });
  expect(await still()).toBe("alive");
});

test("the internet reaches the public addresses and nothing else", async () => {
  const ports = [22, 80, 443, 5432, 8080, 9999, 40001];
  const candidates = [
    ...flaskHa.publicAddresses.map((address) => address.publicIp),
    "198.18.0.1",
    "198.18.0.6",
    "198.18.127.254",
  ];
  const tried = await Promise.all(
    candidates.flatMap((address) => ports.map(async (port) => [`${address}:${port}`, await hosts.outside.silent(address, port)])),
  );
  expect(tried.filter(([, answer]) => answer !== "silence")).toEqual([
    ["198.18.0.10:80", "eni-nlb-b saw 198.19.0.10"],
    ["198.18.0.11:80", "eni-nlb-c saw 198.19.0.10"],
  ]);
});
