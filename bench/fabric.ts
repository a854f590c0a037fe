import type { ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Fabric } from "../src/parts/fabric/fabric.js";
import type { InterfaceSpec, VpcSpec } from "../src/parts/fabric/spec.js";
import { command, run } from "../src/parts/host/command.js";
import { namespaceName, regionLabel, type RegionLabel } from "../src/parts/host/label.js";
import { removeLeftovers } from "../src/parts/host/leftovers.js";
import { createNamespaces } from "../src/parts/host/namespaces.js";
import { against, type Compared } from "./baseline.js";
import { seconds } from "./figures.js";
import { measure, serve, type Kind } from "./traffic.js";

const zones = ["a", "b", "c"] as const;
const all = { protocol: "-1", cidr: "0.0.0.0/0" } as const;

/** Interface `number` of group `group`, in the zones in turn. */
const nic = (number: number, group: number): InterfaceSpec => ({
  interfaceId: `eni-${number}`,
  subnetId: `subnet-${zones[number % 3]}`,
  privateIp: `10.0.${number % 3}.${10 + Math.floor(number / 3)}`,
  mac: `02:0a:00:00:${(number >> 8).toString(16).padStart(2, "0")}:${(number & 255).toString(16).padStart(2, "0")}`,
  groupIds: [`sg-${group}`],
  sourceDestCheck: true,
});

/** Three zones, a network ACL that is walked, ten groups that name each other, and so many interfaces. */
export const vpcOf = (count: number): VpcSpec => ({
  vpcId: "vpc-bench",
  cidr: "10.0.0.0/16",
  internetGatewayId: "igw-bench",
  subnets: zones.map((zone, at) => ({
    subnetId: `subnet-${zone}`,
    cidr: `10.0.${at}.0/24`,
    zone: `eu-west-3${zone}`,
    routeTableId: "rtb-1",
    networkAclId: "acl-1",
  })),
  networkAcls: [
    {
      networkAclId: "acl-1",
      ingress: [
        { action: "deny", ...all, cidr: "192.0.2.0/24" },
        { action: "allow", ...all },
      ],
      egress: [
        { action: "deny", ...all, cidr: "192.0.2.0/24" },
        { action: "allow", ...all },
      ],
    },
  ],
  routeTables: [{ routeTableId: "rtb-1", routes: [{ destination: "0.0.0.0/0", target: { kind: "internet-gateway" } }] }],
  securityGroups: Array.from({ length: 10 }, (_, group) => ({
    groupId: `sg-${group}`,
    ingress: [8001, 8002].map((port) => ({
      protocol: "tcp",
      fromPort: port,
      toPort: port,
      peer: { groupId: `sg-${(group + 9) % 10}` },
    })),
    egress: [{ protocol: "-1", peer: { cidr: "0.0.0.0/0" } }],
  })),
  interfaces: Array.from({ length: count }, (_, number) => nic(number, number % 10)),
  natGateways: [],
  publicAddresses: [],
});

export interface FabricFigures {
  /** Bytes and connections a second in one subnet and across zones, beside a bare veth pair. */
  readonly traffic: Record<Kind, Compared<"subnet" | "zones">>;
  /** In milliseconds. */
  readonly rule: number[];
  readonly membership: number[];
  readonly oneMore: number[];
  /** In seconds. */
  readonly create200: number[];
}

/** All of it in one region of its own, taken away at the end. */
async function withRegion<T>(work: (label: RegionLabel) => Promise<T>): Promise<T> {
  const state = mkdtempSync(join(tmpdir(), "sandtable-bench-"));
  const label = regionLabel(state);
  try {
    return await work(label);
  } finally {
    await removeLeftovers(label, state);
    rmSync(state, { recursive: true, force: true });
  }
}

/** Traffic between interfaces against the same between the ends of a bare veth pair. */
export const traffic = (rounds: number, duration: number): Promise<FabricFigures["traffic"]> =>
  withRegion(async (label) => {
    const fabric = new Fabric(label);
    const children: ChildProcess[] = [];
    try {
      // 0 and 3 are in zone a, 1 in b; groups 0 -> 1 as they name each other.
      const spec = vpcOf(4);
      await fabric.applyVpc({
        ...spec,
        interfaces: spec.interfaces.map((each, at) => ({ ...each, groupIds: [`sg-${at === 0 ? 0 : 1}`] })),
      });
      const bare = [`st-${label.code}-eni-bare-client`, `st-${label.code}-eni-bare-server`] as const;
      await barePair(...bare);
      const eni = (number: number): string => namespaceName(label, "eni", `eni-${number}`);
      for (const space of [eni(1), eni(3), bare[1]]) children.push(...(await serve(space)));
      const compared = (kind: Kind) =>
        against(
          () => measure(kind, bare[0], "10.9.1.2", duration),
          {
            subnet: () => measure(kind, eni(0), "10.0.0.11", duration),
            zones: () => measure(kind, eni(0), "10.0.1.10", duration),
          },
          rounds,
        );
      return { bytes: await compared("bytes"), connections: await compared("connections") };
    } finally {
      for (const child of children) child.kill();
    }
  });

async function barePair(client: string, server: string): Promise<void> {
  await createNamespaces([client, server]);
  const ip = (...words: string[]): Promise<string> => run(command("ip", ...words.join(" ").split(" ")));
  await ip("-n", client, "link add eth0 mtu 9001 type veth peer name eth0 mtu 9001 netns", server);
  for (const [space, address] of [
    [client, "10.9.1.1/24"],
    [server, "10.9.1.2/24"],
  ] as const) {
    await ip("-n", space, "link set lo up");
    await ip("-n", space, "addr add", address, "dev eth0");
    await ip("-n", space, "link set eth0 up");
  }
}

/** How long changes take until the kernel has them, with 200 interfaces. */
export const changes = (rounds: number): Promise<Omit<FabricFigures, "traffic">> =>
  withRegion(async (label) => {
    const fabric = new Fabric(label);
    const found = { rule: [] as number[], membership: [] as number[], oneMore: [] as number[], create200: [] as number[] };
    const milliseconds = async (work: () => Promise<unknown>): Promise<number> => (await seconds(work)) * 1000;
    const spec = vpcOf(200);
    for (let round = 0; round < Math.min(rounds, 3); round += 1) {
      await fabric.removeVpc(spec.vpcId);
      await fabric.applyVpc(vpcOf(0));
      found.create200.push(await seconds(() => fabric.applyVpc(spec)));
    }
    // One kind after another: what an interface leaves behind is cleared away by the kernel long after it is gone.
    const each = async (into: number[], changed: (round: number) => VpcSpec): Promise<void> => {
      for (let round = 0; round < rounds * 4; round += 1) {
        into.push(await milliseconds(() => fabric.applyVpc(changed(round))));
        await fabric.applyVpc(spec);
      }
    };
    await each(found.rule, (round) => {
      const rule = { protocol: "tcp", fromPort: 9000 + round, toPort: 9000 + round, peer: { groupId: "sg-3" } };
      const ruled = spec.securityGroups.map((group) =>
        group.groupId === "sg-7" ? { ...group, ingress: [...group.ingress, rule] } : group,
      );
      return { ...spec, securityGroups: ruled };
    });
    await each(found.membership, (round) => ({
      ...spec,
      interfaces: spec.interfaces.map((nic, at) => (at === round ? { ...nic, groupIds: ["sg-7"] } : nic)),
    }));
    await each(found.oneMore, (round) => ({ ...spec, interfaces: [...spec.interfaces, nic(200 + round, 1)] }));
    await fabric.removeVpc(spec.vpcId);
    return found;
  });
