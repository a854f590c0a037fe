/** What rules of groups and of network ACLs have in common. */
export interface ProtocolRule {
  readonly protocol: string;
  readonly fromPort?: number;
  readonly toPort?: number;
}

export const allPorts = (rule: ProtocolRule): boolean =>
  rule.protocol === "-1" || ((rule.fromPort ?? 0) <= 0 && ((rule.toPort ?? 65535) >= 65535 || rule.toPort === -1));

/** What follows the address in nftables: protocol and destination ports. ICMP: type and code, -1 for all. */
export function protocolText(rule: ProtocolRule): string[] {
  const { protocol, fromPort, toPort } = rule;
  switch (protocol) {
    case "-1":
      return [];
    case "tcp":
    case "udp":
    case "6":
    case "17": {
      const name = protocol === "6" ? "tcp" : protocol === "17" ? "udp" : protocol;
      if (allPorts(rule)) return [`meta l4proto ${name}`];
      return [`${name} dport ${fromPort === toPort || toPort === undefined ? fromPort : `${fromPort}-${toPort}`}`];
    }
    case "icmp":
    case "1":
      if (fromPort === undefined || fromPort < 0) return ["meta l4proto icmp"];
      return [`icmp type ${fromPort}${toPort === undefined || toPort < 0 ? "" : ` icmp code ${toPort}`}`];
    default:
      return [`meta l4proto ${protocol}`];
  }
}
