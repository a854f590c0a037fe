import { linkName } from "../host/label.js";
import type { Entry } from "./plan.js";
import { chain, map, type Table } from "./text.js";
import type { PlacedInterface, Vpc } from "./vpc.js";

/**
 * A NAT gateway: a namespace with its own connection tracking behind its interface. It sends out, by its own subnet's route
 * table, what routers hand it, under its private address (which the internet gateway turns into its Elastic IP), and
 * refuses what begins outside.
 *
 * A router of another zone reaches it by a frame that carries the interface's MAC over the link between the zones; at
 * arrival that MAC selects the table that delivers it (`deliveries`). The packet itself bears the far destination.
 */
export const natRuleset = (nic: PlacedInterface): Table => ({
  family: "ip",
  name: "nat_gateway",
  pieces: [
    ...chain("input", [], "type filter hook input priority 0; policy drop"),
    ...chain("forward", ["ct state invalid drop"], "type filter hook forward priority 0"),
    ...chain(
      "out",
      [
        `ip saddr != ${nic.privateIp} meta l4proto { tcp, udp } snat to ${nic.privateIp}:1024-65535`,
        `ip saddr != ${nic.privateIp} snat to ${nic.privateIp}`,
      ],
      "type nat hook postrouting priority srcnat",
    ),
    ...chain("output", ["icmp type redirect drop"], "type filter hook output priority 0"),
  ],
});

/** Interfaces of this zone that routers of other zones may send packets to that are meant for elsewhere: NAT gateways, appliances. */
function deliveredTo(vpc: Vpc, zone: string): PlacedInterface[] {
  if (vpc.zones.length < 2) return [];
  const all = new Set([...[...vpc.natGateways.values()].map((nat) => nat.at), ...deliveredByRoute(vpc)]);
  return [...all].filter((nic) => nic.zone === zone);
}

const hex = (number: number): string => `0x${number.toString(16)}`;

export const deliveryEntries = (vpc: Vpc, zone: string): Entry[] =>
  deliveredTo(vpc, zone).flatMap((nic): Entry[] => {
    const table = vpc.deliveryOf.get(nic.interfaceId) ?? 0;
    return [
      `rule pref 500 fwmark ${hex(table)} lookup ${table}`,
      `route default via ${nic.privateIp} dev ${nic.device} onlink table ${table}`,
    ];
  });

/** Ingress of the links from other zones; `host`, as frames to another's MAC are otherwise thrown away. */
export function deliveryRuleset(vpc: Vpc, zone: string): Table[] {
  const delivered = deliveredTo(vpc, zone).map((nic) => `${nic.mac} : ${hex(vpc.deliveryOf.get(nic.interfaceId) ?? 0)}`);
  if (delivered.length === 0) return [];
  const pieces = [
    ...map("by_mac", "ether_addr : mark", delivered),
    ...vpc.zones
      .filter((other) => other !== zone)
      .flatMap((other) =>
        chain(
          linkName("z", other),
          ["meta mark set ether daddr map @by_mac meta pkttype set host"],
          `type filter hook ingress device "${linkName("z", other)}" priority 0`,
        ),
      ),
  ];
  return [{ family: "netdev", name: "delivery", pieces }];
}

/**
 * What a route hands to an interface that is checked and does not have the destination is dropped, as on AWS. Nothing to look at
 * where no route leads to such an interface.
 */
export function destinationCheck(vpc: Vpc, zone: string): string[] {
  const checked = deliveredByRoute(vpc).filter((nic) => nic.zone === zone && nic.sourceDestCheck);
  if (checked.length === 0) return [];
  return [`oifname { ${checked.map((nic) => `"${nic.device}"`).join(", ")} } oifname . ip daddr != @own_address drop`];
}

/** Appliances: interfaces that routes lead to. */
function deliveredByRoute(vpc: Vpc): PlacedInterface[] {
  const found = vpc.spec.routeTables.flatMap(({ routes }) =>
    routes.flatMap(({ target }) => (target.kind === "interface" ? (vpc.byId.get(target.interfaceId) ?? []) : [])),
  );
  return [...new Set(found)];
}
