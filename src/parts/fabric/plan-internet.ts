import type { RegionLabel } from "../host/label.js";
import { NamespaceDraft, type FabricPlan } from "./plan.js";
import { internet } from "./spec.js";
import { routerSysctls } from "./sysctls.js";
import { chain, type Table } from "./text.js";
import { internetName } from "./vpc.js";

/**
 * The simulated internet: one namespace that is both the network between VPCs and its few hosts, whose addresses are on its
 * loopback device. Public addresses are routes that VPCs add; every other address of 198.18.0.0/15 is silent.
 */
export function planInternet(label: RegionLabel): FabricPlan {
  const hosts = [internet.host, internet.resolver, internet.endpoints, internet.s3, internet.packageProxy];
  const draft = new NamespaceDraft({
    name: internetName(label),
    is: "the internet",
    kind: "router",
    entriesAre: "shared",
    sysctls: routerSysctls,
  });
  draft.add(...hosts.map((host) => `addr ${host}/32 dev lo` as const));
  // Silence for what nobody has: a blackhole would answer a local caller at once with an error, this makes it wait.
  draft.add(`route ${internet.cidr} dev lo src ${internet.host}`);
  const pieces = [
    ...chain(
      "silence",
      [
        `iifname "lo" ip daddr ${internet.cidr} ip daddr != { ${hosts.join(", ")} } drop`,
        `iifname != "lo" ip saddr != ${internet.cidr} drop`,
      ],
      "type filter hook prerouting priority raw",
    ),
    // Beyond the simulated internet there is nothing: unlike elsewhere that is said at once (net-unreachable), not by silence.
    ...chain(
      "output",
      [
        "icmp type { redirect, time-exceeded } drop",
        "icmp type destination-unreachable icmp code != { net-unreachable, port-unreachable, frag-needed } drop",
      ],
      "type filter hook output priority 0",
    ),
  ];
  const table: Table = { family: "ip", name: "internet", pieces };
  return { owner: "internet", namespaces: new Map([[draft.fixed.name, draft.done([table])]]), links: new Map() };
}
