import type { Call } from "../../../operations/call.js";
import { enforced } from "../../../operations/members.js";
import { put } from "../../../records/records.js";
import { parameterGroupArn } from "../../../services/rds/names.js";
import { plannedParameters, setParameters } from "../../../services/rds/parameterchanges.js";
import {
  clusterGroups,
  createParameterGroup,
  deleteParameterGroup,
  instanceGroups,
  theParameterGroup,
  type GroupKind,
} from "../../../services/rds/parametergroups.js";
import type { Properties, ResourceProvider } from "../../provider.js";
import { optionalText, structure, tagRules, tagsOf, text, unlessGone } from "../properties.js";

/** A parameter group of either kind; its parameters are changed in place, each at once where it can be. */
function parameterGroup(kind: GroupKind, nameProperty: string, arnAttribute: string | undefined): ResourceProvider {
  return {
    type: `AWS::RDS::${kind.noun}`,
    record: kind.record,
    properties: { [nameProperty]: enforced, Description: enforced, Family: enforced, Parameters: enforced, Tags: tagRules },
    attributes:
      arnAttribute === undefined ? {} : { [arnAttribute]: (call: Call, id: string) => parameterGroupArn(call, kind.arn, id) },
    create: async (call, given, naming) => {
      const family = text(given, "Family");
      const parameters = await plannedParameters(call, family, valuesOf(given));
      return createParameterGroup(
        call,
        kind,
        {
          name: optionalText(given, nameProperty) ?? naming.physicalName(255).toLowerCase(),
          family,
          description: text(given, "Description"),
          tags: tagsOf(given, naming),
        },
        parameters,
      ).name;
    },
    updatable: ["Parameters", "Tags"],
    update: async (call, id, { to }, naming) => {
      await setParameters(call, kind, id, valuesOf(to));
      call.commit(put(kind.record, id, { ...theParameterGroup(call, kind, id), tags: tagsOf(to, naming) }));
    },
    delete: (call, id) => unlessGone([kind.notFound], () => deleteParameterGroup(call, kind, id)),
  };
}

const valuesOf = (given: Properties): Readonly<Record<string, string>> => {
  const parameters = structure(given, "Parameters") ?? {};
  return Object.fromEntries(Object.keys(parameters).map((name) => [name, text(parameters, name)]));
};

export const dbParameterGroup = parameterGroup(instanceGroups, "DBParameterGroupName", "DBParameterGroupName");
export const dbClusterParameterGroup = parameterGroup(clusterGroups, "DBClusterParameterGroupName", undefined);
