import type {
  CreateDBInstanceCommandInput,
  CreateDBInstanceCommandOutput,
  DBInstance as ApiDBInstance,
  DeleteDBInstanceCommandInput,
  DeleteDBInstanceCommandOutput,
  DescribeDBEngineVersionsCommandInput,
  DescribeDBEngineVersionsCommandOutput,
  DescribeDBInstancesCommandInput,
  DescribeDBInstancesCommandOutput,
  Filter,
  ModifyDBInstanceCommandInput,
  ModifyDBInstanceCommandOutput,
  RebootDBInstanceCommandInput,
  RebootDBInstanceCommandOutput,
  StartDBInstanceCommandInput,
  StartDBInstanceCommandOutput,
  StopDBInstanceCommandInput,
  StopDBInstanceCommandOutput,
} from "@aws-sdk/client-rds";
import type { Call } from "../../operations/call.js";
import { ServiceFault } from "../../operations/fault.js";
import { enforced, states, within } from "../../operations/members.js";
import { operation, type Operation, type Output } from "../../operations/operation.js";
import { createMember } from "./clustermembers.js";
import { engineVersions } from "./engines.js";
import { instanceRules, settingRules } from "./instancerules.js";
import {
  createDBInstance,
  deleteDBInstance,
  inTransition,
  rebootDBInstance,
  startDBInstance,
  stopDBInstance,
  theDBInstance,
} from "./instances.js";
import { checkMember, checkMemberChange } from "./memberrules.js";
import { modifyDBInstance } from "./modifying.js";
import { describeDBInstance } from "./instanceview.js";
import { clusterArn, instanceArn } from "./names.js";
import { pageOf } from "./pages.js";
import { DBClusters, DBInstances, type DBInstance } from "./records.js";
import { settingsOf } from "./settings.js";
import { fromTags } from "./tags.js";

const answer = (call: Call, db: DBInstance): { DBInstance: ApiDBInstance } => ({ DBInstance: describeDBInstance(call, db) });

const create = async (call: Call, input: CreateDBInstanceCommandInput): Promise<{ DBInstance: ApiDBInstance }> => {
  if (input.DBClusterIdentifier !== undefined) return answer(call, await createOf(call, input.DBClusterIdentifier, input));
  return answer(
    call,
    await createDBInstance(call, {
      identifier: input.DBInstanceIdentifier ?? "",
      instanceClass: input.DBInstanceClass ?? "",
      engine: input.Engine ?? "",
      engineVersion: input.EngineVersion,
      masterUsername: input.MasterUsername,
      master: {
        masterPassword: input.MasterUserPassword,
        managed: input.ManageMasterUserPassword,
        secretKmsKeyId: input.MasterUserSecretKmsKeyId,
      },
      databaseName: input.DBName,
      port: input.Port,
      subnetGroupName: input.DBSubnetGroupName,
      zone: input.AvailabilityZone,
      groupIds: input.VpcSecurityGroupIds,
      publiclyAccessible: input.PubliclyAccessible,
      multiAz: input.MultiAZ,
      deletionProtection: input.DeletionProtection,
      parameterGroupName: input.DBParameterGroupName,
      optionGroupName: input.OptionGroupName,
      settings: settingsOf(input),
      tags: fromTags(input.Tags),
    }),
  );
};

function createOf(call: Call, clusterId: string, input: CreateDBInstanceCommandInput): Promise<DBInstance> {
  checkMember({ ...input });
  return createMember(
    call,
    clusterId,
    {
      identifier: input.DBInstanceIdentifier ?? "",
      instanceClass: input.DBInstanceClass ?? "",
      engineVersion: input.EngineVersion,
      subnetGroupName: input.DBSubnetGroupName,
      zone: input.AvailabilityZone,
      publiclyAccessible: input.PubliclyAccessible,
      parameterGroupName: input.DBParameterGroupName,
      optionGroupName: input.OptionGroupName,
      settings: settingsOf(input),
      tags: fromTags(input.Tags),
    },
    input.Engine ?? "",
  );
}

async function modify(call: Call, input: ModifyDBInstanceCommandInput): Promise<{ DBInstance: ApiDBInstance }> {
  const { DBInstanceIdentifier: wanted = "" } = input;
  const { clusterId } = theDBInstance(call, wanted);
  if (clusterId !== undefined) checkMemberChange({ ...input }, call.records.get(DBClusters, clusterId)?.kind === "multi-az");
  return answer(
    call,
    await modifyDBInstance(call, wanted, {
      deletionProtection: input.DeletionProtection,
      master: {
        masterPassword: input.MasterUserPassword,
        managed: input.ManageMasterUserPassword,
        secretKmsKeyId: input.MasterUserSecretKmsKeyId,
        rotate: input.RotateMasterUserPassword,
      },
      groupIds: input.VpcSecurityGroupIds,
      instanceClass: input.DBInstanceClass,
      multiAz: input.MultiAZ,
      parameterGroupName: input.DBParameterGroupName,
      optionGroupName: input.OptionGroupName,
      settings: settingsOf(input),
      immediately: input.ApplyImmediately ?? false,
    }),
  );
}

async function describe(call: Call, input: DescribeDBInstancesCommandInput): Promise<Output<DescribeDBInstancesCommandOutput>> {
  const { DBInstanceIdentifier: nameOrArn } = input;
  if (nameOrArn !== undefined && nameOrArn !== "") {
    const { identifier } = theDBInstance(call, withoutArn(nameOrArn, instanceArn(call, { identifier: "" })));
    await call.holdWhile(() => {
      const db = call.records.get(DBInstances, identifier);
      return db !== undefined && inTransition(db);
    });
    return { DBInstances: [describeDBInstance(call, theDBInstance(call, identifier))] };
  }
  const kept = call.records.list(DBInstances).filter((db) => (input.Filters ?? []).every((filter) => matches(call, db, filter)));
  const page = pageOf(kept, (db) => db.identifier, input);
  return { DBInstances: page.items.map((db) => describeDBInstance(call, db)), Marker: page.NextToken };
}

const filterable: Readonly<Record<string, (db: DBInstance) => string | undefined>> = {
  "db-cluster-id": (db) => db.clusterId,
  "db-instance-id": (db) => db.identifier,
  "dbi-resource-id": (db) => db.resourceId,
  engine: (db) => db.engine,
};

/** Clusters and instances may be named by their ARNs too. */
function matches(call: Call, db: DBInstance, { Name = "", Values = [] }: Filter): boolean {
  const read = Object.hasOwn(filterable, Name) ? filterable[Name] : undefined;
  if (read === undefined) throw new ServiceFault("InvalidParameterValue", `Unrecognized filter name: ${Name}`);
  const arns: Readonly<Record<string, string>> = {
    "db-cluster-id": clusterArn(call, ""),
    "db-instance-id": instanceArn(call, { identifier: "" }),
  };
  const arn = arns[Name];
  const wanted = arn === undefined ? Values : Values.map((value) => withoutArn(value, arn).toLowerCase());
  return wanted.includes(read(db) ?? "");
}

/** The name in an ARN that begins like this; what is none of this region and account stays as it is, and names nothing. */
const withoutArn = (nameOrArn: string, prefix: string): string =>
  nameOrArn.startsWith(prefix) ? nameOrArn.slice(prefix.length) : nameOrArn;

function engines(input: DescribeDBEngineVersionsCommandInput): Output<DescribeDBEngineVersionsCommandOutput> {
  const { Engine, EngineVersion, DBParameterGroupFamily } = input;
  const kept = engineVersions().filter(
    (each) =>
      (Engine ?? each.Engine) === each.Engine &&
      [undefined, each.MajorEngineVersion, each.EngineVersion].includes(EngineVersion) &&
      (DBParameterGroupFamily ?? each.DBParameterGroupFamily) === each.DBParameterGroupFamily,
  );
  const page = pageOf(kept, (each) => `${each.Engine} ${each.EngineVersion}`, input);
  return { DBEngineVersions: [...page.items], Marker: page.NextToken };
}

const named = { DBInstanceIdentifier: enforced };

export const instanceOperations: readonly Operation[] = [
  operation<CreateDBInstanceCommandInput, CreateDBInstanceCommandOutput>(
    "rds",
    "CreateDBInstance",
    {
      ...instanceRules,
      DBClusterIdentifier: enforced,
      PromotionTier: states(1),
      MasterUserSecretKmsKeyId: enforced,
      VpcSecurityGroupIds: enforced,
      BackupTarget: states("region"),
      MultiTenant: states(false),
    },
    create,
  ),
  operation<DescribeDBInstancesCommandInput, DescribeDBInstancesCommandOutput>(
    "rds",
    "DescribeDBInstances",
    { ...named, Filters: within<Filter>({ Name: enforced, Values: enforced }), MaxRecords: enforced, Marker: enforced },
    describe,
  ),
  operation<DeleteDBInstanceCommandInput, DeleteDBInstanceCommandOutput>(
    "rds",
    "DeleteDBInstance",
    {
      ...named,
      SkipFinalSnapshot: enforced,
      FinalDBSnapshotIdentifier: enforced,
      DeleteAutomatedBackups: enforced,
    },
    (call, input) =>
      answer(
        call,
        deleteDBInstance(call, input.DBInstanceIdentifier ?? "", {
          skipFinalSnapshot: input.SkipFinalSnapshot ?? false,
          finalSnapshot: input.FinalDBSnapshotIdentifier,
          retainBackups: input.DeleteAutomatedBackups === false,
        }),
      ),
  ),
  operation<ModifyDBInstanceCommandInput, ModifyDBInstanceCommandOutput>(
    "rds",
    "ModifyDBInstance",
    {
      ...named,
      DeletionProtection: enforced,
      MasterUserPassword: enforced,
      ManageMasterUserPassword: enforced,
      MasterUserSecretKmsKeyId: enforced,
      RotateMasterUserPassword: enforced,
      VpcSecurityGroupIds: enforced,
      ApplyImmediately: enforced,
      ...settingRules,
      AllocatedStorage: instanceRules.AllocatedStorage,
      DBInstanceClass: enforced,
      MultiAZ: enforced,
    },
    modify,
  ),
  operation<StartDBInstanceCommandInput, StartDBInstanceCommandOutput>("rds", "StartDBInstance", named, (call, input) =>
    answer(call, startDBInstance(call, input.DBInstanceIdentifier ?? "")),
  ),
  operation<StopDBInstanceCommandInput, StopDBInstanceCommandOutput>("rds", "StopDBInstance", named, (call, input) =>
    answer(call, stopDBInstance(call, input.DBInstanceIdentifier ?? "")),
  ),
  operation<RebootDBInstanceCommandInput, RebootDBInstanceCommandOutput>(
    "rds",
    "RebootDBInstance",
    { ...named, ForceFailover: enforced },
    (call, input) => answer(call, rebootDBInstance(call, input.DBInstanceIdentifier ?? "", input.ForceFailover ?? false)),
  ),
  operation<DescribeDBEngineVersionsCommandInput, DescribeDBEngineVersionsCommandOutput>(
    "rds",
    "DescribeDBEngineVersions",
    {
      Engine: enforced,
      EngineVersion: enforced,
      DBParameterGroupFamily: enforced,
      DefaultOnly: states(false),
      // There are no deprecated ones here.
      IncludeAll: states(true, false),
      MaxRecords: enforced,
      Marker: enforced,
    },
    (_call, input) => engines(input),
  ),
];
