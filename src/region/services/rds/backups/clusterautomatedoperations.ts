import type {
  DBClusterAutomatedBackup as ApiAutomatedBackup,
  DeleteDBClusterAutomatedBackupCommandInput,
  DeleteDBClusterAutomatedBackupCommandOutput,
  DescribeDBClusterAutomatedBackupsCommandInput,
  DescribeDBClusterAutomatedBackupsCommandOutput,
  Filter,
} from "@aws-sdk/client-rds";
import type { Call, Scope } from "../../../operations/call.js";
import { ServiceFault } from "../../../operations/fault.js";
import { enforced, within } from "../../../operations/members.js";
import { operation, type Operation, type Output } from "../../../operations/operation.js";
import { paginate } from "../../../protocol/paginate.js";
import { theEngine } from "../engines.js";
import { clusterArn } from "../names.js";
import { deleteAutomatedBackup, restorable, theAutomatedBackup } from "./automated.js";
import { clusterBackups } from "./kinds.js";
import { automatedBackupArn } from "./names.js";
import { DBClusterAutomatedBackups, type AutomatedBackup } from "./records.js";

function view(scope: Scope, kept: AutomatedBackup): ApiAutomatedBackup {
  const { source, status } = kept;
  const { settings } = source;
  const range = restorable(scope, kept);
  return {
    DBClusterAutomatedBackupsArn: automatedBackupArn(scope, clusterBackups, kept.id),
    DBClusterArn: clusterArn(scope, source.identifier),
    DBClusterIdentifier: source.identifier,
    DbClusterResourceId: source.resourceId,
    Region: scope.regionName,
    Status: status,
    RestoreWindow: range === undefined ? {} : { EarliestTime: new Date(range.earliest), LatestTime: new Date(range.latest) },
    BackupRetentionPeriod: settings.backupRetentionPeriod,
    PreferredBackupWindow: settings.preferredBackupWindow,
    Engine: source.engine,
    EngineMode: "provisioned",
    EngineVersion: source.engineVersion,
    LicenseModel: theEngine(source.engine).license,
    MasterUsername: source.masterUsername,
    Port: source.port,
    VpcId: source.vpcId,
    ClusterCreateTime: new Date(source.createdAt),
    AllocatedStorage: source.instanceClass === undefined ? 1 : settings.allocatedStorage,
    StorageType: settings.storageType,
    StorageEncrypted: settings.storageEncrypted,
    IAMDatabaseAuthenticationEnabled: false,
  };
}

const filterable: Readonly<Record<string, (kept: AutomatedBackup) => string>> = {
  status: ({ status }) => status,
  "db-cluster-id": ({ source }) => source.identifier,
  "db-cluster-resource-id": ({ source }) => source.resourceId,
};

function matches(kept: AutomatedBackup, filter: Filter): boolean {
  const read = filter.Name !== undefined && Object.hasOwn(filterable, filter.Name) ? filterable[filter.Name] : undefined;
  if (read === undefined) throw new ServiceFault("InvalidParameterValue", `Unrecognized filter name: ${filter.Name}`);
  return (filter.Values ?? []).includes(read(kept));
}

function describe(
  call: Call,
  input: DescribeDBClusterAutomatedBackupsCommandInput,
): Output<DescribeDBClusterAutomatedBackupsCommandOutput> {
  const { DbClusterResourceId: resourceId, DBClusterIdentifier: cluster } = input;
  if (resourceId !== undefined) theAutomatedBackup(call, clusterBackups, { resourceId });
  const kept = call.records
    .list(DBClusterAutomatedBackups)
    .filter(
      (each) =>
        (resourceId === undefined || each.source.resourceId === resourceId) &&
        (cluster === undefined || each.source.identifier === cluster.toLowerCase()) &&
        (input.Filters ?? []).every((filter) => matches(each, filter)),
    );
  const page = paginate(kept, ({ id }) => id, { MaxResults: input.MaxRecords, NextToken: input.Marker });
  return { DBClusterAutomatedBackups: page.items.map((each) => view(call, each)), Marker: page.NextToken };
}

export const clusterAutomatedBackupOperations: readonly Operation[] = [
  operation<DescribeDBClusterAutomatedBackupsCommandInput, DescribeDBClusterAutomatedBackupsCommandOutput>(
    "rds",
    "DescribeDBClusterAutomatedBackups",
    {
      DbClusterResourceId: enforced,
      DBClusterIdentifier: enforced,
      Filters: within<Filter>({ Name: enforced, Values: enforced }),
      MaxRecords: enforced,
      Marker: enforced,
    },
    describe,
  ),
  operation<DeleteDBClusterAutomatedBackupCommandInput, DeleteDBClusterAutomatedBackupCommandOutput>(
    "rds",
    "DeleteDBClusterAutomatedBackup",
    { DbClusterResourceId: enforced },
    (call, { DbClusterResourceId: resourceId }) => {
      const before = view(call, theAutomatedBackup(call, clusterBackups, { resourceId }));
      deleteAutomatedBackup(call, clusterBackups, { resourceId });
      return { DBClusterAutomatedBackup: { ...before, Status: "deleting" } };
    },
  ),
];
