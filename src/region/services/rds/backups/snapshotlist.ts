import type { Filter } from "@aws-sdk/client-rds";
import type { Call } from "../../../operations/call.js";
import { ServiceFault } from "../../../operations/fault.js";
import { paginate, type Page } from "../../../protocol/paginate.js";
import type { BackupKind } from "./kinds.js";
import { snapshotNamed } from "./names.js";
import type { Snapshot } from "./records.js";
import { theSnapshot } from "./snapshots.js";

/** What DescribeDBSnapshots and DescribeDBClusterSnapshots ask for. */
export interface AskedSnapshots {
  /** A name or an ARN; it is held until that one is made. */
  readonly wanted: string | undefined;
  /** Identifier of what it was made of. */
  readonly of: string | undefined;
  readonly resourceId: string | undefined;
  readonly type: string | undefined;
  readonly filters: readonly Filter[] | undefined;
  readonly MaxRecords: number | undefined;
  readonly Marker: string | undefined;
}

type Filters = Readonly<Record<string, (snapshot: Snapshot) => string>>;

const filterable: Readonly<Record<BackupKind["of"], Filters>> = {
  instance: {
    "db-instance-id": ({ source }) => source.identifier,
    "db-snapshot-id": ({ identifier }) => identifier,
    "dbi-resource-id": ({ source }) => source.resourceId,
    "snapshot-type": ({ type }) => type,
    engine: ({ source }) => source.engine,
  },
  cluster: {
    "db-cluster-id": ({ source }) => source.identifier,
    "db-cluster-snapshot-id": ({ identifier }) => identifier,
    "snapshot-type": ({ type }) => type,
    engine: ({ source }) => source.engine,
  },
};

function matches(kind: BackupKind, snapshot: Snapshot, filter: Filter): boolean {
  const filters = filterable[kind.of];
  const read = filter.Name !== undefined && Object.hasOwn(filters, filter.Name) ? filters[filter.Name] : undefined;
  if (read === undefined) throw new ServiceFault("InvalidParameterValue", `Unrecognized filter name: ${filter.Name}`);
  return (filter.Values ?? []).includes(read(snapshot));
}

/** Of which types a list is asked for; none are shared, public or AWS Backup's here. */
function ofType(type: string | undefined): (snapshot: Snapshot) => boolean {
  if (type === undefined) return () => true;
  if (!["automated", "manual", "shared", "public", "awsbackup"].includes(type))
    throw new ServiceFault("InvalidParameterValue", `Invalid snapshot type: ${type}`);
  return (snapshot) => snapshot.type === type;
}

export async function listSnapshots(call: Call, kind: BackupKind, asked: AskedSnapshots): Promise<Page<Snapshot>> {
  const wanted = asked.wanted === "" ? undefined : asked.wanted;
  if (wanted !== undefined) {
    theSnapshot(call, kind, wanted);
    await call.holdWhile(() => call.records.get(kind.snapshots, snapshotNamed(wanted))?.status === "creating");
    theSnapshot(call, kind, wanted);
  }
  const isOfType = ofType(asked.type);
  const kept = call.records
    .list(kind.snapshots)
    .filter(
      (each) =>
        isOfType(each) &&
        (wanted === undefined || each.identifier === snapshotNamed(wanted)) &&
        (asked.of === undefined || each.source.identifier === asked.of.toLowerCase()) &&
        (asked.resourceId === undefined || each.source.resourceId === asked.resourceId) &&
        (asked.filters ?? []).every((filter) => matches(kind, each, filter)),
    );
  return paginate(kept, ({ identifier }) => identifier, { MaxResults: asked.MaxRecords, NextToken: asked.Marker });
}
