import type { Finding } from "../../analysis/finding.js";
import { findingsOfNotTold, findingsOfTold } from "../../analysis/others/told.js";
import type { Environment } from "../../environment/environment.js";
import { idIn, type StackText } from "./stacks.js";

/** What an app's own checkers found while it was made into templates: cdk-nag, other plug-ins of the CDK, annotations. */
export const othersIn = (stacks: readonly StackText[], environment: Environment): readonly Finding[] =>
  stacks.flatMap((stack) =>
    stack.made === undefined
      ? []
      : [
          ...findingsOfTold(stack.made.told.told, environment, (logicalId) => idIn(stacks, stack, logicalId)),
          ...findingsOfNotTold(stack.made.told.missing),
        ],
  );

/** What is not told already: an app may run by itself the same validator that we are asked to run. */
export function unlessTold(findings: readonly Finding[], told: readonly Finding[]): readonly Finding[] {
  const key = ({ rule, resource }: Finding): string => JSON.stringify([rule, resource.id]);
  const known = new Set(told.map(key));
  return findings.filter((finding) => !known.has(key(finding)));
}
