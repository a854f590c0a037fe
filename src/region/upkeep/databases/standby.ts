import { setTimeout as pause } from "node:timers/promises";
import type { DatabaseEngine } from "../../../parts/databases/spec.js";
import { CutZones, isCut } from "../../faults/zones.js";
import type { Scope } from "../../operations/call.js";
import { interfaceChanges } from "../../services/ec2/interfaces.js";
import { DBInstances, type DBInstance, type Standby } from "../../services/rds/records.js";
import { decideServer, standbySite } from "../../services/rds/servers.js";
import { change } from "./change.js";
import { readerSpec, writerSpec, type ServerCircumstances } from "./spec.js";

/**
 * A new instance's first standby is made while its writer is. That it fails is no reason not to go on: it is made again, or another, in
 * its turn.
 */
export async function makeBeside(
  scope: Scope,
  db: DBInstance,
  engine: DatabaseEngine,
  around: ServerCircumstances,
): Promise<void> {
  if (!beginsWithWriter(db)) return;
  if (db.standby === undefined) await choose(scope, db);
  const now = scope.records.get(DBInstances, db.identifier);
  if (now?.resourceId !== db.resourceId || now.standby === undefined || isCut(scope.records, now.standby.zone)) return;
  await make(scope, now, now.standby, engine, around).catch(() => undefined);
}

/** The first there is of an instance that was never available: all that was ever written is in its writer's log. */
const beginsWithWriter = (db: DBInstance): boolean =>
  db.multiAz && !db.born && db.origin.kind === "new" && db.servers === (db.standby === undefined ? 1 : 2);

async function make(
  scope: Scope,
  db: DBInstance,
  standby: Standby,
  engine: DatabaseEngine,
  around: ServerCircumstances,
): Promise<void> {
  const spec = readerSpec(scope, db, standby, db, around);
  const origin = { kind: "server", ...spec.replication.from } as const;
  await engine.make(spec, beginsWithWriter(db) ? { ...origin, fromItsBeginning: true } : origin);
}

/**
 * Take the next step towards a standby that has every commit; the writer runs. Gives whether there is nothing more to do: no standby is
 * wanted, or it is synchronous, or there is nowhere to put it.
 */
export async function keepStandby(
  scope: Scope,
  db: DBInstance,
  engine: DatabaseEngine,
  around: ServerCircumstances,
): Promise<boolean> {
  const { standby } = db;
  if (!db.multiAz) {
    if (standby !== undefined) await giveUp(scope, db, engine, around);
    return true;
  }
  if (standby === undefined) return choose(scope, db);
  if (standby.state === "building") return build(scope, db, standby, engine, around);
  if (standby.state === "joining") return join(scope, db, standby, engine, around);
  if (await isWith(db, standby, scope, engine, around)) return true;
  // Written down first: from here on it must not take over, for commits no longer wait for it.
  const degraded = change(scope, db, inState(standby, "building"));
  if (degraded !== undefined) await engine.tell(writerSpec(degraded, around));
  return false;
}

/** Another zone of the subnet group, one that is not cut off. */
async function choose(scope: Scope, db: DBInstance): Promise<boolean> {
  const cut = scope.records.list(CutZones).map(({ zone }) => zone);
  const site = standbySite(scope, db, cut);
  if (site === undefined) return true;
  const { server, nic } = decideServer(scope, db, site);
  change(
    scope,
    db,
    (now) => ({ ...now, standby: { ...server, state: "building" }, servers: now.servers + 1 }),
    ...interfaceChanges(nic),
  );
  await scope.upkeep.network(db.vpcId);
  return false;
}

async function build(
  scope: Scope,
  db: DBInstance,
  standby: Standby,
  engine: DatabaseEngine,
  around: ServerCircumstances,
): Promise<boolean> {
  // Nothing reaches it there. Elsewhere there may be room; if not, it is tried again when the zone is back.
  if (isCut(scope.records, standby.zone)) {
    const cut = scope.records.list(CutZones).map(({ zone }) => zone);
    if (standbySite(scope, db, cut) === undefined) return true;
    await giveUp(scope, db, engine, around);
    return false;
  }
  const spec = readerSpec(scope, db, standby, db, around);
  try {
    if (engine.observe(standby.id) !== "ready") await scope.upkeep.network(db.vpcId);
    if (engine.observe(standby.id) === "absent") await make(scope, db, standby, engine, around);
    await engine.start(spec);
    await until(async () => (await engine.health(writerSpec(db, around))).copies.some(({ id }) => id === standby.id));
  } catch (error) {
    // What it has may no longer fit: it is made anew, under another name.
    await giveUp(scope, db, engine, around);
    throw error;
  }
  change(scope, db, inState(standby, "joining"));
  return false;
}

/** The writer is told to wait for it; when it does, and the standby has all that was committed before, it may take over. */
async function join(
  scope: Scope,
  db: DBInstance,
  standby: Standby,
  engine: DatabaseEngine,
  around: ServerCircumstances,
): Promise<boolean> {
  const spec = writerSpec(db, around);
  await engine.tell(spec);
  const whole = await until(async () =>
    (await engine.health(spec)).copies.some(({ id, acknowledges }) => id === standby.id && acknowledges),
  ).catch(() => undefined);
  change(scope, db, inState(standby, whole === undefined ? "building" : "synchronous"));
  return whole !== undefined;
}

/**
 * Does the writer still have it? A standby that is cut off is missed by the writer within three seconds; one that was just missing may be
 * on its way back.
 */
async function isWith(
  db: DBInstance,
  standby: Standby,
  scope: Scope,
  engine: DatabaseEngine,
  around: ServerCircumstances,
): Promise<boolean> {
  const isThere = async (): Promise<boolean> =>
    (await engine.health(writerSpec(db, around))).copies.some(({ id }) => id === standby.id);
  if (engine.observe(standby.id) !== "ready") return false;
  if (await isThere()) return true;
  if (isCut(scope.records, standby.zone)) return false;
  await pause(500);
  return isThere();
}

/** Commits do not wait for it any more, and it goes. */
async function giveUp(scope: Scope, db: DBInstance, engine: DatabaseEngine, around: ServerCircumstances): Promise<void> {
  const without = change(scope, db, ({ standby, ...now }) =>
    standby === undefined ? now : { ...now, retired: [...now.retired, standby] },
  );
  if (without !== undefined) await engine.tell(writerSpec(without, around));
}

const inState =
  (standby: Standby, state: Standby["state"]) =>
  (now: DBInstance): DBInstance =>
    now.standby?.id === standby.id ? { ...now, standby: { ...now.standby, state } } : now;

/** Look again for five seconds at most. */
async function until(is: () => Promise<boolean>): Promise<true> {
  for (let tries = 0; tries < 250; tries += 1) {
    if (await is()) return true;
    await pause(20);
  }
  throw new Error("its writer does not see it");
}
