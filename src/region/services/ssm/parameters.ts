import type {
  GetParameterCommandInput,
  GetParameterCommandOutput,
  GetParametersCommandInput,
  GetParametersCommandOutput,
  Parameter,
} from "@aws-sdk/client-ssm";
import type { Scope } from "../../operations/call.js";
import { ServiceFault } from "../../operations/fault.js";
import { enforced, states } from "../../operations/members.js";
import { operation, type Operation } from "../../operations/operation.js";
import { distributions, latestImage } from "../ec2/images.js";

/**
 * The public parameters that name the latest machine image of a distribution. Private parameters come later; asking for one
 * is answered as AWS answers for one that is not there.
 * https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-public-parameters-ami.html
 */
function findParameter(scope: Scope, name: string): Parameter | undefined {
  const distribution = distributions.find((known) => known.parameters.includes(name));
  if (distribution === undefined) return undefined;
  const image = latestImage(scope, distribution.name);
  return {
    Name: name,
    Type: "String",
    DataType: "aws:ec2:image",
    Value: image.imageId,
    Version: 1,
    ARN: `arn:aws:ssm:${scope.regionName}::parameter${name}`,
    LastModifiedDate: new Date(image.createdAt),
  };
}

/** Value of a parameter. Throws `ParameterNotFound`, naming the public parameters there are. */
export function readParameter(scope: Scope, name: string): string {
  return theParameter(scope, name).Value ?? "";
}

function theParameter(scope: Scope, name: string): Parameter {
  const parameter = findParameter(scope, name);
  if (parameter === undefined) {
    const known = distributions.flatMap((distribution) => distribution.parameters).join(", ");
    throw new ServiceFault(
      "ParameterNotFound",
      name.startsWith("/aws/service/")
        ? `Sandtable has no public parameter ${name}. The machine images it stands in for are ${known}.`
        : `Parameter ${name} not found.`,
    );
  }
  return parameter;
}

export const ssmOperations: readonly Operation[] = [
  operation<GetParameterCommandInput, GetParameterCommandOutput>(
    "ssm",
    "GetParameter",
    { Name: enforced, WithDecryption: enforced },
    (call, input) => ({ Parameter: theParameter(call, input.Name ?? "") }),
  ),
  operation<GetParametersCommandInput, GetParametersCommandOutput>(
    "ssm",
    "GetParameters",
    { Names: enforced, WithDecryption: states(false, true) },
    (call, input) => {
      const found = (input.Names ?? []).map((name) => ({ name, parameter: findParameter(call, name) }));
      return {
        Parameters: found.flatMap(({ parameter }) => parameter ?? []),
        InvalidParameters: found.flatMap(({ name, parameter }) => (parameter === undefined ? [name] : [])),
      };
    },
  ),
];
