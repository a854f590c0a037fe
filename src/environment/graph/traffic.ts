import { Unknown, type Maybe } from "../maybe.js";
import type { Traffic } from "../network.js";
import type { Reading } from "./reading.js";

/** https://www.iana.org/assignments/protocol-numbers: those that EC2 takes by name. */
const numbers: Readonly<Record<string, number>> = { icmp: 1, tcp: 6, udp: 17, icmpv6: 58 };

/** `tcp`, `6`, `-1` -> number or `all`. */
function protocolOf(text: Maybe<string>): Maybe<number | "all"> {
  if (text instanceof Unknown) return text;
  if (text === "-1" || text.toLowerCase() === "all") return "all";
  const number = numbers[text.toLowerCase()] ?? Number(text);
  return Number.isInteger(number) && number >= 0 && number <= 255 ? number : new Unknown(`${text} is no IP protocol`);
}

/**
 * The packets of a rule of a group: ports of TCP and UDP, type and code of ICMP in the same two members. -1 is any.
 * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_IpPermission.html
 */
export function trafficOfRule(rule: Reading): Maybe<Traffic> {
  const protocol = protocolOf(rule.at("IpProtocol").text("-1"));
  if (protocol instanceof Unknown) return protocol;
  if (protocol === "all") return { protocol };
  return within(protocol, rule.at("FromPort").number(), rule.at("ToPort").number());
}

/** Of an entry of a network ACL, which has ports and ICMP apart. */
export function trafficOfEntry(entry: Reading): Maybe<Traffic> {
  const protocol = protocolOf(entry.at("Protocol").text("-1"));
  if (protocol instanceof Unknown) return protocol;
  if (protocol === "all") return { protocol };
  if (protocol === numbers["icmp"] || protocol === numbers["icmpv6"])
    return within(protocol, entry.at("Icmp", "Type").number(-1), entry.at("Icmp", "Code").number(-1));
  return within(protocol, entry.at("PortRange", "From").number(), entry.at("PortRange", "To").number());
}

function within(protocol: number, from: Maybe<number> | undefined, to: Maybe<number> | undefined): Maybe<Traffic> {
  const icmp = protocol === numbers["icmp"] || protocol === numbers["icmpv6"];
  if (!icmp && protocol !== numbers["tcp"] && protocol !== numbers["udp"]) return { protocol };
  if (from instanceof Unknown) return from;
  if (to instanceof Unknown) return to;
  if (icmp) return { protocol, icmp: [from ?? -1, to ?? -1] };
  const answer = refusedPorts(from, to);
  const refused = answer === undefined ? {} : { refused: answer };
  if (from === undefined || from === -1) return { protocol, ...refused };
  return { protocol, ports: [from, to === undefined || to === -1 ? from : to], ...refused };
}

/** EC2's answer to ports that no rule of TCP or UDP may have. */
function refusedPorts(from: number | undefined, to: number | undefined): string | undefined {
  if (from === undefined || to === undefined)
    return "Invalid value 'Must specify both from and to ports with TCP/UDP.' for portRange";
  if (from === -1 && to === -1) return undefined;
  const isRange = Number.isInteger(from) && Number.isInteger(to) && from >= 0 && to <= 65_535 && from <= to;
  return isRange ? undefined : `Invalid TCP/UDP port range (${from}:${to})`;
}
