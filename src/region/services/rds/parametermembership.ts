import type { Scope } from "../../operations/call.js";
import { NotModelled, ServiceFault } from "../../operations/fault.js";
import { put, type Commit } from "../../records/records.js";
import { defaultOptionGroup, parameterFamily, type Engine } from "./engines.js";
import type { ParameterMembership } from "./parametergrouprecords.js";
import { clusterGroups, instanceGroups, theParameterGroup, type GroupKind } from "./parametergroups.js";

/** e.g. `default.postgres15`. */
export const defaultParameterGroup = (engine: Engine, version: string): string => `default.${parameterFamily(engine, version)}`;

interface Joined {
  readonly membership: ParameterMembership;
  readonly commit: Commit;
}

/**
 * Decide that a DB instance has this parameter group, or the default one. Changes nothing: `commit` is to be part of the commit that
 * writes the membership down, for a default group comes into being with its first member.
 * @throws ServiceFault DBParameterGroupNotFound, InvalidParameterCombination
 */
export const joinParameterGroup = (
  call: Pick<Scope, "records">,
  engine: Engine,
  version: string,
  name: string | undefined,
): Joined => join(call, instanceGroups, engine, version, name);

/** The same of a DB cluster and its DB cluster parameter group, which every member of it then has. */
export const joinClusterParameterGroup = (
  call: Pick<Scope, "records">,
  engine: Engine,
  version: string,
  name: string | undefined,
): Joined => join(call, clusterGroups, engine, version, name);

function join(call: Pick<Scope, "records">, kind: GroupKind, engine: Engine, version: string, name: string | undefined): Joined {
  const family = parameterFamily(engine, version);
  const group = theParameterGroup(call, kind, name ?? defaultParameterGroup(engine, version));
  if (group.family !== family)
    throw new ServiceFault(
      "InvalidParameterCombination",
      `The Parameter Group ${group.name} with DBParameterGroupFamily ${group.family} can't be used for this ${kind === instanceGroups ? "instance" : "cluster"}. Please use a Parameter Group with DBParameterGroupFamily ${family}.`,
    );
  return {
    membership: { name: group.name, revision: group.revision, status: "in-sync", isNew: false },
    commit: call.records.get(kind.record, group.name) === undefined ? [put(kind.record, group.name, group)] : [],
  };
}

/** Option groups bring what is not part of the engine; there is the empty default one. @throws NotModelled for another */
export function checkOptionGroup(engine: Engine, version: string, name: string | undefined): void {
  const standard = defaultOptionGroup(engine, version);
  if (name !== undefined && name.toLowerCase() !== standard)
    throw new NotModelled(`the option group ${name}`, `Leave OptionGroupName out, or name the default one: ${standard}.`);
}
