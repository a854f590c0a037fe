import { z } from "zod";
import type { NotTold, Told } from "./told.js";

/** What is read of `validation-report.json`, which plug-ins of the CDK (cdk-nag 3 among them) write into the cloud assembly. */
const report = z.object({
  pluginReports: z.array(
    z.object({
      pluginName: z.string(),
      pluginVersion: z.string().optional(),
      conclusion: z.string().optional(),
      metadata: z.record(z.string(), z.unknown()).optional(),
      violations: z.array(
        z.object({
          ruleName: z.string(),
          description: z.string(),
          suggestedFix: z.string().optional(),
          severity: z.string(),
          customSeverity: z.string().optional(),
          ruleMetadata: z.record(z.string(), z.unknown()).optional(),
          violatingConstructs: z.array(
            z.object({
              constructPath: z.string().optional(),
              cloudFormationResource: z
                .object({
                  templatePath: z.string().optional(),
                  logicalId: z.string().optional(),
                  propertyPaths: z.array(z.string()).optional(),
                })
                .optional(),
            }),
          ),
        }),
      ),
    }),
  ),
});

/** The name under which the CDK runs @aws/cloudformation-validate; its rules are called as where we run it ourselves. */
const cdkValidator = "CloudFormation Validate";

/** A violation of a report, and the template that it is in where the report says so. */
export type Reported = Told & { readonly template?: string };

/**
 * The violations of a CDK app's report, one for each construct. What the app has acknowledged is not among them, nor are the CDK's
 * annotations: those are read from the constructs' metadata. Throws a ZodError where it is no such report.
 */
export function readPolicyReport(given: unknown): { readonly told: readonly Reported[]; readonly missing: readonly NotTold[] } {
  const { pluginReports } = report.parse(given);
  const told = pluginReports.flatMap(({ pluginName, pluginVersion, violations }) =>
    violations
      .filter(({ ruleMetadata }) => ruleMetadata?.["cdk:annotation"] === undefined)
      .flatMap(({ ruleName, description, suggestedFix, severity, customSeverity, violatingConstructs }) =>
        violatingConstructs.map(({ constructPath, cloudFormationResource }): Reported => {
          const { logicalId, propertyPaths, templatePath } = cloudFormationResource ?? {};
          const property = propertyPaths?.[0]?.replace(/^Properties\.?/, "");
          return {
            by: pluginName,
            ...(pluginVersion === undefined ? {} : { version: pluginVersion }),
            rule: pluginName === cdkValidator ? `cfn-${ruleName}` : ruleName,
            level: severity === "custom" ? (customSeverity ?? severity) : severity,
            text: description,
            ...(suggestedFix === undefined ? {} : { fix: suggestedFix }),
            about: constructPath ?? logicalId ?? "the app",
            ...(logicalId === undefined ? {} : { logicalId }),
            ...(property === undefined || property === "" ? {} : { property }),
            ...(templatePath === undefined ? {} : { template: templatePath }),
          };
        }),
      ),
  );
  const missing = pluginReports.flatMap(({ pluginName, conclusion, violations, metadata }): readonly NotTold[] =>
    conclusion === "failure" && violations.length === 0
      ? [{ by: pluginName, why: textOf(metadata?.["error"]) ?? `the plug-in ${pluginName} failed and says nothing of why` }]
      : [],
  );
  return { told, missing };
}

const textOf = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);
