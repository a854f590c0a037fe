import type { DatabaseEngine, Origin } from "../../../parts/databases/spec.js";
import type { Scope } from "../../operations/call.js";
import { newBackupFolder, resourceOfFolder } from "../../services/rds/backups/names.js";
import type { DBCluster, DBInstance } from "../../services/rds/records.js";
import { backedCluster } from "../databases/backups/backed.js";
import type { BackupHouse } from "../databases/backups/house.js";
import { shipLast } from "../databases/backups/shipping.js";
import type { ServerCircumstances } from "../databases/spec.js";
import { changeCluster } from "./change.js";
import { memberWriterSpec } from "./spec.js";

/** Below those that a database may have: nobody was told of it. */
const closedPort = 1149;

/**
 * What an Aurora cluster holds outlives its members, as on AWS: before the last of them goes, its data are put where the next one is made
 * from, and a final snapshot. It is ended first and comes back where no client is, so that nothing is acknowledged any more that would
 * not be kept.
 */
export async function keepVolume(
  scope: Scope,
  house: BackupHouse,
  cluster: DBCluster,
  last: DBInstance,
  engine: DatabaseEngine,
  around: ServerCircumstances,
): Promise<void> {
  // Restored, and never given to a member.
  if (cluster.volume !== undefined || engine.observe(last.server.id) === "absent") return;
  try {
    await engine.stop(last.server.id);
    await scope.upkeep.network(last.vpcId);
    const alone = memberWriterSpec({ ...cluster, copies: {} }, { ...last, port: closedPort }, around);
    await engine.start(alone);
    await shipLast(scope, house, { ...(await backedCluster(scope, house, cluster)), writer: alone, copies: [] });
    const backup = newBackupFolder(scope, cluster.resourceId);
    const made = await engine.backup(alone, house.pathOf(backup));
    changeCluster(scope, cluster, ({ keepsLog: _past, ...now }) => ({
      ...now,
      volume: { backup: { kind: "backup", backup }, made },
    }));
  } catch (error) {
    // Of one that has never been available nothing was ever acknowledged.
    if (last.born) throw error;
  }
}

/** What the first member is made from. `pathOf` gives the absolute path of one that records have. */
export function originOf({ volume }: DBCluster, pathOf: (path: string) => string): Origin {
  if (volume === undefined) return { kind: "new" };
  const { backup, log, until } = volume.backup;
  if (log === undefined) return { kind: "backup", folder: pathOf(backup) };
  return { kind: "backup", folder: pathOf(backup), log: { folder: pathOf(log), ...(until === undefined ? {} : { until }) } };
}

/** Whose backup that is, of which it need not be kept for the cluster any more once it is there. */
export const volumeOwner = ({ volume }: DBCluster): readonly string[] =>
  volume === undefined ? [] : [resourceOfFolder(volume.backup.backup)];
