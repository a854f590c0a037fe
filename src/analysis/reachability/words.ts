import type { Peer, Traffic } from "../../environment/network.js";
import { isUnknown } from "../../environment/maybe.js";
import { icmp, tcp, udp } from "./atoms.js";
import type { Header } from "./headers.js";

const names = new Map([
  [icmp, "ICMP"],
  [tcp, "TCP"],
  [udp, "UDP"],
]);

const protocolText = (protocol: number): string => names.get(protocol) ?? `protocol ${protocol}`;

/** `TCP 443`, `ICMP type 8 code 0`. */
export function headerText({ protocol, port, icmp: message }: Header): string {
  if (protocol !== icmp) return `${protocolText(protocol)}${port === undefined ? "" : ` ${port}`}`;
  const [type, code] = message ?? [8, 0];
  return `ICMP type ${type} code ${code}`;
}

/** `TCP 1024-65535`, `all traffic`. */
export function trafficText({ protocol, ports, icmp: message }: Traffic): string {
  if (protocol === "all") return "all traffic";
  if (ports !== undefined) return `${protocolText(protocol)} ${ports[0] === ports[1] ? ports[0] : ports.join("-")}`;
  const [type, code] = message ?? [-1, -1];
  return `${protocolText(protocol)}${type < 0 ? "" : ` type ${type}${code < 0 ? "" : ` code ${code}`}`}`;
}

export function peerText(peer: Peer): string {
  switch (peer.kind) {
    case "cidr":
    case "ipv6":
      return peer.cidr;
    case "group":
      return isUnknown(peer.group) ? "a group that is not known" : peer.group;
    case "prefixList":
      return peer.id;
  }
}
