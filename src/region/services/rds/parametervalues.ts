import { NotModelled, ServiceFault } from "../../operations/fault.js";
import type { Engine } from "./engines.js";
import { evaluateFormula, isFormula, type FormulaVariables } from "./parameterformulas.js";
import type { ParameterGroup } from "./parametergrouprecords.js";
import type { RdsParameter } from "./rdsparameters.js";

export type RdsParameters = ReadonlyMap<string, RdsParameter>;

/** @throws ServiceFault InvalidParameterValue, in AWS's words */
export function theParameter(parameters: RdsParameters, name: string | undefined, engine: Engine): RdsParameter {
  const found = parameters.get((name ?? "").toLowerCase());
  if (found !== undefined) return found;
  const but =
    engine.standsIn === undefined ? "" : `. (${engine.standsIn} runs for ${engine.name} here, and has none of this name.)`;
  throw new ServiceFault("InvalidParameterValue", `Could not find parameter with name: ${name}${but}`);
}

/** As DescribeDBParameters tells them, e.g. `0,1` or `64-2147483647`; undefined: any text. */
export function allowedValues({ type, values, range }: RdsParameter): string | undefined {
  if (type === "boolean") return "0,1";
  if (values !== undefined) return values.join(",");
  return range === undefined ? undefined : `${range.least}-${range.most}`;
}

/** May a group set it to this? @throws ServiceFault InvalidParameterValue; NotModelled where AWS would let it */
export function checkValue(parameter: RdsParameter, value: string, engine: Engine): void {
  const { name, held } = parameter;
  if (!parameter.modifiable) throw new ServiceFault("InvalidParameterValue", `The parameter ${name} cannot be modified.`);
  if (!isAllowed(parameter, value, engine))
    throw new ServiceFault(
      "InvalidParameterValue",
      `Invalid parameter value: ${value} for: ${name} allowed values are: ${allowedValues(parameter) ?? "text on one line"}`,
    );
  if (held !== undefined && held.toLowerCase() !== value.toLowerCase())
    throw new NotModelled(
      `the value ${value} of the parameter ${name}`,
      `Here it is ${held} always: leave it out of the parameter group.`,
    );
  if (engine.program === "mariadb" && /["'\\#]/.test(value))
    throw new NotModelled(`quotes, # and \\ in the value of the parameter ${name}`, "Give it a value without them.");
}

function isAllowed({ type, values = [], range }: RdsParameter, value: string, engine: Engine): boolean {
  if (type === "boolean" && (["0", "1"].includes(value) || (engine.program === "mariadb" && /^(on|off)$/i.test(value))))
    return true;
  if ((type === "boolean" || type === "integer") && isFormula(value)) {
    evaluateFormula(value, anyVariables);
    return true;
  }
  const known = values.map((each) => each.toLowerCase());
  switch (type) {
    case "boolean":
      return false;
    case "integer":
      return /^-?\d+$/.test(value) && (range === undefined || isWithin(BigInt(value), BigInt(range.least), BigInt(range.most)));
    case "real":
      return (
        /^-?\d+(\.\d+)?$/.test(value) && (range === undefined || isWithin(Number(value), Number(range.least), Number(range.most)))
      );
    case "choice":
      return known.length === 0 || known.includes(value.toLowerCase());
    case "choices":
      return value.split(",").every((each) => each === "" || known.includes(each.trim().toLowerCase()));
    case "string":
      return !/\p{Cc}/u.test(value);
  }
}

const isWithin = <N extends number | bigint>(value: N, least: N, most: N): boolean => value >= least && value <= most;

/** To see whether a formula can be evaluated at all. */
const anyVariables: FormulaVariables = {
  DBInstanceClassMemory: 1024 ** 3,
  DBInstanceVCPU: 2,
  AllocatedStorage: 20 * 1024 ** 3,
  EndPointPort: 5432,
  TrueIfReplica: 0,
};

/**
 * What a server that is started now with this group runs with: what RDS sets, and over it what the group sets, formulas evaluated, in
 * the engine's units. What is left out is the engine's own default. Pure.
 */
export function evaluatedParameters(
  parameters: RdsParameters,
  group: Pick<ParameterGroup, "parameters">,
  variables: FormulaVariables,
): Readonly<Record<string, string>> {
  const all: Record<string, string> = {};
  for (const { name, source, value, held } of parameters.values()) {
    // The part has it so by itself.
    if (held !== undefined) continue;
    const set = Object.hasOwn(group.parameters, name) ? group.parameters[name]?.value : undefined;
    const text = set ?? (source === "system" ? value : undefined);
    if (text !== undefined) all[name] = isFormula(text) ? String(evaluateFormula(text, variables)) : text;
  }
  // RDS's own switch for it; the engine's is nobody's to set.
  if (all["rds.logical_replication"] === "1") all["wal_level"] = "logical";
  return all;
}
