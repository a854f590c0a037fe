import type { DatabaseEngine } from "../../../parts/databases/spec.js";
import type { Scope } from "../../operations/call.js";
import { pruneEvents } from "../../services/rds/events.js";
import type { DBInstance } from "../../services/rds/records.js";
import { serversOf } from "../../services/rds/servers.js";

/** RDS's default of `rds.log_retention_period`, in minutes. */
const logRetention = 4320;
const minute = 60_000;
const hour = 60 * minute;

/** What is kept for a time only: log files of servers and events. Looked at once an hour. */
export class Retention {
  private readonly looked = new Map<string, number>();

  /** `onFailure` is told of what could not be deleted: that is no reason not to look after a database. */
  constructor(private readonly onFailure: (error: unknown) => void) {}

  attend(scope: Scope, db: DBInstance, engine: DatabaseEngine): void {
    const now = scope.now();
    if (now - (this.looked.get(db.resourceId) ?? -Infinity) < hour) return;
    this.looked.set(db.resourceId, now);
    try {
      for (const { id } of serversOf(db)) engine.pruneLogs(id, now - logRetention * minute);
      const old = pruneEvents(scope);
      if (old.length > 0) scope.commit(...old);
    } catch (error) {
      this.onFailure(error);
    }
  }

  forget(db: DBInstance): void {
    this.looked.delete(db.resourceId);
  }
}
