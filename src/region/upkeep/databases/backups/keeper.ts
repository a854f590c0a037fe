import type { DatabaseEngine, ServerSpec } from "../../../../parts/databases/spec.js";
import { isCut } from "../../../faults/zones.js";
import type { Scope } from "../../../operations/call.js";
import { remove } from "../../../records/records.js";
import { automatedSnapshots, isMade, withoutAutomated } from "../../../services/rds/backups/automated.js";
import { DBInstanceAutomatedBackups, DBSnapshots } from "../../../services/rds/backups/records.js";
import { expired, untilOpening } from "../../../services/rds/backups/retention.js";
import { DBInstances, type DBInstance } from "../../../services/rds/records.js";
import type { Keeper } from "../../keeper.js";
import { beginAutomated } from "./automated.js";
import { resourcesOnDisk, sweep } from "./files.js";
import { restoring } from "./reading.js";
import { ship } from "./shipping.js";
import { copySnapshots, takeSnapshots } from "./taking.js";

export interface BackupHouse {
  readonly engineOf: (engine: DBInstance["engine"]) => DatabaseEngine;
  readonly specOf: (scope: Scope, db: DBInstance) => Promise<ServerSpec>;
  /** Absolute, of a path that records have. */
  readonly pathOf: (path: string) => string;
  /** So often the log goes to the backups, in milliseconds. */
  readonly shipEvery: number;
  readonly log: (entry: object) => void;
}

/** How long until it is looked whether a server is there that something waits for, or whether a restore has read what may go then. Milliseconds. */
const soon = 300;

/**
 * Keeps the backups of DB instances, each by its resource id and in a queue of its own: what looks after the servers never waits for a
 * backup. Snapshots are made, copied and deleted; automated ones taken in their window and deleted when they are old; the log between
 * them moved here from the servers.
 */
export class BackupKeeper implements Keeper {
  readonly kind = "backup";
  private readonly shippedAt = new Map<string, number>();

  constructor(private readonly house: BackupHouse) {}

  owners(scope: Scope): readonly string[] {
    const { records } = scope;
    return [
      ...new Set([
        ...records.list(DBInstances).map(({ resourceId }) => resourceId),
        ...records.list(DBSnapshots).map(({ source }) => source.resourceId),
        ...records.list(DBInstanceAutomatedBackups).map(({ source }) => source.resourceId),
        // What was deleted, and its files were not.
        ...resourcesOnDisk(scope, this.house),
      ]),
    ];
  }

  async attend(scope: Scope, id: string): Promise<number | void> {
    await copySnapshots(scope, this.house, id);
    const db = scope.records.list(DBInstances).find(({ resourceId }) => resourceId === id);
    const next = db === undefined ? this.retained(scope, id) : await this.lookedAt(scope, db);
    const isRead = await sweep(scope, this.house, id);
    return isRead ? Math.min(soon, next ?? soon) : next;
  }

  private async lookedAt(scope: Scope, db: DBInstance): Promise<number | undefined> {
    try {
      return await this.instance(scope, db);
    } catch (error) {
      // A server that ended meanwhile, or has another in its place, is no failure of its backups: its keeper sees to it.
      const now = scope.records.get(DBInstances, db.identifier);
      const isSame = now?.resourceId === db.resourceId && now.server.id === db.server.id && now.wish === db.wish;
      if (isSame && this.house.engineOf(db.engine).observe(db.server.id) === "ready") throw error;
      return soon;
    }
  }

  private async instance(scope: Scope, db: DBInstance): Promise<number | undefined> {
    // What is backed up of a member is its cluster.
    if (db.wish === "deleted" || db.clusterId !== undefined) return undefined;
    const { backupRetentionPeriod: days, preferredBackupWindow: window } = db.settings;
    if (days === 0) scope.commit(...withoutAutomated(scope.records, db.resourceId));
    const engine = this.house.engineOf(db.engine);
    const isReady = db.wish === "running" && engine.observe(db.server.id) === "ready";
    if (!isReady) {
      await this.expire(scope, db, engine);
      return isAwaited(scope, db) ? soon : untilOpening(window, scope.now());
    }
    // One copy of a server at a time: MariaDB allows no second, and a standby is wanted more.
    if (db.standby?.state === "building" && !isCut(scope.records, db.standby.zone)) return soon;
    // An automated one begins when the server is known to keep its log: nothing of it is missing after the backup then.
    if (days > 0 && db.born && db.keepsLog === true && db.origin.kind !== "replica") beginAutomated(scope, db);
    const took = await takeSnapshots(scope, this.house, db, engine);
    if (days === 0) return undefined;
    const wait = took ? 0 : (this.shippedAt.get(db.resourceId) ?? 0) + this.house.shipEvery - scope.now();
    const isWhole = wait > 0 || (await ship(scope, this.house, db, engine));
    if (wait <= 0) this.shippedAt.set(db.resourceId, scope.now());
    await this.expire(scope, db, engine);
    const nextShip = isWhole ? (wait > 0 ? wait : this.house.shipEvery) : Math.min(1000, this.house.shipEvery);
    return Math.min(nextShip, untilOpening(window, scope.now()));
  }

  /** Backups that are too old go, and what of the log only they needed. */
  private async expire(scope: Scope, db: DBInstance, engine: DatabaseEngine): Promise<void> {
    const kept = scope.records.get(DBInstanceAutomatedBackups, db.resourceId);
    if (kept === undefined) return;
    const old = this.old(scope, db.resourceId, db.settings.backupRetentionPeriod);
    if (old.length === 0) return;
    scope.commit(...old.map((identifier) => remove(DBSnapshots, identifier)));
    const needed = new Set([
      ...automatedSnapshots(scope.records, db.resourceId)
        .filter(isMade)
        .map(({ folder }) => folder),
      ...restoring(scope.records).flatMap(({ log, backup }) => (log === kept.log ? [backup] : [])),
    ]);
    await engine.prune(this.house.pathOf(kept.log), [...needed].map(this.house.pathOf));
  }

  private old(scope: Scope, resourceId: string, days: number, endedAt?: number): readonly string[] {
    const backups = automatedSnapshots(scope.records, resourceId)
      .filter(isMade)
      .map(({ identifier, made }) => ({ identifier, ...made }));
    return expired(backups, days, scope.now(), endedAt).map(({ identifier }) => identifier);
  }

  /** What is kept of an instance that is gone, until it is too old. */
  private retained(scope: Scope, id: string): number | undefined {
    const kept = scope.records.get(DBInstanceAutomatedBackups, id);
    if (kept === undefined) return undefined;
    const { backupRetentionPeriod: days, preferredBackupWindow: window } = kept.source.settings;
    const old = this.old(scope, id, days, kept.latest ?? 0);
    scope.commit(...old.map((identifier) => remove(DBSnapshots, identifier)));
    if (automatedSnapshots(scope.records, id).length === 0) scope.commit(...withoutAutomated(scope.records, id));
    return untilOpening(window, scope.now());
  }
}

/** Is there something to be made of it as soon as its server is there? */
const isAwaited = (scope: Scope, db: DBInstance): boolean =>
  db.wish === "running" &&
  scope.records
    .list(DBSnapshots)
    .some(({ source, status, copyOf }) => source.resourceId === db.resourceId && status === "creating" && copyOf === undefined);
