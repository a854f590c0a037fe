import type {
  DBInstanceAutomatedBackup as ApiAutomatedBackup,
  DeleteDBInstanceAutomatedBackupCommandInput,
  DeleteDBInstanceAutomatedBackupCommandOutput,
  DescribeDBInstanceAutomatedBackupsCommandInput,
  DescribeDBInstanceAutomatedBackupsCommandOutput,
  Filter,
} from "@aws-sdk/client-rds";
import type { Call, Scope } from "../../../operations/call.js";
import { ServiceFault } from "../../../operations/fault.js";
import { enforced, within } from "../../../operations/members.js";
import { operation, type Operation, type Output } from "../../../operations/operation.js";
import { paginate } from "../../../protocol/paginate.js";
import { theEngine } from "../engines.js";
import { instanceArn } from "../names.js";
import { deleteAutomatedBackup, restorable, theAutomatedBackup } from "./automated.js";
import { instanceBackups } from "./kinds.js";
import { automatedBackupArn } from "./names.js";
import { DBInstanceAutomatedBackups, type AutomatedBackup } from "./records.js";

function view(scope: Scope, kept: AutomatedBackup): ApiAutomatedBackup {
  const { source, status } = kept;
  const { settings } = source;
  const range = restorable(scope, kept);
  return {
    DBInstanceAutomatedBackupsArn: automatedBackupArn(scope, instanceBackups, kept.id),
    DBInstanceArn: instanceArn(scope, source),
    DBInstanceIdentifier: source.identifier,
    DbiResourceId: source.resourceId,
    Region: scope.regionName,
    Status: status,
    RestoreWindow: range === undefined ? {} : { EarliestTime: new Date(range.earliest), LatestTime: new Date(range.latest) },
    BackupTarget: "region",
    BackupRetentionPeriod: settings.backupRetentionPeriod,
    PreferredBackupWindow: settings.preferredBackupWindow,
    Engine: source.engine,
    EngineVersion: source.engineVersion,
    LicenseModel: theEngine(source.engine).license,
    MasterUsername: source.masterUsername,
    Port: source.port,
    AvailabilityZone: source.zone,
    VpcId: source.vpcId,
    InstanceCreateTime: new Date(source.createdAt),
    AllocatedStorage: settings.allocatedStorage,
    StorageType: settings.storageType,
    Iops: settings.iops,
    StorageThroughput: settings.storageThroughput,
    Encrypted: settings.storageEncrypted,
    KmsKeyId: settings.kmsKeyId,
    IAMDatabaseAuthenticationEnabled: false,
    DBInstanceAutomatedBackupsReplications: [],
  };
}

const filterable: Readonly<Record<string, (kept: AutomatedBackup) => string>> = {
  status: ({ status }) => status,
  "db-instance-id": ({ source }) => source.identifier,
  "dbi-resource-id": ({ source }) => source.resourceId,
};

function matches(kept: AutomatedBackup, filter: Filter): boolean {
  const read = filter.Name !== undefined && Object.hasOwn(filterable, filter.Name) ? filterable[filter.Name] : undefined;
  if (read === undefined) throw new ServiceFault("InvalidParameterValue", `Unrecognized filter name: ${filter.Name}`);
  return (filter.Values ?? []).includes(read(kept));
}

function describe(
  call: Call,
  input: DescribeDBInstanceAutomatedBackupsCommandInput,
): Output<DescribeDBInstanceAutomatedBackupsCommandOutput> {
  const { DbiResourceId: resourceId, DBInstanceAutomatedBackupsArn: arn, DBInstanceIdentifier: instance } = input;
  if (resourceId !== undefined || arn !== undefined) theAutomatedBackup(call, instanceBackups, { resourceId, arn });
  const kept = call.records
    .list(DBInstanceAutomatedBackups)
    .filter(
      (each) =>
        (resourceId === undefined || each.source.resourceId === resourceId) &&
        (arn === undefined || automatedBackupArn(call, instanceBackups, each.id) === arn) &&
        (instance === undefined || each.source.identifier === instance.toLowerCase()) &&
        (input.Filters ?? []).every((filter) => matches(each, filter)),
    );
  const page = paginate(kept, ({ id }) => id, { MaxResults: input.MaxRecords, NextToken: input.Marker });
  return { DBInstanceAutomatedBackups: page.items.map((each) => view(call, each)), Marker: page.NextToken };
}

export const automatedBackupOperations: readonly Operation[] = [
  operation<DescribeDBInstanceAutomatedBackupsCommandInput, DescribeDBInstanceAutomatedBackupsCommandOutput>(
    "rds",
    "DescribeDBInstanceAutomatedBackups",
    {
      DbiResourceId: enforced,
      DBInstanceIdentifier: enforced,
      DBInstanceAutomatedBackupsArn: enforced,
      Filters: within<Filter>({ Name: enforced, Values: enforced }),
      MaxRecords: enforced,
      Marker: enforced,
    },
    describe,
  ),
  operation<DeleteDBInstanceAutomatedBackupCommandInput, DeleteDBInstanceAutomatedBackupCommandOutput>(
    "rds",
    "DeleteDBInstanceAutomatedBackup",
    { DbiResourceId: enforced, DBInstanceAutomatedBackupsArn: enforced },
    (call, input) => {
      const wanted = { resourceId: input.DbiResourceId, arn: input.DBInstanceAutomatedBackupsArn };
      const before = view(call, theAutomatedBackup(call, instanceBackups, wanted));
      deleteAutomatedBackup(call, instanceBackups, wanted);
      return { DBInstanceAutomatedBackup: { ...before, Status: "deleting" } };
    },
  ),
];
