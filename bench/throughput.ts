import { spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Balancers } from "../src/parts/balancers/balancers.js";
import type { BalancerNodeSpec } from "../src/parts/balancers/spec.js";
import { Fabric } from "../src/parts/fabric/fabric.js";
import type { InterfaceSpec, VpcSpec } from "../src/parts/fabric/spec.js";
import { internetName } from "../src/parts/fabric/vpc.js";
import { command, run } from "../src/parts/host/command.js";
import { folders } from "../src/parts/host/folders.js";
import { namespaceName, regionLabel } from "../src/parts/host/label.js";
import { removeLeftovers } from "../src/parts/host/leftovers.js";
import { createNamespaces } from "../src/parts/host/namespaces.js";
import { engineRoot } from "../src/parts/images/images.js";
import { against, type Compared } from "./baseline.js";

const open = { protocol: "-1", peer: { cidr: "0.0.0.0/0" } };
const nic = (name: string, subnetId: string, privateIp: string): InterfaceSpec => ({
  interfaceId: `eni-${name}`,
  subnetId,
  privateIp,
  mac: `02:0a:00:00:${name === "node" ? "01" : "02"}:01`,
  groupIds: ["sg-1"],
  sourceDestCheck: true,
});

/** Internet -> internet gateway -> balancer's node in one zone -> target in a private subnet of the other zone. */
const vpc: VpcSpec = {
  vpcId: "vpc-bench",
  cidr: "10.0.0.0/16",
  internetGatewayId: "igw-bench",
  subnets: [
    { subnetId: "subnet-a", cidr: "10.0.1.0/24", zone: "eu-west-3a", routeTableId: "rtb-1" },
    { subnetId: "subnet-b", cidr: "10.0.2.0/24", zone: "eu-west-3b", routeTableId: "rtb-1" },
  ],
  routeTables: [{ routeTableId: "rtb-1", routes: [{ destination: "0.0.0.0/0", target: { kind: "internet-gateway" } }] }],
  securityGroups: [{ groupId: "sg-1", ingress: [open], egress: [open] }],
  interfaces: [nic("node", "subnet-a", "10.0.1.10"), nic("target", "subnet-b", "10.0.2.10")],
  natGateways: [],
  publicAddresses: [{ publicIp: "198.18.0.50", interfaceId: "eni-node" }],
};

const node = (id: string, namespace: string, address: string, target: string): BalancerNodeSpec => ({
  id,
  namespace,
  address,
  listeners: [
    {
      id: "l1",
      port: 80,
      targets: [{ id: "t1", address: target, port: 8000, phase: "settled" }],
      check: {
        protocol: "TCP",
        port: "traffic-port",
        intervalSeconds: 10,
        timeoutSeconds: 5,
        healthyThreshold: 2,
        unhealthyThreshold: 2,
      },
    },
  ],
});

/** Reads everything and tells nobody. */
const sink = `require("node:net").createServer((s) => { s.on("data", () => {}); s.on("error", () => {}); }).listen(8000, "0.0.0.0", () => console.log("ready"))`;

/** Sends for so many milliseconds and prints bytes a second. */
const source = (host: string, milliseconds: number): string => `
  const net = require("node:net"), block = Buffer.alloc(1 << 18), s = net.connect({ host: "${host}", port: 80 });
  let sent = 0, began, stop = false;
  const more = () => { while (!stop) { sent += block.length; if (!s.write(block)) return; } };
  s.on("connect", () => { began = process.hrtime.bigint(); more(); setTimeout(() => { stop = true; const late = s.writableLength; console.log((sent - late) / (Number(process.hrtime.bigint() - began) / 1e9)); process.exit(); }, ${milliseconds}); });
  s.on("drain", more);
  s.on("error", (error) => { console.error(error.message); process.exit(1); });`;

const inside = (namespace: string, program: string): readonly [string, ...string[]] => [
  "nsenter",
  `--net=/run/netns/${namespace}`,
  process.execPath,
  "--eval",
  program,
];

/**
 * Throughput through the balancer against the same HAProxy between two bare veth pairs; bytes a second of one TCP connection.
 */
export async function balancerThroughput(rounds: number, milliseconds: number): Promise<Compared<"model">> {
  const state = mkdtempSync(join(tmpdir(), "sandtable-bench-"));
  const label = regionLabel(state);
  const engine = engineRoot(folders());
  const balancers = new Balancers({ label, folder: join(state, "balancers"), root: engine });
  const sinks: ChildProcess[] = [];
  try {
    await new Fabric(label).applyVpc(vpc);
    const bare = {
      client: `st-${label.code}-bare-client`,
      middle: `st-${label.code}-bare-middle`,
      server: `st-${label.code}-bare-server`,
    };
    await bareHosts(bare);
    const nodeSpace = namespaceName(label, "eni", "eni-node");
    await balancers.apply(node("model", nodeSpace, "10.0.1.10", "10.0.2.10"));
    await balancers.apply(node("bare", bare.middle, "10.9.1.1", "10.9.2.2"));
    for (const space of [namespaceName(label, "eni", "eni-target"), bare.server]) sinks.push(await started(inside(space, sink)));
    const through = async (from: string, address: string): Promise<number> =>
      Number(await run({ argv: inside(from, source(address, milliseconds)) }));
    return await against(
      () => through(bare.client, "10.9.1.1"),
      { model: () => through(internetName(label), "198.18.0.50") },
      rounds,
    );
  } finally {
    for (const child of sinks) child.kill();
    await balancers.remove("model");
    await balancers.remove("bare");
    await removeLeftovers(label, state);
    rmSync(state, { recursive: true, force: true });
  }
}

async function bareHosts({ client, middle, server }: { client: string; middle: string; server: string }): Promise<void> {
  await createNamespaces([client, middle, server]);
  const ip = (namespace: string, ...args: string[]) => run(command("ip", "-n", namespace, ...args));
  await ip(client, ..."link add eth0 mtu 1500 type veth peer name left netns".split(" "), middle);
  await ip(server, ..."link add eth0 mtu 9001 type veth peer name right netns".split(" "), middle);
  await run(command("ip", "-n", middle, "link", "set", "left", "mtu", "1500"));
  await run(command("ip", "-n", middle, "link", "set", "right", "mtu", "9001"));
  for (const [namespace, device, address] of [
    [client, "eth0", "10.9.1.2/24"],
    [middle, "left", "10.9.1.1/24"],
    [middle, "right", "10.9.2.1/24"],
    [server, "eth0", "10.9.2.2/24"],
  ] as const) {
    await ip(namespace, "link", "set", "lo", "up");
    await ip(namespace, "addr", "add", address, "dev", device);
    await ip(namespace, "link", "set", device, "up");
  }
}

const started = ([program, ...args]: readonly [string, ...string[]]): Promise<ChildProcess> =>
  new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ["ignore", "pipe", "inherit"] });
    child.stdout?.once("data", () => resolve(child));
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`the sink ended with ${code}`)));
  });
