import type { Database, DatabaseCluster } from "../../environment/databases.js";
import type { Environment } from "../../environment/environment.js";
import { isKnown, known, Unknown, type Maybe } from "../../environment/maybe.js";
import type { NetworkInterface } from "../../environment/network.js";
import type { NodeId } from "../../environment/node.js";
import { plannedPause } from "../backups/planned.js";
import { admits, type Admission } from "./admits.js";
import { grantsOf } from "./grants.js";
import { named, settingsOf, zonesAmong, type Datastore, type NatUse, type ServicePath, type Tier } from "./path.js";

/** What the servers of these tiers need: databases that admit them or that their user data names, buckets, NAT gateways. */
export function dependenciesOf(
  environment: Environment,
  tiers: readonly Tier[],
): Pick<ServicePath, "databases" | "nat" | "buckets"> {
  const callers = tiers.flatMap((tier) => interfacesOf(environment, tier));
  const userData = tiers.map((tier) => known(settingsOf(environment, tier)?.userData ?? "", "")).join("\n");
  const standalone = [...environment.databases.values()].filter(
    ({ cluster, replicaOf }) => cluster === undefined && replicaOf === undefined,
  );
  const reached = [...standalone, ...environment.databaseClusters.values()].flatMap((database) => {
    const admission = admissionOf(environment, callers, database);
    const isNamed = userData.includes(database.id);
    if (admission === "no" && !isNamed) return [];
    return [datastoreOf(environment, database, admission === "yes" || isNamed)];
  });
  const grants = grantsOf(environment, tiers);
  return { databases: reached, buckets: grants.written, nat: natOf(environment, callers, grants.usesS3) };
}

const interfacesOf = (environment: Environment, tier: Tier): readonly NetworkInterface[] =>
  tier.servers
    .flatMap(({ id }) => (environment.instances.get(id) ?? environment.autoScalingGroups.get(id))?.interfaces ?? [])
    .flatMap((id) => environment.interfaces.get(id) ?? []);

const isCluster = (database: Database | DatabaseCluster): database is DatabaseCluster => "members" in database;

/** The instances of an Aurora cluster have its interfaces; so has a Multi-AZ DB cluster's own node, as an owner. */
function admissionOf(
  environment: Environment,
  callers: readonly NetworkInterface[],
  database: Database | DatabaseCluster,
): Admission {
  const owners = new Set<NodeId>([database.id, ...(isCluster(database) ? database.members : [])]);
  const faces = [...environment.interfaces.values()].filter(({ owner }) => owner.kind === "database" && owners.has(owner.id));
  if (callers.length === 0) return "no";
  const answers = faces.map((face) => admits(environment, callers, face, database.port));
  if (answers.includes("yes")) return "yes";
  return answers.includes("perhaps") ? "perhaps" : "no";
}

function datastoreOf(environment: Environment, database: Database | DatabaseCluster, certain: boolean): Datastore {
  const about = {
    ...named(database),
    engine: database.engine,
    backupRetention: database.backupRetention,
    deletionProtection: database.deletionProtection,
    deletionPolicy: database.deletionPolicy,
    plannedBackups: plannedPause(environment, database),
    certain,
  };
  if (!isCluster(database)) {
    const storage = database.storage ?? new Unknown("AllocatedStorage is not stated");
    return {
      ...about,
      kind: "instance",
      redundant: hasStandby(environment, database),
      zone: zoneOf(environment, database),
      storage,
    };
  }
  const storage = new Unknown("an Aurora cluster's storage grows with its data");
  if (database.isMultiAzCluster === true) {
    return {
      ...about,
      kind: "cluster",
      redundant: true,
      zone: new Unknown("it is in three zones"),
      storage: new Unknown("the graph does not hold the cluster's storage"),
    };
  }
  const members = database.members.flatMap((id) => environment.databases.get(id) ?? []);
  const zones = members.map(({ zone }) => zone);
  // Where the source names no zones, Aurora itself spreads instances over those of the subnet group.
  const redundant =
    database.isMultiAzCluster instanceof Unknown ? database.isMultiAzCluster : members.length > 1 && zonesAmong(zones).most > 1;
  return {
    ...about,
    kind: "aurora",
    redundant,
    zone: zones[0] ?? new Unknown("the cluster has no instance in the source"),
    storage,
  };
}

const zonesOfGroup = (environment: Environment, { subnetGroup }: Database): readonly Maybe<string>[] => {
  const group = subnetGroup !== undefined && isKnown(subnetGroup) ? environment.databaseSubnetGroups.get(subnetGroup) : undefined;
  return (group?.subnets ?? []).map((id) =>
    isKnown(id) ? (environment.subnets.get(id)?.zone ?? new Unknown(`the subnet ${id} is not in the graph`)) : id,
  );
};

/** Multi-AZ needs a second zone to be in. */
function hasStandby(environment: Environment, database: Database): Maybe<boolean> {
  const zones = zonesOfGroup(environment, database);
  return database.multiAz === true && zones.length > 0 && zonesAmong(zones).most < 2 ? false : database.multiAz;
}

function zoneOf(environment: Environment, database: Database): Maybe<string> {
  if (isKnown(database.zone)) return database.zone;
  const zones = zonesOfGroup(environment, database);
  const [only] = zones;
  return only !== undefined && zonesAmong(zones).most === 1 ? only : database.zone;
}

/** Requests wait for a NAT gateway where the servers' way to S3 is through it; other calls to the outside no definition shows. */
function natOf(environment: Environment, callers: readonly NetworkInterface[], usesS3: boolean): NatUse | undefined {
  if (!usesS3) return undefined;
  const gateways = new Set<NodeId>();
  for (const subnet of new Set(callers.flatMap(({ subnets }) => subnets))) {
    const table = environment.subnets.get(subnet)?.routeTable;
    const routes = table !== undefined && isKnown(table) ? (environment.routeTables.get(table)?.routes ?? []) : [];
    const toS3 = routes.some(
      ({ destination }) => isKnown(destination) && "service" in destination && destination.service.endsWith(".s3"),
    );
    for (const { target } of toS3 ? [] : routes) {
      if (isKnown(target) && target.kind === "natGateway") gateways.add(target.id);
    }
  }
  const nodes = [...gateways].flatMap((id) => environment.natGateways.get(id) ?? []);
  if (nodes.length === 0) return undefined;
  return {
    gateways: nodes.map(named),
    zones: nodes.map(({ subnet }) =>
      isKnown(subnet)
        ? (environment.subnets.get(subnet)?.zone ?? new Unknown(`the subnet ${subnet} is not in the graph`))
        : subnet,
    ),
    because:
      "the servers' way to S3 is through it, so it counts if requests wait for S3; a gateway endpoint takes it out of the way",
  };
}
