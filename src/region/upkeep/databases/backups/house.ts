import type { DatabaseEngine, ServerSpec } from "../../../../parts/databases/spec.js";
import type { Scope } from "../../../operations/call.js";
import { theEngine } from "../../../services/rds/engines.js";
import type { DBInstance } from "../../../services/rds/records.js";
import type { DatabaseHouse } from "../keeper.js";
import { writerSpec } from "../spec.js";

/** What those who look after backups are told of the house. */
export interface BackupHouse {
  readonly engineOf: (engine: DBInstance["engine"]) => DatabaseEngine;
  readonly specOf: (scope: Scope, db: DBInstance) => Promise<ServerSpec>;
  /** Absolute, of a path that records have. */
  readonly pathOf: (path: string) => string;
  /** So often the log goes to the backups, in milliseconds. */
  readonly shipEvery: number;
  readonly log: (entry: object) => void;
}

export const backupHouse = (house: DatabaseHouse): BackupHouse => ({
  engineOf: (name) => house.engines[theEngine(name).program],
  specOf: async (scope, db) => writerSpec(db, { label: house.label, certificate: await house.certificate(scope) }),
  pathOf: (path) => house.backups(path),
  shipEvery: house.shipEvery,
  log: house.log,
});
