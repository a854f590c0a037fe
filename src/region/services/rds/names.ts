import { createHash, randomBytes } from "node:crypto";
import type { NameSpec } from "../../../parts/names/spec.js";
import type { Scope } from "../../operations/call.js";
import type { Records } from "../../records/records.js";
import { NetworkInterfaces } from "../ec2/records.js";
import { DBClusters, DBInstances, type DBInstance } from "./records.js";

const letters = "abcdefghijklmnopqrstuvwxyz0123456789";

/** The part of every endpoint that AWS derives from account and region: 12 letters and digits, the first a `c`. */
const accountPart = (accountId: string, regionName: string): string => {
  const bytes = createHash("sha256").update(`${accountId} ${regionName}`).digest();
  return `c${[...bytes.subarray(0, 11)].map((byte) => letters[byte % letters.length]).join("")}`;
};

/** e.g. `app.c1x2y3z4a5b6.eu-west-3.rds.amazonaws.com`. */
export const endpointName = (scope: Pick<Scope, "accountId" | "regionName">, identifier: string): string =>
  `${identifier}.${accountPart(scope.accountId, scope.regionName)}.${scope.regionName}.rds.amazonaws.com`;

/** e.g. `shop.cluster-c1x2y3z4a5b6.eu-west-3.rds.amazonaws.com`, or the `cluster-ro-` one of its readers. */
export const clusterEndpointName = (
  scope: Pick<Scope, "accountId" | "regionName">,
  identifier: string,
  kind: "cluster" | "cluster-ro" = "cluster",
): string => `${identifier}.${kind}-${accountPart(scope.accountId, scope.regionName)}.${scope.regionName}.rds.amazonaws.com`;

export const clusterArn = (scope: Pick<Scope, "accountId" | "regionName">, identifier: string): string =>
  `arn:aws:rds:${scope.regionName}:${scope.accountId}:cluster:${identifier}`;

/** A new `DbiResourceId`. */
export const newResourceId = (kind: "db" | "cluster" = "db"): string =>
  `${kind}-${[...randomBytes(26)].map((byte) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"[byte % 32]).join("")}`;

export const instanceArn = (scope: Pick<Scope, "accountId" | "regionName">, db: Pick<DBInstance, "identifier">): string =>
  `arn:aws:rds:${scope.regionName}:${scope.accountId}:db:${db.identifier}`;

export const subnetGroupArn = (scope: Pick<Scope, "accountId" | "regionName">, name: string): string =>
  `arn:aws:rds:${scope.regionName}:${scope.accountId}:subgrp:${name}`;

/** `kind`: `pg` of a DB parameter group, `cluster-pg` of one for clusters. */
export const parameterGroupArn = (
  scope: Pick<Scope, "accountId" | "regionName">,
  kind: "pg" | "cluster-pg",
  name: string,
): string => `arn:aws:rds:${scope.regionName}:${scope.accountId}:${kind}:${name}`;

/**
 * The names of DB instances and clusters that have an endpoint. In the VPC a name answers the private address; outside it answers the
 * public address of a publicly accessible instance, and the private one of any other, as on AWS. Pure.
 */
export function databaseNames(
  scope: Pick<Scope, "accountId" | "regionName"> & { readonly records: Records },
  options: { readonly view: "internet" | "vpc" } = { view: "vpc" },
): NameSpec[] {
  const addressesOf = (db: DBInstance): readonly string[] => {
    const nic = scope.records.get(NetworkInterfaces, db.server.interfaceId);
    if (nic === undefined) return [];
    return [options.view === "internet" ? (nic.autoPublicIp ?? nic.privateIp) : nic.privateIp];
  };
  const named = (name: string, members: readonly DBInstance[]): NameSpec[] => {
    const addresses = members.flatMap(addressesOf);
    return addresses.length === 0 ? [] : [{ name, addresses }];
  };
  const instances = scope.records.list(DBInstances);
  return [
    ...instances.flatMap((db) => named(endpointName(scope, db.identifier), [db])),
    ...scope.records.list(DBClusters).flatMap((cluster) => {
      const members = instances.filter(({ clusterId }) => clusterId === cluster.identifier);
      const writers = members.filter(({ identifier }) => identifier === cluster.writer);
      const readers = members.filter(({ identifier, status }) => identifier !== cluster.writer && status === "available");
      return [
        ...named(clusterEndpointName(scope, cluster.identifier), writers),
        // Without readers it leads to the writer, as on AWS.
        ...named(clusterEndpointName(scope, cluster.identifier, "cluster-ro"), readers.length === 0 ? writers : readers),
      ];
    }),
  ];
}
