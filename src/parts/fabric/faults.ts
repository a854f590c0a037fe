import { groups } from "./numbers.js";
import type { Entry } from "./plan.js";
import type { FaultPlace } from "./spec.js";
import { chain, type Piece } from "./text.js";
import type { Vpc } from "./vpc.js";

/**
 * Faults that a VPC is wished to have, in the router of one zone: before anything else looks at what comes in, and on whatever goes
 * out, also of the router itself. The border of a zone are its links to other zones, to the internet, to peered VPCs and to
 * endpoints. Not by taking links down: that would delete their routes.
 */
export function faultChains(vpc: Vpc, zone: string): Piece[] {
  const border = `{ ${[groups.internetGateway, groups.peering, groups.endpoint, groups.mesh].join(", ")} }`;
  const devicesAt = (place: FaultPlace): { in: string; out: string } | undefined => {
    if ("zone" in place) return place.zone === zone ? { in: `iifgroup ${border}`, out: `oifgroup ${border}` } : undefined;
    const nic = vpc.byId.get(place.interfaceId);
    return nic?.zone === zone ? { in: `iifname "${nic.device}"`, out: `oifname "${nic.device}"` } : undefined;
  };
  const rules = (vpc.spec.faults ?? []).flatMap((fault) => {
    const devices = devicesAt(fault.at);
    const verdict = fault.kind === "cut" ? "drop" : fault.kind === "loss" ? lossOf(fault.percent) : undefined;
    return devices === undefined || verdict === undefined ? [] : [{ devices, verdict }];
  });
  if (rules.length === 0) return [];
  return [
    ...chain(
      "faults_in",
      rules.map(({ devices, verdict }) => `${devices.in} ${verdict}`),
      "type filter hook prerouting priority -310",
    ),
    ...chain(
      "faults_out",
      rules.map(({ devices, verdict }) => `${devices.out} ${verdict}`),
      "type filter hook postrouting priority -310",
    ),
  ];
}

/**
 * Latency at the interfaces and the border of a zone, on these devices of its router: on what leaves by them, so that each round
 * trip is delayed once. Room for as much as may be under way meanwhile: netem drops what it cannot hold.
 */
export function latencyEntries(
  vpc: Vpc,
  zone: string,
  devices: { readonly border: readonly string[]; readonly interfaces: boolean },
): Entry[] {
  const delays = new Map<string, number>();
  for (const fault of vpc.spec.faults ?? []) {
    if (fault.kind !== "latency") continue;
    const micros = microsOf(fault.milliseconds);
    const nic = "zone" in fault.at ? undefined : vpc.byId.get(fault.at.interfaceId);
    const at =
      "zone" in fault.at
        ? fault.at.zone === zone
          ? devices.border
          : []
        : nic?.zone === zone && devices.interfaces
          ? [nic.device]
          : [];
    for (const device of at) delays.set(device, (delays.get(device) ?? 0) + micros);
  }
  return [...delays].flatMap(([device, micros]): Entry[] =>
    micros === 0 ? [] : [`qdisc dev ${device} root netem delay ${micros}us limit 100000`],
  );
}

function microsOf(milliseconds: number): number {
  if (!(milliseconds >= 0 && milliseconds <= 60_000))
    throw new Error(`a latency of ${milliseconds} ms is not between 0 and 60000`);
  return Math.round(milliseconds * 1000);
}

/** In steps of a hundredth of a per cent; nothing for less. */
function lossOf(percent: number): string | undefined {
  if (!(percent >= 0 && percent <= 100)) throw new Error(`a loss of ${percent} % is not between 0 and 100`);
  const share = Math.round(percent * 100);
  if (share === 0) return undefined;
  return share === 10000 ? "drop" : `numgen random mod 10000 < ${share} drop`;
}
