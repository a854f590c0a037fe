import { existsSync } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import type { DatabaseEngine } from "../../../../parts/databases/spec.js";
import { command, run } from "../../../../parts/host/command.js";
import type { Scope } from "../../../operations/call.js";
import { put, type Change } from "../../../records/records.js";
import { DBInstanceAutomatedBackups, DBSnapshots, type DBSnapshot } from "../../../services/rds/backups/records.js";
import { eventOf, ofInstance, ofSnapshot } from "../../../services/rds/events.js";
import { DBInstances, type DBInstance } from "../../../services/rds/records.js";
import type { BackupHouse } from "./keeper.js";
import { shipped } from "./shipping.js";

const creating = (scope: Scope, resourceId: string): readonly DBSnapshot[] =>
  scope.records.list(DBSnapshots).filter(({ source, status }) => source.resourceId === resourceId && status === "creating");

/** Make what is asked for of a running DB instance, one after the other. Gives whether there was any. */
export async function takeSnapshots(scope: Scope, house: BackupHouse, db: DBInstance, engine: DatabaseEngine): Promise<boolean> {
  const wanted = creating(scope, db.resourceId).filter(({ copyOf }) => copyOf === undefined);
  for (const snapshot of wanted) await take(scope, house, db, engine, snapshot);
  return wanted.length > 0;
}

async function take(
  scope: Scope,
  house: BackupHouse,
  db: DBInstance,
  engine: DatabaseEngine,
  snapshot: DBSnapshot,
): Promise<void> {
  const folder = house.pathOf(snapshot.folder);
  // Made, and not written down: of which time it is nobody knows.
  await rm(folder, { recursive: true, force: true });
  const made = await engine.backup(await house.specOf(scope, db), folder);
  // The log goes on from it only where the same server, with all that copy it, has gone on beyond it.
  const log = snapshot.type === "automated" ? await shipped(scope, house, db, engine) : [];
  const now = scope.records.get(DBSnapshots, snapshot.identifier);
  if (now?.folder !== snapshot.folder) return;
  scope.commit(
    put(DBSnapshots, snapshot.identifier, { ...now, status: "available", made }),
    ...(snapshot.type === "automated"
      ? [...begun(scope, db, log), eventOf(scope, ofInstance(scope, db), "RDS-EVENT-0002")]
      : instanceAfter(scope, db, snapshot)),
    eventOf(scope, ofSnapshot(scope, snapshot), snapshot.type === "automated" ? "RDS-EVENT-0091" : "RDS-EVENT-0042"),
  );
  scope.upkeep.nudge("database", db.identifier);
}

/** Automated backups of it are there from the first one on. */
function begun(scope: Scope, db: DBInstance, log: readonly Change[]): readonly Change[] {
  const kept = scope.records.get(DBInstanceAutomatedBackups, db.resourceId);
  if (kept === undefined) return [];
  const [change] = log;
  return [
    put(DBInstanceAutomatedBackups, db.resourceId, { ...kept, ...(change?.do === "put" ? change.value : {}), status: "active" }),
  ];
}

/** It is available again when nothing more is made of it; or it goes, when this was to be its last. */
function instanceAfter(scope: Scope, db: DBInstance, snapshot: DBSnapshot): readonly Change[] {
  const now = scope.records.get(DBInstances, db.identifier);
  if (now?.resourceId !== db.resourceId) return [];
  if (now.finalSnapshot === snapshot.identifier) return [put(DBInstances, db.identifier, { ...now, wish: "deleted" })];
  const isBusy = creating(scope, db.resourceId).some(
    ({ identifier, type, copyOf }) => identifier !== snapshot.identifier && type === "manual" && copyOf === undefined,
  );
  return now.status !== "backing-up" || isBusy ? [] : [put(DBInstances, db.identifier, { ...now, status: "available" })];
}

/** The files of a backup never change, so that a copy is made of links, and outlives its original. */
export async function copySnapshots(scope: Scope, house: BackupHouse, resourceId: string): Promise<void> {
  for (const { identifier, folder, copyOf } of creating(scope, resourceId)) {
    if (copyOf === undefined) continue;
    const [from, to] = [house.pathOf(copyOf.folder), house.pathOf(folder)];
    if (!existsSync(to)) {
      const making = `${to}.making`;
      await rm(making, { recursive: true, force: true });
      await mkdir(dirname(to), { recursive: true, mode: 0o700 });
      await run(command("cp", "-a", "--link", from, making), { timeout: 600_000 });
      await rename(making, to);
    }
    const now = scope.records.get(DBSnapshots, identifier);
    if (now?.folder === folder) scope.commit(put(DBSnapshots, identifier, { ...now, status: "available" }));
  }
}
