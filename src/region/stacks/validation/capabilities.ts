import type { BoundTemplate } from "../../../template/bind.js";
import { ServiceFault } from "../../operations/fault.js";

/**
 * Types whose creation has to be acknowledged, each with the property that names them.
 * Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateStack.html (Capabilities)
 */
const acknowledged: Readonly<Record<string, string | undefined>> = {
  "AWS::IAM::AccessKey": undefined,
  "AWS::IAM::Group": "GroupName",
  "AWS::IAM::InstanceProfile": "InstanceProfileName",
  "AWS::IAM::ManagedPolicy": "ManagedPolicyName",
  "AWS::IAM::Policy": undefined,
  "AWS::IAM::Role": "RoleName",
  "AWS::IAM::User": "UserName",
  "AWS::IAM::UserToGroupAddition": undefined,
};

export interface NeededCapabilities {
  readonly capabilities: readonly ("CAPABILITY_IAM" | "CAPABILITY_NAMED_IAM")[];
  /** The types that need them. */
  readonly types: readonly string[];
}

export function neededCapabilities(
  resources: Iterable<{ readonly type: string; readonly properties: object }>,
): NeededCapabilities {
  const types = new Set<string>();
  let named = false;
  for (const { type, properties } of resources) {
    if (!Object.hasOwn(acknowledged, type)) continue;
    types.add(type);
    const name = acknowledged[type];
    named ||= name !== undefined && Object.hasOwn(properties, name);
  }
  return { capabilities: types.size === 0 ? [] : [named ? "CAPABILITY_NAMED_IAM" : "CAPABILITY_IAM"], types: [...types] };
}

/**
 * Throws `InsufficientCapabilitiesException`. CAPABILITY_NAMED_IAM includes CAPABILITY_IAM. Transforms have to be acknowledged when
 * a stack is made or changed directly, without a change set to look at first.
 */
export function checkCapabilities(
  bound: BoundTemplate,
  granted: readonly string[],
  { direct = false }: { readonly direct?: boolean } = {},
): void {
  const { capabilities } = neededCapabilities(bound.resources.values());
  const lacking: string[] = capabilities.filter(
    (capability) => !granted.includes(capability) && !granted.includes("CAPABILITY_NAMED_IAM"),
  );
  if (direct && bound.template.transforms.length > 0 && !granted.includes("CAPABILITY_AUTO_EXPAND"))
    lacking.push("CAPABILITY_AUTO_EXPAND");
  if (lacking.length > 0)
    throw new ServiceFault("InsufficientCapabilitiesException", `Requires capabilities : [${lacking.join(", ")}]`);
}
