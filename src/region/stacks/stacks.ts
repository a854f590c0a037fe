import { readSecret } from "../services/secretsmanager/reading.js";
import { readParameter } from "../services/ssm/parameters.js";
import type { StacksContext } from "./context.js";
import { namedThingExists } from "./named-things.js";
import { nestedStack } from "./nested/provider.js";
import { fetchTemplate } from "./template-url.js";
import { StackEngine } from "./engine/engine.js";
import { resourceProviders } from "./providers/index.js";
import { openSpecification } from "./spec/specification.js";

/** CloudFormation of this process: what it needs of the region, and the engine that carries its stacks on. */
export interface CloudFormation {
  readonly context: StacksContext;
  readonly engine: StackEngine;
}

export function furnishCloudFormation(context: StacksContext): CloudFormation {
  // A stack may be a resource of another: its provider needs the engine.
  const nested = nestedStack(() => formation);
  const whole = { ...context, providers: new Map([...context.providers, [nested.type, nested]]) };
  const formation: CloudFormation = { context: whole, engine: new StackEngine(whole) };
  return formation;
}

/** One for all accounts and regions of the process; stack ids tell them apart. */
export const cloudFormation = furnishCloudFormation({
  providers: new Map(resourceProviders.map((provider) => [provider.type, provider])),
  specification: openSpecification(),
  readParameter,
  readSecret,
  fetchTemplate,
  exists: namedThingExists,
});
