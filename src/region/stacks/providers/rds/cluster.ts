import { ServiceFault } from "../../../operations/fault.js";
import { enforced, within, type MemberRules } from "../../../operations/members.js";
import { clusterRules } from "../../../services/rds/clusterrules.js";
import { deleteDBCluster } from "../../../services/rds/clusterchanges.js";
import { membersOf } from "../../../services/rds/clustermembers.js";
import { modifyDBCluster } from "../../../services/rds/clustermodifying.js";
import { createDBCluster, longestClusterIdentifier } from "../../../services/rds/clusters.js";
import { hasData, theDBCluster } from "../../../services/rds/clusterstate.js";
import { theEngine } from "../../../services/rds/engines.js";
import { clusterArn, clusterEndpointName } from "../../../services/rds/names.js";
import { defaultParameterGroup } from "../../../services/rds/parametermembership.js";
import { DBClusters, type DBInstance } from "../../../services/rds/records.js";
import type { Properties, ResourceProvider } from "../../provider.js";
import { masterChange, masterSaid } from "./master.js";
import { restoreClusterAsSaid, restoreClusterProperties } from "./restoring.js";
import { optionalFlag, optionalNumber, optionalText, tagRules, tagsOf, text, texts, unlessGone } from "../properties.js";

const { Tags: _apiTags, ...said } = clusterRules;
const properties: MemberRules = {
  ...said,
  ...restoreClusterProperties,
  MasterUserSecret: within({ KmsKeyId: enforced }),
  Tags: tagRules,
};

/** What is said of a cluster that may be said again of one that is there. */
const changeable = (given: Properties) =>
  ({
    backupRetentionPeriod: optionalNumber(given, "BackupRetentionPeriod"),
    preferredBackupWindow: optionalText(given, "PreferredBackupWindow"),
    preferredMaintenanceWindow: optionalText(given, "PreferredMaintenanceWindow"),
    copyTagsToSnapshot: optionalFlag(given, "CopyTagsToSnapshot"),
    parameterGroupName: optionalText(given, "DBClusterParameterGroupName"),
    autoMinorVersionUpgrade: optionalFlag(given, "AutoMinorVersionUpgrade"),
    groupIds: texts(given, "VpcSecurityGroupIds"),
    instanceClass: optionalText(given, "DBClusterInstanceClass"),
    storageType: optionalText(given, "StorageType"),
    iops: optionalNumber(given, "Iops"),
  }) as const;

/** A member without which its cluster does not become available, and which does not go on by itself. */
const brokenMember = (call: Parameters<typeof membersOf>[0], id: string): DBInstance | undefined =>
  membersOf(call, id).find(({ status }) => ["failed", "incompatible-parameters", "storage-full"].includes(status));

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-rds-dbcluster.html */
export const dbCluster: ResourceProvider = {
  type: "AWS::RDS::DBCluster",
  record: DBClusters,
  properties,
  attributes: {
    "Endpoint.Address": (call, id) => clusterEndpointName(call, id),
    "Endpoint.Port": (call, id) => String(theDBCluster(call, id).port),
    "ReadEndpoint.Address": (call, id) => clusterEndpointName(call, id, "cluster-ro"),
    "MasterUserSecret.SecretArn": (call, id) => theDBCluster(call, id).masterSecret?.secretArn ?? "",
    DBClusterArn: (call, id) => clusterArn(call, id),
    DBClusterResourceId: (call, id) => theDBCluster(call, id).resourceId,
  },
  create: async (call, given, naming) => {
    const said = {
      ...changeable(given),
      identifier:
        optionalText(given, "DBClusterIdentifier") ??
        naming.physicalName(longestClusterIdentifier(optionalText(given, "Engine") ?? "")),
      engineVersion: optionalText(given, "EngineVersion"),
      master: masterSaid(given),
      port: optionalNumber(given, "Port"),
      subnetGroupName: optionalText(given, "DBSubnetGroupName"),
      deletionProtection: optionalFlag(given, "DeletionProtection"),
      kmsKeyId: optionalText(given, "KmsKeyId"),
      engineLifecycleSupport: optionalText(given, "EngineLifecycleSupport"),
      storageEncrypted: optionalFlag(given, "StorageEncrypted"),
      tags: tagsOf(given, naming),
    };
    const restored = restoreClusterAsSaid(call, given, said);
    if (restored !== undefined) return (await restored).identifier;
    const cluster = await createDBCluster(call, {
      ...said,
      engine: text(given, "Engine"),
      masterUsername: optionalText(given, "MasterUsername"),
      databaseName: optionalText(given, "DatabaseName"),
      allocatedStorage: optionalNumber(given, "AllocatedStorage"),
    });
    return cluster.identifier;
  },
  settled: async (call, id, signal) => {
    const isAvailable = (): boolean => call.records.get(DBClusters, id)?.status === "available";
    await call.until(() => isAvailable() || brokenMember(call, id) !== undefined, signal);
    const broken = brokenMember(call, id);
    if (isAvailable() || broken === undefined) return;
    throw new ServiceFault(
      "InternalFailure",
      `DB cluster ${id} is not available: its member ${broken.identifier} is ${broken.status}: ${broken.statusReason ?? ""}`,
      500,
    );
  },
  updatable: [
    ...[
      "DeletionProtection",
      "MasterUserPassword",
      "ManageMasterUserPassword",
      "MasterUserSecret",
      "Tags",
      "BackupRetentionPeriod",
      "PreferredBackupWindow",
    ],
    ...["PreferredMaintenanceWindow", "CopyTagsToSnapshot", "DBClusterParameterGroupName", "AutoMinorVersionUpgrade"],
    ...["VpcSecurityGroupIds", "DBClusterInstanceClass", "AllocatedStorage", "StorageType", "Iops"],
  ],
  update: async (call, id, { from, to }, naming, signal) => {
    const { engine, engineVersion } = theDBCluster(call, id);
    const { parameterGroupName = defaultParameterGroup(theEngine(engine), engineVersion), ...changes } = changeable(to);
    const isAurora = theDBCluster(call, id).kind === "aurora";
    await modifyDBCluster(call, id, {
      ...changes,
      // Of Aurora's own storage only the kind can be said, and it is what it was.
      ...(isAurora && optionalText(from, "StorageType") === optionalText(to, "StorageType") ? { storageType: undefined } : {}),
      allocatedStorage: optionalNumber(to, "AllocatedStorage"),
      immediately: true,
      parameterGroupName,
      deletionProtection: optionalFlag(to, "DeletionProtection") ?? false,
      master: masterChange(from, to),
      tags: tagsOf(to, naming),
    });
    await call.until(() => call.records.get(DBClusters, id)?.status !== "modifying", signal);
  },
  delete: (call, id, _given, signal, last) =>
    unlessGone(["DBClusterNotFoundFault"], async () => {
      const cluster = theDBCluster(call, id);
      // One that has never had any data has nothing to keep.
      const how =
        last !== undefined && hasData(call, cluster)
          ? { skipFinalSnapshot: false, finalSnapshot: last.finalSnapshot }
          : { skipFinalSnapshot: true };
      if (cluster.status !== "deleting") deleteDBCluster(call, id, how);
      await call.until(() => call.records.get(DBClusters, id) === undefined, signal);
    }),
};
