import type { Scope } from "../../operations/call.js";
import { ServiceFault } from "../../operations/fault.js";
import { put, type Commit } from "../../records/records.js";
import { NetworkInterfaces, type Tags } from "../ec2/records.js";
import { checkClusterRetention } from "./backups/settings.js";
import { checkWindows } from "./backups/windows.js";
import { checkStorage } from "./checks.js";
import { dbInstanceClass } from "./classes.js";
import { clusterEvents } from "./clusterevents.js";
import { membersOf } from "./clustermembers.js";
import { expectCluster, theDBCluster } from "./clusterstate.js";
import { theEngine } from "./engines.js";
import { instanceEvents } from "./instanceevents.js";
import { checkGroups, defined } from "./instances.js";
import { changedMasterPassword, type MasterPasswordWish } from "./masterpassword.js";
import { grown, withPending } from "./modifying.js";
import { joinClusterParameterGroup } from "./parametermembership.js";
import { DBClusters, DBInstances, type DBCluster, type DBClusterPending, type DBInstance } from "./records.js";
import { serversOf } from "./servers.js";

/** What is not said stays as it is. */
export interface DBClusterModification {
  readonly master?: MasterPasswordWish | undefined;
  readonly deletionProtection?: boolean | undefined;
  readonly backupRetentionPeriod?: number | undefined;
  readonly preferredBackupWindow?: string | undefined;
  readonly preferredMaintenanceWindow?: string | undefined;
  readonly copyTagsToSnapshot?: boolean | undefined;
  readonly autoMinorVersionUpgrade?: boolean | undefined;
  readonly parameterGroupName?: string | undefined;
  readonly groupIds?: readonly string[] | undefined;
  /** These four of a Multi-AZ DB cluster alone. */
  readonly instanceClass?: string | undefined;
  readonly allocatedStorage?: number | undefined;
  readonly storageType?: string | undefined;
  readonly iops?: number | undefined;
  readonly tags?: Tags | undefined;
  /** Class and storage: not only in the next maintenance window. */
  readonly immediately: boolean;
}

/**
 * Class and storage wait for the maintenance window unless they are to be at once; the rest takes effect at once whatever is said, on AWS
 * too. Of another parameter group what wants a restart waits for one.
 * https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_ModifyDBCluster.html,
 * https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/modify-multi-az-db-cluster.html
 */
export async function modifyDBCluster(call: Scope, wanted: string, wish: DBClusterModification): Promise<DBCluster> {
  const cluster = theDBCluster(call, wanted);
  if (cluster.wish === "deleted" || cluster.status === "deleting" || !cluster.born)
    throw new ServiceFault("InvalidDBClusterStateFault", `DBCluster ${cluster.identifier} is ${cluster.status}.`);
  const sized = decideSize(cluster, wish);
  checkClusterRetention(wish.backupRetentionPeriod);
  const { preferredBackupWindow = cluster.preferredBackupWindow } = wish;
  const preferredMaintenanceWindow = (wish.preferredMaintenanceWindow ?? cluster.preferredMaintenanceWindow).toLowerCase();
  if (wish.preferredBackupWindow !== undefined || wish.preferredMaintenanceWindow !== undefined)
    checkWindows(preferredBackupWindow, preferredMaintenanceWindow);
  const groupIds = wish.groupIds === undefined || wish.groupIds.length === 0 ? cluster.groupIds : wish.groupIds;
  checkGroups(call, groupIds, cluster.vpcId);
  const isJoining = wish.parameterGroupName !== undefined && wish.parameterGroupName.toLowerCase() !== cluster.parameterGroupName;
  const joined = isJoining
    ? joinClusterParameterGroup(call, theEngine(cluster.engine), cluster.engineVersion, wish.parameterGroupName)
    : undefined;
  const master = changedMasterPassword(call, { ...cluster, is: "cluster" }, cluster, {
    ...wish.master,
    immediately: wish.immediately,
  });
  const { masterPassword: _before, masterSecret: _its, ...rest } = cluster;
  const next: DBCluster = {
    ...rest,
    ...master.part,
    ...said({
      deletionProtection: wish.deletionProtection,
      backupRetentionPeriod: wish.backupRetentionPeriod,
      copyTagsToSnapshot: wish.copyTagsToSnapshot,
      autoMinorVersionUpgrade: wish.autoMinorVersionUpgrade,
      tags: wish.tags,
      parameterGroupName: joined?.membership.name,
    }),
    ...sized,
    groupIds,
    preferredBackupWindow,
    preferredMaintenanceWindow,
  };
  const { cluster: decided, members } = wish.immediately
    ? withClusterPending(next, membersOf(call, cluster.identifier))
    : stays(call, next);
  call.commit(
    put(DBClusters, cluster.identifier, decided),
    ...master.changes,
    ...clusterEvents(call, cluster, decided),
    ...members.flatMap((db) => {
      const member = {
        ...db,
        groupIds,
        ...(joined === undefined
          ? {}
          : { clusterParameterGroup: { ...joined.membership, status: "applying" as const, isNew: true } }),
      };
      return [put(DBInstances, db.identifier, member), ...eventsOf(call, member), ...regrouped(call, member)];
    }),
    ...(joined?.commit ?? []),
  );
  if (groupIds !== cluster.groupIds) await call.upkeep.network(cluster.vpcId);
  call.upkeep.nudge("dbcluster", cluster.identifier);
  call.upkeep.nudge("backup", cluster.resourceId);
  return decided;
}

const stays = (call: Scope, cluster: DBCluster): { readonly cluster: DBCluster; readonly members: readonly DBInstance[] } => ({
  cluster,
  members: membersOf(call, cluster.identifier),
});

function eventsOf(call: Scope, member: DBInstance): Commit {
  const before = call.records.get(DBInstances, member.identifier);
  return before === undefined ? [] : instanceEvents(call, before, member);
}

const regrouped = (call: Scope, { groupIds, ...db }: DBInstance): Commit =>
  serversOf({ groupIds, ...db }).flatMap(({ interfaceId }) => {
    const nic = call.records.get(NetworkInterfaces, interfaceId);
    return nic === undefined || nic.groupIds === groupIds ? [] : [put(NetworkInterfaces, interfaceId, { ...nic, groupIds })];
  });

/** Without what was not said. */
const said = <T extends object>(wish: T): { readonly [K in keyof T]?: Exclude<T[K], undefined> } => defined(wish);

/** What becomes of class and storage. @throws InvalidParameterCombination, InvalidDBClusterStateFault, NotModelled */
function decideSize(cluster: DBCluster, wish: DBClusterModification): Partial<DBCluster> {
  const { instanceClass, allocatedStorage: gib, storageType, iops } = wish;
  if (Object.keys(defined({ instanceClass, gib, storageType, iops })).length === 0) return {};
  if (cluster.kind === "aurora")
    throw new ServiceFault(
      "InvalidParameterCombination",
      `DBClusterInstanceClass, AllocatedStorage, StorageType and Iops are for Multi-AZ DB clusters only, and ${cluster.identifier} is of Aurora: its DB instances have classes of their own, and its storage grows by itself.`,
    );
  expectCluster(cluster, "available");
  if (instanceClass !== undefined) dbInstanceClass(instanceClass);
  const storage = {
    engine: cluster.engine,
    allocatedStorage: cluster.allocatedStorage,
    storageType: storageType ?? cluster.storageType,
  };
  const allocatedStorage = gib === undefined ? cluster.pending?.allocatedStorage : grown(storage, gib);
  checkStorage(cluster.engine, storage.storageType, allocatedStorage ?? cluster.allocatedStorage);
  const waiting = { instanceClass: instanceClass ?? cluster.pending?.instanceClass, allocatedStorage };
  const pending: DBClusterPending = {
    ...(waiting.instanceClass === undefined || waiting.instanceClass === cluster.instanceClass
      ? {}
      : { instanceClass: waiting.instanceClass }),
    ...(allocatedStorage === undefined || allocatedStorage === cluster.allocatedStorage ? {} : { allocatedStorage }),
  };
  return { pending, storageType: storage.storageType, ...(iops === undefined ? {} : { iops }) };
}

/** A Multi-AZ DB cluster with what waits in force: all of its members have it, and another class restarts them. Pure. */
export function withClusterPending(
  { pending, ...cluster }: DBCluster,
  members: readonly DBInstance[],
): { readonly cluster: DBCluster; readonly members: readonly DBInstance[] } {
  if (pending === undefined || Object.keys(pending).length === 0) return { cluster, members };
  return {
    cluster: { ...cluster, ...pending, status: "modifying" },
    members: members.map((db) => withPending({ ...db, pending })),
  };
}
