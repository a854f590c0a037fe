import type {
  GetTemplateCommandInput,
  GetTemplateCommandOutput,
  GetTemplateSummaryCommandInput,
  GetTemplateSummaryCommandOutput,
  ResourceIdentifierSummary,
  ValidateTemplateCommandInput,
  ValidateTemplateCommandOutput,
} from "@aws-sdk/client-cloudformation";
import type { Template } from "../../../template/template.js";
import type { Call } from "../../operations/call.js";
import { enforced } from "../../operations/members.js";
import { operation, type Operation } from "../../operations/operation.js";
import type { CloudFormation } from "../stacks.js";
import { neededCapabilities } from "../validation/capabilities.js";
import type { Deployment } from "../records.js";
import type { Specification } from "../spec/specification.js";
import { fetchedBody } from "../nested/checking.js";
import { sentBody, soundTemplate, validationError, valuesOf } from "../validation/prepare.js";
import { theChangeSet } from "./changesets.js";
import { theStack } from "./common.js";
import { expectOneOf } from "./enumerations.js";

export const templateOperations = ({ context }: CloudFormation): readonly Operation[] => [
  operation<GetTemplateCommandInput, GetTemplateCommandOutput>(
    "cloudformation",
    "GetTemplate",
    { StackName: enforced, ChangeSetName: enforced, TemplateStage: enforced },
    (call, input) => {
      expectOneOf("templateStage", "templateStage", input.TemplateStage);
      const stored = storedTemplate(call, input);
      const body =
        input.TemplateStage === "Processed" && stored !== undefined
          ? soundTemplate(stored.template, valuesOf(stored)).processed
          : stored?.template;
      // A stack under review has no template of its own yet.
      return { TemplateBody: body ?? "", StagesAvailable: ["Original", "Processed"] };
    },
  ),
  operation<ValidateTemplateCommandInput, ValidateTemplateCommandOutput>(
    "cloudformation",
    "ValidateTemplate",
    { TemplateBody: enforced, TemplateURL: enforced },
    async (call, input) => {
      const template = soundTemplate(sentBody({ ...input, ...(await fetchedBody(call, input, context)) }));
      return {
        Description: template.description,
        ...capabilitiesOf(template),
        DeclaredTransforms: declared(template),
        Parameters: [...template.parameters.values()].map((parameter) => ({
          ParameterKey: parameter.name,
          DefaultValue: parameter.default,
          NoEcho: parameter.noEcho,
          Description: parameter.description,
        })),
      };
    },
  ),
  operation<GetTemplateSummaryCommandInput, GetTemplateSummaryCommandOutput>(
    "cloudformation",
    "GetTemplateSummary",
    { TemplateBody: enforced, TemplateURL: enforced, StackName: enforced, TemplateSummaryConfig: enforced },
    async (call, input) => {
      const ways = [input.TemplateBody, input.TemplateURL, input.StackName].filter((way) => way !== undefined);
      if (ways.length !== 1) throw validationError("Exactly one of TemplateBody, TemplateURL and StackName must be specified.");
      const stored = input.StackName === undefined ? undefined : storedTemplate(call, input);
      const template =
        stored === undefined
          ? soundTemplate(sentBody({ ...input, ...(await fetchedBody(call, input, context)) }))
          : soundTemplate(stored.template, valuesOf(stored));
      const types = [...new Set([...template.resources.values()].map(({ type }) => type))];
      const unknown = types.filter((type) => !context.specification.exists(type) && !context.providers.has(type));
      if (unknown.length > 0 && input.TemplateSummaryConfig?.TreatUnrecognizedResourceTypesAsWarnings !== true)
        throw validationError(`Template format error: Unrecognized resource types: [${unknown.join(", ")}]`);
      return {
        Description: template.description,
        Version: template.version,
        Metadata: template.metadata === undefined ? undefined : JSON.stringify(template.metadata),
        ResourceTypes: types,
        DeclaredTransforms: declared(template),
        ResourceIdentifierSummaries: identifiersOf(template, context.specification),
        Warnings: unknown.length === 0 ? undefined : { UnrecognizedResourceTypes: unknown },
        ...capabilitiesOf(template),
        Parameters: [...template.parameters.values()].map((parameter) => ({
          ParameterKey: parameter.name,
          DefaultValue: parameter.default,
          ParameterType: parameter.type,
          NoEcho: parameter.noEcho,
          Description: parameter.description,
          ParameterConstraints: {
            AllowedValues: parameter.allowedValues === undefined ? undefined : [...parameter.allowedValues],
          },
        })),
      };
    },
  ),
];

function storedTemplate(
  call: Call,
  input: { readonly StackName?: string; readonly ChangeSetName?: string },
): Deployment | undefined {
  return input.ChangeSetName === undefined ? theStack(call, input.StackName).deployment : theChangeSet(call, input).deployment;
}

const declared = ({ transforms }: Template): string[] | undefined => (transforms.length === 0 ? undefined : [...transforms]);

/** What identifies the resources of each type, for importing them; types of which AWS does not say it are left out. */
function identifiersOf(template: Template, specification: Specification): ResourceIdentifierSummary[] {
  const types = new Map<string, string[]>();
  for (const { type, logicalId } of template.resources.values()) types.set(type, [...(types.get(type) ?? []), logicalId]);
  return [...types].flatMap(([type, logicalIds]) => {
    const identifiers = specification.of(type)?.identifiers ?? [];
    return identifiers.length === 0
      ? []
      : [{ ResourceType: type, LogicalResourceIds: logicalIds, ResourceIdentifiers: [...identifiers] }];
  });
}

function capabilitiesOf(template: Template): Pick<ValidateTemplateCommandOutput, "Capabilities" | "CapabilitiesReason"> {
  const { capabilities, types } = neededCapabilities(template.resources.values());
  if (capabilities.length === 0) return {};
  return {
    Capabilities: [...capabilities],
    CapabilitiesReason: `The following resource(s) require capabilities: [${types.join(", ")}]`,
  };
}
