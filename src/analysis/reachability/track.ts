import { known } from "../../environment/maybe.js";
import type { NetworkInterface, Subnet } from "../../environment/network.js";
import type { Node, NodeId } from "../../environment/node.js";
import type { Lookup } from "./lookup.js";
import type { Spot } from "./places.js";
import { clientPorts, type Leg, type Step, type Tell } from "./steps.js";

/** What a packet has met so far, and the addresses that it bears now. */
export class Track {
  readonly steps: Step[] = [];
  protected leg: Leg = { way: "there", answers: clientPorts, isForwarded: false };
  /** Interfaces whose groups have let the connection through. */
  private readonly tracked = new Set<NodeId>();

  constructor(
    readonly lookup: Lookup,
    public source: Spot,
    public destination: Spot,
  ) {}

  protected group(direction: "ingress" | "egress", nic: NetworkInterface, peer: Spot): void {
    if (!nic.filtered) return;
    if (this.leg.way === "there") this.tracked.add(nic.id);
    else if (this.tracked.has(nic.id)) {
      this.pass(() => ({ step: "group", at: nic, why: "its groups let the answer through: they know the connection" }));
      return;
    }
    this.steps.push({ kind: "group", leg: this.leg, direction, nic, peer });
  }

  /** Out of a subnet, unless the next thing is in it too. */
  protected leave(subnet: Subnet, next?: Subnet): void {
    if (next?.id !== subnet.id) this.acl("egress", subnet, this.destination);
  }

  protected enter(subnet: Subnet, from: Subnet | undefined): void {
    if (from?.id !== subnet.id) this.acl("ingress", subnet, this.source);
  }

  private acl(direction: "ingress" | "egress", subnet: Subnet, peer: Spot): void {
    const id = known(subnet.acl);
    const acl = id === undefined ? undefined : this.lookup.environment.acls.get(id);
    this.steps.push({ kind: "acl", leg: this.leg, direction, subnet, acl, peer });
  }

  isPresent(node: Node): boolean {
    const { presence } = node;
    if (presence === undefined) return true;
    this.doubt(() => ({ step: "interface", at: node, why: `whether it is there is not known: ${presence.why}` }));
    return false;
  }

  pass(tell: Tell): void {
    this.steps.push({ kind: "passes", leg: this.leg, tell });
  }

  stop(tell: Tell, opens?: () => string): void {
    this.steps.push({ kind: "ends", leg: this.leg, outcome: "stops", tell, ...(opens === undefined ? {} : { opens }) });
  }

  doubt(tell: Tell): void {
    this.steps.push({ kind: "ends", leg: this.leg, outcome: "unknown", tell });
  }
}
