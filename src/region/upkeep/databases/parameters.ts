import type { DatabaseEngine } from "../../../parts/databases/spec.js";
import type { Scope } from "../../operations/call.js";
import { dbInstanceClass } from "../../services/rds/classes.js";
import { theEngine } from "../../services/rds/engines.js";
import type { FormulaVariables } from "../../services/rds/parameterformulas.js";
import type { ParameterGroup, ParameterMembership } from "../../services/rds/parametergrouprecords.js";
import { clusterGroups, instanceGroups, theParameterGroup } from "../../services/rds/parametergroups.js";
import { defaultParameterGroup } from "../../services/rds/parametermembership.js";
import { evaluatedParameters, type RdsParameters } from "../../services/rds/parametervalues.js";
import { DBInstances, type DBInstance } from "../../services/rds/records.js";
import { change } from "./change.js";
import { notLess } from "./floors.js";
import { readerSpec, type ServerCircumstances } from "./spec.js";

/**
 * Which parameters a server runs with is written down beside it, before it is told: those it was started with, and over them what was
 * changed in its group since, where that was to be at once and can be. The rest of a change waits for a start, whatever the reason for
 * it is: a server that died picks it up as one does that was rebooted. Nothing else may make a server's file of settings differ from
 * what it runs with, or a later look would bring in what is to wait.
 */
type Values = Readonly<Record<string, string>>;

/** What its groups say now. Pure but for the reading of records. */
export function wishedParameters(scope: Pick<Scope, "records">, db: DBInstance, parameters: RdsParameters): Values {
  return evaluatedParameters(parameters, groupOf(scope, db), variablesOf(db));
}

type Group = Pick<ParameterGroup, "parameters">;

/**
 * Of a member what its own group sets, and for the rest what its cluster's does: as AWS has it,
 * https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/USER_WorkingWithParamGroups.Overview.html
 */
function groupOf(scope: Pick<Scope, "records">, db: DBInstance): Group {
  const own = theParameterGroup(
    scope,
    instanceGroups,
    db.parameterGroup?.name ?? defaultParameterGroup(theEngine(db.engine), db.engineVersion),
  );
  if (db.clusterParameterGroup === undefined) return own;
  const ofCluster = theParameterGroup(scope, clusterGroups, db.clusterParameterGroup.name);
  return { parameters: { ...ofCluster.parameters, ...setBy(own) } };
}

const setBy = ({ parameters }: Group): Group["parameters"] =>
  Object.fromEntries(Object.entries(parameters).filter(([, { value }]) => value !== undefined));

/** What a server that runs may take up at once, of either group: each counts its changes by itself. */
function takenUp(scope: Pick<Scope, "records">, db: DBInstance): readonly string[] {
  return memberships.flatMap(([kind, name]) => {
    const membership = db[name];
    if (membership === undefined) return [];
    const { parameters } = theParameterGroup(scope, kind, membership.name);
    return atOnce(parameters, membership.revision);
  });
}

const memberships = [
  [instanceGroups, "parameterGroup"],
  [clusterGroups, "clusterParameterGroup"],
] as const;

const variablesOf = (db: DBInstance): FormulaVariables => {
  const { memoryMiB, vcpus } = dbInstanceClass(db.instanceClass);
  return {
    DBInstanceClassMemory: memoryMiB * 1024 ** 2,
    DBInstanceVCPU: vcpus,
    AllocatedStorage: db.settings.allocatedStorage * 1024 ** 3,
    EndPointPort: db.port,
    TrueIfReplica: db.origin.kind === "replica" ? 1 : 0,
  };
};

/** Does its group set any? Then they may be why it does not start; it is tried again, for the group may be changed. */
export const hasOwnParameters = (scope: Pick<Scope, "records">, db: DBInstance): boolean =>
  Object.values(groupOf(scope, db).parameters).some(({ value }) => value !== undefined);

/** What was changed since a server joined the group, to be in force at once. Pure. */
export const atOnce = (parameters: ParameterGroup["parameters"], joined: number): readonly string[] =>
  Object.entries(parameters)
    .filter(([, { method, revision }]) => method === "immediate" && revision > joined)
    .map(([name]) => name);

/** What a server goes on with that is not restarted, and takes up these (see `atOnce`). Pure. */
export function whileRunning(now: Values, wished: Values, at: readonly string[]): Values {
  const kept = Object.entries(now).filter(([name]) => !at.includes(name));
  return Object.fromEntries([
    ...kept,
    ...at.flatMap((name) => (wished[name] === undefined ? [] : [[name, wished[name]] as const])),
  ]);
}

/**
 * Write down what the servers are to run with from this look on; of the record as it is now, for what is asked for while we wait (a
 * reboot, say) is to be seen by all of a look or by none of it. Gives the instance as it is then.
 */
export function settleParameters(scope: Scope, seen: DBInstance, engine: DatabaseEngine, parameters: RdsParameters): DBInstance {
  const db = scope.records.get(DBInstances, seen.identifier);
  if (db?.resourceId !== seen.resourceId) return seen;
  const wished = wishedParameters(scope, db, parameters);
  const starts = isToStart(db, engine);
  const at = takenUp(scope, db);
  const goOn = (now: Values): Values => whileRunning(now, wished, at);
  const writer = starts || db.server.parameters === undefined ? wished : goOn(db.server.parameters);
  const settled = change(scope, db, (now) => ({
    ...now,
    server: { ...now.server, parameters: writer },
    ...(now.standby === undefined ? {} : { standby: { ...now.standby, parameters: goOn(now.standby.parameters ?? writer) } }),
    ...memberOf(scope, now, starts, isSame(writer, wished)),
  }));
  return settled ?? db;
}

/** Its server is not there to be told, or is about to be restarted. */
const isToStart = (db: DBInstance, engine: DatabaseEngine): boolean =>
  db.rebootWished !== undefined || ["absent", "stopped"].includes(engine.observe(db.server.id));

/** Its memberships, and what is to be said of them when its server has been told. */
const memberOf = (scope: Pick<Scope, "records">, db: DBInstance, starts: boolean, isInForce: boolean): Partial<DBInstance> =>
  eachMembership(db, (was, kind) => membership(was, theParameterGroup(scope, kind, was.name).revision, starts, isInForce));

function membership(was: ParameterMembership, revision: number, starts: boolean, isInForce: boolean): ParameterMembership {
  const status = starts || (isInForce && !was.isNew) ? "in-sync" : "pending-reboot";
  const { next: _before, ...stays } = starts ? { ...was, revision, isNew: false } : was;
  return status === was.status ? stays : { ...stays, next: { status, revision } };
}

/**
 * Its record, when its server runs with what was settled: until then a change is not in force, whatever is written down. A group that was
 * changed meanwhile is still being applied. Pure but for the reading of records.
 */
export const parametersTold = (scope: Pick<Scope, "records">, db: DBInstance): DBInstance => ({
  ...db,
  ...eachMembership(db, ({ next, ...was }, kind) => {
    const isLast = next?.revision === theParameterGroup(scope, kind, was.name).revision;
    return isLast ? { ...was, status: next.status } : was;
  }),
});

const eachMembership = (
  db: DBInstance,
  how: (was: ParameterMembership, kind: (typeof memberships)[number][0]) => ParameterMembership,
): Partial<DBInstance> =>
  Object.fromEntries(memberships.flatMap(([kind, name]) => (db[name] === undefined ? [] : [[name, how(db[name], kind)]])));

const isSame = (one: Values, other: Values): boolean => {
  const names = Object.keys(one);
  return names.length === Object.keys(other).length && names.every((name) => one[name] === other[name]);
};

/**
 * Before a reboot the standby is restarted, with what its instance has of class and parameters by now, so that whichever server is the
 * writer afterwards has what waited. It keeps every commit meanwhile, for the writer waits. Where it does not come back, the reboot goes
 * on without it.
 */
export async function readyStandby(
  scope: Scope,
  db: DBInstance,
  engine: DatabaseEngine,
  around: ServerCircumstances,
): Promise<void> {
  const { standby } = db;
  if (db.rebootWished === undefined || standby?.state !== "synchronous" || engine.observe(standby.id) !== "ready") return;
  const wished = notLess(db.server.parameters ?? {}, standby.parameters ?? {});
  const isOfClass = (db.applying ?? []).includes("class");
  if (!isOfClass && isSame(standby.parameters ?? {}, wished)) return;
  await engine.stop(standby.id);
  const told = change(scope, db, (now) =>
    now.standby?.id === standby.id ? { ...now, standby: { ...now.standby, parameters: wished } } : now,
  );
  if (told?.standby?.id !== standby.id) return;
  await engine.start(readerSpec(scope, told, told.standby, told, around)).catch(() => undefined);
}
