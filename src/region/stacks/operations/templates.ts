import type {
  GetTemplateCommandInput,
  GetTemplateCommandOutput,
  GetTemplateSummaryCommandInput,
  GetTemplateSummaryCommandOutput,
  ValidateTemplateCommandInput,
  ValidateTemplateCommandOutput,
} from "@aws-sdk/client-cloudformation";
import type { Template } from "../../../template/template.js";
import type { Call } from "../../operations/call.js";
import { enforced } from "../../operations/members.js";
import { operation, type Operation } from "../../operations/operation.js";
import type { CloudFormation } from "../stacks.js";
import { neededCapabilities } from "../validation/capabilities.js";
import { soundTemplate, validationError } from "../validation/prepare.js";
import { theChangeSet } from "./changesets.js";
import { theStack } from "./common.js";

export const templateOperations = ({ context }: CloudFormation): readonly Operation[] => [
  operation<GetTemplateCommandInput, GetTemplateCommandOutput>(
    "cloudformation",
    "GetTemplate",
    { StackName: enforced, ChangeSetName: enforced, TemplateStage: enforced },
    // Without transforms both stages are the same text.
    (call, input) => ({ TemplateBody: storedTemplate(call, input), StagesAvailable: ["Original", "Processed"] }),
  ),
  operation<ValidateTemplateCommandInput, ValidateTemplateCommandOutput>(
    "cloudformation",
    "ValidateTemplate",
    { TemplateBody: enforced },
    (_call, input) => {
      if (input.TemplateBody === undefined) throw validationError("Either Template URL or Template Body must be specified.");
      const template = soundTemplate(input.TemplateBody);
      return {
        Description: template.description,
        ...capabilitiesOf(template),
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
    { TemplateBody: enforced, StackName: enforced },
    (call, input) => {
      if ((input.TemplateBody === undefined) === (input.StackName === undefined))
        throw validationError("Exactly one of TemplateBody and StackName must be specified.");
      const template = soundTemplate(input.TemplateBody ?? storedTemplate(call, input));
      const types = [...new Set([...template.resources.values()].map(({ type }) => type))];
      const unknown = types.filter((type) => !context.specification.exists(type) && !context.providers.has(type));
      return {
        Description: template.description,
        Version: template.version,
        Metadata: template.metadata === undefined ? undefined : JSON.stringify(template.metadata),
        ResourceTypes: types,
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

function storedTemplate(call: Call, input: { readonly StackName?: string; readonly ChangeSetName?: string }): string {
  if (input.ChangeSetName !== undefined) return theChangeSet(call, input).deployment.template;
  const stack = theStack(call, input.StackName);
  // A stack under review has no template of its own yet.
  return stack.deployment?.template ?? "";
}

function capabilitiesOf(template: Template): Pick<ValidateTemplateCommandOutput, "Capabilities" | "CapabilitiesReason"> {
  const { capabilities, types } = neededCapabilities(template.resources.values());
  if (capabilities.length === 0) return {};
  return {
    Capabilities: [...capabilities],
    CapabilitiesReason: `The following resource(s) require capabilities: [${types.join(", ")}]`,
  };
}
