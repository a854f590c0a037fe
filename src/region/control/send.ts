import * as z from "zod";
import { UserFault } from "../../faults.js";
import { probe, type ProbeWish } from "../../parts/fabric/probe.js";
import { internet } from "../../parts/fabric/spec.js";
import { internetName } from "../../parts/fabric/vpc.js";
import { namespaceName } from "../../parts/host/label.js";
import type { House } from "../house.js";
import type { Scope } from "../operations/call.js";
import { publicIpOf } from "../services/ec2/elasticips.js";
import { Instances, NetworkInterfaces, Vpcs, type NetworkInterface } from "../services/ec2/records.js";
import { DBInstances } from "../services/rds/records.js";
import type { ControlHandler } from "./server.js";

/** An interface by what is known of it: its subnet, its private address, the resource that holds it. */
const nicWish = z.object({ subnetId: z.string().optional(), address: z.ipv4().optional(), holder: z.string().optional() });
type NicWish = z.infer<typeof nicWish>;

const wish = z.object({
  from: z.union([z.literal("internet"), nicWish]),
  /** `internet`: the host that the simulated internet has; an interface is called by its public address from there, if it has one. */
  to: z.union([z.literal("internet"), z.ipv4(), nicWish]),
  protocol: z.enum(["tcp", "udp"]),
  port: z.number().int().min(1).max(65_535),
});

/** Everything in one machine has answered by then. Milliseconds. */
const patience = 1500;

/** Send one real packet from an interface, or from the simulated internet, and say what came back. Nothing is changed. */
export const sendVerb =
  (house: House): ControlHandler =>
  async (request) => {
    const { from, to, protocol, port } = wish.parse(request);
    const address = addressOf(house, to, from === "internet");
    const standpoint = from === "internet" ? onTheInternet(house) : standpointOf(house, from);
    await inForce(house);
    return { address, answer: await probe({ ...standpoint, patience, protocol, address, port }) };
  };

function addressOf(house: House, to: z.infer<typeof wish>["to"], fromOutside: boolean): string {
  if (to === "internet") return internet.host;
  if (typeof to === "string") return to;
  const { scope, nic } = theInterface(house, to);
  if (!fromOutside) return nic.privateIp;
  // Without a public address there is but the private one to try: that nothing leads there from outside is what the packet shows.
  return publicIpOf(scope, nic.interfaceId) ?? nic.privateIp;
}

const onTheInternet = (house: House): Pick<ProbeWish, "namespace"> => ({ namespace: internetName(house.label) });

function standpointOf(house: House, from: NicWish): Pick<ProbeWish, "namespace" | "source"> {
  const { scope, nic } = theInterface(house, from);
  // A further interface of a machine is in the namespace of the first one.
  const machine = (nic.attachment?.deviceIndex ?? 0) === 0 ? undefined : scope.records.get(Instances, nic.holder.id);
  return machine === undefined
    ? { namespace: namespaceName(house.label, "eni", nic.interfaceId) }
    : { namespace: namespaceName(house.label, "eni", machine.interfaceId), source: nic.privateIp };
}

/** The one that is meant; of a database with several servers the writer's. Throws `NotFound`. */
function theInterface(house: House, wanted: NicWish): { readonly scope: Scope; readonly nic: NetworkInterface } {
  const found = house.scopes
    .all()
    .flatMap((scope) => scope.records.list(NetworkInterfaces).map((nic) => ({ scope, nic })))
    .filter(({ nic }) => isMeant(nic, wanted));
  const writer = found.find(
    ({ scope, nic }) => scope.records.get(DBInstances, nic.holder.id)?.server.interfaceId === nic.interfaceId,
  );
  const one = writer ?? found[0];
  if (one !== undefined) return one;
  throw new UserFault("NotFound", {
    at: wanted.holder ?? wanted.address ?? "",
    message: `the region has no network interface of ${Object.values(wanted).join(", ")}`,
    fix: "sandtable aws ec2 describe-network-interfaces lists them",
  });
}

const isMeant = (nic: NetworkInterface, { subnetId, address, holder }: NicWish): boolean =>
  (subnetId === undefined || nic.subnetId === subnetId) &&
  (address === undefined || nic.privateIp === address) &&
  (holder === undefined || nic.holder.id === holder);

/** What was acknowledged is in force before a packet is sent. */
const inForce = async (house: House): Promise<void> => {
  await house.fabric.applyInternet();
  for (const scope of house.scopes.all())
    await Promise.all(scope.records.list(Vpcs).map(({ vpcId }) => scope.upkeep.network(vpcId)));
};
