import type { Environment } from "../../environment/environment.js";
import { isKnown, known, type Maybe } from "../../environment/maybe.js";
import type { GroupRule, NetworkInterface } from "../../environment/network.js";
import type { NodeId } from "../../environment/node.js";

/** Whether a connection is let in, as far as groups say. */
export type Admission = "yes" | "no" | "perhaps";

const best = (answers: readonly Admission[]): Admission => {
  if (answers.includes("yes")) return "yes";
  return answers.includes("perhaps") ? "perhaps" : "no";
};

/**
 * May these interfaces open a TCP connection to that one, by its groups? Routes and ACLs are not asked: a database that a mistake in
 * them cuts off is still one that the service was made to need, and a path without it would be promised too much.
 */
export function admits(
  environment: Environment,
  from: readonly NetworkInterface[],
  to: NetworkInterface,
  port: Maybe<number>,
): Admission {
  if (!to.filtered) return "yes";
  const groups = new Set(from.flatMap((face) => face.groups.filter(isKnown)));
  const openGroups = from.some((face) => face.groups.some((group) => !isKnown(group)));
  return best(
    to.groups.map((id) => {
      const group = isKnown(id) ? environment.securityGroups.get(id) : undefined;
      if (group === undefined) return "perhaps";
      return best(
        group.rules.filter(({ direction }) => direction === "ingress").map((rule) => ruleAdmits(rule, groups, openGroups, port)),
      );
    }),
  );
}

function ruleAdmits(rule: GroupRule, groups: ReadonlySet<NodeId>, openGroups: boolean, port: Maybe<number>): Admission {
  const peer = known(rule.peer);
  if (peer?.kind === "ipv6") return "no";
  const ports = portsAdmit(rule, port);
  if (ports === "no") return "no";
  if (peer === undefined || peer.kind === "prefixList") return "perhaps";
  // A range of addresses inside the VPC is taken to be one of its callers: which one is a question for reachability.
  if (peer.kind === "cidr") return ports;
  if (!isKnown(peer.group)) return "perhaps";
  if (groups.has(peer.group)) return ports;
  return openGroups ? "perhaps" : "no";
}

function portsAdmit({ traffic }: GroupRule, port: Maybe<number>): Admission {
  if (!isKnown(traffic)) return "perhaps";
  if (traffic.protocol === "all") return "yes";
  if (traffic.protocol !== 6) return "no";
  if (traffic.ports === undefined) return "yes";
  if (!isKnown(port)) return "perhaps";
  return traffic.ports[0] <= port && port <= traffic.ports[1] ? "yes" : "no";
}

/** May the internet open a connection to it on a port that is not for administration alone? */
export function servesInternet(environment: Environment, face: NetworkInterface): boolean {
  if (face.isPublic !== true) return false;
  const rules = face.groups.flatMap((id) => (isKnown(id) ? (environment.securityGroups.get(id)?.rules ?? []) : []));
  return rules.some(({ direction, peer, traffic }) => {
    const from = known(peer);
    if (direction !== "ingress" || from?.kind !== "cidr" || from.cidr !== "0.0.0.0/0" || !isKnown(traffic)) return false;
    const [low, high] = traffic.ports ?? [0, 65_535];
    return (traffic.protocol === 6 || traffic.protocol === "all") && !(low === high && (low === 22 || low === 3389));
  });
}
