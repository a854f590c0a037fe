import type { Scope } from "../../operations/call.js";
import { ServiceFault } from "../../operations/fault.js";
import { put, type Change } from "../../records/records.js";
import { interfaceChanges } from "../ec2/interfaces.js";
import { SecurityGroups, type Tags } from "../ec2/records.js";
import { instanceBackups } from "./backups/kinds.js";
import { DBSnapshots, sourceOf } from "./backups/records.js";
import { checkRetention } from "./backups/settings.js";
import { decideSnapshot } from "./backups/deciding.js";
import { chosenWindows } from "./backups/windows.js";
import {
  checkDatabaseName,
  checkIdentifier,
  checkIops,
  checkMasterUsername,
  checkMaxStorage,
  checkPort,
  checkStorage,
} from "./checks.js";
import { dbInstanceClass } from "./classes.js";
import { engineVersion, theEngine } from "./engines.js";
import { snapshotEvent } from "./events.js";
import { instanceEvents } from "./instanceevents.js";
import { accessibleKey } from "./kmskeys.js";
import { firstMasterPassword, type MasterPasswordWish } from "./masterpassword.js";
import { newResourceId } from "./names.js";
import { checkOptionGroup, joinParameterGroup } from "./parametermembership.js";
import { defaultSettings } from "./defaults.js";
import { DBClusters, DBInstances, type DBInstance, type DBInstanceSettings } from "./records.js";
import { replicasOf } from "./replication.js";
import { checkPublic, decideServer, newReplicationPassword, sitesOf } from "./servers.js";
import { theDBSubnetGroup } from "./subnetgroups.js";

/** A DB instance as it is asked for, in AWS's words. */
export interface DBInstanceWish {
  readonly identifier: string;
  readonly instanceClass: string;
  readonly engine: string;
  readonly engineVersion?: string;
  readonly masterUsername?: string;
  readonly master: MasterPasswordWish;
  readonly databaseName?: string;
  readonly port?: number;
  readonly subnetGroupName?: string;
  readonly zone?: string;
  readonly multiAz?: boolean;
  readonly groupIds?: readonly string[];
  readonly publiclyAccessible?: boolean;
  readonly deletionProtection?: boolean;
  readonly parameterGroupName?: string;
  readonly optionGroupName?: string;
  readonly settings: Partial<DBInstanceSettings>;
  readonly tags: Tags;
  /** From a backup, which has its master user and password. */
  readonly restored?: { readonly origin: DBInstance["origin"]; readonly masterUsername: string; readonly told: Change };
}

/**
 * A DB instance, `creating` until the keeper has its server up.
 * https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBInstance.html
 */
export async function createDBInstance(call: Scope, wish: DBInstanceWish): Promise<DBInstance> {
  const identifier = checkIdentifier(wish.identifier);
  if (call.records.get(DBInstances, identifier) !== undefined)
    throw new ServiceFault("DBInstanceAlreadyExists", "DB instance already exists");
  const engine = theEngine(wish.engine);
  const version = engineVersion(engine, wish.engineVersion);
  dbInstanceClass(wish.instanceClass);
  const storageType = wish.settings.storageType ?? (wish.settings.iops === undefined ? "gp3" : "io1");
  const allocatedStorage = checkStorage(engine.name, storageType, wish.settings.allocatedStorage);
  checkIops(storageType, wish.settings.iops);
  // Of a restored one it may be what its source had before it was told to be larger.
  if (wish.restored === undefined) checkMaxStorage(wish.settings.maxAllocatedStorage, allocatedStorage);
  const group = theGroup(call, wish.subnetGroupName);
  const multiAz = wish.multiAz ?? false;
  if (multiAz && wish.zone !== undefined)
    throw new ServiceFault(
      "InvalidParameterCombination",
      "Requesting a specific availability zone is not valid for Multi-AZ instances.",
    );
  const site = sitesOf(call, group).find(({ zone }) => wish.zone === undefined || zone === wish.zone);
  if (site === undefined)
    throw new ServiceFault(
      "InvalidVPCNetworkStateFault",
      `The DB subnet group '${group.name}' has no subnet in the Availability Zone ${wish.zone ?? "of any of its subnets"}.`,
    );
  const publiclyAccessible = wish.publiclyAccessible ?? false;
  checkPublic(call, publiclyAccessible, group.vpcId);
  checkGroups(call, wish.groupIds ?? [], group.vpcId);
  const masterUsername = wish.restored?.masterUsername ?? checkMasterUsername(engine.name, wish.masterUsername);
  const windows = chosenWindows(defined(wish.settings), call.regionName);
  checkRetention(wish.settings.backupRetentionPeriod);
  // A restored one is as its backup is.
  if (wish.restored === undefined && wish.settings.kmsKeyId !== undefined) accessibleKey(call, wish.settings.kmsKeyId);
  // A restored one has the password of its data, unless it is to be another.
  const isKept = wish.restored !== undefined && wish.master.masterPassword === undefined && wish.master.managed !== true;
  const { part, changes } = isKept
    ? { part: {}, changes: [] }
    : firstMasterPassword(call, { is: "db", identifier, masterUsername, engine: engine.name }, wish.master);
  const databaseName = checkDatabaseName(wish.databaseName);
  const parameters = joinParameterGroup(call, engine, version, wish.parameterGroupName);
  checkOptionGroup(engine, version, wish.optionGroupName);
  const told = wish.restored === undefined ? [] : [wish.restored.told];
  const placement = { identifier, resourceId: newResourceId(), servers: 0, groupIds: wish.groupIds ?? [], publiclyAccessible };
  const { server, nic } = decideServer(call, placement, site);
  const db: DBInstance = {
    ...placement,
    engine: engine.name,
    engineVersion: version,
    instanceClass: wish.instanceClass,
    masterUsername,
    ...part,
    replicationPassword: newReplicationPassword(),
    ...(databaseName === undefined ? {} : { databaseName }),
    port: checkPort(wish.port, engine.port),
    subnetGroupName: group.name,
    vpcId: group.vpcId,
    server,
    retired: [],
    servers: 1,
    multiAz,
    origin: wish.restored?.origin ?? { kind: "new" },
    groupIds: nic.groupIds,
    deletionProtection: wish.deletionProtection ?? false,
    parameterGroup: parameters.membership,
    wish: "running",
    status: "creating",
    born: false,
    createdAt: call.now(),
    settings: { ...defaultSettings, ...defined(wish.settings), ...windows, storageType, allocatedStorage },
    tags: wish.tags,
  };
  call.commit(put(DBInstances, identifier, db), ...interfaceChanges(nic), ...changes, ...parameters.commit, ...told);
  await call.upkeep.network(db.vpcId);
  call.upkeep.nudge("database", identifier);
  return db;
}

/** Deletes it with its data; `deleting` until the keeper has. Asked again while it goes, it is an InvalidDBInstanceState. */
export function deleteDBInstance(
  call: Scope,
  wanted: string,
  how: { readonly skipFinalSnapshot: boolean; readonly finalSnapshot?: string; readonly retainBackups?: boolean },
): DBInstance {
  const db = theDBInstance(call, wanted);
  if (db.status === "deleting")
    throw new ServiceFault("InvalidDBInstanceState", `Instance ${db.identifier} is already being deleted.`);
  if (db.deletionProtection)
    throw new ServiceFault(
      "InvalidParameterCombination",
      "Cannot delete protected DB Instance, please disable deletion protection and try again.",
    );
  if (db.clusterId !== undefined) return deleteMember(call, db, how);
  if (db.origin.kind === "replica" && how.finalSnapshot !== undefined)
    throw new ServiceFault(
      "InvalidParameterCombination",
      "FinalDBSnapshotIdentifier can not be specified when deleting a replica instance",
    );
  if (how.skipFinalSnapshot && how.finalSnapshot !== undefined)
    throw new ServiceFault(
      "InvalidParameterCombination",
      "FinalDBSnapshotIdentifier cannot be specified when deleting with SkipFinalSnapshot.",
    );
  if (!how.skipFinalSnapshot && how.finalSnapshot === undefined)
    throw new ServiceFault(
      "InvalidParameterCombination",
      "FinalDBSnapshotIdentifier is required unless SkipFinalSnapshot is specified.",
    );
  const { rebootWished: _forgotten, pending: _waiting, ...rest } = db;
  const leaving: DBInstance = { ...rest, status: "deleting", retainsBackups: how.retainBackups ?? false };
  if (how.skipFinalSnapshot) return change(call, leaving, { wish: "deleted" });
  const named = { identifier: how.finalSnapshot, member: "FinalDBSnapshotIdentifier", tags: {} };
  const snapshot = decideSnapshot(call, sourceOf(db), named, db.tags);
  if (!db.born || db.status === "failed")
    throw new ServiceFault(
      "InvalidDBInstanceState",
      `Cannot create a snapshot because the database instance ${db.identifier} is not currently in the available state: it is ${db.status}. Delete it with SkipFinalSnapshot.`,
    );
  // A stopped one starts once more: the snapshot is taken from its server. Then it goes.
  const last: DBInstance = { ...leaving, wish: "running", finalSnapshot: snapshot.identifier };
  call.commit(
    put(DBSnapshots, snapshot.identifier, snapshot),
    put(DBInstances, db.identifier, last),
    snapshotEvent(call, instanceBackups, snapshot, "begun"),
  );
  call.upkeep.nudge("database", db.identifier);
  call.upkeep.nudge("backup", db.resourceId);
  return last;
}

/** A member of a cluster goes alone: its data are the cluster's. */
function deleteMember(call: Scope, db: DBInstance, how: { readonly finalSnapshot?: string }): DBInstance {
  if (how.finalSnapshot !== undefined)
    throw new ServiceFault(
      "InvalidParameterCombination",
      "FinalDBSnapshotIdentifier can not be specified when deleting a cluster instance",
    );
  if (db.clusterId !== undefined && call.records.get(DBClusters, db.clusterId)?.kind === "multi-az")
    throw new ServiceFault(
      "InvalidDBInstanceState",
      `Instance ${db.identifier} belongs to the Multi-AZ DB cluster ${db.clusterId} and goes with it only.`,
    );
  return change(call, db, { wish: "deleted", status: "deleting", rebootWished: undefined, pending: undefined });
}

function notOfCluster(db: DBInstance, done: string): void {
  if (db.clusterId !== undefined)
    throw new ServiceFault(
      "InvalidDBClusterStateFault",
      `Instance ${db.identifier} cannot be ${done} alone: it is a member of the DB cluster ${db.clusterId}. Stop or start that.`,
    );
}

/** Stopped, neither would copy nor be copied: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_StopInstance.html */
function refuseReplication(call: Scope, { identifier, origin }: DBInstance): void {
  const replicas = replicasOf(call, identifier).map((replica) => replica.identifier);
  if (origin.kind === "replica")
    throw new ServiceFault(
      "InvalidDBInstanceState",
      `Instance ${identifier} cannot be stopped: it is a read replica of ${origin.of}. Promote it first: PromoteReadReplica.`,
    );
  if (replicas.length > 0)
    throw new ServiceFault(
      "InvalidDBInstanceState",
      `Instance ${identifier} cannot be stopped: it has the read replicas ${replicas.join(", ")}. Delete or promote them first.`,
    );
}

export function stopDBInstance(call: Scope, wanted: string): DBInstance {
  const db = theDBInstance(call, wanted);
  notOfCluster(db, "stopped");
  expect(db, "available", "stopped");
  refuseReplication(call, db);
  return change(call, db, { wish: "stopped", status: "stopping" });
}

export function startDBInstance(call: Scope, wanted: string): DBInstance {
  const db = theDBInstance(call, wanted);
  notOfCluster(db, "started");
  expect(db, "stopped", "started");
  return change(call, db, { wish: "running", status: "starting" });
}

export function rebootDBInstance(call: Scope, wanted: string, forceFailover: boolean): DBInstance {
  const db = theDBInstance(call, wanted);
  // Parameters that were changed back take effect with a start.
  if (db.status !== "incompatible-parameters") expect(db, "available", "rebooted");
  if (forceFailover && !db.multiAz)
    throw new ServiceFault(
      "InvalidParameterCombination",
      "Cannot reboot with force failover: the DB instance is not a Multi-AZ one.",
    );
  return change(call, db, { rebootWished: forceFailover ? "failover" : "restart", status: "rebooting" });
}

export function theDBInstance(call: Pick<Scope, "records">, wanted: string): DBInstance {
  const db = call.records.get(DBInstances, wanted.toLowerCase());
  if (db === undefined) throw new ServiceFault("DBInstanceNotFound", `DBInstance ${wanted} not found.`, 404);
  return db;
}

/** Is it on its way to another state? */
export const inTransition = (db: DBInstance): boolean =>
  !["available", "stopped", "failed", "storage-full", "incompatible-parameters"].includes(db.status);

export function change(call: Scope, db: DBInstance, changes: Partial<DBInstance>): DBInstance {
  const changed = { ...db, ...changes };
  call.commit(put(DBInstances, db.identifier, changed), ...instanceEvents(call, db, changed));
  // A member is looked after by its cluster's keeper, which this one tells.
  call.upkeep.nudge("database", db.identifier);
  return changed;
}

function expect(db: DBInstance, status: DBInstance["status"], done: string): void {
  if (db.status !== status)
    throw new ServiceFault(
      "InvalidDBInstanceState",
      `Instance ${db.identifier} cannot be ${done} as it is not in ${status} state: it is ${db.status}.`,
    );
}

function theGroup(call: Scope, name: string | undefined): ReturnType<typeof theDBSubnetGroup> {
  if (name === undefined)
    throw new ServiceFault(
      "InvalidSubnet",
      "No default subnet detected in VPC. Give DBSubnetGroupName a DB subnet group that you made: there is no default VPC here.",
    );
  return theDBSubnetGroup(call, name);
}

export function checkGroups(call: Scope, groupIds: readonly string[], vpcId: string): void {
  for (const groupId of groupIds) {
    const group = call.records.get(SecurityGroups, groupId);
    if (group === undefined)
      throw new ServiceFault("InvalidParameterValue", `Invalid security group , groupId= ${groupId}, groupName=.`);
    if (group.vpcId !== vpcId)
      throw new ServiceFault(
        "InvalidVPCNetworkStateFault",
        `The DB instance and EC2 security group are in different VPCs. The DB instance is in ${vpcId} and the EC2 security group ${groupId} is in ${group.vpcId}`,
      );
  }
}

/** Without the members that were not said, which would hide defaults. */
export const defined = <T extends object>(wish: T): T =>
  Object.fromEntries(Object.entries(wish).filter(([, value]) => value !== undefined)) as T;
