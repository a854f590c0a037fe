import { isUnknown } from "../../environment/maybe.js";
import type { NetworkInterface, Subnet } from "../../environment/network.js";
import type { NodeId } from "../../environment/node.js";
import { fromInternet, throughGateway, throughPeering } from "./gateways.js";
import type { Lookup } from "./lookup.js";
import { whoHas, type Passage } from "./passage.js";
import { spotOf, spotText, type Placed, type Spot } from "./places.js";
import { choose } from "./routing.js";
import { Track } from "./track.js";
import { clientPorts, translatorPorts, type Leg, type Step, type Tell } from "./steps.js";
import { routeAdvice } from "./advice.js";

/** A packet passes no more appliances and gateways than this; more is a circle. */
const limit = 16;

/**
 * The way of a connection between two ends, there and back, as AWS's routers would have it; the packet's protocol and ports play no part
 * in it, so that one walk serves all of them. What is asked of filters stands in the steps, in order. A walk ends before its
 * time where no packet could go on, or where it is not known whether one could.
 *
 * Sources: VPC user guide ("Route priority", "Middlebox routing", "NAT gateway basics", "Network ACL basics", "Security group connection
 * tracking"), VPC peering guide ("Unsupported VPC peering configurations"). Not looked at, as neither groups nor ACLs nor routes hold
 * for them: the VPC's resolver and EC2's link-local services. Route tables of internet gateways are not in the graph.
 */
export function walk(lookup: Lookup, from: Spot, to: Spot): readonly Step[] {
  return new Walk(lookup, from, to).steps;
}

class Walk extends Track implements Passage {
  /** NAT gateways on the way there, with the source that each put its own in place of. */
  private readonly translations: { readonly gateway: Placed; readonly source: Spot }[] = [];
  private hops = 0;

  constructor(lookup: Lookup, from: Spot, to: Spot) {
    super(lookup, from, to);
    if (this.begins(from) && this.begins(to)) this.there(from, to);
  }

  private begins({ placed }: Spot): boolean {
    return placed === undefined || this.isPresent(placed.nic);
  }

  private there(from: Spot, to: Spot): void {
    if (from.placed !== undefined) this.send(from.placed, undefined);
    else if (from.kind === "internet") fromInternet(this, to);
    else this.stop(() => ({ step: "address", at: nowhere(from), why: `no interface has the address ${spotText(from)}` }));
  }

  /** A packet leaves an interface: its own, or one that it forwards and that came from `before`. */
  send(at: Placed, before: NodeId | undefined): void {
    if (++this.hops > limit) {
      this.stop(() => ({ step: "route", at: at.nic, why: "the packet goes round in a circle" }));
      return;
    }
    this.group("egress", at.nic, this.destination);
    const { placed } = this.destination;
    if (placed !== undefined && placed.subnet.id === at.subnet.id) {
      this.pass(() => ({
        step: "route",
        at: at.subnet,
        why: `${placed.nic.name} is in the same subnet: no route table and no network ACL is asked`,
      }));
      this.deliver(placed, at.subnet);
      return;
    }
    this.route(at, before);
  }

  private route(at: Placed, before: NodeId | undefined): void {
    const { routeTable } = at.subnet;
    const read = isUnknown(routeTable) ? undefined : this.lookup.table(routeTable);
    if (read === undefined) {
      const why = isUnknown(routeTable) ? routeTable.why : `${routeTable} is not part of what was read`;
      this.doubt(() => ({ step: "route", at: at.subnet, why: `which route table it uses is not known: ${why}` }));
      return;
    }
    const choice = choose(this.lookup, read, at.vpc, this.destination);
    const { destination } = this;
    const place = "route" in choice ? choice.route?.place : undefined;
    const tell =
      (why: string): Tell =>
      () => ({ step: "route", at: read.table, why, ...(place === undefined ? {} : { place }) });
    switch (choice.kind) {
      case "unknown":
        this.doubt(tell(choice.why));
        return;
      case "none":
        this.stop(tell(`no route for ${spotText(destination)}`), () => routeAdvice(this, at, read.table));
        return;
      case "local":
        this.local(at, choice.text, tell);
        return;
      case "route":
        break;
    }
    const { target, text } = choice;
    switch (target.kind) {
      case "blackhole":
        this.stop(tell(`${text} leads to a target that is gone (blackhole)`), () => routeAdvice(this, at, read.table));
        return;
      case "internetGateway":
      case "gatewayEndpoint":
        this.leave(at.subnet);
        this.pass(tell(`${text} leads to ${target.id}`));
        throughGateway(this, at, target.kind, target.id);
        return;
      case "peering":
        this.leave(at.subnet);
        this.pass(tell(`${text} leads to ${target.id}`));
        throughPeering(this, at, target.id);
        return;
      case "natGateway":
        this.toTranslator(at, target.id, tell(`${text} leads to ${target.id}`));
        return;
      case "instance":
      case "interface":
        this.toAppliance(at, applianceOf(this.lookup, target), { before, tell: tell(`${text} leads to ${target.id}`) });
        return;
      case "egressOnlyInternetGateway":
        this.stop(tell(`${text} leads to ${target.id}, which is for IPv6 only`));
        return;
      case "vpnGateway":
      case "transitGateway":
      case "other":
        this.leave(at.subnet);
        this.doubt(tell(`${text} leads to ${target.id}; what is behind it is not part of what was read`));
        return;
    }
  }

  /** To the VPC's own interfaces alone, also where another VPC has the same addresses. */
  private local(at: Placed, text: string, tell: (why: string) => Tell): void {
    const { destination } = this;
    const placed = destination.placed ?? whoHas(this, at.vpc);
    if (placed === undefined) return;
    if (placed.vpc !== at.vpc) {
      const [here, there] = [this.lookup.vpcName(at.vpc), this.lookup.vpcName(placed.vpc)];
      this.stop(() =>
        tell(`${text} keeps it in ${here}, whose own addresses these are: ${spotText(destination)} is in ${there}`)(),
      );
      return;
    }
    this.leave(at.subnet, placed.subnet);
    this.pass(() => tell(`${text} leads to ${spotText(destination)}`)());
    this.deliver(placed, at.subnet);
  }

  private toTranslator(at: Placed, id: NodeId, tell: Tell): void {
    const gateway = this.lookup.environment.natGateways.get(id);
    const to = this.onlyPlace(this.lookup.interfaceOfNat(id), tell);
    if (to === undefined || gateway === undefined || !this.isPresent(gateway)) return;
    if (this.leg.way === "back") {
      this.stop(
        () => ({
          ...tell(),
          why: `${tell().why}: answers would come from the gateway's address and not from the one that was called`,
        }),
        () => `give ${at.subnet.name} a route that leads back the way the connection came`,
      );
      return;
    }
    if (to.vpc !== at.vpc || to.nic.id === at.nic.id) {
      this.stop(() => ({
        ...tell(),
        why: `${tell().why}, which is ${to.vpc === at.vpc ? "where the packet comes from" : "in another VPC"}`,
      }));
      return;
    }
    this.leave(at.subnet, to.subnet);
    this.pass(tell);
    this.enter(to.subnet, at.subnet);
    const { source } = this;
    this.translations.push({ gateway: to, source });
    this.steps.push({
      kind: "protocols",
      leg: this.leg,
      allowed: [1, 6, 17],
      tell: () => ({ step: "nat", at: gateway, why: `it sends under its own address in place of ${spotText(source)}` }),
    });
    this.leg = { ...this.leg, isForwarded: false };
    this.source = spotOf(to);
    this.send(to, at.nic.id);
  }

  private toAppliance(
    at: Placed,
    nic: NetworkInterface | undefined,
    { before, tell }: { readonly before: NodeId | undefined; readonly tell: Tell },
  ): void {
    const to = this.onlyPlace(nic, tell);
    if (to === undefined || !this.isPresent(to.nic)) return;
    if (to.vpc !== at.vpc || to.nic.id === at.nic.id || to.nic.id === before) {
      const why = to.vpc === at.vpc ? "where the packet comes from" : "in another VPC";
      this.stop(() => ({ ...tell(), why: `${tell().why}, which is ${why}` }));
      return;
    }
    this.leave(at.subnet, to.subnet);
    this.pass(tell);
    if (this.destination.placed?.nic.id === to.nic.id) {
      this.deliver(to, at.subnet);
      return;
    }
    this.enter(to.subnet, at.subnet);
    const { sourceDestCheck } = to.nic;
    if (sourceDestCheck !== false) {
      const isOn = sourceDestCheck === true;
      const why = isOn
        ? "its source/destination check refuses what is not for itself"
        : `whether it checks sources and destinations is not known`;
      const told: Tell = () => ({ step: "interface", at: to.nic, why });
      if (isOn) this.stop(told, () => `turn the source/destination check of ${to.nic.name} off`);
      else this.doubt(told);
      return;
    }
    this.leg.isForwarded = true;
    this.group("ingress", to.nic, this.source);
    this.pass(() => ({ step: "interface", at: to.nic, why: "it forwards what is not for itself, taken that its system does" }));
    this.send(to, at.nic.id);
  }

  private onlyPlace(nic: NetworkInterface | undefined, tell: Tell): Placed | undefined {
    const places = nic === undefined ? [] : (this.lookup.places.get(nic.id) ?? []);
    if (places.length === 1) return places[0];
    const why = nic === undefined ? "which is not part of what was read" : "of which it is not known in which subnet it is";
    this.doubt(() => ({ ...tell(), why: `${tell().why}, ${why}` }));
    return undefined;
  }

  /** To the interface whose address the packet bears. */
  deliver(to: Placed, from: Subnet | undefined): void {
    this.enter(to.subnet, from);
    if (to.nic.owner.kind === "natGateway") {
      this.untranslate(to);
      return;
    }
    this.group("ingress", to.nic, this.source);
    this.pass(() => ({ step: "interface", at: to.nic, why: `it has the address ${spotText(spotOf(to))}` }));
    this.arrived(this.destination.placed === undefined ? spotOf(to) : this.destination);
  }

  private untranslate(at: Placed): void {
    const last = this.leg.way === "back" ? this.translations.pop() : undefined;
    if (last === undefined || last.gateway.nic.id !== at.nic.id) {
      this.stop(() => ({ step: "nat", at: at.nic, why: "a NAT gateway refuses what begins outside" }));
      return;
    }
    this.pass(() => ({
      step: "nat",
      at: at.nic,
      why: `it knows the connection and hands the answer to ${spotText(last.source)}`,
    }));
    this.destination = last.source;
    this.leg = this.answering();
    this.send(at, undefined);
  }

  /** The packet is where it should go: now the answer, or it was the answer. */
  arrived(at: Spot): void {
    if (this.leg.way === "back") return;
    const client = this.source;
    this.source = at;
    this.destination = client;
    this.hops = 0;
    this.leg = this.answering();
    if (at.placed !== undefined) this.send(at.placed, undefined);
    // From the internet, or a service, to the address under which it was called.
    else if (client.placed !== undefined) this.deliver(client.placed, undefined);
  }

  private answering(): Leg {
    const { placed } = this.destination;
    const isMiddleman = placed?.nic.owner.kind === "natGateway" || placed?.nic.owner.kind === "balancer";
    return { way: "back", answers: isMiddleman ? translatorPorts : clientPorts, isForwarded: false };
  }
}

const applianceOf = (
  lookup: Lookup,
  { kind, id }: { readonly kind: string; readonly id: NodeId },
): NetworkInterface | undefined => (kind === "instance" ? lookup.interfaceOfInstance(id) : lookup.environment.interfaces.get(id));

const nowhere = (spot: Spot): { readonly id: NodeId; readonly name: string } => ({ id: spotText(spot), name: spotText(spot) });
