import { namespaceName, type RegionLabel } from "../../parts/host/label.js";
import type { Postgres } from "../../parts/databases/postgres/postgres.js";
import type { PostgresSpec } from "../../parts/databases/postgres/spec.js";
import type { Scope } from "../operations/call.js";
import { put, remove } from "../records/records.js";
import { removeInterfacesOf } from "../services/ec2/interfaces.js";
import { dbInstanceClass } from "../services/rds/classes.js";
import { DBInstances, type DBInstance } from "../services/rds/records.js";
import type { Keeper } from "./keeper.js";

/** A server that does not start this often while it is created is `failed`. */
const attemptsAtCreation = 3;
/** How often an available server is looked at; one that died is started again, as on AWS. */
const lookEvery = 2000;

/** Keeps the servers of DB instances. */
export class DatabaseKeeper implements Keeper {
  readonly kind = "database";
  private readonly failures = new Map<string, number>();

  constructor(
    private readonly label: RegionLabel,
    private readonly postgres: Postgres,
  ) {}

  owners(scope: Scope): readonly string[] {
    return scope.records.list(DBInstances).map((db) => db.identifier);
  }

  async attend(scope: Scope, id: string): Promise<number | void> {
    const db = scope.records.get(DBInstances, id);
    if (db === undefined || (db.status === "failed" && db.wish === "running")) return;
    if (db.wish === "deleted") return this.deleted(scope, db);
    if (db.wish === "stopped") return this.stopped(scope, db);
    return this.running(scope, db);
  }

  private async running(scope: Scope, db: DBInstance): Promise<number> {
    try {
      if (db.rebootWished === true) await this.postgres.stop(db.resourceId);
      // It lives in the namespace of its interface, which a start of the region may have to make again.
      if (!this.postgres.ready(db.resourceId)) await scope.upkeep.network(db.vpcId);
      await this.postgres.create(this.spec(db));
      await this.postgres.start(this.spec(db));
    } catch (error) {
      const failures = (this.failures.get(db.resourceId) ?? 0) + 1;
      this.failures.set(db.resourceId, failures);
      if (db.status === "creating" && failures >= attemptsAtCreation) {
        const statusReason = error instanceof Error ? error.message : String(error);
        change(scope, db, (now) => (now.wish === "running" ? { ...now, status: "failed", statusReason } : now));
      }
      throw error;
    }
    this.failures.delete(db.resourceId);
    change(scope, db, (now) => {
      if (now.wish !== "running") return now;
      // A reboot that was asked for while we waited is still to come.
      const rebootWished = db.rebootWished === true ? undefined : now.rebootWished;
      return { ...now, born: true, rebootWished, status: rebootWished === true ? now.status : "available" };
    });
    if (!db.born) scope.upkeep.nudge("names", db.vpcId);
    return lookEvery;
  }

  private async stopped(scope: Scope, db: DBInstance): Promise<void> {
    await this.postgres.stop(db.resourceId);
    change(scope, db, (now) => (now.wish === "stopped" ? { ...now, status: "stopped" } : now));
  }

  /** The record goes last, so that a death on the way leaves an owner that is attended to again. */
  private async deleted(scope: Scope, db: DBInstance): Promise<void> {
    await this.postgres.remove(db.resourceId);
    this.failures.delete(db.resourceId);
    scope.commit(remove(DBInstances, db.identifier), ...removeInterfacesOf(scope, { kind: "database", id: db.identifier }));
    await scope.upkeep.network(db.vpcId);
    scope.upkeep.nudge("names", db.vpcId);
  }

  private spec(db: DBInstance): PostgresSpec {
    return {
      id: db.resourceId,
      namespace: namespaceName(this.label, "eni", db.interfaceId),
      port: db.port,
      masterUsername: db.masterUsername,
      masterPassword: db.masterPassword,
      databaseName: db.databaseName ?? "postgres",
      ...dbInstanceClass(db.instanceClass),
    };
  }
}

/** Change the record as it is now, not as it was before we waited. */
function change(scope: Scope, was: DBInstance, how: (now: DBInstance) => DBInstance): void {
  const now = scope.records.get(DBInstances, was.identifier);
  if (now === undefined || now.resourceId !== was.resourceId) return;
  const next = how(now);
  if (JSON.stringify(next) !== JSON.stringify(now)) scope.commit(put(DBInstances, was.identifier, next));
}
