import type { MemberRules } from "../../../operations/members.js";
import { clusterRules } from "../../../services/rds/clusterrules.js";
import { createDBCluster, deleteDBCluster, modifyDBCluster, theDBCluster } from "../../../services/rds/clusters.js";
import { clusterArn, clusterEndpointName } from "../../../services/rds/names.js";
import { DBClusters } from "../../../services/rds/records.js";
import type { ResourceProvider } from "../../provider.js";
import { optionalFlag, optionalNumber, optionalText, tagRules, tagsOf, text, texts, unlessGone } from "../properties.js";

const { Tags: _apiTags, ...said } = clusterRules;
const properties: MemberRules = { ...said, Tags: tagRules };

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-rds-dbcluster.html */
export const dbCluster: ResourceProvider = {
  type: "AWS::RDS::DBCluster",
  record: DBClusters,
  properties,
  attributes: {
    "Endpoint.Address": (call, id) => clusterEndpointName(call, id),
    "Endpoint.Port": (call, id) => String(theDBCluster(call, id).port),
    "ReadEndpoint.Address": (call, id) => clusterEndpointName(call, id, "cluster-ro"),
    DBClusterArn: (call, id) => clusterArn(call, id),
    DBClusterResourceId: (call, id) => theDBCluster(call, id).resourceId,
  },
  create: async (call, given, naming) => {
    const cluster = await createDBCluster(call, {
      identifier: optionalText(given, "DBClusterIdentifier") ?? naming.physicalName(63),
      engine: text(given, "Engine"),
      engineVersion: optionalText(given, "EngineVersion"),
      masterUsername: optionalText(given, "MasterUsername"),
      masterPassword: optionalText(given, "MasterUserPassword"),
      databaseName: optionalText(given, "DatabaseName"),
      port: optionalNumber(given, "Port"),
      subnetGroupName: optionalText(given, "DBSubnetGroupName"),
      groupIds: texts(given, "VpcSecurityGroupIds"),
      deletionProtection: optionalFlag(given, "DeletionProtection"),
      instanceClass: optionalText(given, "DBClusterInstanceClass"),
      allocatedStorage: optionalNumber(given, "AllocatedStorage"),
      storageType: optionalText(given, "StorageType"),
      backupRetentionPeriod: optionalNumber(given, "BackupRetentionPeriod"),
      preferredBackupWindow: optionalText(given, "PreferredBackupWindow"),
      preferredMaintenanceWindow: optionalText(given, "PreferredMaintenanceWindow"),
      storageEncrypted: optionalFlag(given, "StorageEncrypted"),
      tags: tagsOf(given, naming),
    });
    return cluster.identifier;
  },
  settled: (call, id, signal) => call.until(() => call.records.get(DBClusters, id)?.status === "available", signal),
  updatable: ["DeletionProtection", "MasterUserPassword", "Tags"],
  update: async (call, id, { from, to }, naming) => {
    const masterPassword = optionalText(to, "MasterUserPassword");
    modifyDBCluster(call, id, {
      deletionProtection: optionalFlag(to, "DeletionProtection") ?? false,
      ...(masterPassword === optionalText(from, "MasterUserPassword") ? {} : { masterPassword }),
      tags: tagsOf(to, naming),
    });
  },
  delete: (call, id, _given, signal) =>
    unlessGone(["DBClusterNotFoundFault"], async () => {
      if (theDBCluster(call, id).wish !== "deleted") deleteDBCluster(call, id, { skipFinalSnapshot: true });
      await call.until(() => call.records.get(DBClusters, id) === undefined, signal);
    }),
};
