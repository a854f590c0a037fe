import { wellKnown } from "./addresses.js";
import { memoOf } from "../memo.js";
import { ranges } from "./numbers.js";
import { chain, map, set, type Piece } from "./text.js";
import type { PlacedInterface } from "./vpc.js";

/**
 * Instance metadata: a packet to 169.254.169.254:80 is led to the port that is its interface's own, so that the service knows
 * a caller by the listener it came through. The port itself is not open to anyone who names it.
 */
export const metadataChains = memoOf((here: readonly PlacedInterface[]): readonly Piece[] => {
  const served = here.flatMap((nic) => (nic.metadataPort === undefined ? [] : [{ device: nic.device, port: nic.metadataPort }]));
  return [
    ...map(
      "metadata_port",
      "ifname : inet_service",
      served.map(({ device, port }) => `"${device}" : ${port}`),
    ),
    ...set(
      "metadata_own",
      "ifname . inet_service",
      served.map(({ device, port }) => `"${device}" . ${port}`),
    ),
    ...chain(
      "metadata",
      [
        `iifgroup ${ranges.subnets} ip daddr ${wellKnown.metadata} tcp dport 80 dnat to ${wellKnown.metadata}:iifname map @metadata_port`,
      ],
      "type nat hook prerouting priority dstnat",
    ),
  ];
});

export const metadataInput = `iifname . tcp dport @metadata_own ct original proto-dst 80 accept`;
