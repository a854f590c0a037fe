import type { Environment } from "../../../environment/environment.js";
import { known } from "../../../environment/maybe.js";
import type { NetworkInterface, Route, Subnet, Vpc } from "../../../environment/network.js";
import type { NodeId } from "../../../environment/node.js";

/**
 * The network as a small drawing: for each VPC a box for each zone, in it the subnets with their way out and what stands in them. `marked`
 * are resources with findings that count; they get a `!`. Empty where there is no network.
 */
export function picture(environment: Environment, marked: ReadonlySet<NodeId>, width: number): string {
  return [...environment.vpcs.values()]
    .filter((vpc) => subnetsOf(environment, vpc).length > 0)
    .map((vpc) => drawVpc(environment, vpc, marked, width))
    .join("\n\n");
}

const subnetsOf = (environment: Environment, vpc: Vpc): readonly Subnet[] =>
  [...environment.subnets.values()].filter((subnet) => known(subnet.vpc) === vpc.id);

function drawVpc(environment: Environment, vpc: Vpc, marked: ReadonlySet<NodeId>, width: number): string {
  const subnets = subnetsOf(environment, vpc);
  const zones = [...new Set(subnets.map(({ zone }) => known(zone, "zone not known")))].sort();
  const boxes = zones.map((zone) =>
    box(
      zone,
      subnets
        .filter((subnet) => known(subnet.zone, "zone not known") === zone)
        .flatMap((subnet) => drawSubnet(environment, subnet, marked)),
      width - 2,
    ),
  );
  const cidrs = vpc.cidrs.map((cidr) => known(cidr, "?")).join(", ");
  return [`${vpc.name}  ${cidrs}`, ...sideBySide(boxes, width - 2).map((line) => `  ${line}`)].join("\n");
}

function drawSubnet(environment: Environment, subnet: Subnet, marked: ReadonlySet<NodeId>): readonly string[] {
  const things = [...environment.interfaces.values()].filter(
    ({ subnets, owner }) => subnets.includes(subnet.id) && owner.kind !== "none" && mayBeIn(environment, owner.id, subnet),
  );
  const names = new Set(things.map((one) => describeOwner(environment, one, marked)));
  return [`${subnet.name} ${known(subnet.cidr, "?")} ${wayOut(environment, subnet)}`, ...[...names].map((name) => `  ${name}`)];
}

/** A database with one server is in one zone of its subnet group: the one it names, where it names one. */
function mayBeIn(environment: Environment, owner: NodeId, subnet: Subnet): boolean {
  const database = environment.databases.get(owner);
  if (database === undefined || known(database.multiAz) !== false) return true;
  const [zone, own] = [known(database.zone), known(subnet.zone)];
  return zone === undefined || own === undefined || zone === own;
}

function wayOut(environment: Environment, subnet: Subnet): string {
  const table = known(subnet.routeTable);
  const routes = table === undefined ? undefined : environment.routeTables.get(table)?.routes;
  if (routes === undefined) return "→ ?";
  const main = routes.find((route) => destinationOf(route) === "0.0.0.0/0");
  if (main === undefined) return routes.some(({ target }) => known(target) === undefined) ? "→ ?" : "no way out";
  const target = known(main.target);
  if (target === undefined) return "→ ?";
  if (target.kind === "local" || target.kind === "blackhole") return `→ ${target.kind}`;
  return `→ ${shortKinds[target.kind] ?? target.kind} ${target.id}`;
}

const destinationOf = ({ destination }: Route): string | undefined => {
  const value = known(destination);
  return value !== undefined && "cidr" in value ? value.cidr : undefined;
};

const shortKinds: Readonly<Record<string, string>> = { internetGateway: "internet", natGateway: "NAT", vpnGateway: "VPN" };

function describeOwner(environment: Environment, { owner, isPublic }: NetworkInterface, marked: ReadonlySet<NodeId>): string {
  const flag = marked.has(owner.id) ? "! " : "";
  const open = known(isPublic) === true && owner.kind !== "natGateway" ? " (public)" : "";
  switch (owner.kind) {
    case "instance":
      return `${flag}${environment.instances.get(owner.id)?.name ?? owner.id}${open}`;
    case "autoScalingGroup": {
      const group = environment.autoScalingGroups.get(owner.id);
      const range = group === undefined ? "" : ` ${known(group.minSize, "?")}–${known(group.maxSize, "?")}`;
      return `${flag}${group?.name ?? owner.id} ×${range}${open}`;
    }
    case "balancer": {
      const balancer = environment.balancers.get(owner.id);
      const kind = { application: "ALB", network: "NLB", gateway: "GWLB" }[balancer?.kind ?? "application"];
      return `${flag}${kind} ${balancer?.name ?? owner.id}${open}`;
    }
    case "database": {
      const database = environment.databases.get(owner.id);
      const standby = known(database?.multiAz ?? false) === true ? ", Multi-AZ" : "";
      return `${flag}${database?.name ?? owner.id} (${known(database?.engine ?? "database", "database")}${standby})`;
    }
    case "natGateway":
      return `${flag}NAT ${environment.natGateways.get(owner.id)?.name ?? owner.id}`;
    case "interfaceEndpoint":
    case "instanceConnectEndpoint":
    case "none":
      return `${flag}${owner.id}`;
  }
}

function box(title: string, lines: readonly string[], most: number): readonly string[] {
  const inner = Math.min(most - 4, Math.max(title.length + 2, ...lines.map((line) => line.length)));
  const fit = (line: string): string => (line.length > inner ? `${line.slice(0, inner - 1)}…` : line.padEnd(inner));
  return [
    `┌ ${title} ${"─".repeat(Math.max(0, inner - title.length))}┐`,
    ...lines.map((line) => `│ ${fit(line)} │`),
    `└${"─".repeat(inner + 2)}┘`,
  ];
}

/** As many boxes in a row as there is room for. */
function sideBySide(boxes: readonly (readonly string[])[], width: number): readonly string[] {
  const rows: (readonly string[])[][] = [];
  let used = 0;
  for (const one of boxes) {
    const own = one[0]?.length ?? 0;
    const row = rows.at(-1);
    if (row === undefined || used + 1 + own > width) {
      rows.push([one]);
      used = own;
    } else {
      row.push(one);
      used += 1 + own;
    }
  }
  return rows.flatMap((row) => {
    const height = Math.max(...row.map((one) => one.length));
    const level = row.map((one) => stretch(one, height));
    return Array.from({ length: height }, (_, line) => level.map((one) => one[line] ?? "").join(" "));
  });
}

/** Boxes of a row end on one line. */
function stretch(lines: readonly string[], height: number): readonly string[] {
  const width = lines[0]?.length ?? 0;
  const blank = `│${" ".repeat(Math.max(0, width - 2))}│`;
  return [...lines.slice(0, -1), ...Array.from({ length: height - lines.length }, () => blank), lines.at(-1) ?? ""];
}
