import type { Environment } from "../../environment/environment.js";
import type { Node, NodeId } from "../../environment/node.js";
import type { Rule, Said, Severity } from "../finding.js";
import { scriptOf } from "../hosts/hosts.js";
import { fromInternet, rangesOf, tcp, udp } from "../reaching.js";
import { listed, ruleOver } from "../rule.js";
import { namesOf, portText, type NamedPorts } from "./port-names.js";
import { idlePortsOf } from "./published-ports.js";
import type { Danger } from "./recognised-ports.js";

interface Exposed extends NamedPorts {
  readonly host: Node;
  readonly isCertain: boolean;
}

const portsOf = (host: Node, protocol: number, from: number, to: number, isCertain: boolean): readonly Exposed[] =>
  Array.from(namesOf(protocol, from, to), (named) => ({ host, ...named, isCertain }));

/** What findings about ports are about: hosts, and databases. */
export const reachedOf = (environment: Environment): readonly (Node & { readonly interfaces: readonly NodeId[] })[] => [
  ...environment.instances.values(),
  ...environment.autoScalingGroups.values(),
  ...environment.databases.values(),
];

/** Hosts and databases with what anybody on the internet can open to them. */
function* exposedOf(environment: Environment): Generator<Exposed> {
  for (const host of reachedOf(environment)) {
    const idle = idleOf(environment, host.id);
    for (const id of host.interfaces) {
      const { open, unknown } = fromInternet(environment, id);
      for (const protocol of [tcp, udp]) {
        const told = (each: Exposed): boolean => protocol !== tcp || each.danger !== "web" || !idle.includes(each.port);
        for (const [from, to] of rangesOf(open, protocol)) yield* portsOf(host, protocol, from, to, true).filter(told);
        for (const [from, to] of rangesOf(unknown, protocol)) yield* portsOf(host, protocol, from, to, false).filter(told);
      }
    }
  }
}

/** A web port with nothing behind is told as that. */
function idleOf(environment: Environment, id: NodeId): readonly string[] {
  const host = environment.instances.get(id) ?? environment.autoScalingGroups.get(id);
  const script = host === undefined ? undefined : scriptOf(host);
  if (host === undefined || script === undefined) return [];
  return idlePortsOf(script, host, environment).map((port) => portText(tcp, port));
}

function* said(environment: Environment, danger: Danger, why: string, fix: string): Generator<readonly [Node, Said]> {
  const byHost = new Map<Node, { open: Set<string>; unknown: Set<string> }>();
  for (const each of exposedOf(environment)) {
    if (each.danger !== danger) continue;
    const ports = byHost.get(each.host) ?? { open: new Set<string>(), unknown: new Set<string>() };
    byHost.set(each.host, ports);
    ports[each.isCertain ? "open" : "unknown"].add(each.port);
  }
  for (const [host, { open, unknown }] of byHost) {
    if (open.size > 0)
      yield [
        host,
        {
          title: `the internet reaches ${listed([...open])}`,
          reason: `Its address is public, and its route table, its ACL and its groups all let connections from anywhere in. ${why}`,
          fix,
        },
      ];
    const unsure = [...unknown].filter((port) => !open.has(port));
    if (unsure.length > 0)
      yield [
        host,
        {
          title: `the internet may reach ${listed(unsure)}`,
          reason: `Something on the way is not known here. ${why}`,
          fix,
          verdict: "unknown",
        },
      ];
  }
}

const inspector = "Amazon Inspector (classic) User Guide: Network reachability (recognised ports)";

const reachable = (
  id: string,
  severity: Severity,
  danger: Danger,
  what: string,
  why: string,
  fix: string,
  sources: readonly string[],
): Rule =>
  ruleOver(
    {
      id,
      subject: "exposure",
      severity,
      summary: `A host on which the internet reaches ${what}`,
      sources: [inspector, ...sources],
    },
    (environment) => said(environment, danger, why, fix),
  );

/** Severities: Inspector gave SSH medium and HTTP low in E1; for data and for protocols without encryption they are ours, one step higher. */
export const reachablePorts: readonly Rule[] = [
  reachable(
    "reachable-database-port",
    "high",
    "database",
    "a database's port",
    "A database there has nothing but its passwords against everybody; where none listens, the next one installed has.",
    "let in only the groups of the hosts that use it",
    ["prowler-cloud/prowler PR 4029 (an open port with a public address is high or critical)"],
  ),
  reachable(
    "reachable-insecure-port",
    "high",
    "insecure",
    "a protocol that was made for one's own network",
    "What is sent there can be read on the way, and such services are what worms look for.",
    "close it, or let it in from the networks that need it",
    [],
  ),
  reachable(
    "reachable-administration-port",
    "medium",
    "administration",
    "SSH or RDP",
    "It is the way to the whole host, and is tried all day long.",
    "use Session Manager or an Instance Connect Endpoint, or let it in from your own addresses only",
    ["AWS Security Hub controls EC2.13 and EC2.14"],
  ),
  reachable(
    "reachable-port",
    "low",
    "unrecognised",
    "a port that is not well known",
    "What listens there answers everybody.",
    "let it in from those who need it, or put it behind a load balancer",
    [],
  ),
  reachable(
    "reachable-web-port",
    "low",
    "web",
    "HTTP or HTTPS directly",
    "It answers everybody without a load balancer (or a web ACL) between.",
    "put it behind a load balancer, if it is not meant so",
    [],
  ),
];
