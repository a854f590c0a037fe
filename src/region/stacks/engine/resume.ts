import type { Scope } from "../../operations/call.js";
import { cloudFormation } from "../stacks.js";

/** Go on with every stack that was under way when the region's process ended; called when the region starts. */
export const resumeStacks = (scope: Scope): void => cloudFormation.engine.resume(scope);

/**
 * Stop carrying stacks on; called before the region ends machines and closes its records, lets stacks go on at the next start
 * where they are now. Nothing of CloudFormation is committed after it resolves.
 */
export const restStacks = (): Promise<void> => cloudFormation.engine.close();
