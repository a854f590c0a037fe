import { z } from "zod";
import { nodesOf, type Environment } from "../../environment/environment.js";
import type { Finding, Severity } from "../finding.js";

/** What is read of `validation-report.json`, which plug-ins of the CDK (cdk-nag among them) write into the cloud assembly. */
const report = z.object({
  pluginReports: z.array(
    z.object({
      pluginName: z.string(),
      pluginVersion: z.string().optional(),
      violations: z.array(
        z.object({
          ruleName: z.string(),
          description: z.string(),
          suggestedFix: z.string().optional(),
          severity: z.string(),
          violatingConstructs: z.array(
            z.object({
              constructPath: z.string(),
              cloudFormationResource: z
                .object({ logicalId: z.string(), propertyPaths: z.array(z.string()).optional() })
                .optional(),
            }),
          ),
        }),
      ),
    }),
  ),
});

/** Plug-ins judge a template by itself: what they call an error is no proof that something can be reached. */
const severities: Readonly<Record<string, Severity>> = { fatal: "critical", error: "medium", warning: "low", info: "info" };

/**
 * The violations of a CDK app's report, as findings: one for each construct, under the plug-in's own name of the rule. What the app
 * has acknowledged is not among them. Throws a ZodError where it is no such report.
 */
export function findingsOfReport(given: unknown, environment: Environment): readonly Finding[] {
  const nodes = new Map([...nodesOf(environment)].map((node) => [node.id, node]));
  return report.parse(given).pluginReports.flatMap(({ pluginName, pluginVersion, violations }) =>
    violations.flatMap(({ ruleName, description, suggestedFix, severity, violatingConstructs }) =>
      violatingConstructs.map(({ constructPath, cloudFormationResource }): Finding => {
        const id = cloudFormationResource?.logicalId ?? constructPath;
        const node = nodes.get(id);
        const property = cloudFormationResource?.propertyPaths?.[0]?.replace(/^Properties\./, "");
        const place = (property === undefined ? undefined : node?.placeOf?.(property)) ?? node?.place;
        return {
          rule: ruleName,
          subject: "template",
          severity: severities[severity] ?? "info",
          verdict: "fails",
          resource: { id, type: node?.type ?? "", name: node?.name ?? constructPath },
          ...(place === undefined ? {} : { place }),
          title: description,
          reason: `${pluginName} says so of ${constructPath}.`,
          fix: suggestedFix ?? `see ${ruleName} in the documentation of ${pluginName}`,
          sources: [`${pluginName}${pluginVersion === undefined ? "" : ` ${pluginVersion}`}, rule ${ruleName}`],
        };
      }),
    ),
  );
}
