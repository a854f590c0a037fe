import { ServiceFault } from "../../../operations/fault.js";
import type { Call } from "../../../operations/call.js";
import { enforced, states, within, type MemberRules } from "../../../operations/members.js";
import { theEngine } from "../../../services/rds/engines.js";
import { instanceRules, settingRules } from "../../../services/rds/instancerules.js";
import { createDBInstance, defined, deleteDBInstance, theDBInstance } from "../../../services/rds/instances.js";
import { modifyDBInstance } from "../../../services/rds/modifying.js";
import { endpointName, instanceArn, subnetGroupArn } from "../../../services/rds/names.js";
import { defaultParameterGroup } from "../../../services/rds/parametermembership.js";
import { DBInstances, DBSubnetGroups, type DBInstance, type DBInstanceSettings } from "../../../services/rds/records.js";
import { promoteReadReplica } from "../../../services/rds/replicas.js";
import { createDBSubnetGroup, deleteDBSubnetGroup, modifyDBSubnetGroup } from "../../../services/rds/subnetgroups.js";
import type { Properties, ResourceProvider } from "../../provider.js";
import { masterChange, masterSaid } from "./master.js";
import { changeMemberAsSaid, createMemberAsSaid, isMember } from "./member.js";
import { isReplica, restoreAsSaid, restoreProperties } from "./restoring.js";
import { optionalFlag, optionalNumber, optionalText, tagRules, tagsOf, text, texts, unlessGone } from "../properties.js";

export const dbSubnetGroup: ResourceProvider = {
  type: "AWS::RDS::DBSubnetGroup",
  record: DBSubnetGroups,
  properties: { DBSubnetGroupName: enforced, DBSubnetGroupDescription: enforced, SubnetIds: enforced, Tags: tagRules },
  attributes: { DBSubnetGroupArn: (call, id) => subnetGroupArn(call, id) },
  create: (call, properties, naming) =>
    Promise.resolve(
      createDBSubnetGroup(call, {
        name: optionalText(properties, "DBSubnetGroupName") ?? naming.physicalName(255),
        description: text(properties, "DBSubnetGroupDescription"),
        subnetIds: texts(properties, "SubnetIds"),
        tags: tagsOf(properties, naming),
      }).name,
    ),
  update: async (call, id, { to }, naming) => {
    modifyDBSubnetGroup(call, id, {
      description: text(to, "DBSubnetGroupDescription"),
      subnetIds: texts(to, "SubnetIds"),
      tags: tagsOf(to, naming),
    });
  },
  delete: (call, id) => unlessGone(["DBSubnetGroupNotFoundFault"], () => deleteDBSubnetGroup(call, id)),
};

const { Tags: _apiTags, ...said } = instanceRules;
const properties: MemberRules = {
  ...said,
  VPCSecurityGroups: enforced,
  DBClusterIdentifier: enforced,
  PromotionTier: states(1),
  MasterUserSecret: within({ KmsKeyId: enforced }),
  DeleteAutomatedBackups: enforced,
  ...restoreProperties,
  Tags: tagRules,
};

/** Until nothing is being done to it: only then it can be modified. */
const beIdle = (call: Call, id: string, signal: AbortSignal): Promise<void> =>
  call.until(() => {
    const status = call.records.get(DBInstances, id)?.status ?? "gone";
    return !["creating", "starting", "stopping", "rebooting", "modifying", "backing-up"].includes(status);
  }, signal);

const becomeAvailable: NonNullable<ResourceProvider["settled"]> = async (call, id, signal) => {
  await beIdle(call, id, signal);
  const db = theDBInstance(call, id);
  if (db.status !== "available")
    throw new ServiceFault(
      "InternalFailure",
      `DB instance ${id} is ${db.status}: ${db.statusReason ?? "it was changed while it was created"}`,
      500,
    );
};

const changeableSettings = (given: Properties): Partial<DBInstanceSettings> => ({
  allocatedStorage: optionalNumber(given, "AllocatedStorage"),
  storageType: optionalText(given, "StorageType"),
  iops: optionalNumber(given, "Iops"),
  storageThroughput: optionalNumber(given, "StorageThroughput"),
  maxAllocatedStorage: optionalNumber(given, "MaxAllocatedStorage"),
  backupRetentionPeriod: optionalNumber(given, "BackupRetentionPeriod"),
  preferredBackupWindow: optionalText(given, "PreferredBackupWindow"),
  preferredMaintenanceWindow: optionalText(given, "PreferredMaintenanceWindow"),
  copyTagsToSnapshot: optionalFlag(given, "CopyTagsToSnapshot"),
  autoMinorVersionUpgrade: optionalFlag(given, "AutoMinorVersionUpgrade"),
  monitoringInterval: optionalNumber(given, "MonitoringInterval"),
  monitoringRoleArn: optionalText(given, "MonitoringRoleArn"),
  performanceInsights: optionalFlag(given, "EnablePerformanceInsights"),
  performanceInsightsRetention: optionalNumber(given, "PerformanceInsightsRetentionPeriod"),
  caCertificateIdentifier: optionalText(given, "CACertificateIdentifier"),
});

/** What can be said of one that is made. */
const madeSettings = (given: Properties): Partial<DBInstanceSettings> => ({
  storageEncrypted: optionalFlag(given, "StorageEncrypted"),
  kmsKeyId: optionalText(given, "KmsKeyId"),
  logExports: given["EnableCloudwatchLogsExports"] === undefined ? undefined : texts(given, "EnableCloudwatchLogsExports"),
  engineLifecycleSupport: optionalText(given, "EngineLifecycleSupport"),
});

/** A read replica of which the template no longer says so stands alone from then on. */
async function promote(call: Call, id: string, to: Properties, signal: AbortSignal): Promise<void> {
  if (isReplica(to))
    throw new ServiceFault(
      "InvalidDBInstanceState",
      `${id} was promoted, or never copied another: it cannot become a read replica. Delete it, and make one.`,
    );
  if (theDBInstance(call, id).origin.kind === "replica")
    promoteReadReplica(call, id, {
      ...defined({
        backupRetentionPeriod: optionalNumber(to, "BackupRetentionPeriod"),
        preferredBackupWindow: optionalText(to, "PreferredBackupWindow"),
      }),
    });
  await becomeAvailable(call, id, signal);
}

const defaultGroupOf = (db: DBInstance): string => defaultParameterGroup(theEngine(db.engine), db.engineVersion);

export const dbInstance: ResourceProvider = {
  type: "AWS::RDS::DBInstance",
  record: DBInstances,
  properties,
  attributes: {
    "Endpoint.Address": (call, id) => endpointName(call, id),
    "Endpoint.Port": (call, id) => String(theDBInstance(call, id).port),
    DBInstanceArn: (call, id) => instanceArn(call, theDBInstance(call, id)),
    "MasterUserSecret.SecretArn": (call, id) => theDBInstance(call, id).masterSecret?.secretArn ?? "",
    DbiResourceId: (call, id) => theDBInstance(call, id).resourceId,
  },
  create: async (call, given, naming) => {
    const identifier = optionalText(given, "DBInstanceIdentifier") ?? naming.physicalName(63);
    if (isMember(given)) {
      const settings = { ...changeableSettings(given), ...madeSettings(given) };
      return (await createMemberAsSaid(call, given, settings, naming, identifier)).identifier;
    }
    const said = {
      identifier,
      master: masterSaid(given),
      port: optionalNumber(given, "Port"),
      subnetGroupName: optionalText(given, "DBSubnetGroupName"),
      zone: optionalText(given, "AvailabilityZone"),
      groupIds: texts(given, "VPCSecurityGroups"),
      publiclyAccessible: optionalFlag(given, "PubliclyAccessible"),
      deletionProtection: optionalFlag(given, "DeletionProtection"),
      multiAz: optionalFlag(given, "MultiAZ"),
      parameterGroupName: optionalText(given, "DBParameterGroupName"),
      optionGroupName: optionalText(given, "OptionGroupName"),
      settings: {
        ...changeableSettings(given),
        ...madeSettings(given),
      },
      tags: tagsOf(given, naming),
    };
    const restored = restoreAsSaid(call, given, said);
    if (restored !== undefined) return (await restored).identifier;
    const db = await createDBInstance(call, {
      ...said,
      instanceClass: text(given, "DBInstanceClass"),
      engine: text(given, "Engine"),
      engineVersion: optionalText(given, "EngineVersion"),
      masterUsername: optionalText(given, "MasterUsername"),
      databaseName: optionalText(given, "DBName"),
    });
    return db.identifier;
  },
  settled: becomeAvailable,
  updatable: [
    ...[
      "DeletionProtection",
      "MasterUserPassword",
      "ManageMasterUserPassword",
      "MasterUserSecret",
      "VPCSecurityGroups",
      "Tags",
      "DBInstanceClass",
      "MultiAZ",
      "AllocatedStorage",
      "SourceDBInstanceIdentifier",
    ],
    ...["DeleteAutomatedBackups", ...Object.keys(settingRules)],
  ],
  replaces: ({ from, to }) =>
    optionalText(to, "SourceDBInstanceIdentifier") !== undefined &&
    optionalText(to, "SourceDBInstanceIdentifier") !== optionalText(from, "SourceDBInstanceIdentifier"),
  update: async (call, id, { from, to }, naming, signal) => {
    // A snapshot that somebody takes just then, or what a cancelled update began.
    await beIdle(call, id, signal);
    if (isMember(to)) {
      await changeMemberAsSaid(call, id, { from, to }, changeableSettings(to), naming);
      return becomeAvailable(call, id, signal);
    }
    if (isReplica(from) !== isReplica(to)) await promote(call, id, to, signal);
    await modifyDBInstance(call, id, {
      deletionProtection: optionalFlag(to, "DeletionProtection") ?? false,
      master: masterChange(from, to),
      groupIds: texts(to, "VPCSecurityGroups"),
      instanceClass: text(to, "DBInstanceClass"),
      multiAz: optionalFlag(to, "MultiAZ") ?? false,
      parameterGroupName: optionalText(to, "DBParameterGroupName") ?? defaultGroupOf(theDBInstance(call, id)),
      optionGroupName: optionalText(to, "OptionGroupName"),
      settings: changeableSettings(to),
      tags: tagsOf(to, naming),
      immediately: true,
    });
    await becomeAvailable(call, id, signal);
  },
  delete: (call, id, given, signal, last) =>
    unlessGone(["DBInstanceNotFound"], async () => {
      const db = theDBInstance(call, id);
      const retainBackups = optionalFlag(given, "DeleteAutomatedBackups") === false;
      // One that has never been available, or has failed, has nothing to keep.
      // What a read replica has is its source's: AWS makes no final snapshot of it.
      const isAlone = db.clusterId === undefined && db.origin.kind !== "replica";
      const isKept = last !== undefined && db.born && db.status !== "failed" && isAlone;
      const how = isKept ? { skipFinalSnapshot: false, finalSnapshot: last.finalSnapshot } : { skipFinalSnapshot: true };
      if (db.status !== "deleting") deleteDBInstance(call, id, { ...how, retainBackups });
      await call.until(() => call.records.get(DBInstances, id) === undefined, signal);
    }),
};
