import type { Scope } from "../../../operations/call.js";
import { remove } from "../../../records/records.js";
import { automatedBackupOf, automatedSnapshots, isMade, withoutAutomated } from "../../../services/rds/backups/automated.js";
import { backupKinds, kindOf } from "../../../services/rds/backups/kinds.js";
import { expired, untilOpening } from "../../../services/rds/backups/retention.js";
import { DBClusters, DBInstances } from "../../../services/rds/records.js";
import type { Keeper } from "../../keeper.js";
import { beginAutomated } from "./automated.js";
import { backedOf, type Backed } from "./backed.js";
import { resourcesOnDisk, sweep } from "./files.js";
import type { BackupHouse } from "./house.js";
import { creating } from "./owners.js";
import { restoring, volumes } from "./reading.js";
import { ship } from "./shipping.js";
import { copySnapshots, takeFromVolume, takeSnapshots } from "./taking.js";

/** How long until it is looked whether a server is there that something waits for, or whether a restore has read what may go then. Milliseconds. */
const soon = 300;

/**
 * Keeps the backups of DB instances and DB clusters, each by its resource id and in a queue of its own: what looks after the servers never waits for a
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
        ...records.list(DBClusters).map(({ resourceId }) => resourceId),
        ...backupKinds
          .flatMap(({ snapshots, automated }) => [...records.list(snapshots), ...records.list(automated)])
          .map(({ source }) => source.resourceId),
        // What was deleted, and its files were not.
        ...resourcesOnDisk(scope, this.house),
      ]),
    ];
  }

  async attend(scope: Scope, id: string): Promise<number | void> {
    takeFromVolume(scope, id);
    await copySnapshots(scope, this.house, id);
    const backed = await backedOf(scope, this.house, id);
    const next =
      backed === undefined ? this.retained(scope, id) : backed === "leaving" ? undefined : await this.lookedAt(scope, backed);
    const isRead = await sweep(scope, this.house, id);
    return isRead ? Math.min(soon, next ?? soon) : next;
  }

  private async lookedAt(scope: Scope, backed: Backed): Promise<number | undefined> {
    try {
      return await this.look(scope, backed);
    } catch (error) {
      // A server that ended meanwhile, or has another in its place, is no failure of its backups: its keeper sees to it.
      const now = await backedOf(scope, this.house, backed.source.resourceId);
      if (typeof now === "object" && now.writer !== undefined && now.writer.id === backed.writer?.id) throw error;
      return soon;
    }
  }

  private async look(scope: Scope, backed: Backed): Promise<number | undefined> {
    const { source, writer } = backed;
    const { resourceId } = source;
    const { backupRetentionPeriod: days, preferredBackupWindow: window } = source.settings;
    if (days === 0) scope.commit(...withoutAutomated(scope.records, resourceId));
    if (writer === undefined) {
      await this.expire(scope, backed);
      return backed.isToRun && creating(scope, resourceId).length > 0 ? soon : untilOpening(window, scope.now());
    }
    // One copy of a server at a time: MariaDB allows no second, and a standby is wanted more.
    if (backed.isCopied) return soon;
    // An automated one begins when the server is known to keep its log: nothing of it is missing after the backup then.
    if (days > 0 && backed.keepsLog) beginAutomated(scope, backed);
    const running = { ...backed, writer };
    const took = await takeSnapshots(scope, this.house, running);
    if (days === 0) return undefined;
    const wait = took ? 0 : (this.shippedAt.get(resourceId) ?? 0) + this.house.shipEvery - scope.now();
    const isWhole = wait > 0 || (await ship(scope, this.house, running));
    if (wait <= 0) this.shippedAt.set(resourceId, scope.now());
    await this.expire(scope, backed);
    const nextShip = isWhole ? (wait > 0 ? wait : this.house.shipEvery) : Math.min(1000, this.house.shipEvery);
    return Math.min(nextShip, untilOpening(window, scope.now()));
  }

  /** Backups that are too old go, and what of the log only they needed. */
  private async expire(scope: Scope, { kind, source, engine }: Backed): Promise<void> {
    const kept = automatedBackupOf(scope.records, source.resourceId);
    if (kept === undefined) return;
    const old = this.old(scope, source.resourceId, source.settings.backupRetentionPeriod);
    if (old.length === 0) return;
    scope.commit(...old.map((identifier) => remove(kind.snapshots, identifier)));
    const needed = new Set([
      ...automatedSnapshots(scope.records, source.resourceId)
        .filter(isMade)
        .map(({ folder }) => folder),
      ...[...restoring(scope.records), ...volumes(scope.records)].flatMap(({ log, backup }) =>
        log === kept.log ? [backup] : [],
      ),
    ]);
    await engine.prune(this.house.pathOf(kept.log), [...needed].map(this.house.pathOf));
  }

  private old(scope: Scope, resourceId: string, days: number, endedAt?: number): readonly string[] {
    const backups = automatedSnapshots(scope.records, resourceId)
      .filter(isMade)
      .map(({ identifier, made }) => ({ identifier, ...made }));
    return expired(backups, days, scope.now(), endedAt).map(({ identifier }) => identifier);
  }

  /** What is kept of one that is gone, until it is too old. */
  private retained(scope: Scope, id: string): number | undefined {
    const kept = automatedBackupOf(scope.records, id);
    if (kept === undefined) return undefined;
    const { backupRetentionPeriod: days, preferredBackupWindow: window } = kept.source.settings;
    const old = this.old(scope, id, days, kept.latest ?? 0);
    scope.commit(...old.map((identifier) => remove(kindOf(id).snapshots, identifier)));
    if (automatedSnapshots(scope.records, id).length === 0) scope.commit(...withoutAutomated(scope.records, id));
    return untilOpening(window, scope.now());
  }
}
