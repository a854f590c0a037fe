/**
 * Sysctls of our namespaces, below /proc/sys/net. All are written: a new namespace starts with the host's values.
 * `ip_forward` comes first, as writing it resets others.
 */

const common: readonly (readonly [string, string])[] = [
  ["ipv4/conf/all/rp_filter", "0"],
  ["ipv4/conf/default/rp_filter", "0"],
  ["ipv4/conf/all/accept_redirects", "0"],
  ["ipv4/conf/default/accept_redirects", "0"],
  ["ipv4/conf/all/send_redirects", "0"],
  ["ipv4/conf/default/send_redirects", "0"],
  ["ipv4/conf/all/accept_source_route", "0"],
  ["ipv4/conf/default/accept_source_route", "0"],
  ["ipv4/conf/all/arp_ignore", "0"],
  ["ipv4/conf/default/arp_ignore", "0"],
  ["ipv4/conf/all/arp_filter", "0"],
  ["ipv4/conf/default/arp_filter", "0"],
  ["ipv4/conf/all/proxy_arp", "0"],
  ["ipv4/conf/all/log_martians", "0"],
  ["ipv4/conf/default/log_martians", "0"],
  ["ipv6/conf/all/disable_ipv6", "1"],
  ["ipv6/conf/default/disable_ipv6", "1"],
];

/** A machine, a database, a balancer: a plain host. */
export const hostSysctls: ReadonlyMap<string, string> = new Map([
  ["ipv4/ip_forward", "0"],
  ...common,
  ["ipv4/conf/default/proxy_arp", "0"],
]);

/**
 * Proxy ARP: in a subnet everyone's neighbour is the router. Liberal: a flow may pass two trackers with one of them late.
 * `accept_local` spares each packet a look-up of its sender, which the source check and the edges judge instead, and
 * `ip_early_demux` one of a socket that a router does not have.
 */
export const routerSysctls: ReadonlyMap<string, string> = new Map([
  ["ipv4/ip_forward", "1"],
  ...common,
  ["ipv4/conf/all/accept_local", "1"],
  ["ipv4/ip_early_demux", "0"],
  ["ipv4/conf/default/proxy_arp", "1"],
  ["netfilter/nf_conntrack_tcp_be_liberal", "1"],
]);

/** A NAT gateway forgets an idle flow after 350 s (VPC user guide, "NAT gateways"). */
export const natSysctls: ReadonlyMap<string, string> = new Map([
  ["ipv4/ip_forward", "1"],
  ...common,
  ["ipv4/conf/default/proxy_arp", "0"],
  ["netfilter/nf_conntrack_tcp_be_liberal", "1"],
  ["netfilter/nf_conntrack_tcp_timeout_established", "350"],
]);
