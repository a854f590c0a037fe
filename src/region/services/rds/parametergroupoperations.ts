import type { Filter, Parameter, Tag } from "@aws-sdk/client-rds";
import type { Call } from "../../operations/call.js";
import { ServiceFault } from "../../operations/fault.js";
import { enforced, recorded, within } from "../../operations/members.js";
import { operation, type Operation } from "../../operations/operation.js";
import { paginate } from "../../protocol/paginate.js";
import { parameterGroupArn } from "./names.js";
import { modifyParameterGroup, parametersOfFamily, resetParameterGroup } from "./parameterchanges.js";
import {
  clusterGroups,
  copyParameterGroup,
  createParameterGroup,
  deleteParameterGroup,
  instanceGroups,
  theParameterGroup,
  type GroupKind,
} from "./parametergroups.js";
import type { ParameterGroup } from "./parametergrouprecords.js";
import { describeParameters } from "./parameterview.js";
import { fromTags, tagRules } from "./tags.js";

/** The members of both kinds' requests, by one set of names: RDS's differ by `Cluster` alone. */
interface Input {
  readonly Name?: string;
  readonly Source?: string;
  readonly TargetName?: string;
  readonly TargetDescription?: string;
  readonly DBParameterGroupFamily?: string;
  readonly Description?: string;
  readonly Parameters?: readonly Parameter[];
  readonly ResetAllParameters?: boolean;
  readonly ParameterSource?: string;
  readonly Filters?: readonly Filter[];
  readonly MaxRecords?: number;
  readonly Marker?: string;
  readonly Tags?: readonly Tag[];
}

const parameterRules = within<Parameter>({
  ParameterName: enforced,
  ParameterValue: enforced,
  ApplyMethod: enforced,
  // What DescribeDBParameters told, said back.
  Description: recorded("it is told by Describe, and nobody's to change"),
  Source: recorded("it is told by Describe, and nobody's to change"),
  ApplyType: recorded("it is told by Describe, and nobody's to change"),
  DataType: recorded("it is told by Describe, and nobody's to change"),
  AllowedValues: recorded("it is told by Describe, and nobody's to change"),
  IsModifiable: recorded("it is told by Describe, and nobody's to change"),
});
const filterRules = within<Filter>({ Name: enforced, Values: enforced });
const pages = { MaxRecords: enforced, Marker: enforced };

const describeGroup = (call: Call, kind: GroupKind, { name, family, description }: ParameterGroup): object => ({
  [`${kind.noun}Name`]: name,
  DBParameterGroupFamily: family,
  Description: description,
  [`${kind.noun}Arn`]: parameterGroupArn(call, kind.arn, name),
});

/** The operations of one kind of parameter groups: https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/ */
function operationsOf(kind: GroupKind): readonly Operation[] {
  const { noun } = kind;
  const nameMember = `${noun}Name`;
  const renamed = (input: object): Input => {
    const said = input as Readonly<Record<string, unknown>>;
    return {
      ...said,
      Name: said[nameMember],
      ParameterSource: said["Source"],
      Source: said[`Source${noun}Identifier`],
      TargetName: said[`Target${noun}Identifier`],
      TargetDescription: said[`Target${noun}Description`],
    } as Input;
  };
  const one = (
    name: string,
    rules: Parameters<typeof operation>[2],
    run: (call: Call, input: Input) => object | Promise<object>,
  ): Operation => operation<object, object>("rds", name, rules, (call, input) => run(call, renamed(input)));
  const named = { [nameMember]: enforced };
  const group = (call: Call, answer: ParameterGroup): object => ({ [noun]: describeGroup(call, kind, answer) });
  return [
    one(`Create${noun}`, { ...named, DBParameterGroupFamily: enforced, Description: enforced, Tags: tagRules }, (call, input) =>
      group(
        call,
        createParameterGroup(call, kind, {
          name: input.Name ?? "",
          family: input.DBParameterGroupFamily ?? "",
          description: input.Description ?? "",
          tags: fromTags(input.Tags === undefined ? undefined : [...input.Tags]),
        }),
      ),
    ),
    one(
      `Copy${noun}`,
      {
        [`Source${noun}Identifier`]: enforced,
        [`Target${noun}Identifier`]: enforced,
        [`Target${noun}Description`]: enforced,
        Tags: tagRules,
      },
      (call, input) =>
        group(
          call,
          copyParameterGroup(call, kind, input.Source ?? "", {
            name: input.TargetName ?? "",
            description: input.TargetDescription ?? "",
            tags: fromTags(input.Tags === undefined ? undefined : [...input.Tags]),
          }),
        ),
    ),
    one(`Describe${noun}s`, { ...named, ...pages, Filters: filterRules }, (call, input) => {
      noFilters(input);
      if (input.Name !== undefined && input.Name !== "")
        return { [`${noun}s`]: [describeGroup(call, kind, theParameterGroup(call, kind, input.Name))] };
      const page = paginate(call.records.list(kind.record), ({ name }) => name, {
        MaxResults: input.MaxRecords,
        NextToken: input.Marker,
      });
      return { [`${noun}s`]: page.items.map((each) => describeGroup(call, kind, each)), Marker: page.NextToken };
    }),
    one(
      `Describe${kind === instanceGroups ? "DBParameters" : "DBClusterParameters"}`,
      { ...named, ...pages, Source: enforced, Filters: filterRules },
      async (call, input) => {
        const { family } = theParameterGroup(call, kind, input.Name ?? "");
        const parameters = await parametersOfFamily(call, family);
        const page = describeParameters(parameters, theParameterGroup(call, kind, input.Name ?? ""), input);
        return { Parameters: page.items, Marker: page.NextToken };
      },
    ),
    one(`Modify${noun}`, { ...named, Parameters: parameterRules }, async (call, input) => ({
      [nameMember]: (await modifyParameterGroup(call, kind, input.Name ?? "", input.Parameters ?? [])).name,
    })),
    one(`Reset${noun}`, { ...named, ResetAllParameters: enforced, Parameters: parameterRules }, async (call, input) => {
      const some = input.Parameters ?? [];
      if (input.ResetAllParameters === true && some.length > 0)
        throw new ServiceFault(
          "InvalidParameterCombination",
          "ResetAllParameters and Parameters cannot be given together: give one of them.",
        );
      const all = input.ResetAllParameters ?? some.length === 0;
      return { [nameMember]: (await resetParameterGroup(call, kind, input.Name ?? "", all ? "all" : some)).name };
    }),
    one(`Delete${noun}`, named, (call, input) => {
      deleteParameterGroup(call, kind, input.Name ?? "");
      return {};
    }),
    one(
      kind === instanceGroups ? "DescribeEngineDefaultParameters" : "DescribeEngineDefaultClusterParameters",
      { DBParameterGroupFamily: enforced, ...pages, Filters: filterRules },
      async (call, input) => {
        const family = input.DBParameterGroupFamily ?? "";
        const page = describeParameters(await parametersOfFamily(call, family), { parameters: {} }, input);
        return { EngineDefaults: { DBParameterGroupFamily: family, Parameters: page.items, Marker: page.NextToken } };
      },
    ),
  ];
}

function noFilters({ Filters = [] }: Input): void {
  const [filter] = Filters;
  if (filter !== undefined) throw new ServiceFault("InvalidParameterValue", `Unrecognized filter name: ${filter.Name}`);
}

export const parameterGroupOperations: readonly Operation[] = [...operationsOf(instanceGroups), ...operationsOf(clusterGroups)];
