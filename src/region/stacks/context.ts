import type { SecretReference } from "../../template/dynamic.js";
import type { Surroundings } from "../../template/pseudo.js";
import type { Call, Scope } from "../operations/call.js";
import { exportsOf } from "./exports.js";
import { zonesOf } from "../services/ec2/zones.js";
import type { ResourceProvider } from "./provider.js";
import type { Specification } from "./spec/specification.js";

/** What CloudFormation needs of the rest of the region. */
export interface StacksContext {
  readonly providers: ReadonlyMap<string, ResourceProvider>;
  readonly specification: Specification;
  /** Systems Manager's GetParameter, for the SSM parameter types. Throws `ServiceFault` (`ParameterNotFound`). */
  readonly readParameter: (call: Call, name: string) => string;
  /** What a dynamic reference to Secrets Manager stands for. Throws `ServiceFault`. */
  readonly readSecret: (call: Call, reference: SecretReference) => string;
  /** The text of a template in S3. Throws `ServiceFault` (`ValidationError`) in CloudFormation's words. */
  readonly fetchTemplate: (scope: Scope, url: string) => Promise<string>;
  /**
   * Is there a thing that a parameter of an AWS-specific type names (`AWS::EC2::VPC::Id`)? Undefined: things of that type are not
   * modelled.
   */
  readonly exists: (scope: Scope, type: string, value: string) => boolean | undefined;
}

export const surroundingsOf = (scope: Scope, stack: { readonly stackName: string; readonly stackId: string }): Surroundings => ({
  accountId: scope.accountId,
  regionName: scope.regionName,
  stackName: stack.stackName,
  stackId: stack.stackId,
  zones: zonesOf,
  exported: (name) => exportsOf(scope).find((known) => known.name === name && known.stackId !== stack.stackId)?.value,
});
