import type { Scope } from "../../operations/call.js";
import { NotModelled, ServiceFault } from "../../operations/fault.js";
import { put } from "../../records/records.js";
import { NetworkInterfaces, type Tags } from "../ec2/records.js";
import { withoutAutomated } from "./backups/automated.js";
import { checkBackupSettings, withoutLog } from "./backups/settings.js";
import { checkIops, checkStorage } from "./checks.js";
import { dbInstanceClass } from "./classes.js";
import { theEngine } from "./engines.js";
import { instanceEvents } from "./instanceevents.js";
import { changedMasterPassword, type MasterPasswordWish } from "./masterpassword.js";
import { checkGroups, defined, theDBInstance } from "./instances.js";
import { checkOptionGroup, joinParameterGroup } from "./parametermembership.js";
import {
  DBInstances,
  type DBInstance,
  type DBInstanceSettings,
  type DBInstanceStatus,
  type Modification,
  type PendingModification,
} from "./records.js";
import { replicasOf } from "./replication.js";
import { serversOf } from "./servers.js";

/** What is not said stays as it is. */
export interface DBInstanceModification {
  readonly deletionProtection?: boolean | undefined;
  readonly master?: MasterPasswordWish | undefined;
  readonly groupIds?: readonly string[] | undefined;
  readonly instanceClass?: string | undefined;
  readonly multiAz?: boolean | undefined;
  readonly parameterGroupName?: string | undefined;
  readonly optionGroupName?: string | undefined;
  readonly settings?: Partial<DBInstanceSettings> | undefined;
  readonly tags?: Tags | undefined;
  /** Not only in the next maintenance window. */
  readonly immediately: boolean;
}

/** Where nothing else is being done to it. More storage, or other parameters, are what some wait for. */
const modifiable: readonly DBInstanceStatus[] = ["available", "storage-full", "incompatible-parameters", "stopped"];

/**
 * https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_ModifyDBInstance.html; what takes effect at once whatever is said, and
 * what waits: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_ModifyInstance.Settings.html
 */
export async function modifyDBInstance(call: Scope, wanted: string, wish: DBInstanceModification): Promise<DBInstance> {
  const db = theDBInstance(call, wanted);
  if (db.wish === "deleted" || !modifiable.includes(db.status))
    throw new ServiceFault(
      "InvalidDBInstanceState",
      `Database instance: ${db.identifier} is not in available state: it is ${db.status}. Wait until it is available.`,
    );
  if (db.origin.kind === "replica") checkReplica(db, wish);
  const master = changedMasterPassword(call, { is: "db", ...db }, db, { ...wish.master, immediately: wish.immediately });
  const { masterPassword: _before, masterSecret: _its, ...rest } = db;
  const groupIds = wish.groupIds === undefined || wish.groupIds.length === 0 ? db.groupIds : wish.groupIds;
  checkGroups(call, groupIds, db.vpcId);
  const engine = theEngine(db.engine);
  checkOptionGroup(engine, db.engineVersion, wish.optionGroupName);
  const isJoining = wish.parameterGroupName !== undefined && wish.parameterGroupName.toLowerCase() !== db.parameterGroup?.name;
  const joined = isJoining ? joinParameterGroup(call, engine, db.engineVersion, wish.parameterGroupName) : undefined;
  const { allocatedStorage: storage, ...settings } = defined(wish.settings ?? {});
  const backups = checkBackupSettings(db, settings);
  if (backups.turns && settings.backupRetentionPeriod === 0) refuseReplicas(call, db);
  const pending = differing(db, {
    instanceClass: wish.instanceClass ?? db.pending?.instanceClass,
    multiAz: wish.multiAz ?? db.pending?.multiAz,
    allocatedStorage: decideStorage(db, storage, settings),
  });
  if (pending.instanceClass !== undefined) dbInstanceClass(pending.instanceClass);
  const changed: DBInstance = {
    ...rest,
    ...master.part,
    groupIds,
    deletionProtection: wish.deletionProtection ?? db.deletionProtection,
    ...(joined === undefined ? {} : { parameterGroup: { ...joined.membership, status: "applying", isNew: true } }),
    settings: { ...db.settings, ...settings, ...backups.settings },
    tags: wish.tags ?? db.tags,
    pending,
  };
  const next = wish.immediately ? withPending(changed) : changed;
  const regrouped =
    groupIds === db.groupIds
      ? []
      : serversOf(db).flatMap(({ interfaceId }) => call.records.get(NetworkInterfaces, interfaceId) ?? []);
  call.commit(
    put(DBInstances, db.identifier, backups.turns ? withoutLog(next) : next),
    ...(backups.turns && next.settings.backupRetentionPeriod === 0 ? withoutAutomated(call.records, db.resourceId) : []),
    ...instanceEvents(call, db, next),
    ...master.changes,
    ...(joined?.commit ?? []),
    ...regrouped.map((nic) => put(NetworkInterfaces, nic.interfaceId, { ...nic, groupIds })),
  );
  if (regrouped.length > 0) await call.upkeep.network(db.vpcId);
  call.upkeep.nudge("database", db.identifier);
  call.upkeep.nudge("backup", db.resourceId);
  return next;
}

/** The size that waits or is said, held against the type of storage there will be. @throws InvalidParameterValue, -Combination */
function decideStorage(db: DBInstance, gib: number | undefined, said: Partial<DBInstanceSettings>): number | undefined {
  const { engine, settings: before } = db;
  const { storageType, iops } = { ...before, ...said };
  const size = gib === undefined ? db.pending?.allocatedStorage : grown({ engine, ...before, storageType }, gib);
  if (storageType !== before.storageType) {
    checkStorage(engine, storageType, size ?? before.allocatedStorage);
    checkIops(storageType, iops);
  }
  return size;
}

/** A source's log, which they copy, comes with its automated backups. */
function refuseReplicas(call: Scope, { identifier }: DBInstance): void {
  const replicas = replicasOf(call, identifier).map((replica) => replica.identifier);
  if (replicas.length > 0)
    throw new ServiceFault(
      "InvalidParameterCombination",
      `Automated backups of ${identifier} cannot be turned off: it is the source of the read replicas ${replicas.join(", ")}. Delete or promote them first.`,
    );
}

/** Nobody here would keep two servers that copy a third, nor a log that begins anew with every promotion. */
function checkReplica({ identifier }: DBInstance, { multiAz, settings }: DBInstanceModification): void {
  const promoted = "Promote it first: PromoteReadReplica.";
  if (multiAz === true) throw new NotModelled(`Multi-AZ read replicas (${identifier})`, promoted);
  if ((settings?.backupRetentionPeriod ?? 0) > 0)
    throw new NotModelled(`automated backups of read replicas (${identifier})`, promoted);
}

/**
 * The DB instance with what waits in force. Another class wants a restart; in Multi-AZ the standby has it first and then takes over, as on
 * AWS: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Concepts.MultiAZSingleStandby.html
 */
export function withPending({ pending, ...db }: DBInstance): DBInstance {
  if (pending === undefined || Object.keys(pending).length === 0) return db;
  const { instanceClass = db.instanceClass, multiAz = db.multiAz, allocatedStorage = db.settings.allocatedStorage } = pending;
  const applying: readonly Modification[] = [
    ...(db.applying ?? []),
    ...(instanceClass === db.instanceClass ? [] : ["class" as const]),
    ...(allocatedStorage === db.settings.allocatedStorage ? [] : ["storage" as const]),
    ...(multiAz === db.multiAz ? [] : [multiAz ? ("multiAz" as const) : ("singleAz" as const)]),
  ];
  return {
    ...db,
    ...(applying.length === 0 ? {} : { applying: [...new Set(applying)] }),
    instanceClass,
    multiAz,
    settings: { ...db.settings, allocatedStorage },
    ...(instanceClass === db.instanceClass ? {} : { rebootWished: isMultiAz(db) ? ("failover" as const) : ("restart" as const) }),
    // A stopped one stays so, and has it when it starts.
    ...(db.wish === "running" ? { status: "modifying" as const } : {}),
  };
}

/** One whose standby could take over; where it cannot when it is to, the writer is restarted. */
const isMultiAz = ({ multiAz, standby }: DBInstance): boolean => multiAz && standby !== undefined;

/** What is as it is already does not wait. */
const differing = (
  db: DBInstance,
  { instanceClass, multiAz, allocatedStorage }: { readonly [K in keyof PendingModification]: PendingModification[K] | undefined },
): PendingModification => ({
  ...(instanceClass === undefined || instanceClass === db.instanceClass ? {} : { instanceClass }),
  ...(multiAz === undefined || multiAz === db.multiAz ? {} : { multiAz }),
  ...(allocatedStorage === undefined || allocatedStorage === db.settings.allocatedStorage ? {} : { allocatedStorage }),
});

/** Ten per cent at least, and never less: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_PIOPS.ModifyingExisting.html */
export function grown(
  {
    engine,
    allocatedStorage: now,
    storageType,
  }: Pick<DBInstanceSettings, "allocatedStorage" | "storageType"> & { readonly engine: string },
  gib: number,
): number {
  if (gib === now) return now;
  if (gib < now)
    throw new ServiceFault(
      "InvalidParameterCombination",
      `Invalid storage size for engine name ${engine} and storage type ${storageType}: ${gib}: storage can only grow, and is ${now} GiB.`,
    );
  if (gib < Math.ceil(now * 1.1))
    throw new ServiceFault(
      "InvalidParameterCombination",
      `Storage must grow by ten per cent at least: from ${now} GiB to ${Math.ceil(now * 1.1)} or more, not ${gib}.`,
    );
  return checkStorage(engine, storageType, gib);
}
