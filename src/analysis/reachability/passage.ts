import { isUnknown } from "../../environment/maybe.js";
import type { Subnet } from "../../environment/network.js";
import type { Node, NodeId } from "../../environment/node.js";
import type { Lookup } from "./lookup.js";
import { spotText, type Placed, type Spot } from "./places.js";
import type { Tell } from "./steps.js";

/** What gateways need of the walk that comes to them. */
export interface Passage {
  readonly lookup: Lookup;
  /** As the packet bears them here. */
  readonly source: Spot;
  readonly destination: Spot;
  deliver(to: Placed, from: Subnet | undefined): void;
  arrived(at: Spot): void;
  isPresent(node: Node): boolean;
  pass(tell: Tell): void;
  stop(tell: Tell, opens?: () => string): void;
  doubt(tell: Tell): void;
}

/** Has it a public address? Ends the walk where not. */
export function isPublicEnd(passage: Passage, { nic }: Placed): boolean {
  if (nic.isPublic === true) return true;
  const { isPublic } = nic;
  if (isUnknown(isPublic))
    passage.doubt(() => ({ step: "address", at: nic, why: `whether it has a public address is not known: ${isPublic.why}` }));
  else
    passage.stop(
      () => ({ step: "address", at: nic, why: "it has no public address" }),
      () => `give ${nic.name} a public address, or reach it through something that has one`,
    );
  return false;
}

/** Who of a VPC has the address that a packet is for? Ends the walk where nobody has. */
export function whoHas(passage: Passage, vpc: NodeId): Placed | undefined {
  const { destination, lookup } = passage;
  const found = lookup.at(vpc, destination.low);
  if (found !== undefined) return found;
  const may = lookup.mayBeAt(vpc, destination.low);
  const at = { id: vpc, name: lookup.vpcName(vpc) };
  if (may.length === 0)
    passage.stop(() => ({ step: "address", at, why: `no interface of the VPC has ${spotText(destination)}` }));
  else
    passage.doubt(() => ({
      step: "address",
      at,
      why: `who will have ${spotText(destination)} is not known: ${[...new Set(may.map(({ nic }) => nic.name))].join(", ")} may`,
    }));
  return undefined;
}
