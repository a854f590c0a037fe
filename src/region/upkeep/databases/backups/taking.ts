import { existsSync } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { command, run } from "../../../../parts/host/command.js";
import type { Scope } from "../../../operations/call.js";
import { put, type Change } from "../../../records/records.js";
import { automatedBackupOf } from "../../../services/rds/backups/automated.js";
import { clusterBackups, kindOf } from "../../../services/rds/backups/kinds.js";
import type { Snapshot } from "../../../services/rds/backups/records.js";
import { membersOf } from "../../../services/rds/clustermembers.js";
import { snapshotEvent } from "../../../services/rds/events.js";
import { DBClusters } from "../../../services/rds/records.js";
import { backupEvents } from "./automated.js";
import type { BackupHouse } from "./house.js";
import { afterSnapshot, creating, nudgeOwner } from "./owners.js";
import { shipped, type RunningBacked } from "./shipping.js";

/** Make what is asked for of what runs, one after the other. Gives whether there was any. */
export async function takeSnapshots(scope: Scope, house: BackupHouse, backed: RunningBacked): Promise<boolean> {
  const wanted = creating(scope, backed.source.resourceId).filter(({ copyOf }) => copyOf === undefined);
  for (const snapshot of wanted) await take(scope, house, backed, snapshot);
  return wanted.length > 0;
}

async function take(scope: Scope, house: BackupHouse, backed: RunningBacked, snapshot: Snapshot): Promise<void> {
  const { kind, engine, source } = backed;
  const folder = house.pathOf(snapshot.folder);
  // Made, and not written down: of which time it is nobody knows.
  await rm(folder, { recursive: true, force: true });
  const made = await engine.backup(backed.writer, folder);
  // The log goes on from it only where the same server, with all that copy it, has gone on beyond it.
  const log = snapshot.type === "automated" ? await shipped(scope, house, backed) : [];
  const now = scope.records.get(kind.snapshots, snapshot.identifier);
  if (now?.folder !== snapshot.folder) return;
  scope.commit(
    put(kind.snapshots, snapshot.identifier, { ...now, status: "available", made }),
    snapshotEvent(scope, kind, snapshot, "made"),
    ...(snapshot.type === "automated"
      ? [...begun(scope, backed, log), ...backupEvents(scope, source, "RDS-EVENT-0002")]
      : afterSnapshot(scope, snapshot)),
  );
  nudgeOwner(scope, snapshot);
}

/** Automated backups of it are there from the first one on. */
function begun(scope: Scope, { kind, source }: RunningBacked, log: readonly Change[]): readonly Change[] {
  const kept = automatedBackupOf(scope.records, source.resourceId);
  if (kept === undefined) return [];
  const [change] = log;
  return [put(kind.automated, source.resourceId, { ...kept, ...(change?.do === "put" ? change.value : {}), status: "active" })];
}

/** What is to be made of an Aurora cluster without members is a copy of what its last one left. */
export function takeFromVolume(scope: Scope, resourceId: string): void {
  const cluster = scope.records.list(DBClusters).find((each) => each.resourceId === resourceId);
  if (cluster?.volume === undefined || cluster.volume.backup.log !== undefined) return;
  if (membersOf(scope, cluster.identifier).length > 0) return;
  const { backup, made } = cluster.volume;
  const wanted = creating(scope, resourceId).filter(({ copyOf, type }) => copyOf === undefined && type === "manual");
  scope.commit(
    ...wanted.map((snapshot) =>
      put(clusterBackups.snapshots, snapshot.identifier, { ...snapshot, copyOf: { folder: backup.backup }, made }),
    ),
  );
}

/** The files of a backup never change, so that a copy is made of links, and outlives its original. */
export async function copySnapshots(scope: Scope, house: BackupHouse, resourceId: string): Promise<void> {
  const kind = kindOf(resourceId);
  for (const snapshot of creating(scope, resourceId)) {
    const { identifier, folder, copyOf } = snapshot;
    if (copyOf === undefined) continue;
    const [from, to] = [house.pathOf(copyOf.folder), house.pathOf(folder)];
    if (!existsSync(to)) {
      const making = `${to}.making`;
      await rm(making, { recursive: true, force: true });
      await mkdir(dirname(to), { recursive: true, mode: 0o700 });
      await run(command("cp", "-a", "--link", from, making), { timeout: 600_000 });
      await rename(making, to);
    }
    const now = scope.records.get(kind.snapshots, identifier);
    if (now?.folder !== folder) continue;
    scope.commit(
      put(kind.snapshots, identifier, { ...now, status: "available" }),
      ...(copyOf.arn === undefined ? [snapshotEvent(scope, kind, now, "made"), ...afterSnapshot(scope, now)] : []),
    );
    nudgeOwner(scope, now);
  }
}
