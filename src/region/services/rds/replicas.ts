import type { Scope } from "../../operations/call.js";
import { NotModelled, ServiceFault } from "../../operations/fault.js";
import { put, type Commit } from "../../records/records.js";
import { interfaceChanges } from "../ec2/interfaces.js";
import type { Tags } from "../ec2/records.js";
import { checkBackupSettings } from "./backups/settings.js";
import { checkIdentifier, checkIops, checkPort, checkStorage } from "./checks.js";
import { dbInstanceClass } from "./classes.js";
import { theEngine } from "./engines.js";
import { instanceEvents } from "./instanceevents.js";
import { change, checkGroups, defined, theDBInstance } from "./instances.js";
import { accessibleKey } from "./kmskeys.js";
import { instanceArn, newResourceId } from "./names.js";
import { checkOptionGroup, joinParameterGroup } from "./parametermembership.js";
import { DBInstances, type DBInstance, type DBInstanceSettings, type DBSubnetGroup } from "./records.js";
import { replicasOf } from "./replication.js";
import { checkPublic, decideServer, sitesOf } from "./servers.js";
import { theDBSubnetGroup } from "./subnetgroups.js";

/** A read replica as it is asked for; what is not said is as it is at its source. */
export interface ReadReplicaWish {
  readonly identifier: string;
  /** Identifier or ARN. */
  readonly source: string;
  readonly instanceClass?: string | undefined;
  readonly zone?: string | undefined;
  readonly port?: number | undefined;
  /** One of the source's VPC. */
  readonly subnetGroupName?: string | undefined;
  readonly parameterGroupName?: string | undefined;
  readonly optionGroupName?: string | undefined;
  readonly groupIds?: readonly string[] | undefined;
  readonly publiclyAccessible?: boolean | undefined;
  readonly deletionProtection?: boolean | undefined;
  readonly settings?: Partial<DBInstanceSettings>;
  readonly tags: Tags;
}

/** As AWS has it for the engines modelled: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_ReadRepl.html */
const mostReplicas = 15;

/**
 * A DB instance that copies another one of this region, and answers reads.
 * https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBInstanceReadReplica.html
 */
export async function createReadReplica(call: Scope, wish: ReadReplicaWish): Promise<DBInstance> {
  const identifier = checkIdentifier(wish.identifier);
  if (call.records.get(DBInstances, identifier) !== undefined)
    throw new ServiceFault("DBInstanceAlreadyExists", "DB instance already exists");
  const source = theSource(call, wish.source);
  const instanceClass = wish.instanceClass ?? source.instanceClass;
  dbInstanceClass(instanceClass);
  const group = subnetGroupFor(call, source, wish.subnetGroupName);
  const site = sitesOf(call, group).find(({ zone }) => wish.zone === undefined || zone === wish.zone);
  if (site === undefined)
    throw new ServiceFault(
      "InvalidVPCNetworkStateFault",
      `The DB subnet group '${group.name}' has no subnet in the Availability Zone ${wish.zone ?? "of any of its subnets"}.`,
    );
  const publiclyAccessible = wish.publiclyAccessible ?? false;
  checkPublic(call, publiclyAccessible, group.vpcId);
  const groupIds = wish.groupIds === undefined || wish.groupIds.length === 0 ? source.groupIds : wish.groupIds;
  checkGroups(call, groupIds, group.vpcId);
  const { parameterGroupName: named } = wish;
  const engine = theEngine(source.engine);
  checkOptionGroup(engine, source.engineVersion, wish.optionGroupName);
  const joined = named === undefined ? undefined : joinParameterGroup(call, engine, source.engineVersion, named);
  if (wish.settings?.kmsKeyId !== undefined) accessibleKey(call, wish.settings.kmsKeyId);
  const placement = { identifier, resourceId: newResourceId(), servers: 0, groupIds, publiclyAccessible };
  const { server, nic } = decideServer(call, placement, site);
  const { applying: _what, failover: _over, masterSecret: _own, ...stays } = source;
  const { standby: _its, masterPassword: _told, pending: _waiting, statusReason: _past, rebootWished: _no, ...like } = stays;
  const replica: DBInstance = {
    ...like,
    ...placement,
    instanceClass,
    port: checkPort(wish.port, source.port),
    subnetGroupName: group.name,
    ...(joined === undefined ? {} : { parameterGroup: joined.membership }),
    server,
    retired: [],
    servers: 1,
    multiAz: false,
    origin: { kind: "replica", of: source.identifier },
    groupIds: nic.groupIds,
    deletionProtection: wish.deletionProtection ?? false,
    wish: "running",
    status: "creating",
    born: false,
    createdAt: call.now(),
    // It has backups of its own only when it is asked to.
    settings: { ...source.settings, backupRetentionPeriod: 0, ...defined(wish.settings ?? {}) },
    tags: wish.tags,
  };
  if (replica.settings.allocatedStorage < source.settings.allocatedStorage)
    throw new ServiceFault(
      "InvalidParameterValue",
      `Invalid storage size: ${replica.settings.allocatedStorage} GiB. A read replica of ${source.identifier} needs ${source.settings.allocatedStorage} GiB at least.`,
    );
  checkStorage(replica.engine, replica.settings.storageType, replica.settings.allocatedStorage);
  checkIops(replica.settings.storageType, replica.settings.iops);
  call.commit(put(DBInstances, identifier, replica), ...interfaceChanges(nic), ...(joined?.commit ?? []));
  await call.upkeep.network(replica.vpcId);
  call.upkeep.nudge("database", identifier);
  return replica;
}

/** Servers copy each other over the network of one VPC. */
function subnetGroupFor(call: Scope, source: DBInstance, wanted: string | undefined): DBSubnetGroup {
  const group = theDBSubnetGroup(call, wanted ?? source.subnetGroupName);
  if (group.vpcId !== source.vpcId)
    throw new NotModelled(
      "read replicas in another VPC than their source's",
      `Name a DB subnet group of ${source.vpcId}, where ${source.identifier} is; ${group.name} is of ${group.vpcId}.`,
    );
  return group;
}

/** It stops copying and takes writes from then on. https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_PromoteReadReplica.html */
export function promoteReadReplica(
  call: Scope,
  wanted: string,
  settings: Pick<Partial<DBInstanceSettings>, "backupRetentionPeriod" | "preferredBackupWindow">,
): DBInstance {
  const db = theDBInstance(call, wanted);
  checkBackupSettings(db, settings);
  if (db.origin.kind !== "replica")
    throw new ServiceFault("InvalidDBInstanceState", `DB Instance is not a read replica: ${db.identifier}`);
  if (db.status !== "available")
    throw new ServiceFault("InvalidDBInstanceState", `Instance ${db.identifier} is not in available state: it is ${db.status}.`);
  return change(call, db, {
    origin: { kind: "new" },
    status: "modifying",
    settings: { ...db.settings, backupRetentionPeriod: 1, ...defined(settings) },
  });
}

/**
 * When a source goes, its replicas stand alone, as on AWS within a region. One that was still being made has nothing to stand with: it
 * fails, for the empty database that could be made instead is not what was asked for.
 */
export const freedReplicas = (scope: Scope, identifier: string): Commit =>
  replicasOf(scope, identifier).flatMap((replica) => {
    const isBroken = !replica.born && !["failed", "deleting"].includes(replica.status);
    const alone: DBInstance = {
      ...replica,
      origin: { kind: "new" },
      ...(isBroken
        ? {
            status: "failed",
            statusReason: `its source, the DB instance ${identifier}, was deleted before it had been copied. Delete it, and make a read replica of another one.`,
          }
        : {}),
    };
    return [put(DBInstances, replica.identifier, alone), ...instanceEvents(scope, replica, alone)];
  });

function theSource(call: Scope, wanted: string): DBInstance {
  const [, regionName, named] = /^arn:aws:rds:([^:]*):\d*:db:(.+)$/.exec(wanted) ?? [];
  if (regionName !== undefined && regionName !== call.regionName)
    throw new NotModelled("read replicas across regions", `Name a source in ${call.regionName}, not ${wanted}.`);
  const source = theDBInstance(call, named ?? wanted);
  if (source.status !== "available")
    throw new ServiceFault(
      "InvalidDBInstanceState",
      `Instance ${source.identifier} is not in available state: it is ${source.status}.`,
    );
  if (source.settings.backupRetentionPeriod === 0 && source.origin.kind !== "replica")
    throw new ServiceFault(
      "InvalidDBInstanceState",
      `Automated backups are not enabled for this database instance. To enable automated backups, use ModifyDBInstance to set the backup retention period to a non-zero value. (${instanceArn(call, source)})`,
    );
  if (replicasOf(call, source.identifier).length >= mostReplicas)
    throw new ServiceFault(
      "InstanceQuotaExceeded",
      `Instance ${source.identifier} has ${mostReplicas} read replicas, which is the most.`,
    );
  return source;
}
