import type { Filter, Parameter } from "@aws-sdk/client-rds";
import { ServiceFault } from "../../operations/fault.js";
import { paginate, type Page } from "../../protocol/paginate.js";
import type { ParameterGroup } from "./parametergrouprecords.js";
import { allowedValues, type RdsParameters } from "./parametervalues.js";
import type { RdsParameter } from "./rdsparameters.js";

const dataTypes: Readonly<Record<RdsParameter["type"], string>> = {
  boolean: "boolean",
  integer: "integer",
  real: "float",
  string: "string",
  choice: "string",
  choices: "list",
};

/** A parameter in a group, as DescribeDBParameters tells it. Pure. */
export function describeParameter(parameter: RdsParameter, group: Pick<ParameterGroup, "parameters">): Parameter {
  const { name, unit, description, held, modifiable, takesRestart, source, value } = parameter;
  const change = Object.hasOwn(group.parameters, name) ? group.parameters[name] : undefined;
  const isSet = change?.value !== undefined;
  return {
    ParameterName: name,
    ParameterValue: change?.value ?? value,
    Description: unit === undefined ? description : `(${unit}) ${description}`,
    Source: isSet ? "user" : source,
    ApplyType: takesRestart ? "static" : "dynamic",
    DataType: dataTypes[parameter.type],
    AllowedValues: held ?? allowedValues(parameter),
    IsModifiable: modifiable,
    ApplyMethod: isSet ? change.method : "pending-reboot",
  };
}

const sources = ["engine-default", "system", "user"];

/** A page of a group's parameters. @throws ServiceFault InvalidParameterValue */
export function describeParameters(
  parameters: RdsParameters,
  group: Pick<ParameterGroup, "parameters">,
  asked: {
    readonly ParameterSource?: string | undefined;
    readonly Filters?: readonly Filter[] | undefined;
    readonly MaxRecords?: number | undefined;
    readonly Marker?: string | undefined;
  },
): Page<Parameter> {
  const { ParameterSource: source, Filters = [], MaxRecords = 100, Marker } = asked;
  if (source !== undefined && source !== "" && !sources.includes(source))
    throw new ServiceFault(
      "InvalidParameterValue",
      `Invalid value for Source: ${source}. It is ${sources.join(", ")} or left out.`,
    );
  const unknown = Filters.find(({ Name }) => Name !== "parameter-name");
  if (unknown !== undefined) throw new ServiceFault("InvalidParameterValue", `Unrecognized filter name: ${unknown.Name}`);
  const all = [...parameters.values()]
    .map((parameter) => describeParameter(parameter, group))
    .filter(({ Source }) => source === undefined || source === "" || Source === source)
    .filter(({ ParameterName = "" }) => Filters.every(({ Values = [] }) => Values.includes(ParameterName)));
  return paginate(all, ({ ParameterName = "" }) => ParameterName, { MaxResults: MaxRecords, NextToken: Marker });
}
