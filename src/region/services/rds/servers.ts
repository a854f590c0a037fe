import { randomBytes } from "node:crypto";
import type { Scope } from "../../operations/call.js";
import { ServiceFault } from "../../operations/fault.js";
import { decideInterface } from "../ec2/interfaces.js";
import { InternetGateways, Subnets, type NetworkInterface } from "../ec2/records.js";
import { DBSubnetGroups, type DBInstance, type DBServer, type DBSubnetGroup } from "./records.js";

/** Where a server of a DB instance may be. */
export interface ServerSite {
  readonly zone: string;
  readonly subnetId: string;
}

/** The first subnet in each zone of the group, in its order. */
export function sitesOf(scope: Pick<Scope, "records">, group: DBSubnetGroup): readonly ServerSite[] {
  const sites = new Map<string, ServerSite>();
  for (const subnetId of group.subnetIds) {
    const zone = scope.records.get(Subnets, subnetId)?.zone;
    if (zone !== undefined && !sites.has(zone)) sites.set(zone, { zone, subnetId });
  }
  return [...sites.values()];
}

export type Placement = Pick<DBInstance, "identifier" | "resourceId" | "servers" | "groupIds" | "publiclyAccessible">;

/**
 * Decide another server for a DB instance, with an interface of its own. Changes nothing: put the interface into the commit that
 * names the server (and counts it), then `upkeep.network`.
 */
export function decideServer(
  scope: Scope,
  db: Placement,
  site: ServerSite,
  alsoTaken: readonly NetworkInterface[] = [],
): { readonly server: DBServer; readonly nic: NetworkInterface } {
  const nic = decideInterface(
    scope,
    {
      subnetId: site.subnetId,
      groupIds: db.groupIds,
      description: "RDSNetworkInterface",
      holder: { kind: "database", id: db.identifier },
      publicAddress: db.publiclyAccessible,
    },
    alsoTaken,
  );
  const id = db.servers === 0 ? db.resourceId : `${db.resourceId}-${db.servers + 1}`;
  return { server: { id, zone: site.zone, interfaceId: nic.interfaceId }, nic };
}

/** Where a standby may be: another zone of the subnet group than its writer's, and none of these. */
export function standbySite(scope: Pick<Scope, "records">, db: DBInstance, without: readonly string[]): ServerSite | undefined {
  const group = scope.records.get(DBSubnetGroups, db.subnetGroupName);
  if (group === undefined) return undefined;
  return sitesOf(scope, group).find(({ zone }) => zone !== db.server.zone && !without.includes(zone));
}

/** Every server of a DB instance that there is or was. */
export const serversOf = (db: DBInstance): readonly DBServer[] => [
  db.server,
  ...(db.standby === undefined ? [] : [db.standby]),
  ...db.retired,
];

/** @throws InvalidVPCNetworkStateFault where the internet could not reach it */
export function checkPublic(scope: Pick<Scope, "records">, publiclyAccessible: boolean, vpcId: string): void {
  if (publiclyAccessible && !scope.records.list(InternetGateways).some((gateway) => gateway.vpcId === vpcId))
    throw new ServiceFault(
      "InvalidVPCNetworkStateFault",
      `Cannot create a publicly accessible DBInstance. The specified VPC has no internet gateway attached. Update the VPC and then try again`,
    );
}

/** For the user by whom servers copy each other; nobody is told it. */
export const newReplicationPassword = (): string => randomBytes(24).toString("base64url");
