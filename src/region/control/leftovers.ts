import { readFileSync } from "node:fs";
import { leftovers, type Leftover } from "../../parts/host/leftovers.js";
import type { House } from "../house.js";
import type { Scope } from "../operations/call.js";
import { Instances, NatGateways, NetworkInterfaces, Vpcs } from "../services/ec2/records.js";
import { LoadBalancers } from "../services/elbv2/records.js";
import { DBInstances } from "../services/rds/records.js";

/** What is on this machine with the region's label and belongs to no record and not to the region itself. */
export async function ownedByNobody(house: House, state: string): Promise<readonly Leftover[]> {
  const found = await leftovers(house.label, state);
  const owners = [...regionsOwn(house.label.code), ...house.scopes.all().flatMap(ownersIn)];
  return found.filter((each) => {
    const place = each.kind === "process" ? cgroupOf(each.name) : each.name;
    return (
      place !== undefined && !owners.some((owner) => (typeof owner === "string" ? place.includes(owner) : owner.test(place)))
    );
  });
}

/**
 * What a running region needs whatever is in it: its own process and helpers, the internet with its resolver, and the services
 * behind gateway endpoints.
 */
export const regionsOwn = (code: string): readonly RegExp[] => [
  new RegExp(`sandtable/${code}$`, "m"),
  new RegExp(`sandtable/${code}/(region|names-internet)`),
  new RegExp(`^st-${code}-(internet|internet-services|names-internet)$`),
];

/** Ids that names of namespaces, groups and containers are made of. */
const ownersIn = ({ records }: Scope): readonly string[] => [
  ...records.list(Vpcs).map((vpc) => vpc.vpcId),
  ...records.list(NetworkInterfaces).map((nic) => nic.interfaceId),
  ...records.list(NatGateways).flatMap((nat) => (nat.state === "available" ? [nat.natGatewayId] : [])),
  ...records.list(Instances).flatMap((instance) => (instance.state === "terminated" ? [] : [instance.instanceId])),
  ...records.list(DBInstances).map((db) => db.resourceId.toLowerCase()),
  ...records.list(DBInstances).map((db) => db.resourceId),
  ...records.list(LoadBalancers).map((balancer) => balancer.arn.slice(balancer.arn.lastIndexOf("/") + 1)),
];

/** Where a process is, of `PID program`; undefined when it has ended in the meantime. */
function cgroupOf(process: string): string | undefined {
  try {
    return readFileSync(`/proc/${process.split(" ")[0]}/cgroup`, "utf8");
  } catch {
    return undefined;
  }
}
