import { toAddress } from "../../addresses.js";
import type { Environment } from "../../environment/environment.js";
import { isKnown, isUnknown } from "../../environment/maybe.js";
import type { NetworkAcl } from "../../environment/network.js";
import type { Answer, Hop } from "./answer.js";
import { Evaluation } from "./evaluate.js";
import { matches, type Filters, type ReadEntry } from "./filters.js";
import { icmp, tcp, udp } from "./atoms.js";
import type { Header } from "./headers.js";
import { spotText, within, type Spot } from "./places.js";
import type { Leg, Step } from "./steps.js";
import { headerText, peerText, trafficText } from "./words.js";

type Filter = Extract<Step, { kind: "group" | "acl" }>;
type Said = Pick<Hop, "why"> & Partial<Pick<Hop, "place">> & { readonly opens?: string };

/** The steps of a walk in words, for one header, to the first that stops it. */
export class Explanation {
  private readonly atom: number;

  constructor(
    private readonly environment: Environment,
    private readonly filters: Filters,
    private readonly header: Header,
  ) {
    this.atom = filters.space.atomOf(header);
  }

  of(steps: readonly Step[]): Answer {
    const { space } = this.filters;
    const evaluation = new Evaluation(this.filters);
    const hops: Hop[] = [];
    let isSure = true;
    for (const step of steps) {
      if (step.leg.way === "back" && space.has(space.unanswered, this.atom)) break;
      const wasSure = space.has(evaluation.sure, this.atom);
      evaluation.take(step);
      const may = space.has(evaluation.may, this.atom);
      isSure = space.has(evaluation.sure, this.atom);
      const outcome = !may ? "stops" : wasSure && !isSure ? "unknown" : this.isDoubted(step) ? "unknown" : "passes";
      const said = this.said(step, outcome, evaluation);
      if (said === undefined) continue;
      const { opens, at, ...hop } = said;
      hops.push({ ...hop, at: { id: at.id, name: at.name }, way: step.leg.way, outcome });
      if (!may) return { reach: "blocked", hops, ...(opens === undefined ? {} : { opens }) };
      if (step.kind === "ends") break;
    }
    return { reach: isSure ? "reachable" : "unknown", hops };
  }

  /** A second doubt after a first one. */
  private isDoubted(step: Step): boolean {
    if (step.kind === "ends") return true;
    if ((step.kind !== "group" && step.kind !== "acl") || step.leg.way === "back") return false;
    return !this.filters.space.has(this.passing(step).sure, this.atom);
  }

  private passing(step: Filter): ReturnType<Filters["ofAcl"]> {
    return step.kind === "acl"
      ? this.filters.ofAcl(step.acl, step.direction, step.peer)
      : this.filters.ofInterface(step.nic, step.direction, step.peer, !step.leg.isForwarded);
  }

  private said(
    step: Step,
    outcome: Hop["outcome"],
    evaluation: Evaluation,
  ): (Omit<Hop, "way" | "outcome"> & { readonly opens?: string }) | undefined {
    switch (step.kind) {
      case "passes":
        return step.tell();
      case "ends":
        return { ...step.tell(), ...(step.opens === undefined ? {} : { opens: step.opens() }) };
      case "protocols":
        return outcome === "stops" ? { ...step.tell(), why: "a NAT gateway carries TCP, UDP and ICMP only" } : step.tell();
      case "group":
        return { step: "group", at: step.nic, ...this.ofGroup(step, outcome) };
      case "acl":
        return { step: "acl", at: step.acl ?? step.subnet, ...this.ofAcl(step, outcome, evaluation) };
    }
  }

  private ofGroup(step: Extract<Step, { kind: "group" }>, outcome: Hop["outcome"]): Said {
    const { nic, direction, peer, leg } = step;
    const { space } = this.filters;
    const [verb, side] = direction === "ingress" ? ["lets in", "from"] : ["lets out", "to"];
    const what = leg.way === "there" ? headerText(this.header) : `answers of ${headerText(this.header)}`;
    const rules = nic.groups.flatMap((id) => {
      const group = isKnown(id) ? this.environment.securityGroups.get(id) : undefined;
      return group === undefined ? [] : this.filters.rulesOf(group.id, direction).map((read) => ({ group, read }));
    });
    const wanted = outcome === "passes" ? "yes" : "perhaps";
    const found = rules.find(({ read }) => {
      const is = matches(read, peer, !leg.isForwarded);
      const isCertain = is === "yes" && read.isSure;
      return space.has(read.set, this.atom) && is !== "no" && (wanted === "yes" ? isCertain : !isCertain);
    });
    if (outcome === "passes") {
      if (found === undefined) return { why: `its groups ${verb} ${what} ${side} ${spotText(peer)}` };
      const { rule } = found.read;
      const traffic = isUnknown(rule.traffic) ? what : trafficText(rule.traffic);
      const other = isUnknown(rule.peer) ? spotText(peer) : peerText(rule.peer);
      return { why: `${found.group.name} ${verb} ${traffic} ${side} ${other}`, ...placed(rule.place) };
    }
    const names = nic.groups.map((id) =>
      isUnknown(id) ? "one that is not known" : (this.environment.securityGroups.get(id)?.name ?? id),
    );
    if (outcome === "unknown") {
      const why = found === undefined ? unknownGroup(nic.groups, this.environment) : unknownRule(found.read.rule);
      return {
        why: `whether ${names.join(", ")} ${verb} ${what} ${side} ${spotText(peer)} is not known: ${why}`,
        ...placed(found?.read.rule.place),
      };
    }
    const forwarded =
      leg.isForwarded && rules.some(({ read }) => matches(read, peer, true) === "yes" && space.has(read.set, this.atom));
    const why = forwarded
      ? `a rule of ${names.join(", ")} that names a group does not hold for what comes through an appliance`
      : names.length === 0
        ? "it has no group, and so nothing passes"
        : `no rule of ${names.join(", ")} ${verb} ${what} ${side} ${spotText(peer)}`;
    const to = names[0] ?? `a group of ${nic.name}`;
    return {
      why,
      opens: `add to ${to} ${direction === "ingress" ? "an inbound" : "an outbound"} rule: ${headerText(this.header)} ${side} ${this.peerOf(peer, leg)}`,
    };
  }

  /** How a rule would best name this end: by its group, as long as nothing stands between. */
  private peerOf(peer: Spot, leg: Leg): string {
    const group = peer.placed?.nic.filtered === true && !leg.isForwarded ? peer.placed.nic.groups.find(isKnown) : undefined;
    if (group !== undefined) return this.environment.securityGroups.get(group)?.name ?? group;
    return cidrOf(peer);
  }

  private ofAcl(step: Extract<Step, { kind: "acl" }>, outcome: Hop["outcome"], evaluation: Evaluation): Said {
    const { acl, subnet, direction, peer, leg } = step;
    const [way, side] = direction === "ingress" ? ["into", "from"] : ["out of", "to"];
    if (acl === undefined) return { why: `which network ACL ${subnet.name} has is not known` };
    const about = `${way} ${subnet.name}`;
    const wanted = answerOf(this.header, leg);
    const deciding = this.deciding(acl, step, wanted);
    const number =
      deciding === undefined ? undefined : isKnown(deciding.entry.number) ? `entry ${deciding.entry.number}` : "an entry";
    const what = leg.way === "there" ? headerText(this.header) : `answers (${wanted.text})`;
    if (outcome === "unknown")
      return {
        why: `whether ${what} may go ${about} ${side} ${spotText(peer)} is not known: ${number ?? "its entries"} may or may not be about it`,
        ...placed(deciding?.entry.place),
      };
    if (outcome === "passes") {
      const partly = leg.way === "back" ? this.partly(leg, evaluation) : undefined;
      const decided = number === undefined ? "" : ` by ${number}`;
      return {
        why: `${what} may go ${about} ${side} ${spotText(peer)}${decided}${partly === undefined ? "" : `; ${partly}`}`,
        ...placed(deciding?.entry.place),
      };
    }
    const by = number === undefined ? "no entry allows it" : `${number} denies it`;
    const before = number === undefined ? "" : `, before ${number},`;
    return {
      why: `${what} may not go ${about} ${side} ${spotText(peer)}: ${by}`,
      ...placed(deciding?.entry.place),
      opens: `add to ${acl.name} ${direction === "ingress" ? "an inbound" : "an outbound"} entry${before} that allows ${wanted.advice} ${side} ${cidrOf(peer)}`,
    };
  }

  private deciding(acl: NetworkAcl, { direction, peer }: Filter, { first }: { readonly first: Header }): ReadEntry | undefined {
    const atom = this.filters.space.atomOf(first);
    return this.filters
      .entriesOf(acl, direction)
      .find(
        ({ set, entry, block }) =>
          this.filters.space.has(set, atom) && (isUnknown(entry.cidr) || (block !== undefined && within(peer, block) !== "no")),
      );
  }

  /** Where answers reach some of the client's ports and others not. */
  private partly(leg: Leg, evaluation: Evaluation): string | undefined {
    const { space } = this.filters;
    const { protocol } = this.header;
    if (protocol !== tcp && protocol !== udp) return undefined;
    const [from, to] = leg.answers;
    const ports = space
      .openPorts(evaluation.answersOf(leg).sure)
      .find((open) => open.protocol === protocol || open.protocol === "all")?.ports;
    if (ports === undefined || ports.some(([low, high]) => low <= from && high >= to)) return undefined;
    const inside = ports.flatMap(([low, high]) =>
      high < from || low > to ? [] : [`${Math.max(low, from)}-${Math.min(high, to)}`],
    );
    return `only where the client's port is one of ${inside.join(", ")}, of ${from}-${to} that it may be`;
  }
}

const placed = (place: Hop["place"]): Pick<Hop, "place"> => (place === undefined ? {} : { place });

const cidrOf = ({ low, high, kind, isAny }: Spot): string =>
  kind === "service" || isAny === true
    ? "0.0.0.0/0"
    : low === high
      ? `${toAddress(low)}/32`
      : `${toAddress(low)}-${toAddress(high)}`;

/** The header that the answer has, as an ACL sees it; of TCP and UDP one of those it may have. */
function answerOf(header: Header, leg: Leg): { readonly text: string; readonly advice: string; readonly first: Header } {
  const { protocol } = header;
  if (leg.way === "there") return { text: headerText(header), advice: headerText(header), first: header };
  if (protocol === icmp) return { text: "ICMP type 0 code 0", advice: "ICMP type 0 code 0", first: { protocol, icmp: [0, 0] } };
  const [from, to] = leg.answers;
  const name = headerText({ protocol });
  if (protocol !== tcp && protocol !== udp) return { text: name, advice: name, first: { protocol } };
  return { text: `${name} ${from}-${to}`, advice: `${name} 1024-65535`, first: { protocol, port: from } };
}

function unknownRule({ peer, traffic }: { readonly peer: unknown; readonly traffic: unknown }): string {
  for (const each of [peer, traffic]) if (isUnknown(each)) return each.why;
  return "a rule holds some of the addresses that it may be, and not others";
}

function unknownGroup(groups: readonly unknown[], environment: Environment): string {
  for (const each of groups) {
    if (isUnknown(each)) return each.why;
    if (typeof each === "string" && !environment.securityGroups.has(each))
      return `the rules of ${each} are not part of what was read`;
  }
  return "whether one of its groups is there is not known";
}
