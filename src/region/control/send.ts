import * as z from "zod";
import { UserFault } from "../../faults.js";
import { probe, type ProbeWish } from "../../parts/fabric/probe.js";
import { internetName } from "../../parts/fabric/vpc.js";
import { namespaceName } from "../../parts/host/label.js";
import type { House } from "../house.js";
import { Instances, NetworkInterfaces, Vpcs, type Instance } from "../services/ec2/records.js";
import type { ControlHandler } from "./server.js";

const wish = z.object({
  /** `internet`, or a network interface by its id. */
  from: z.string(),
  protocol: z.enum(["tcp", "udp"]),
  address: z.ipv4(),
  port: z.number().int().min(1).max(65_535),
});

/** Everything in one machine has answered by then. Milliseconds. */
const patience = 1500;

/** Send one real packet from an interface, or from the simulated internet, and say what came back. Nothing is changed. */
export const sendVerb =
  (house: House): ControlHandler =>
  async (request) => {
    const { from, ...packet } = wish.parse(request);
    return { answer: await probe({ ...(await standpoint(house, from)), patience, ...packet }) };
  };

async function standpoint(house: House, from: string): Promise<Pick<ProbeWish, "namespace" | "source">> {
  if (from === "internet") {
    await house.fabric.applyInternet();
    return { namespace: internetName(house.label) };
  }
  const nic = house.scopes.all().flatMap((scope) => scope.records.get(NetworkInterfaces, from) ?? [])[0];
  if (nic === undefined)
    throw new UserFault("NotFound", {
      at: from,
      message: `the region has no network interface ${from}`,
      fix: "sandtable aws ec2 describe-network-interfaces lists them",
    });
  await settled(house);
  // A further interface of a machine is in the namespace of the first one.
  // A further interface of a machine is in the namespace of the first one.
  const machine = (nic.attachment?.deviceIndex ?? 0) === 0 ? undefined : instanceOf(house, nic.holder.id);
  return machine === undefined
    ? { namespace: namespaceName(house.label, "eni", from) }
    : { namespace: namespaceName(house.label, "eni", machine.interfaceId), source: nic.privateIp };
}

const instanceOf = (house: House, id: string): Instance | undefined =>
  house.scopes.all().flatMap((scope) => scope.records.get(Instances, id) ?? [])[0];

/** What was acknowledged is in force before a packet is sent. */
const settled = (house: House): Promise<unknown> =>
  Promise.all(house.scopes.all().flatMap((scope) => scope.records.list(Vpcs).map(({ vpcId }) => scope.upkeep.network(vpcId))));
