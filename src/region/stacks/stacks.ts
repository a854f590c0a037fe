import { readSecret } from "../services/secretsmanager/reading.js";
import { readParameter } from "../services/ssm/parameters.js";
import type { StacksContext } from "./context.js";
import { namedThingExists } from "./named-things.js";
import { StackEngine } from "./engine/engine.js";
import { resourceProviders } from "./providers/index.js";
import { openSpecification } from "./spec/specification.js";

/** CloudFormation of this process: what it needs of the region, and the engine that carries its stacks on. */
export interface CloudFormation {
  readonly context: StacksContext;
  readonly engine: StackEngine;
}

export function furnishCloudFormation(context: StacksContext): CloudFormation {
  return { context, engine: new StackEngine(context) };
}

/** One for all accounts and regions of the process; stack ids tell them apart. */
export const cloudFormation = furnishCloudFormation({
  providers: new Map(resourceProviders.map((provider) => [provider.type, provider])),
  specification: openSpecification(),
  readParameter,
  readSecret,
  exists: namedThingExists,
});
