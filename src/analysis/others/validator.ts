import { z } from "zod";
import { nodesOf, type Environment } from "../../environment/environment.js";
import type { Finding, Severity } from "../finding.js";

/** What is read of a diagnostic of @aws/cloudformation-validate, the validator that comes with aws-cdk-lib. */
const diagnostics = z.array(
  z.object({
    ruleId: z.string(),
    severity: z.string(),
    message: z.string(),
    source: z.string().optional(),
    entity: z.object({ logicalId: z.string(), resourceType: z.string().optional() }).optional(),
    propertyPath: z.string().optional(),
    suggestedFix: z.string().optional(),
    startLine: z.number().optional(),
    startColumn: z.number().optional(),
  }),
);

/** A template that breaks a schema is refused when it is deployed; a warning is about habits. */
const severities: Readonly<Record<string, Severity>> = { FATAL: "critical", ERROR: "high", WARN: "low" };

/**
 * The validator's diagnostics of one template, as findings: its own rules keep their names (`cfn-W2508`), so that a baseline can name
 * them. Throws a ZodError where they are none.
 * @param stack `STACK.` of node ids where several stacks are read at once.
 */
export function findingsOfValidator(given: unknown, file: string, environment: Environment, stack = ""): readonly Finding[] {
  const nodes = new Map([...nodesOf(environment)].map((node) => [node.id, node]));
  return diagnostics.parse(given).map((diagnostic) => {
    const id = `${stack}${diagnostic.entity?.logicalId ?? ""}`;
    const node = nodes.get(id);
    const { startLine: line, startColumn: column } = diagnostic;
    return {
      rule: `cfn-${diagnostic.ruleId}`,
      subject: "template",
      severity: severities[diagnostic.severity] ?? "info",
      verdict: "fails",
      resource: { id, type: node?.type ?? diagnostic.entity?.resourceType ?? "", name: node?.name ?? (id === "" ? file : id) },
      ...(line === undefined ? {} : { place: { file, line, column: column ?? 1 } }),
      title: diagnostic.message,
      reason:
        diagnostic.propertyPath === undefined
          ? "The validator says so of the template."
          : `The validator says so of ${diagnostic.propertyPath}.`,
      fix: diagnostic.suggestedFix ?? "see the rule in the validator's documentation",
      sources: [
        `@aws/cloudformation-validate, rule ${diagnostic.ruleId}${diagnostic.source === undefined ? "" : ` (${diagnostic.source})`}`,
      ],
    };
  });
}
