import type { DatabaseEngine } from "../../../parts/databases/spec.js";
import { isCut } from "../../faults/zones.js";
import type { Scope } from "../../operations/call.js";
import { put } from "../../records/records.js";
import { interfaceChanges } from "../../services/ec2/interfaces.js";
import { Subnets, NetworkInterfaces } from "../../services/ec2/records.js";
import { DBInstances, type DBCluster, type DBInstance } from "../../services/rds/records.js";
import { decideServer } from "../../services/rds/servers.js";
import type { ServerCircumstances } from "../databases/spec.js";
import { changeCluster } from "./change.js";
import { memberReaderSpec, memberWriterSpec } from "./spec.js";

/**
 * The readers of which one should take over, none where the writer goes on. A commit is with one of those that are waited for, and it is
 * not known with which: so all of them must be there to be compared. Where one is missing nobody takes over, for that would be a guess;
 * the writer is started again instead.
 */
export function successors(
  scope: Scope,
  cluster: DBCluster,
  writer: DBInstance,
  readers: readonly DBInstance[],
  engine: DatabaseEngine,
  isHung = false,
): readonly DBInstance[] {
  const state = engine.observe(writer.server.id);
  const isLost = writer.born && (state === "stopped" || state === "absent" || isHung || isCut(scope.records, writer.server.zone));
  if (!isLost && cluster.failoverWished === undefined && writer.wish === "running") return [];
  return heirsOf(scope, cluster, readers, engine);
}

/** Those who may take over; while there are any, a writer that ends is not started again. */
export function heirsOf(
  scope: Scope,
  cluster: DBCluster,
  readers: readonly DBInstance[],
  engine: DatabaseEngine,
): readonly DBInstance[] {
  const isThere = ({ server }: DBInstance): boolean =>
    engine.observe(server.id) === "ready" && !isCut(scope.records, server.zone);
  const waitedFor = readers.filter(
    ({ server }) => cluster.copies[server.id] !== undefined && cluster.copies[server.id] !== "building",
  );
  const whole = waitedFor.filter(({ server }) => cluster.copies[server.id] === "synchronous");
  return whole.length > 0 && waitedFor.every(isThere) ? whole : [];
}

/**
 * The most advanced of them becomes the writer. The old one is fenced first: its processes end, and its server is written off in the same
 * commit that names the new writer, so that it is never started again; it comes back as a reader with a new server in its zone.
 */
export async function failOverCluster(
  scope: Scope,
  cluster: DBCluster,
  writer: DBInstance,
  heirs: readonly DBInstance[],
  engine: DatabaseEngine,
  around: ServerCircumstances,
): Promise<void> {
  // One that was asked for may end in order, by which its readers get all it has.
  const isAsked = cluster.failoverWished !== undefined || writer.wish === "deleted";
  await engine.stop(writer.server.id, isAsked ? 20 : 0);
  const most = await engine.mostAdvanced(heirs.map((heir) => memberReaderSpec(scope, cluster, heir, writer, around)));
  const able = heirs.filter(({ server }) => most.includes(server.id));
  const heir = able.find(({ identifier }) => identifier === cluster.failoverWished?.target) ?? able[0];
  if (heir === undefined) throw new Error(`no reader of ${cluster.identifier} says how far it is`);
  const changed = changeCluster(
    scope,
    cluster,
    ({ failoverWished: _done, ...now }) => ({
      ...now,
      writer: heir.identifier,
      copies: {},
      // One that is to go goes on doing so.
      status: now.status === "deleting" ? now.status : "failing-over",
      failover: { to: heir.identifier, crossesZones: heir.server.zone !== writer.server.zone },
    }),
    ...replaced(scope, writer),
  );
  if (changed === undefined) return;
  await engine.start(memberWriterSpec(changed, heir, around));
  await scope.upkeep.network(cluster.vpcId);
}

/** A new server in the place of one that is written off. */
function replaced(scope: Scope, was: DBInstance): ReturnType<typeof interfaceChanges> {
  const db = scope.records.get(DBInstances, was.identifier);
  const subnetId = db === undefined ? undefined : scope.records.get(NetworkInterfaces, db.server.interfaceId)?.subnetId;
  const zone = subnetId === undefined ? undefined : scope.records.get(Subnets, subnetId)?.zone;
  if (db === undefined || subnetId === undefined || zone === undefined || db.wish === "deleted") return [];
  const { server, nic } = decideServer(scope, db, { zone, subnetId });
  return [
    put(DBInstances, db.identifier, { ...db, server, servers: db.servers + 1, retired: [...db.retired, db.server] }),
    ...interfaceChanges(nic),
  ];
}
