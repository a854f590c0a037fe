import { groups } from "./numbers.js";
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

/** In steps of a hundredth of a per cent; nothing for less. */
function lossOf(percent: number): string | undefined {
  if (!(percent >= 0 && percent <= 100)) throw new Error(`a loss of ${percent} % is not between 0 and 100`);
  const share = Math.round(percent * 100);
  if (share === 0) return undefined;
  return share === 10000 ? "drop" : `numgen random mod 10000 < ${share} drop`;
}
