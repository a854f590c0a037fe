import type {
  CopyDBClusterSnapshotCommandInput,
  CopyDBClusterSnapshotCommandOutput,
  CreateDBClusterSnapshotCommandInput,
  CreateDBClusterSnapshotCommandOutput,
  DeleteDBClusterSnapshotCommandInput,
  DeleteDBClusterSnapshotCommandOutput,
  DescribeDBClusterSnapshotAttributesCommandInput,
  DescribeDBClusterSnapshotAttributesCommandOutput,
  DescribeDBClusterSnapshotsCommandInput,
  DescribeDBClusterSnapshotsCommandOutput,
  Filter,
} from "@aws-sdk/client-rds";
import type { Call } from "../../../operations/call.js";
import { enforced, recorded, states, within } from "../../../operations/members.js";
import { operation, type Operation, type Output } from "../../../operations/operation.js";
import { fromTags, tagRules } from "../tags.js";
import { clusterBackups } from "./kinds.js";
import { listSnapshots } from "./snapshotlist.js";
import { copySnapshot, createSnapshot, deleteSnapshot, theSnapshot } from "./snapshots.js";
import { describeDBClusterSnapshot } from "./snapshotview.js";

async function describe(
  call: Call,
  input: DescribeDBClusterSnapshotsCommandInput,
): Promise<Output<DescribeDBClusterSnapshotsCommandOutput>> {
  const page = await listSnapshots(call, clusterBackups, {
    wanted: input.DBClusterSnapshotIdentifier,
    of: input.DBClusterIdentifier,
    resourceId: input.DbClusterResourceId,
    type: input.SnapshotType,
    filters: input.Filters,
    MaxRecords: input.MaxRecords,
    Marker: input.Marker,
  });
  return { DBClusterSnapshots: page.items.map((each) => describeDBClusterSnapshot(call, each)), Marker: page.NextToken };
}

const named = { DBClusterSnapshotIdentifier: enforced };

/** As the operations of DB snapshots, by DB clusters' names for all. */
export const clusterSnapshotOperations: readonly Operation[] = [
  operation<CreateDBClusterSnapshotCommandInput, CreateDBClusterSnapshotCommandOutput>(
    "rds",
    "CreateDBClusterSnapshot",
    { ...named, DBClusterIdentifier: enforced, Tags: tagRules },
    (call, input) => ({
      DBClusterSnapshot: describeDBClusterSnapshot(
        call,
        createSnapshot(call, clusterBackups, {
          identifier: input.DBClusterSnapshotIdentifier,
          of: input.DBClusterIdentifier ?? "",
          tags: fromTags(input.Tags),
        }),
      ),
    }),
  ),
  operation<DescribeDBClusterSnapshotsCommandInput, DescribeDBClusterSnapshotsCommandOutput>(
    "rds",
    "DescribeDBClusterSnapshots",
    {
      ...named,
      DBClusterIdentifier: enforced,
      DbClusterResourceId: enforced,
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
  operation<CopyDBClusterSnapshotCommandInput, CopyDBClusterSnapshotCommandOutput>(
    "rds",
    "CopyDBClusterSnapshot",
    {
      SourceDBClusterSnapshotIdentifier: enforced,
      TargetDBClusterSnapshotIdentifier: enforced,
      CopyTags: enforced,
      Tags: tagRules,
      KmsKeyId: recorded("data are only as encrypted as this machine's disk"),
    },
    (call, input) => ({
      DBClusterSnapshot: describeDBClusterSnapshot(
        call,
        copySnapshot(call, clusterBackups, {
          from: input.SourceDBClusterSnapshotIdentifier ?? "",
          identifier: input.TargetDBClusterSnapshotIdentifier,
          tags: fromTags(input.Tags),
          copyTags: input.CopyTags ?? false,
        }),
      ),
    }),
  ),
  operation<DeleteDBClusterSnapshotCommandInput, DeleteDBClusterSnapshotCommandOutput>(
    "rds",
    "DeleteDBClusterSnapshot",
    named,
    (call, input) => {
      const deleted = deleteSnapshot(call, clusterBackups, input.DBClusterSnapshotIdentifier ?? "");
      return { DBClusterSnapshot: { ...describeDBClusterSnapshot(call, deleted), Status: "deleted" } };
    },
  ),
  operation<DescribeDBClusterSnapshotAttributesCommandInput, DescribeDBClusterSnapshotAttributesCommandOutput>(
    "rds",
    "DescribeDBClusterSnapshotAttributes",
    named,
    (call, input) => ({
      DBClusterSnapshotAttributesResult: {
        DBClusterSnapshotIdentifier: theSnapshot(call, clusterBackups, input.DBClusterSnapshotIdentifier ?? "").identifier,
        DBClusterSnapshotAttributes: [{ AttributeName: "restore", AttributeValues: [] }],
      },
    }),
  ),
];
