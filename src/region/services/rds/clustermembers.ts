import type { Scope } from "../../operations/call.js";
import { ServiceFault } from "../../operations/fault.js";
import { put } from "../../records/records.js";
import { interfaceChanges } from "../ec2/interfaces.js";
import type { NetworkInterface, Tags } from "../ec2/records.js";
import { withoutAutomated } from "./backups/automated.js";
import { checkWindows } from "./backups/windows.js";
import { checkIdentifier } from "./checks.js";
import { dbInstanceClass } from "./classes.js";
import { theEngine } from "./engines.js";
import { defaultSettings } from "./defaults.js";
import { defined } from "./instances.js";
import { newResourceId } from "./names.js";
import { checkOptionGroup, joinClusterParameterGroup, joinParameterGroup } from "./parametermembership.js";
import { DBClusters, DBInstances, type DBCluster, type DBInstance, type DBInstanceSettings } from "./records.js";
import { checkPublic, decideServer, sitesOf, type ServerSite } from "./servers.js";
import { theDBSubnetGroup } from "./subnetgroups.js";

/** What may be said of a member; the rest is the cluster's. */
export interface MemberWish {
  readonly identifier: string;
  readonly instanceClass: string;
  readonly zone?: string | undefined;
  readonly publiclyAccessible?: boolean | undefined;
  readonly parameterGroupName?: string | undefined;
  /** What may only be said again. */
  readonly engineVersion?: string | undefined;
  readonly subnetGroupName?: string | undefined;
  readonly optionGroupName?: string | undefined;
  readonly settings?: Partial<DBInstanceSettings>;
  readonly tags: Tags;
}

/** A member more; the first one takes the writes. */
export async function createMember(call: Scope, clusterId: string, wish: MemberWish, engine: string): Promise<DBInstance> {
  const cluster = call.records.get(DBClusters, clusterId.toLowerCase());
  if (cluster === undefined)
    throw new ServiceFault(
      "DBClusterNotFoundFault",
      `The source cluster could not be found or cannot be accessed: ${clusterId}`,
      404,
    );
  if (cluster.engine !== engine)
    throw new ServiceFault(
      "InvalidParameterCombination",
      `The engine name requested for your DB instance (${engine}) doesn't match the engine name of your DB cluster (${cluster.engine}).`,
    );
  if (cluster.kind === "multi-az")
    throw new ServiceFault("InvalidDBClusterStateFault", "DB instances cannot be added to a Multi-AZ DB cluster.");
  if (cluster.wish !== "running" || cluster.status === "deleting")
    throw new ServiceFault("InvalidDBClusterStateFault", `DBCluster ${cluster.identifier} is ${cluster.status}.`);
  const identifier = checkIdentifier(wish.identifier);
  if (call.records.get(DBInstances, identifier) !== undefined)
    throw new ServiceFault("DBInstanceAlreadyExists", "DB instance already exists");
  checkPublic(call, wish.publiclyAccessible ?? false, cluster.vpcId);
  checkLikeCluster(cluster, wish);
  const ofEngine = theEngine(cluster.engine);
  checkOptionGroup(ofEngine, cluster.engineVersion, wish.optionGroupName);
  const joined = joinParameterGroup(call, ofEngine, cluster.engineVersion, wish.parameterGroupName);
  const decided = decideMember(call, cluster, { ...wish, identifier }, memberSite(call, cluster, wish.zone));
  const db = { ...decided.db, parameterGroup: joined.membership };
  // The first one of all, or after the last: its server begins another history, of which what is kept of the former is no part.
  const forgotten = membersOf(call, cluster.identifier).length === 0 ? withoutAutomated(call.records, cluster.resourceId) : [];
  call.commit(put(DBInstances, identifier, db), ...interfaceChanges(decided.nic), ...joined.commit, ...forgotten);
  await call.upkeep.network(cluster.vpcId);
  call.upkeep.nudge("dbcluster", cluster.identifier);
  return db;
}

/** @throws InvalidParameterCombination */
function checkLikeCluster(cluster: DBCluster, { engineVersion, subnetGroupName }: MemberWish): void {
  const { engineVersion: its } = cluster;
  if (engineVersion !== undefined && engineVersion !== its && !its.startsWith(`${engineVersion}.`))
    throw new ServiceFault(
      "InvalidParameterCombination",
      `The engine version that you requested for your DB instance (${engineVersion}) does not match the engine version of your DB cluster (${its}).`,
    );
  if (subnetGroupName !== undefined && subnetGroupName.toLowerCase() !== cluster.subnetGroupName)
    throw new ServiceFault(
      "InvalidParameterCombination",
      `The requested DB Instance will be a member of a DB Cluster. Set its DB subnet group for the DB Cluster: ${cluster.identifier} has ${cluster.subnetGroupName}, not ${subnetGroupName}.`,
    );
}

/** The zone that is asked for, or the one that has fewest members. */
function memberSite(call: Scope, cluster: DBCluster, zone: string | undefined): ServerSite {
  const sites = sitesOf(call, theDBSubnetGroup(call, cluster.subnetGroupName)).filter(
    (site) => zone === undefined || site.zone === zone,
  );
  const members = membersOf(call, cluster.identifier);
  const count = (site: ServerSite): number => members.filter(({ server }) => server.zone === site.zone).length;
  const site = sites.reduce<ServerSite | undefined>(
    (best, each) => (best === undefined || count(each) < count(best) ? each : best),
    undefined,
  );
  if (site === undefined)
    throw new ServiceFault(
      "InvalidVPCNetworkStateFault",
      `The DB subnet group '${cluster.subnetGroupName}' has no subnet in the Availability Zone ${zone}.`,
    );
  return site;
}

/** Decide a member of a cluster. Changes nothing. */
export function decideMember(
  call: Scope,
  cluster: DBCluster,
  wish: MemberWish,
  site: ServerSite,
  alsoTaken: readonly NetworkInterface[] = [],
): { readonly db: DBInstance; readonly nic: NetworkInterface } {
  dbInstanceClass(wish.instanceClass);
  const said = defined(wish.settings ?? {});
  const preferredMaintenanceWindow = (said.preferredMaintenanceWindow ?? cluster.preferredMaintenanceWindow).toLowerCase();
  if (said.preferredMaintenanceWindow !== undefined) checkWindows(cluster.preferredBackupWindow, preferredMaintenanceWindow);
  const placement = {
    identifier: wish.identifier,
    resourceId: newResourceId(),
    servers: 0,
    groupIds: cluster.groupIds,
    publiclyAccessible: wish.publiclyAccessible ?? false,
  };
  const { server, nic } = decideServer(call, placement, site, alsoTaken);
  const db: DBInstance = {
    ...placement,
    clusterId: cluster.identifier,
    engine: cluster.engine,
    engineVersion: cluster.engineVersion,
    instanceClass: wish.instanceClass,
    masterUsername: cluster.masterUsername,
    replicationPassword: cluster.replicationPassword,
    ...(cluster.databaseName === undefined ? {} : { databaseName: cluster.databaseName }),
    port: cluster.port,
    subnetGroupName: cluster.subnetGroupName,
    vpcId: cluster.vpcId,
    server,
    retired: [],
    servers: 1,
    multiAz: false,
    origin: { kind: "new" },
    groupIds: nic.groupIds,
    deletionProtection: false,
    ...(cluster.parameterGroupName === undefined
      ? {}
      : {
          clusterParameterGroup: joinClusterParameterGroup(
            call,
            theEngine(cluster.engine),
            cluster.engineVersion,
            cluster.parameterGroupName,
          ).membership,
        }),
    wish: "running",
    status: "creating",
    born: false,
    createdAt: call.now(),
    settings: {
      ...defaultSettings,
      ...said,
      preferredMaintenanceWindow,
      allocatedStorage: cluster.allocatedStorage,
      storageType: cluster.storageType,
      storageEncrypted: cluster.storageEncrypted,
      // Backups are the cluster's.
      backupRetentionPeriod: 0,
    },
    tags: wish.tags,
  };
  return { db, nic };
}

/** In order of their creation. */
export const membersOf = (scope: Pick<Scope, "records">, clusterId: string): readonly DBInstance[] =>
  scope.records.list(DBInstances).filter((db) => db.clusterId === clusterId);
