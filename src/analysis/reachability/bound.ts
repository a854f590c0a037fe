import { Unknown } from "../../environment/maybe.js";
import type { NetworkInterface, Subnet } from "../../environment/network.js";
import type { End } from "./answer.js";
import { nowhere, type Spot } from "./places.js";
import type { Lookup } from "./lookup.js";
import { clientPorts, type Leg, type Step } from "./steps.js";

/**
 * The groups of both ends, which a connection has to pass whatever lies between: so much is known even where a subnet, a route table or
 * a public address is not. Rules that name addresses hold for any that an end may have, its translator's among them; those
 * that name groups for its own.
 */
export function groupsBetween(lookup: Lookup, from: End, to: End, internet: readonly Spot[]): readonly (readonly Step[])[] {
  const [source, target] = [interfaceOf(lookup, from), interfaceOf(lookup, to)];
  const [sources, targets] = [spotsOf(from, source, internet), spotsOf(to, target, internet)];
  return sources.flatMap((near) =>
    targets.map((far) => [
      ...(source?.filtered === true ? [groupStep("egress", source, far)] : []),
      ...(target?.filtered === true ? [groupStep("ingress", target, near)] : []),
    ]),
  );
}

const interfaceOf = (lookup: Lookup, end: End): NetworkInterface | undefined =>
  end.kind === "interface" ? lookup.environment.interfaces.get(end.id) : undefined;

/** Nobody knows the groups of who has an address, nor the addresses of a service: these are anybody. */
function spotsOf(end: End, nic: NetworkInterface | undefined, internet: readonly Spot[]): readonly Spot[] {
  if (nic !== undefined) return [anywhere(nic)];
  return end.kind === "internet" ? internet : [];
}

function groupStep(direction: "ingress" | "egress", nic: NetworkInterface, peer: Spot): Step {
  const leg: Leg = { way: "there", answers: clientPorts, isForwarded: false };
  return { kind: "group", leg, direction, nic, peer };
}

const anywhere = (nic: NetworkInterface): Spot => ({
  ...nowhere,
  kind: "interface",
  placed: { nic, subnet: someSubnet, vpc: "", ...nowhere },
});

const why = new Unknown("which subnet it is in is not known");
const someSubnet: Subnet = {
  id: "",
  type: "AWS::EC2::Subnet",
  name: "a subnet that is not known",
  tags: {},
  vpc: why,
  cidr: why,
  zone: why,
  mapsPublicIp: why,
  routeTable: why,
  acl: why,
};
