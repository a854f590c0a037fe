import type { DatabaseEngine } from "../../../parts/databases/spec.js";
import type { Scope } from "../../operations/call.js";
import { DBClusters, type DBInstance } from "../../services/rds/records.js";
import { hasOwnParameters } from "./parameters.js";

/** A server that does not start this often while it is created is `failed`. */
const attempts = 3;
/** A disk with less than this is full: an engine needs some to end in order. Bytes. */
const leastFree = 32 * 1024 * 1024;

type Become = Required<Pick<DBInstance, "statusReason">> & Partial<Pick<DBInstance, "status">>;

/** Starts that failed, of DB instances and of members of clusters: how often in a row, and what an instance is by that. */
export class FailedStarts {
  private readonly inARow = new Map<string, number>();

  /** Why it did not start, and the status it has from now on where it has another one. */
  failed(scope: Pick<Scope, "records">, db: DBInstance, engine: DatabaseEngine, error: unknown): Become {
    const times = (this.inARow.get(db.resourceId) ?? 0) + 1;
    this.inARow.set(db.resourceId, times);
    const isDiskFull = isFull(db, engine);
    const status = statusAfter({
      times,
      isDiskFull,
      isStopped: engine.observe(db.server.id) === "stopped",
      hasOwnParameters: hasOwnParameters(scope, db),
      isCreating: db.status === "creating",
    });
    return {
      ...(status === undefined ? {} : { status }),
      statusReason: isDiskFull ? storageFull(scope, db) : error instanceof Error ? error.message : String(error),
    };
  }

  forget({ resourceId }: DBInstance): void {
    this.inARow.delete(resourceId);
  }
}

/** What an instance is whose server did not start so many times in a row; undefined: what it was. It is tried again unless it is `failed`. Pure. */
export function statusAfter(seen: {
  readonly times: number;
  readonly isDiskFull: boolean;
  readonly isStopped: boolean;
  readonly hasOwnParameters: boolean;
  readonly isCreating: boolean;
}): DBInstance["status"] | undefined {
  if (seen.isDiskFull) return "storage-full";
  if (seen.times < attempts) return undefined;
  if (seen.hasOwnParameters && seen.isStopped) return "incompatible-parameters";
  return seen.isCreating ? "failed" : undefined;
}

export const isFull = ({ server }: DBInstance, engine: DatabaseEngine): boolean =>
  engine.observe(server.id) !== "absent" && engine.storage(server.id).free < leastFree;

/** Why an instance is `storage-full`. */
export function storageFull({ records }: Pick<Scope, "records">, db: DBInstance): string {
  const kind = db.clusterId === undefined ? undefined : records.get(DBClusters, db.clusterId)?.kind;
  const what =
    kind === "aurora" ? "Delete some of what the cluster holds: here Aurora's storage does not grow by itself." : more(db);
  return `The ${db.settings.allocatedStorage} GiB of ${db.identifier} are full. ${what}`;
}

const more = ({ clusterId }: DBInstance): string =>
  `Give it more with ${clusterId === undefined ? "ModifyDBInstance" : "ModifyDBCluster"} (AllocatedStorage).`;
