import type { DatabaseEngine } from "../../../parts/databases/spec.js";
import { isCut } from "../../faults/zones.js";
import type { Scope } from "../../operations/call.js";
import { removeInterface } from "../../services/ec2/interfaces.js";
import { NetworkInterfaces } from "../../services/ec2/records.js";
import type { DBInstance, DBServer, FailoverReason, Standby } from "../../services/rds/records.js";
import { change } from "./change.js";
import { writerSpec, type ServerCircumstances } from "./spec.js";

/**
 * Why the standby should take over now; nothing when it should not. Only one that has every commit that was acknowledged may, and only
 * one that runs: after a restart of the host, when neither does, the writer is started again.
 */
export function whyFailOver(scope: Scope, db: DBInstance, engine: DatabaseEngine, isHung = false): FailoverReason | undefined {
  const { server } = db;
  if (!canFailOver(scope, db, engine)) return;
  if (db.rebootWished === "failover") return (db.applying ?? []).includes("class") ? "modified" : "requested";
  if (isCut(scope.records, server.zone)) return "unreachable";
  const state = engine.observe(server.id);
  if (state === "stopped" || state === "absent") return "unhealthy";
  return isHung ? "unresponsive" : undefined;
}

/** Is there somebody who may take over? Then a writer that ends is not started again: it is a look too late to decide that. */
export const canFailOver = (scope: Scope, { standby }: DBInstance, engine: DatabaseEngine): boolean =>
  standby?.state === "synchronous" && engine.observe(standby.id) === "ready" && !isCut(scope.records, standby.zone);

/**
 * The standby becomes the writer. The old one is fenced first (its processes are killed, and its name is taken from it in the records,
 * so that it is never started again), then the standby is promoted, then the name moves. A death at any instant leaves either the old
 * state, or the new one with something to do.
 */
export async function failOver(
  scope: Scope,
  db: DBInstance,
  why: FailoverReason,
  engine: DatabaseEngine,
  around: ServerCircumstances,
): Promise<void> {
  await engine.stop(db.server.id, 0);
  const promoted = change(scope, db, ({ standby, rebootWished: _done, ...now }) =>
    standby?.state === "synchronous"
      ? {
          ...now,
          server: asServer(standby),
          retired: [...now.retired, now.server],
          failover: why,
        }
      : { ...now, ...(standby === undefined ? {} : { standby }) },
  );
  if (promoted === undefined || promoted.server.id === db.server.id) return;
  await engine.start(writerSpec(promoted, around));
  await scope.upkeep.names(db.vpcId);
}

const asServer = ({ state: _past, ...server }: Standby): DBServer => server;

/** Servers whose place was taken go, with all they had but for the log of the time when they were the writer. */
export async function retire(
  scope: Scope,
  db: DBInstance,
  engine: DatabaseEngine,
  handOver: (server: DBServer) => Promise<void> = () => Promise.resolve(),
): Promise<void> {
  if (db.retired.length === 0) return;
  for (const server of db.retired) {
    await handOver(server);
    await engine.remove(server.id);
  }
  const gone = new Set(db.retired.map(({ id }) => id));
  change(
    scope,
    db,
    (now) => ({ ...now, retired: now.retired.filter(({ id }) => !gone.has(id)) }),
    ...db.retired.flatMap(({ interfaceId }) => {
      const nic = scope.records.get(NetworkInterfaces, interfaceId);
      return nic === undefined ? [] : removeInterface(scope, nic);
    }),
  );
  await scope.upkeep.network(db.vpcId);
}
