import { holds, parseBlock } from "../../addresses.js";
import type { Environment } from "../../environment/environment.js";
import { isKnown, isUnknown, type Unknown } from "../../environment/maybe.js";
import type { GroupRule, NetworkInterface, SecurityGroup, Traffic } from "../../environment/network.js";
import type { NodeId } from "../../environment/node.js";
import type { Rule, Said } from "../finding.js";
import { fromInternet, holdsPort, portIn, rangesOf, tcp, udp } from "../reaching.js";
import { listed, notKnown, ruleOn } from "../rule.js";
import { recognisedIn } from "./recognised-ports.js";

export const interfacesWith = (environment: Environment, group: NodeId): readonly NetworkInterface[] =>
  [...environment.interfaces.values()].filter(({ groups }) => groups.includes(group));

const isWorld = ({ peer }: GroupRule): boolean =>
  isKnown(peer) && ((peer.kind === "cidr" && peer.cidr.endsWith("/0")) || (peer.kind === "ipv6" && peer.cidr.endsWith("/0")));

const portsText = ({ protocol, ports }: Traffic): string => {
  if (protocol === "all") return "everything";
  const word = protocol === tcp ? "TCP" : protocol === udp ? "UDP" : `protocol ${String(protocol)}`;
  if (ports === undefined || (ports[0] === 0 && ports[1] === 65535)) return `all of ${word}`;
  return `${word} ${ports[0] === ports[1] ? String(ports[0]) : ports.join("-")}`;
};

/** Ports in it that nobody means to open to the world. */
function delicate({ protocol, ports = [0, 65535] }: Traffic): readonly string[] {
  const protocols = protocol === "all" ? [tcp, udp] : [protocol];
  return [
    ...new Set(
      protocols.flatMap((each) =>
        recognisedIn(each, ports[0], ports[1])
          .filter(({ danger }) => danger !== "web")
          .map(({ name }) => name),
      ),
    ),
  ];
}

/** Does the internet reach anything of a rule's traffic on one of the interfaces? */
function reaches(environment: Environment, traffic: Traffic, interfaces: readonly NetworkInterface[]): boolean {
  return interfaces.some(({ id }) => {
    const { open, unknown } = fromInternet(environment, id);
    return (traffic.protocol === "all" ? [tcp, udp] : [traffic.protocol]).some((protocol) =>
      rangesOf([...open, ...unknown], protocol).some(
        ([from, to]) => traffic.ports === undefined || (from <= traffic.ports[1] && traffic.ports[0] <= to),
      ),
    );
  });
}

export const openToWorld: Rule = ruleOn(
  "securityGroups",
  {
    id: "group-open-to-world",
    subject: "exposure",
    severity: "low",
    summary: "A group that lets the world in, though nothing of it is reached so far",
    sources: ["Amazon VPC User Guide: Security group rules", "AWS Security Hub controls EC2.13, EC2.14 and EC2.19"],
  },
  function* (group, environment) {
    const interfaces = interfacesWith(environment, group.id);
    for (const rule of group.rules) {
      if (rule.direction !== "ingress" || !isWorld(rule) || isUnknown(rule.traffic)) continue;
      // What is reached is the finding of the hosts' own rules.
      if (reaches(environment, rule.traffic, interfaces)) continue;
      // So is an open port without a listener.
      if (isBalancers(interfaces) && idlePortOf(environment, rule.traffic, interfaces) !== undefined) continue;
      const names = delicate(rule.traffic);
      yield {
        title: `lets the world in: ${portsText(rule.traffic)}${names.length === 0 ? "" : ` (${listed(names.slice(0, 4))}${names.length > 4 ? " …" : ""})`}`,
        reason:
          interfaces.length === 0
            ? "Nothing has the group now; the next thing that gets it is open."
            : `Nothing of it can be reached from the internet now (${listed(interfaces.slice(0, 3).map(({ name }) => name))}): one public address, or one route, and it can.`,
        fix: "let in the group, or the addresses, of those who need it",
        severity: names.length === 0 ? "info" : "low",
        ...(rule.place === undefined ? {} : { place: rule.place }),
      };
    }
  },
);

const administration = [22, 3389];

export const administrationFromNetwork: Rule = ruleOn(
  "securityGroups",
  {
    id: "administration-from-whole-network",
    subject: "exposure",
    severity: "low",
    summary: "A group that lets SSH or RDP in from the whole VPC",
    sources: ["Amazon EC2 User Guide: Connect to your instances using EC2 Instance Connect Endpoint (security groups)"],
  },
  function* (group, environment) {
    const vpc = isKnown(group.vpc) ? environment.vpcs.get(group.vpc) : undefined;
    for (const rule of group.rules) {
      const { peer, traffic } = rule;
      if (rule.direction !== "ingress" || isUnknown(peer) || peer.kind !== "cidr" || isUnknown(traffic) || isWorld(rule))
        continue;
      const block = parseBlock(peer.cidr);
      const ports = administration.filter((port) => holdsPort(traffic, tcp, port));
      const covered = (vpc?.cidrs ?? []).filter(isKnown).some((cidr) => {
        const own = parseBlock(cidr);
        return block !== undefined && own !== undefined && holds(block, own);
      });
      if (ports.length === 0 || !covered) continue;
      yield {
        title: `lets ${listed(ports.map((port) => (port === 22 ? "SSH" : "RDP")))} in from the whole VPC`,
        reason: `${peer.cidr} is every host of the VPC: whoever gets into one of them may go on to all that have this group.`,
        fix: "let in the group of the Instance Connect Endpoint or of the bastion, or use Session Manager, which needs no port",
        ...(rule.place === undefined ? {} : { place: rule.place }),
      };
    }
  },
);

/** Does nothing but load balancers have them? */
const isBalancers = (interfaces: readonly NetworkInterface[]): boolean =>
  interfaces.length > 0 && interfaces.every(({ owner }) => owner.kind === "balancer");

/** The single port of a rule, where none of the balancers listens on it for sure; `unsure` where one perhaps does. */
function idlePortOf(
  environment: Environment,
  { ports }: Traffic,
  interfaces: readonly NetworkInterface[],
): { readonly port: number; readonly unsure?: Unknown } | undefined {
  if (ports === undefined || ports[0] !== ports[1]) return undefined;
  const [port] = ports;
  const listeners = [...environment.listeners.values()].filter(
    ({ balancer }) => isUnknown(balancer) || interfaces.some(({ owner }) => owner.id === balancer),
  );
  if (listeners.some((listener) => listener.port === port)) return undefined;
  const unsure = listeners.flatMap((listener) => [listener.balancer, listener.port]).find(isUnknown);
  return unsure === undefined ? { port } : { port, unsure };
}

const without = (group: SecurityGroup, port: number): Said => ({
  title: `port ${String(port)} is open, and nothing of it listens there`,
  reason: "The load balancers that have the group have no listener on it.",
  fix: `make the listener that was meant, or close port ${String(port)}`,
  ...(group.place === undefined ? {} : { place: group.place }),
});

export const openWithoutListener: Rule = ruleOn(
  "securityGroups",
  {
    id: "open-port-without-listener",
    subject: "exposure",
    severity: "info",
    summary: "A load balancer's group opens a port on which it has no listener",
    sources: ["Elastic Load Balancing User Guide: Security groups for your Application Load Balancer"],
  },
  function* (group, environment) {
    const interfaces = interfacesWith(environment, group.id);
    if (!isBalancers(interfaces)) return;
    for (const rule of group.rules) {
      if (rule.direction !== "ingress" || isUnknown(rule.traffic)) continue;
      const idle = idlePortOf(environment, rule.traffic, interfaces);
      if (idle === undefined) continue;
      const place = rule.place === undefined ? {} : { place: rule.place };
      const said = { ...without(group, idle.port), ...place };
      yield idle.unsure === undefined ? said : notKnown(said, idle.unsure);
    }
  },
);

export const unreachableBalancer: Rule = ruleOn(
  "listeners",
  {
    id: "listener-out-of-reach",
    subject: "reachability",
    severity: "high",
    summary: "A listener of an internet-facing load balancer that the internet does not reach",
    sources: ["Elastic Load Balancing User Guide: Troubleshoot your Application Load Balancers (clients cannot connect)"],
  },
  function* (listener, environment) {
    const balancer = isKnown(listener.balancer) ? environment.balancers.get(listener.balancer) : undefined;
    if (balancer?.scheme !== "internet-facing" || isUnknown(listener.port) || isUnknown(listener.protocol)) return;
    const { port } = listener;
    const protocol = listener.protocol === "UDP" ? udp : tcp;
    const shut = balancer.interfaces.filter((id) => portIn(fromInternet(environment, id), protocol, port) !== "open");
    const [first] = shut;
    if (first === undefined) return;
    const certain = shut.filter((id) => portIn(fromInternet(environment, id), protocol, port) === "closed");
    yield {
      title: `${certain.length === 0 ? "perhaps " : ""}the internet does not reach port ${String(port)} of ${balancer.name}`,
      reason: `${listed(shut.map((id) => environment.interfaces.get(id)?.name ?? id))}: connections from the internet, or the answers to them, are stopped on the way.`,
      fix: `ask \`sandtable reach internet ${balancer.name}:${String(port)}\` what stops them: its groups, the ACL of its subnets (both ways: it is stateless) or the route to the internet gateway`,
      ...(certain.length === 0 ? { verdict: "unknown" as const } : {}),
    };
  },
);
