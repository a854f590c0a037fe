import { z } from "zod";
import { nodesOf, type Environment } from "../../environment/environment.js";
import type { NodeId, SourcePlace } from "../../environment/node.js";
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

/** One stack, as the validator read it. */
export interface Validated {
  readonly file: string;
  readonly environment: Environment;
  /** The node of a resource of this stack, by its logical id. */
  readonly idOf?: (logicalId: string) => NodeId;
  /** A program made the text: its lines tell nothing. */
  readonly isMade?: boolean;
  /** Rules that are acknowledged, by logical id. */
  readonly acknowledged?: Readonly<Record<string, readonly string[]>>;
}

/**
 * The validator's diagnostics of one template, as findings: its own rules keep their names (`cfn-W2508`), so that a baseline can name
 * them. Throws a ZodError where they are none.
 */
export function findingsOfValidator(given: unknown, validated: Validated): readonly Finding[] {
  const { file, environment, idOf = (logicalId) => logicalId, isMade = false, acknowledged = {} } = validated;
  const nodes = new Map([...nodesOf(environment)].map((node) => [node.id, node]));
  return diagnostics.parse(given).flatMap((diagnostic): readonly Finding[] => {
    const logicalId = diagnostic.entity?.logicalId;
    if (logicalId !== undefined && acknowledged[logicalId]?.includes(diagnostic.ruleId) === true) return [];
    const id = logicalId === undefined ? "" : idOf(logicalId);
    const node = nodes.get(id);
    const place = isMade ? node?.place : placeOf(diagnostic, file);
    return [
      {
        rule: `cfn-${diagnostic.ruleId}`,
        subject: "template",
        severity: severities[diagnostic.severity] ?? "info",
        verdict: "fails",
        resource: { id, type: node?.type ?? diagnostic.entity?.resourceType ?? "", name: node?.name ?? (id === "" ? file : id) },
        ...(place === undefined ? {} : { place }),
        title: diagnostic.message,
        reason:
          diagnostic.propertyPath === undefined
            ? "The CDK's validator says so of the template."
            : `The CDK's validator says so of ${diagnostic.propertyPath}.`,
        fix: diagnostic.suggestedFix ?? `see rule ${diagnostic.ruleId} of cfn-lint, from which the validator has it`,
        sources: [
          `@aws/cloudformation-validate, rule ${diagnostic.ruleId}${diagnostic.source === undefined ? "" : ` (${diagnostic.source})`}`,
        ],
      },
    ];
  });
}

const placeOf = (
  {
    startLine: line,
    startColumn: column,
  }: { readonly startLine?: number | undefined; readonly startColumn?: number | undefined },
  file: string,
): SourcePlace | undefined => (line === undefined ? undefined : { file, line, column: column ?? 1 });
