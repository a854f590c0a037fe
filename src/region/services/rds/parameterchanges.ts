import type { Parameter } from "@aws-sdk/client-rds";
import type { Scope } from "../../operations/call.js";
import { ServiceFault } from "../../operations/fault.js";
import { put, type Commit } from "../../records/records.js";
import { theEngineOfFamily } from "./engines.js";
import type { ParameterChange, ParameterGroup } from "./parametergrouprecords.js";
import { isDefault, membersOf, theParameterGroup, type GroupKind } from "./parametergroups.js";
import { checkValue, theParameter, type RdsParameters } from "./parametervalues.js";
import { rdsParameters, type RdsParameter } from "./rdsparameters.js";
import { DBInstances } from "./records.js";

/** All parameters of a family, as the engine image has them. */
export async function parametersOfFamily(call: Pick<Scope, "upkeep">, family: string): Promise<RdsParameters> {
  const { program } = theEngineOfFamily(family);
  return rdsParameters(program, await call.upkeep.engineParameters(program));
}

type Change = Pick<Parameter, "ParameterName" | "ParameterValue" | "ApplyMethod">;
type Changes = Readonly<Record<string, Omit<ParameterChange, "revision">>>;

/**
 * All or none. What is dynamic and immediate is in force when the keeper has looked at the members, which are `applying` until then.
 * https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_ModifyDBParameterGroup.html
 */
export async function modifyParameterGroup(
  call: Scope,
  kind: GroupKind,
  wanted: string,
  changes: readonly Change[],
): Promise<ParameterGroup> {
  const { family } = theChangeable(call, kind, wanted);
  const parameters = await parametersOfFamily(call, family);
  checkCount(changes);
  const checked = changes.map(({ ParameterName, ParameterValue, ApplyMethod }) => {
    const parameter = setTo(parameters, family, ParameterName, ParameterValue);
    return [parameter.name, { value: ParameterValue, method: theMethod(ApplyMethod, parameter) }] as const;
  });
  return commitChanges(call, kind, wanted, Object.fromEntries(checked));
}

/** https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_ResetDBParameterGroup.html */
export async function resetParameterGroup(
  call: Scope,
  kind: GroupKind,
  wanted: string,
  which: "all" | readonly Change[],
): Promise<ParameterGroup> {
  const { family } = theChangeable(call, kind, wanted);
  const parameters = await parametersOfFamily(call, family);
  if (which === "all") return commitChanges(call, kind, wanted, resetBut([], theChangeable(call, kind, wanted), parameters));
  checkCount(which);
  const checked = which.map(({ ParameterName, ApplyMethod }) => {
    const parameter = theParameter(parameters, ParameterName, theEngineOfFamily(family));
    return [parameter.name, { method: theMethod(ApplyMethod, parameter) }] as const;
  });
  return commitChanges(call, kind, wanted, Object.fromEntries(checked));
}

/** What a group made with these values has, each to be in force at once where it can be, as CloudFormation does. */
export async function plannedParameters(
  call: Scope,
  family: string,
  values: Readonly<Record<string, string>>,
): Promise<ParameterGroup["parameters"]> {
  const parameters = await parametersOfFamily(call, family);
  return Object.fromEntries(
    Object.entries(values).map(([given, value]) => {
      const parameter = setTo(parameters, family, given, value);
      return [parameter.name, { value, method: atOnce(parameter), revision: 1 }];
    }),
  );
}

/** Have a group set exactly these, each at once where it can be. */
export async function setParameters(
  call: Scope,
  kind: GroupKind,
  wanted: string,
  values: Readonly<Record<string, string>>,
): Promise<void> {
  const { family } = theChangeable(call, kind, wanted);
  const planned = await plannedParameters(call, family, values);
  const parameters = await parametersOfFamily(call, family);
  const now = theChangeable(call, kind, wanted);
  const changed = Object.entries(planned).filter(([name, { value }]) => now.parameters[name]?.value !== value);
  const all = { ...resetBut(Object.keys(planned), now, parameters), ...Object.fromEntries(changed) };
  if (Object.keys(all).length > 0) commitChanges(call, kind, wanted, all);
}

/** Changes that reset what a group sets, but for these. */
const resetBut = (kept: readonly string[], group: ParameterGroup, parameters: RdsParameters): Changes =>
  Object.fromEntries(
    Object.entries(group.parameters)
      .filter(([name, { value }]) => value !== undefined && !kept.includes(name))
      .map(([name]) => [name, { method: atOnce(parameters.get(name)) }]),
  );

const atOnce = (parameter: RdsParameter | undefined): ParameterChange["method"] =>
  parameter?.takesRestart === false ? "immediate" : "pending-reboot";

/** The parameter, which may be set to this. */
function setTo(parameters: RdsParameters, family: string, name: string | undefined, value: string | undefined): RdsParameter {
  const engine = theEngineOfFamily(family);
  const parameter = theParameter(parameters, name, engine);
  if (value === undefined)
    throw new ServiceFault("InvalidParameterValue", `The parameter ParameterValue must be provided for ${parameter.name}.`);
  checkValue(parameter, value, engine);
  return parameter;
}

/** @throws ServiceFault InvalidParameterValue, as AWS words it */
function theChangeable(call: Scope, kind: GroupKind, wanted: string): ParameterGroup {
  const group = theParameterGroup(call, kind, wanted);
  if (isDefault(group.name)) throw new ServiceFault("InvalidParameterValue", "Cannot modify a default parameter group.");
  return group;
}

function commitChanges(call: Scope, kind: GroupKind, wanted: string, changes: Changes): ParameterGroup {
  // As it is now: it may have been changed while the engine was asked.
  const before = theChangeable(call, kind, wanted);
  const revision = before.revision + 1;
  const changed = Object.fromEntries(Object.entries(changes).map(([name, change]) => [name, { ...change, revision }]));
  const group: ParameterGroup = { ...before, revision, parameters: { ...before.parameters, ...changed } };
  const members = membersOf(call, kind, group.name).filter(({ wish }) => wish === "running");
  const applying: Commit = members.flatMap((db) => {
    const membership = db[kind.membership];
    return membership === undefined
      ? []
      : [put(DBInstances, db.identifier, { ...db, [kind.membership]: { ...membership, status: "applying" } })];
  });
  call.commit(put(kind.record, group.name, group), ...applying);
  for (const db of members) call.upkeep.nudge("database", db.identifier);
  return group;
}

function checkCount(changes: readonly unknown[]): void {
  if (changes.length === 0)
    throw new ServiceFault("InvalidParameterValue", "The parameter Parameters must be provided and must not be blank.");
  if (changes.length > 20)
    throw new ServiceFault(
      "InvalidParameterValue",
      `A maximum of 20 parameters can be modified in a single request, not ${changes.length}: make several.`,
    );
}

function theMethod(method: string | undefined, { name, takesRestart }: RdsParameter): ParameterChange["method"] {
  if (method !== "immediate" && method !== "pending-reboot")
    throw new ServiceFault(
      "InvalidParameterValue",
      `The apply method ${method ?? "(none)"} of the parameter ${name} is not valid: it is immediate or pending-reboot.`,
    );
  if (method === "immediate" && takesRestart)
    throw new ServiceFault("InvalidParameterCombination", `cannot use immediate apply method for static parameter: ${name}`);
  return method;
}
