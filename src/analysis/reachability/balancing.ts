import type { Action, Balancer, Listener, Target, TargetGroup } from "../../environment/balancing.js";
import { isKnown, isUnknown, known } from "../../environment/maybe.js";
import type { NodeId } from "../../environment/node.js";
import type { Answer, End, Hop, Reach } from "./answer.js";
import { evaluate } from "./evaluate.js";
import type { Filters, Passing } from "./filters.js";
import { icmp, tcp, udp } from "./atoms.js";
import type { Header, HeaderSet } from "./headers.js";
import type { Lookup } from "./lookup.js";
import { spotOf, spotText, type Placed, type Spot } from "./places.js";
import { throughKeeper } from "./handed.js";
import { walk } from "./walk.js";
import { headerText } from "./words.js";

/** Types whose resources register targets by themselves. */
const registering =
  /^AWS::(ECS::|EKS::|CodeDeploy::|ElasticBeanstalk::|CloudFormation::(Stack|CustomResource)|EC2::(SpotFleet|EC2Fleet))|^Custom::/;

interface Found {
  readonly reach: Reach;
  readonly hop: Hop;
}

/**
 * Behind a load balancer: a connection to it opens on the port of a listener that has somewhere to lead to. It is a second connection, from
 * the balancer's own interface in the zone, unless the target group keeps the client's address; then the target's groups and the ACLs
 * see the client, or the balancer's group (ELB user guides, "Client IP preservation", "Security groups for your Network Load Balancer").
 */
export class Balancing {
  private readonly listeners = new Map<NodeId, Listener[]>();
  private readonly loose: readonly Listener[];
  private readonly memory = new WeakMap<Spot, Map<string, Passing>>();

  constructor(
    private readonly lookup: Lookup,
    private readonly filters: Filters,
  ) {
    const all = [...lookup.environment.listeners.values()];
    for (const listener of all)
      if (isKnown(listener.balancer))
        this.listeners.set(listener.balancer, [...(this.listeners.get(listener.balancer) ?? []), listener]);
    this.loose = all.filter(({ balancer }) => isUnknown(balancer));
  }

  balancerAt({ placed }: Spot): Balancer | undefined {
    return placed?.nic.owner.kind === "balancer" ? this.lookup.environment.balancers.get(placed.nic.owner.id) : undefined;
  }

  /** What is served at a place of a balancer; everything anywhere else. */
  served(client: Spot, at: Spot): Passing {
    const balancer = this.balancerAt(at);
    if (balancer === undefined || at.placed === undefined) return this.filters.all;
    const memory = this.memory.get(client) ?? new Map<string, Passing>();
    this.memory.set(client, memory);
    const key = `${at.placed.nic.id} ${at.placed.subnet.id}`;
    const passing = memory.get(key) ?? this.work(balancer, client, at.placed);
    memory.set(key, passing);
    return passing;
  }

  /** What an end's listeners may take at most, wherever it is; everything of an end that is no balancer. */
  listened(end: End): HeaderSet {
    const { space } = this.filters;
    const nic = end.kind === "interface" ? this.lookup.environment.interfaces.get(end.id) : undefined;
    if (nic?.owner.kind !== "balancer") return space.all;
    if (this.loose.length > 0) return space.ofProtocols(icmp, tcp, udp);
    const sets = (this.listeners.get(nic.owner.id) ?? []).flatMap(({ port, protocol }) =>
      protocolsOf(protocol).map((each) =>
        isUnknown(port) ? space.ofProtocols(each) : space.ofTraffic({ protocol: each, ports: [port, port] }),
      ),
    );
    return sets.reduce((a, b) => space.union(a, b), space.ofProtocols(icmp));
  }

  private work(balancer: Balancer, client: Spot, at: Placed): Passing {
    const { space } = this.filters;
    // Its nodes answer pings by themselves.
    let sure = space.ofProtocols(icmp);
    let may = this.loose.length > 0 ? space.union(sure, space.ofProtocols(tcp, udp)) : sure;
    for (const listener of this.listeners.get(balancer.id) ?? [])
      for (const protocol of protocolsOf(listener.protocol)) {
        const { port } = listener;
        if (isUnknown(port)) may = space.union(may, space.ofProtocols(protocol));
        else {
          const set = space.ofTraffic({ protocol, ports: [port, port] });
          const { reach } = this.behind(listener, client, at, protocol);
          if (reach !== "blocked") may = space.union(may, set);
          if (reach === "reachable" && listener.presence === undefined && isKnown(listener.protocol))
            sure = space.union(sure, set);
        }
      }
    return { sure, may };
  }

  /** What an answer goes on with that has come to a balancer. */
  explain(answer: Answer, header: Header, client: Spot, at: Spot): Answer {
    const balancer = this.balancerAt(at);
    if (balancer === undefined || at.placed === undefined || answer.reach === "blocked" || header.protocol === icmp)
      return answer;
    const mine = this.listeners.get(balancer.id) ?? [];
    const listener = mine.find(
      (each) => known(each.port) === header.port && protocolsOf(each.protocol).includes(header.protocol),
    );
    if (listener === undefined) {
      const unsure = [...mine.filter(({ port }) => isUnknown(port)), ...this.loose][0];
      if (unsure !== undefined) {
        const why = `whether ${unsure.name} listens for ${headerText(header)} here is not known`;
        return joined(answer, { reach: "unknown", hop: hopOf("listener", balancer, "unknown", why) });
      }
      const ports = mine.map((each) => `${known(each.protocol, "?")} ${known(each.port, 0)}`).join(", ");
      const why = `it has no listener for ${headerText(header)}${ports === "" ? "" : `, only for ${ports}`}`;
      const stopped = joined(answer, { reach: "blocked", hop: hopOf("listener", balancer, "stops", why) });
      return { ...stopped, opens: `add to ${balancer.name} a listener for ${headerText(header)}` };
    }
    const isThere = listener.presence === undefined && isKnown(listener.protocol);
    const heard = hopOf("listener", listener, isThere ? "passes" : "unknown", `it listens for ${headerText(header)}`);
    const { reach, hops, opens } = this.behind(listener, client, at.placed, header.protocol);
    const before = joined(answer, { reach: isThere ? "reachable" : "unknown", hop: heard });
    const worst: Reach = reach === "blocked" ? "blocked" : before.reach === "unknown" ? "unknown" : reach;
    return { reach: worst, hops: [...before.hops, ...hops], ...(worst === "blocked" && opens !== undefined ? { opens } : {}) };
  }

  /** Where the actions of a listener lead: one that answers is enough. */
  private behind(
    listener: Listener,
    client: Spot,
    at: Placed,
    protocol: number,
  ): { readonly reach: Reach; readonly hops: readonly Hop[]; readonly opens?: string } {
    const actions = listener.rules.flatMap((rule) => rule.actions);
    const found = actions.flatMap((action) => this.follow(action, listener, { client, at, protocol }));
    const reach = best(found.map((each) => each.reach));
    const hops = found.filter((each) => each.reach === reach).map(({ hop }) => hop);
    if (found.length === 0) return { reach: "blocked", hops: [hopOf("listener", listener, "stops", "it has no action")] };
    return { reach, hops, ...(reach === "blocked" ? { opens: `let one of the targets be reached: ${hops[0]?.why ?? ""}` } : {}) };
  }

  private follow(action: Action, listener: Listener, to: { client: Spot; at: Placed; protocol: number }): Found[] {
    if (action.kind === "other")
      return [
        { reach: "unknown", hop: hopOf("listener", listener, "unknown", `what its action ${action.name} does is not looked at`) },
      ];
    if (action.kind !== "forward") {
      const why = action.kind === "redirect" ? "it answers with a redirect" : "it answers by itself";
      return [{ reach: "reachable", hop: hopOf("listener", listener, "passes", why) }];
    }
    return action.targetGroups.map((id): Found => {
      const group = isKnown(id) ? this.lookup.environment.targetGroups.get(id) : undefined;
      if (group === undefined)
        return { reach: "unknown", hop: hopOf("target", listener, "unknown", "the target group it forwards to is not known") };
      return this.toGroup(group, to);
    });
  }

  private toGroup(group: TargetGroup, { client, at, protocol }: { client: Spot; at: Placed; protocol: number }): Found {
    if (group.targetKind === "lambda")
      return { reach: "reachable", hop: hopOf("target", group, "passes", "a Lambda function answers") };
    const targets = this.targetsOf(group);
    const reached = targets.map(({ target, port }) => this.toTarget(group, { target, port }, { client, at, protocol }));
    const reach = best(reached.map((each) => each.reach));
    if (targets.length === 0) return this.empty(group);
    const count = reached.filter((each) => each.reach === reach).length;
    const first = reached.find((each) => each.reach === reach)?.why ?? "";
    const outcome = reach === "reachable" ? "passes" : reach === "blocked" ? "stops" : "unknown";
    return { reach, hop: hopOf("target", group, outcome, `${count} of ${targets.length} targets: ${first}`) };
  }

  /** A service of a type that the graph does not hold (ECS, say) registers its targets by itself. */
  private empty(group: TargetGroup): Found {
    const other = this.lookup.environment.unexamined.find(({ type }) => registering.test(type));
    if (other === undefined) return { reach: "blocked", hop: hopOf("target", group, "stops", "it has no target") };
    const why = `it has no target that was read; ${other.id} (${other.type}) is not examined, and may register some`;
    return { reach: "unknown", hop: hopOf("target", group, "unknown", why) };
  }

  private targetsOf(group: TargetGroup): Target[] {
    const named = group.targets.flatMap(({ target }) => (isKnown(target) && "node" in target ? [target.node] : []));
    const scaled = [...this.lookup.environment.autoScalingGroups.values()]
      .filter(({ id, targetGroups }) => targetGroups.includes(group.id) && !named.includes(id))
      .map(({ id }): Target => ({ target: { node: id }, port: group.port }));
    return [...group.targets, ...scaled];
  }

  private toTarget(
    group: TargetGroup,
    { target, port }: Target,
    { client, at, protocol }: { client: Spot; at: Placed; protocol: number },
  ): { readonly reach: Reach; readonly why: string } {
    if (isUnknown(target)) return { reach: "unknown", why: `which it is is not known: ${target.why}` };
    const number = isUnknown(port) ? group.port : port;
    if (isUnknown(number)) return { reach: "unknown", why: `its port is not known: ${number.why}` };
    const [own = protocol] = protocolsOf(group.protocol).length === 1 ? protocolsOf(group.protocol) : [];
    const header = { protocol: own, port: number };
    const places = this.placesOf(target, at.vpc).filter((to) => !this.isOtherZone(at, to));
    if (places.length === 0)
      return {
        reach: "unknown",
        why: "node" in target ? `where ${target.node} is is not known` : `who has ${target.address} is not known`,
      };
    const reach = best(places.map((to) => this.handed(group, { client, at, to }, header)));
    const names = [...new Set(places.map((to) => spotText(spotOf(to))))].join(", ");
    return {
      reach,
      why: `${names} ${reach === "reachable" ? "takes" : reach === "blocked" ? "does not take" : "perhaps takes"} ${headerText(header)}`,
    };
  }

  private isOtherZone(at: Placed, to: Placed): boolean {
    const balancer = this.balancerAt(spotOf(at));
    return (
      balancer?.kind === "network" &&
      balancer.crossZone === false &&
      isKnown(at.subnet.zone) &&
      isKnown(to.subnet.zone) &&
      at.subnet.zone !== to.subnet.zone
    );
  }

  private handed(group: TargetGroup, { client, at, to }: { client: Spot; at: Placed; to: Placed }, header: Header): Reach {
    const { space } = this.filters;
    const atom = space.atomOf(header);
    const reachOf = ({ sure, may }: Passing): Reach =>
      space.has(sure, atom) ? "reachable" : space.has(may, atom) ? "unknown" : "blocked";
    const own = (): Reach => reachOf(evaluate(this.filters, walk(this.lookup, spotOf(at), spotOf(to))));
    const kept = (): Reach => reachOf(throughKeeper(this.lookup, this.filters, { client, at, to }));
    if (group.preservesClient === true && at.vpc === to.vpc) return kept();
    if (group.preservesClient === false || at.vpc !== to.vpc) return own();
    const [a, b] = [own(), kept()];
    return a === b ? a : "unknown";
  }

  private placesOf(target: { readonly node: NodeId } | { readonly address: string }, vpc: NodeId): readonly Placed[] {
    const { environment, places } = this.lookup;
    if ("address" in target) return this.lookup.withAddress(vpc, target.address);
    const { node } = target;
    const first = environment.instances.get(node)?.interfaces.slice(0, 1);
    const ids = first ??
      environment.autoScalingGroups.get(node)?.interfaces ??
      environment.balancers.get(node)?.interfaces ?? [node];
    return ids.flatMap((id) => places.get(id) ?? []);
  }
}

const best = (reaches: readonly Reach[]): Reach =>
  reaches.includes("reachable") ? "reachable" : reaches.includes("unknown") ? "unknown" : "blocked";

const protocolsOf = (protocol: Listener["protocol"]): readonly number[] => {
  if (isUnknown(protocol) || protocol === "TCP_UDP") return [tcp, udp];
  return protocol === "UDP" || protocol === "QUIC" ? [udp] : [tcp];
};

const hopOf = (
  step: Hop["step"],
  at: { readonly id: NodeId; readonly name: string; readonly place?: Hop["place"] },
  outcome: Hop["outcome"],
  why: string,
): Hop => ({
  step,
  way: "there",
  at: { id: at.id, name: at.name },
  outcome,
  why,
  ...(at.place === undefined ? {} : { place: at.place }),
});

const joined = (answer: Answer, { reach, hop }: Found): Answer => ({
  reach: reach === "reachable" ? answer.reach : reach,
  hops: [...answer.hops, hop],
});
