import type { Scope } from "../../operations/call.js";
import { NotModelled, ServiceFault } from "../../operations/fault.js";
import { put } from "../../records/records.js";
import { interfaceChanges } from "../ec2/interfaces.js";
import type { NetworkInterface, Tags } from "../ec2/records.js";
import {
  checkDatabaseName,
  checkIdentifier,
  checkMasterPassword,
  checkMasterUsername,
  checkPort,
  checkStorage,
} from "./checks.js";
import { dbInstanceClass } from "./classes.js";
import { decideMember, membersOf } from "./clustermembers.js";
import { engineVersion, theEngine } from "./engines.js";
import { checkGroups } from "./instances.js";
import { newResourceId } from "./names.js";
import { DBClusters, DBInstances, type DBCluster } from "./records.js";
import { newReplicationPassword, sitesOf } from "./servers.js";
import { theDBSubnetGroup } from "./subnetgroups.js";

/** A DB cluster as it is asked for, in AWS's words. */
export interface DBClusterWish {
  readonly identifier: string;
  readonly engine: string;
  readonly engineVersion?: string | undefined;
  readonly masterUsername?: string | undefined;
  readonly masterPassword?: string | undefined;
  readonly databaseName?: string | undefined;
  readonly port?: number | undefined;
  readonly subnetGroupName?: string | undefined;
  readonly groupIds?: readonly string[] | undefined;
  readonly deletionProtection?: boolean | undefined;
  /** Of a Multi-AZ DB cluster. */
  readonly instanceClass?: string | undefined;
  readonly allocatedStorage?: number | undefined;
  readonly storageType?: string | undefined;
  readonly backupRetentionPeriod?: number | undefined;
  readonly preferredBackupWindow?: string | undefined;
  readonly preferredMaintenanceWindow?: string | undefined;
  readonly storageEncrypted?: boolean | undefined;
  readonly tags: Tags;
}

/** Aurora's storage is not bounded by a wish (128 TiB); here a disk needs a size. GiB. */
const auroraStorage = 128;

/**
 * An Aurora cluster, which has its members made one by one, or a Multi-AZ DB cluster, which comes with three.
 * https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBCluster.html
 */
export async function createDBCluster(call: Scope, wish: DBClusterWish): Promise<DBCluster> {
  const identifier = checkIdentifier(wish.identifier, "DBClusterIdentifier");
  if (call.records.get(DBClusters, identifier) !== undefined)
    throw new ServiceFault("DBClusterAlreadyExistsFault", `DB Cluster already exists`);
  const engine = theEngine(wish.engine);
  const kind = engine.name.startsWith("aurora-") ? "aurora" : "multi-az";
  if (engine.name === "mariadb")
    throw new ServiceFault("InvalidParameterValue", "Invalid DB engine: mariadb has no DB clusters.");
  if (wish.subnetGroupName === undefined)
    throw new ServiceFault(
      "InvalidSubnet",
      "No default subnet detected in VPC. Give DBSubnetGroupName a DB subnet group that you made: there is no default VPC here.",
    );
  const group = theDBSubnetGroup(call, wish.subnetGroupName);
  checkGroups(call, wish.groupIds ?? [], group.vpcId);
  const storageType = wish.storageType ?? (kind === "aurora" ? "aurora" : "gp3");
  if (kind === "aurora" && (wish.instanceClass !== undefined || wish.allocatedStorage !== undefined))
    throw new ServiceFault(
      "InvalidParameterCombination",
      "DBClusterInstanceClass and AllocatedStorage are for Multi-AZ DB clusters only, not for Aurora.",
    );
  if (kind === "multi-az") checkMultiAz(call, wish, group);
  const masterUsername = checkMasterUsername(wish.masterUsername);
  const masterPassword = checkMasterPassword(wish.masterPassword);
  const databaseName = checkDatabaseName(wish.databaseName);
  const cluster: DBCluster = {
    identifier,
    resourceId: newResourceId("cluster"),
    kind,
    engine: engine.name,
    engineVersion: engineVersion(engine, wish.engineVersion),
    masterUsername,
    masterPassword,
    replicationPassword: newReplicationPassword(),
    ...(databaseName === undefined ? {} : { databaseName }),
    port: checkPort(wish.port, engine.port),
    subnetGroupName: group.name,
    vpcId: group.vpcId,
    groupIds: wish.groupIds ?? [],
    deletionProtection: wish.deletionProtection ?? false,
    ...(wish.instanceClass === undefined ? {} : { instanceClass: wish.instanceClass }),
    allocatedStorage: kind === "aurora" ? auroraStorage : checkStorage(engine.name, storageType, wish.allocatedStorage),
    storageType,
    backupRetentionPeriod: wish.backupRetentionPeriod ?? 1,
    preferredBackupWindow: wish.preferredBackupWindow ?? "03:00-03:30",
    preferredMaintenanceWindow: wish.preferredMaintenanceWindow ?? "sun:04:00-sun:04:30",
    storageEncrypted: wish.storageEncrypted ?? false,
    copies: {},
    wish: "running",
    // One of Aurora is there before it has members.
    status: kind === "aurora" ? "available" : "creating",
    born: kind === "aurora",
    createdAt: call.now(),
    tags: wish.tags,
  };
  const nics: NetworkInterface[] = [];
  const members = (kind === "aurora" ? [] : sitesOf(call, group).slice(0, 3)).map((site, index) => {
    const member = decideMember(
      call,
      cluster,
      { identifier: `${identifier}-instance-${index + 1}`, instanceClass: wish.instanceClass ?? "", tags: wish.tags },
      site,
      nics,
    );
    nics.push(member.nic);
    return member;
  });
  call.commit(
    put(DBClusters, identifier, cluster),
    ...members.flatMap(({ db, nic }) => [put(DBInstances, db.identifier, db), ...interfaceChanges(nic)]),
  );
  if (members.length > 0) await call.upkeep.network(cluster.vpcId);
  call.upkeep.nudge("dbcluster", identifier);
  return cluster;
}

/** @throws where a Multi-AZ DB cluster could not have its three members */
function checkMultiAz(call: Scope, wish: DBClusterWish, group: ReturnType<typeof theDBSubnetGroup>): void {
  if (wish.instanceClass === undefined)
    throw new ServiceFault("InvalidParameterCombination", "DBClusterInstanceClass is required for Multi-AZ DB clusters.");
  dbInstanceClass(wish.instanceClass);
  if (sitesOf(call, group).length < 3)
    throw new ServiceFault(
      "DBSubnetGroupDoesNotCoverEnoughAZs",
      `A Multi-AZ DB cluster needs subnets in three Availability Zones; the DB subnet group '${group.name}' has ${sitesOf(call, group).length}.`,
    );
}

/** An Aurora cluster goes without its members only; a Multi-AZ DB cluster takes them along. */
export function deleteDBCluster(
  call: Scope,
  wanted: string,
  how: { skipFinalSnapshot: boolean; finalSnapshot?: string | undefined },
): DBCluster {
  const cluster = theDBCluster(call, wanted);
  if (cluster.wish === "deleted")
    throw new ServiceFault("InvalidDBClusterStateFault", `DBCluster ${cluster.identifier} is already being deleted.`);
  if (cluster.deletionProtection)
    throw new ServiceFault(
      "InvalidParameterCombination",
      "Cannot delete protected Cluster, please disable deletion protection and try again.",
    );
  const members = membersOf(call, cluster.identifier);
  if (cluster.kind === "aurora" && members.some((db) => db.wish !== "deleted"))
    throw new ServiceFault(
      "InvalidDBClusterStateFault",
      "Cluster cannot be deleted, it still contains DB instances in non-deleting state.",
    );
  if (how.skipFinalSnapshot === (how.finalSnapshot !== undefined))
    throw new ServiceFault(
      "InvalidParameterCombination",
      "FinalDBSnapshotIdentifier is required unless SkipFinalSnapshot is specified, and only then.",
    );
  if (!how.skipFinalSnapshot)
    throw new NotModelled(
      `final snapshots of DB clusters, so ${cluster.identifier} was not deleted`,
      "Dump what you want to keep, then delete it with SkipFinalSnapshot=true.",
    );
  const deleted: DBCluster = { ...cluster, wish: "deleted", status: "deleting" };
  call.commit(
    put(DBClusters, cluster.identifier, deleted),
    ...members.map((db) => put(DBInstances, db.identifier, { ...db, wish: "deleted" as const, status: "deleting" as const })),
  );
  call.upkeep.nudge("dbcluster", cluster.identifier);
  return deleted;
}

/** https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_FailoverDBCluster.html */
export function failoverDBCluster(call: Scope, wanted: string, target: string | undefined): DBCluster {
  const cluster = theDBCluster(call, wanted);
  expectCluster(cluster, "available");
  const readers = membersOf(call, cluster.identifier).filter(({ identifier }) => identifier !== cluster.writer);
  if (target !== undefined && !readers.some(({ identifier }) => identifier === target.toLowerCase()))
    throw new ServiceFault("InvalidDBInstanceState", `${target} is not a reader of the DB cluster ${cluster.identifier}.`);
  if (readers.length === 0)
    throw new ServiceFault("InvalidDBClusterStateFault", `Cluster ${cluster.identifier} has no reader to fail over to.`);
  return changeCluster(call, cluster, {
    status: "failing-over",
    failoverWished: target === undefined ? {} : { target: target.toLowerCase() },
  });
}

export function stopDBCluster(call: Scope, wanted: string): DBCluster {
  const cluster = theDBCluster(call, wanted);
  expectCluster(cluster, "available");
  return changeCluster(call, cluster, { wish: "stopped", status: "stopping" });
}

export function startDBCluster(call: Scope, wanted: string): DBCluster {
  const cluster = theDBCluster(call, wanted);
  expectCluster(cluster, "stopped");
  return changeCluster(call, cluster, { wish: "running", status: "starting" });
}

/** What can be changed takes effect at once. */
export function modifyDBCluster(
  call: Scope,
  wanted: string,
  wish: { readonly masterPassword?: string | undefined; readonly deletionProtection?: boolean | undefined; readonly tags?: Tags },
): DBCluster {
  const cluster = theDBCluster(call, wanted);
  if (cluster.wish === "deleted" || !cluster.born)
    throw new ServiceFault("InvalidDBClusterStateFault", `DBCluster ${cluster.identifier} is ${cluster.status}.`);
  return changeCluster(call, cluster, {
    ...(wish.masterPassword === undefined ? {} : { masterPassword: checkMasterPassword(wish.masterPassword) }),
    ...(wish.deletionProtection === undefined ? {} : { deletionProtection: wish.deletionProtection }),
    ...(wish.tags === undefined ? {} : { tags: wish.tags }),
  });
}

export function theDBCluster(call: Pick<Scope, "records">, wanted: string): DBCluster {
  const cluster = call.records.get(DBClusters, wanted.toLowerCase());
  if (cluster === undefined) throw new ServiceFault("DBClusterNotFoundFault", `DBCluster ${wanted} not found.`, 404);
  return cluster;
}

function changeCluster(call: Scope, cluster: DBCluster, changes: Partial<DBCluster>): DBCluster {
  const changed = { ...cluster, ...changes };
  call.commit(put(DBClusters, cluster.identifier, changed));
  call.upkeep.nudge("dbcluster", cluster.identifier);
  return changed;
}

function expectCluster(cluster: DBCluster, status: DBCluster["status"]): void {
  if (cluster.status !== status)
    throw new ServiceFault(
      "InvalidDBClusterStateFault",
      `DbCluster ${cluster.identifier} is in ${cluster.status} state but expected it to be one of ${status}.`,
    );
}
