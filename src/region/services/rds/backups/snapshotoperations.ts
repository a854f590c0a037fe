import type {
  CopyDBSnapshotCommandInput,
  CopyDBSnapshotCommandOutput,
  CreateDBSnapshotCommandInput,
  CreateDBSnapshotCommandOutput,
  DeleteDBSnapshotCommandInput,
  DeleteDBSnapshotCommandOutput,
  DescribeDBSnapshotAttributesCommandInput,
  DescribeDBSnapshotAttributesCommandOutput,
  DescribeDBSnapshotsCommandInput,
  DescribeDBSnapshotsCommandOutput,
  Filter,
} from "@aws-sdk/client-rds";
import type { Call } from "../../../operations/call.js";
import { ServiceFault } from "../../../operations/fault.js";
import { enforced, recorded, states, within } from "../../../operations/members.js";
import { operation, type Operation, type Output } from "../../../operations/operation.js";
import { paginate } from "../../../protocol/paginate.js";
import { fromTags, tagRules } from "../tags.js";
import { snapshotNamed } from "./names.js";
import { DBSnapshots, type DBSnapshot } from "./records.js";
import { copyDBSnapshot, createDBSnapshot, deleteDBSnapshot, theDBSnapshot } from "./snapshots.js";
import { describeDBSnapshot } from "./snapshotview.js";

const filterable: Readonly<Record<string, (snapshot: DBSnapshot) => string>> = {
  "db-instance-id": ({ source }) => source.identifier,
  "db-snapshot-id": ({ identifier }) => identifier,
  "dbi-resource-id": ({ source }) => source.resourceId,
  "snapshot-type": ({ type }) => type,
  engine: ({ source }) => source.engine,
};

function matches(snapshot: DBSnapshot, filter: Filter): boolean {
  const read = filter.Name !== undefined && Object.hasOwn(filterable, filter.Name) ? filterable[filter.Name] : undefined;
  if (read === undefined) throw new ServiceFault("InvalidParameterValue", `Unrecognized filter name: ${filter.Name}`);
  return (filter.Values ?? []).includes(read(snapshot));
}

/** Of which types a list is asked for; none are shared, public or AWS Backup's here. */
function ofType(type: string | undefined): (snapshot: DBSnapshot) => boolean {
  if (type === undefined) return () => true;
  if (!["automated", "manual", "shared", "public", "awsbackup"].includes(type))
    throw new ServiceFault("InvalidParameterValue", `Invalid snapshot type: ${type}`);
  return (snapshot) => snapshot.type === type;
}

async function describe(call: Call, input: DescribeDBSnapshotsCommandInput): Promise<Output<DescribeDBSnapshotsCommandOutput>> {
  const { DBSnapshotIdentifier: wanted, DBInstanceIdentifier: instance } = input;
  if (wanted !== undefined && wanted !== "") {
    theDBSnapshot(call, wanted);
    await call.holdWhile(() => call.records.get(DBSnapshots, snapshotNamed(wanted))?.status === "creating");
    theDBSnapshot(call, wanted);
  }
  const isOfType = ofType(input.SnapshotType);
  const kept = call.records
    .list(DBSnapshots)
    .filter(
      (each) =>
        isOfType(each) &&
        (wanted === undefined || wanted === "" || each.identifier === snapshotNamed(wanted)) &&
        (instance === undefined || each.source.identifier === instance.toLowerCase()) &&
        (input.DbiResourceId === undefined || each.source.resourceId === input.DbiResourceId) &&
        (input.Filters ?? []).every((filter) => matches(each, filter)),
    );
  const page = paginate(kept, ({ identifier }) => identifier, { MaxResults: input.MaxRecords, NextToken: input.Marker });
  return { DBSnapshots: page.items.map((each) => describeDBSnapshot(call, each)), Marker: page.NextToken };
}

const named = { DBSnapshotIdentifier: enforced };
const notEncrypted = recorded("data are only as encrypted as this machine's disk");

export const snapshotOperations: readonly Operation[] = [
  operation<CreateDBSnapshotCommandInput, CreateDBSnapshotCommandOutput>(
    "rds",
    "CreateDBSnapshot",
    { ...named, DBInstanceIdentifier: enforced, Tags: tagRules },
    (call, input) => ({
      DBSnapshot: describeDBSnapshot(
        call,
        createDBSnapshot(call, {
          identifier: input.DBSnapshotIdentifier,
          instance: input.DBInstanceIdentifier ?? "",
          tags: fromTags(input.Tags),
        }),
      ),
    }),
  ),
  operation<DescribeDBSnapshotsCommandInput, DescribeDBSnapshotsCommandOutput>(
    "rds",
    "DescribeDBSnapshots",
    {
      ...named,
      DBInstanceIdentifier: enforced,
      DbiResourceId: enforced,
      SnapshotType: enforced,
      Filters: within<Filter>({ Name: enforced, Values: enforced }),
      // There are none of either.
      IncludeShared: states(true, false),
      IncludePublic: states(true, false),
      MaxRecords: enforced,
      Marker: enforced,
    },
    describe,
  ),
  operation<CopyDBSnapshotCommandInput, CopyDBSnapshotCommandOutput>(
    "rds",
    "CopyDBSnapshot",
    {
      SourceDBSnapshotIdentifier: enforced,
      TargetDBSnapshotIdentifier: enforced,
      CopyTags: enforced,
      Tags: tagRules,
      KmsKeyId: notEncrypted,
      CopyOptionGroup: states(false),
      SnapshotTarget: states("region"),
    },
    (call, input) => ({
      DBSnapshot: describeDBSnapshot(
        call,
        copyDBSnapshot(call, {
          from: input.SourceDBSnapshotIdentifier ?? "",
          identifier: input.TargetDBSnapshotIdentifier,
          tags: fromTags(input.Tags),
          copyTags: input.CopyTags ?? false,
        }),
      ),
    }),
  ),
  operation<DeleteDBSnapshotCommandInput, DeleteDBSnapshotCommandOutput>("rds", "DeleteDBSnapshot", named, (call, input) => ({
    DBSnapshot: { ...describeDBSnapshot(call, deleteDBSnapshot(call, input.DBSnapshotIdentifier ?? "")), Status: "deleted" },
  })),
  operation<DescribeDBSnapshotAttributesCommandInput, DescribeDBSnapshotAttributesCommandOutput>(
    "rds",
    "DescribeDBSnapshotAttributes",
    named,
    (call, input) => ({
      DBSnapshotAttributesResult: {
        DBSnapshotIdentifier: theDBSnapshot(call, input.DBSnapshotIdentifier ?? "").identifier,
        DBSnapshotAttributes: [{ AttributeName: "restore", AttributeValues: [] }],
      },
    }),
  ),
];
