import type { Scope } from "../../operations/call.js";
import { ServiceFault } from "../../operations/fault.js";
import { put } from "../../records/records.js";
import { interfaceChanges } from "../ec2/interfaces.js";
import type { NetworkInterface, Tags } from "../ec2/records.js";
import { checkClusterRetention } from "./backups/settings.js";
import { chosenWindows } from "./backups/windows.js";
import { checkDatabaseName, checkIdentifier, checkMasterUsername, checkPort, checkStorage } from "./checks.js";
import { dbInstanceClass } from "./classes.js";
import { clusterEvents } from "./clusterevents.js";
import { decideMember } from "./clustermembers.js";
import { engineVersion, theEngine } from "./engines.js";
import { checkGroups, defined } from "./instances.js";
import { accessibleKey } from "./kmskeys.js";
import { newResourceId } from "./names.js";
import { joinClusterParameterGroup } from "./parametermembership.js";
import { DBClusters, DBInstances, type ClusterVolume, type DBCluster } from "./records.js";
import { newReplicationPassword, sitesOf } from "./servers.js";
import { firstMasterPassword, type MasterPasswordWish } from "./masterpassword.js";
import { theDBSubnetGroup } from "./subnetgroups.js";

/** A DB cluster as it is asked for, in AWS's words. */
export interface DBClusterWish {
  readonly identifier: string;
  readonly engine: string;
  readonly engineVersion?: string | undefined;
  readonly masterUsername?: string | undefined;
  readonly master: MasterPasswordWish;
  readonly databaseName?: string | undefined;
  readonly port?: number | undefined;
  readonly subnetGroupName?: string | undefined;
  readonly groupIds?: readonly string[] | undefined;
  readonly deletionProtection?: boolean | undefined;
  /** Of a Multi-AZ DB cluster. */
  readonly instanceClass?: string | undefined;
  readonly allocatedStorage?: number | undefined;
  readonly storageType?: string | undefined;
  readonly iops?: number | undefined;
  readonly backupRetentionPeriod?: number | undefined;
  readonly preferredBackupWindow?: string | undefined;
  readonly preferredMaintenanceWindow?: string | undefined;
  readonly copyTagsToSnapshot?: boolean | undefined;
  readonly parameterGroupName?: string | undefined;
  readonly storageEncrypted?: boolean | undefined;
  readonly kmsKeyId?: string | undefined;
  readonly autoMinorVersionUpgrade?: boolean | undefined;
  readonly engineLifecycleSupport?: string | undefined;
  readonly tags: Tags;
  /** From a backup, which has its master user and password. */
  readonly restored?: { readonly volume: ClusterVolume; readonly masterUsername: string } | undefined;
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
  const kind = clusterKind(engine.name);
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
  if (kind === "aurora" && [wish.instanceClass, wish.allocatedStorage, wish.iops].some((each) => each !== undefined))
    throw new ServiceFault(
      "InvalidParameterCombination",
      "DBClusterInstanceClass, AllocatedStorage and Iops are for Multi-AZ DB clusters only, not for Aurora.",
    );
  if (kind === "multi-az") checkMultiAz(call, identifier, wish, group);
  const { restored } = wish;
  const masterUsername = restored?.masterUsername ?? checkMasterUsername(engine.name, wish.masterUsername);
  // A restored one has the password of its data, unless it is to be another.
  const isKept = restored !== undefined && wish.master.masterPassword === undefined && wish.master.managed !== true;
  const master = isKept
    ? { part: {}, changes: [] }
    : firstMasterPassword(call, { is: "cluster", identifier, masterUsername, engine: engine.name }, wish.master);
  checkClusterRetention(wish.backupRetentionPeriod);
  if (wish.kmsKeyId !== undefined) accessibleKey(call, wish.kmsKeyId);
  const windows = chosenWindows(
    defined({
      preferredBackupWindow: wish.preferredBackupWindow,
      preferredMaintenanceWindow: wish.preferredMaintenanceWindow,
    }),
    call.regionName,
  );
  const version = engineVersion(engine, wish.engineVersion);
  const parameters = joinClusterParameterGroup(call, engine, version, wish.parameterGroupName);
  const databaseName = checkDatabaseName(wish.databaseName);
  const cluster: DBCluster = {
    identifier,
    resourceId: newResourceId("cluster"),
    kind,
    engine: engine.name,
    engineVersion: version,
    masterUsername,
    ...master.part,
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
    ...windows,
    copyTagsToSnapshot: wish.copyTagsToSnapshot ?? false,
    storageEncrypted: wish.storageEncrypted ?? false,
    ...defined({
      iops: wish.iops,
      kmsKeyId: wish.kmsKeyId,
      autoMinorVersionUpgrade: wish.autoMinorVersionUpgrade,
      engineLifecycleSupport: wish.engineLifecycleSupport,
    }),
    parameterGroupName: parameters.membership.name,
    ...(restored === undefined ? {} : { volume: restored.volume }),
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
      { identifier: memberIdentifier(identifier, index), instanceClass: wish.instanceClass ?? "", tags: wish.tags },
      site,
      nics,
    );
    nics.push(member.nic);
    return member;
  });
  call.commit(
    put(DBClusters, identifier, cluster),
    ...master.changes,
    ...parameters.commit,
    // One of Aurora has no more to wait for.
    ...clusterEvents(call, { ...cluster, born: false }, cluster),
    ...members.flatMap(({ db, nic }) => [put(DBInstances, db.identifier, db), ...interfaceChanges(nic)]),
  );
  if (members.length > 0) await call.upkeep.network(cluster.vpcId);
  call.upkeep.nudge("dbcluster", identifier);
  return cluster;
}

const clusterKind = (engine: string): DBCluster["kind"] => (engine.startsWith("aurora-") ? "aurora" : "multi-az");

/** Its members have longer names than it has itself. */
export const longestClusterIdentifier = (engine: string): number => (clusterKind(engine) === "aurora" ? 63 : 52);

const memberIdentifier = (identifier: string, index: number): string => `${identifier}-instance-${index + 1}`;

/** @throws where a Multi-AZ DB cluster could not have its three members */
function checkMultiAz(call: Scope, identifier: string, wish: DBClusterWish, group: ReturnType<typeof theDBSubnetGroup>): void {
  const longest = longestClusterIdentifier(wish.engine);
  if (identifier.length > longest)
    throw new ServiceFault(
      "InvalidParameterValue",
      `The parameter DBClusterIdentifier is not a valid identifier: that of a Multi-AZ DB cluster has ${longest} characters at most, and ${identifier} has ${identifier.length}.`,
    );
  const taken = [0, 1, 2]
    .map((index) => memberIdentifier(identifier, index))
    .find((each) => call.records.get(DBInstances, each) !== undefined);
  if (taken !== undefined)
    throw new ServiceFault(
      "DBInstanceAlreadyExists",
      `DB instance already exists: ${taken}, as a member of the DB cluster ${identifier} would be called. Choose another DBClusterIdentifier, or delete it.`,
    );
  if (wish.instanceClass === undefined)
    throw new ServiceFault("InvalidParameterCombination", "DBClusterInstanceClass is required for Multi-AZ DB clusters.");
  dbInstanceClass(wish.instanceClass);
  if (sitesOf(call, group).length < 3)
    throw new ServiceFault(
      "DBSubnetGroupDoesNotCoverEnoughAZs",
      `A Multi-AZ DB cluster needs subnets in three Availability Zones; the DB subnet group '${group.name}' has ${sitesOf(call, group).length}.`,
    );
}
