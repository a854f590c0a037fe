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
import { enforced, recorded, states, within } from "../../../operations/members.js";
import { operation, type Operation, type Output } from "../../../operations/operation.js";
import { fromTags, tagRules } from "../tags.js";
import { instanceBackups } from "./kinds.js";
import { listSnapshots } from "./snapshotlist.js";
import { copySnapshot, createSnapshot, deleteSnapshot, theSnapshot } from "./snapshots.js";
import { describeDBSnapshot } from "./snapshotview.js";

async function describe(call: Call, input: DescribeDBSnapshotsCommandInput): Promise<Output<DescribeDBSnapshotsCommandOutput>> {
  const page = await listSnapshots(call, instanceBackups, {
    wanted: input.DBSnapshotIdentifier,
    of: input.DBInstanceIdentifier,
    resourceId: input.DbiResourceId,
    type: input.SnapshotType,
    filters: input.Filters,
    MaxRecords: input.MaxRecords,
    Marker: input.Marker,
  });
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
        createSnapshot(call, instanceBackups, {
          identifier: input.DBSnapshotIdentifier,
          of: input.DBInstanceIdentifier ?? "",
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
        copySnapshot(call, instanceBackups, {
          from: input.SourceDBSnapshotIdentifier ?? "",
          identifier: input.TargetDBSnapshotIdentifier,
          tags: fromTags(input.Tags),
          copyTags: input.CopyTags ?? false,
        }),
      ),
    }),
  ),
  operation<DeleteDBSnapshotCommandInput, DeleteDBSnapshotCommandOutput>("rds", "DeleteDBSnapshot", named, (call, input) => ({
    DBSnapshot: {
      ...describeDBSnapshot(call, deleteSnapshot(call, instanceBackups, input.DBSnapshotIdentifier ?? "")),
      Status: "deleted",
    },
  })),
  operation<DescribeDBSnapshotAttributesCommandInput, DescribeDBSnapshotAttributesCommandOutput>(
    "rds",
    "DescribeDBSnapshotAttributes",
    named,
    (call, input) => ({
      DBSnapshotAttributesResult: {
        DBSnapshotIdentifier: theSnapshot(call, instanceBackups, input.DBSnapshotIdentifier ?? "").identifier,
        DBSnapshotAttributes: [{ AttributeName: "restore", AttributeValues: [] }],
      },
    }),
  ),
];
