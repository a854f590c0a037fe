import type { Scope } from "../../operations/call.js";
import { NotModelled, ServiceFault } from "../../operations/fault.js";
import { put, type Commit } from "../../records/records.js";
import { defaultOptionGroup, parameterFamily, type Engine } from "./engines.js";
import type { ParameterMembership } from "./parametergrouprecords.js";
import { instanceGroups, theParameterGroup } from "./parametergroups.js";

/** e.g. `default.postgres15`. */
export const defaultParameterGroup = (engine: Engine, version: string): string => `default.${parameterFamily(engine, version)}`;

/**
 * Decide that a DB instance has this parameter group, or the default one. Changes nothing: `commit` is to be part of the commit that
 * writes the membership down, for a default group comes into being with its first member.
 * @throws ServiceFault DBParameterGroupNotFound, InvalidParameterCombination
 */
export function joinParameterGroup(
  call: Pick<Scope, "records">,
  engine: Engine,
  version: string,
  name: string | undefined,
): { readonly membership: ParameterMembership; readonly commit: Commit } {
  const family = parameterFamily(engine, version);
  const group = theParameterGroup(call, instanceGroups, name ?? defaultParameterGroup(engine, version));
  if (group.family !== family)
    throw new ServiceFault(
      "InvalidParameterCombination",
      `The Parameter Group ${group.name} with DBParameterGroupFamily ${group.family} can't be used for this instance. Please use a Parameter Group with DBParameterGroupFamily ${family}.`,
    );
  return {
    membership: { name: group.name, revision: group.revision, status: "in-sync", isNew: false },
    commit:
      call.records.get(instanceGroups.record, group.name) === undefined ? [put(instanceGroups.record, group.name, group)] : [],
  };
}

/** Option groups bring what is not part of the engine; there is the empty default one. @throws NotModelled for another */
export function checkOptionGroup(engine: Engine, version: string, name: string | undefined): void {
  const standard = defaultOptionGroup(engine, version);
  if (name !== undefined && name.toLowerCase() !== standard)
    throw new NotModelled(`the option group ${name}`, `Leave OptionGroupName out, or name the default one: ${standard}.`);
}
