import type { NameSpec } from "./spec.js";

/** Where a resolver sees its files. */
const folder = "/srv";
export const hostsFile = "hosts";
export const configFile = "dnsmasq.conf";

/** Seconds an answer may be kept, as RDS and load balancers have it. */
const timeToLive = 5;

/**
 * The configuration of dnsmasq, read when it starts. `local=/#/`: it alone knows the names, so that a name it does not know does
 * not exist (NXDOMAIN, at once) and nobody is asked. Wildcards stand here, as a hosts file cannot hold them.
 */
export function dnsmasqConfig(addresses: readonly string[], names: readonly NameSpec[]): string {
  const wildcards = names.filter(({ name, addresses }) => name.startsWith("*.") && addresses.length > 0);
  return [
    ...addresses.map((address) => `listen-address=${address}`),
    "bind-interfaces",
    "no-resolv",
    "no-hosts",
    "no-poll",
    `addn-hosts=${folder}/${hostsFile}`,
    "local=/#/",
    `local-ttl=${timeToLive}`,
    ...wildcards.flatMap(({ name, addresses: all }) => all.map((address) => `address=/${name.slice(2)}/${address}`)),
    "",
  ].join("\n");
}

/** Every other name, in the hosts file that is read again on SIGHUP. The first name of an address is its reverse. */
export const hostsText = (names: readonly NameSpec[]): string =>
  names
    .filter(({ name }) => !name.startsWith("*."))
    .flatMap(({ name, addresses }) => addresses.map((address) => `${address} ${name}\n`))
    .join("");

export const dnsmasqArguments: readonly [string, ...string[]] = [
  "/usr/sbin/dnsmasq",
  "--keep-in-foreground",
  "--log-facility=-",
  "--pid-file",
  `--conf-file=${folder}/${configFile}`,
];

export const filesFolder = folder;
