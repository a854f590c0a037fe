import type { DatabaseEngine } from "../../../parts/databases/spec.js";
import { theEngine, type Engine } from "../../services/rds/engines.js";
import type { DBServerLogs } from "../../services/rds/logs.js";
import type { DBInstance } from "../../services/rds/records.js";

/** The logs of a DB instance are those of the server that its name leads to: after a failover, of the one that took over. */
export function serverLogs(engines: Readonly<Record<Engine["program"], DatabaseEngine>>): DBServerLogs {
  const engineOf = (db: DBInstance): DatabaseEngine => engines[theEngine(db.engine).program];
  return {
    list: (db) => engineOf(db).logs(db.server.id),
    read: (db, name, from, bytes) => engineOf(db).readLog(db.server.id, name, from, bytes),
  };
}
