import type { DatabaseEngine } from "../../../parts/databases/spec.js";
import type { Scope } from "../../operations/call.js";
import { remove } from "../../records/records.js";
import { removeInterfacesOf } from "../../services/ec2/interfaces.js";
import { membersOf } from "../../services/rds/clustermembers.js";
import { eventOf, ofInstance } from "../../services/rds/events.js";
import { DBClusters, DBInstances, type DBCluster, type DBInstance } from "../../services/rds/records.js";
import { serversOf } from "../../services/rds/servers.js";
import { backedCluster } from "../databases/backups/backed.js";
import type { BackupHouse } from "../databases/backups/house.js";
import { handOver, shipLast } from "../databases/backups/shipping.js";
import type { ServerCircumstances } from "../databases/spec.js";
import { changeCluster } from "./change.js";
import { keepVolume } from "./volume.js";

/** What is needed to let members go. */
export interface LeavingHouse {
  readonly backups: BackupHouse;
  readonly around: () => Promise<ServerCircumstances>;
  /** It is not watched any more. */
  readonly forget: (db: DBInstance) => void;
}

/** Members that are to go. A writer goes last, or when a reader has taken its place. */
export async function letGo(scope: Scope, cluster: DBCluster, engine: DatabaseEngine, house: LeavingHouse): Promise<void> {
  const members = membersOf(scope, cluster.identifier);
  const isWriter = ({ identifier }: DBInstance): boolean => identifier === cluster.writer;
  const leaving = members
    .filter(({ wish }) => wish === "deleted")
    .sort((one, other) => Number(isWriter(one)) - Number(isWriter(other)));
  if (leaving.length === 0) return;
  const isLast = leaving.length === members.length;
  const isKept = cluster.wish !== "deleted" || cluster.retainsBackups === true;
  if (isLast && cluster.wish === "deleted" && isKept)
    await shipLast(scope, house.backups, await backedCluster(scope, house.backups, cluster));
  for (const db of leaving) {
    if (isWriter(db) && !isLast && db.born) continue;
    house.forget(db);
    const wasWriter = isWriter(db);
    if (isLast && wasWriter && cluster.kind === "aurora" && cluster.wish !== "deleted")
      await keepVolume(scope, house.backups, cluster, db, engine, await house.around());
    await letMemberGo(scope, cluster, db, engine, wasWriter && isKept ? house.backups : undefined);
  }
}

/** `backups`: where it hands over what it still has of the log. */
async function letMemberGo(
  scope: Scope,
  cluster: DBCluster,
  db: DBInstance,
  engine: DatabaseEngine,
  backups: BackupHouse | undefined,
): Promise<void> {
  const now = scope.records.get(DBClusters, cluster.identifier);
  if (now === undefined) return;
  for (const server of serversOf(db)) {
    if (backups !== undefined) await handOver(scope, backups, cluster.resourceId, db, server, engine);
    await engine.remove(server.id);
  }
  // Until then the records are the more careful: nobody takes over while one that commits wait for is missing.
  changeCluster(
    scope,
    now,
    ({ writer, copies, ...rest }) => ({
      ...rest,
      ...(writer === undefined || writer === db.identifier ? {} : { writer }),
      copies: Object.fromEntries(Object.entries(copies).filter(([server]) => server !== db.server.id)),
    }),
    remove(DBInstances, db.identifier),
    ...removeInterfacesOf(scope, { kind: "database", id: db.identifier }),
    eventOf(scope, ofInstance(scope, db), "RDS-EVENT-0003"),
  );
  await scope.upkeep.network(db.vpcId);
  scope.upkeep.nudge("names", db.vpcId);
}
