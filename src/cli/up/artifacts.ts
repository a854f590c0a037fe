import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { metadata } from "./metadata.js";

/** The part of an assembly's `manifest.json` that is read here (@aws-cdk/cloud-assembly-schema). */
const artifact = z.object({
  type: z.string(),
  displayName: z.string().optional(),
  dependencies: z.array(z.string()).default([]),
  environment: z.string().optional(),
  metadata: metadata.optional(),
  additionalMetadataFile: z.string().optional(),
  properties: z
    .looseObject({
      templateFile: z.string(),
      stackName: z.string(),
      tags: z.record(z.string(), z.string()),
      terminationProtection: z.boolean(),
      file: z.string(),
      directoryName: z.string(),
    })
    .partial()
    .optional(),
});
type Artifact = z.infer<typeof artifact>;

const manifest = z.object({ artifacts: z.record(z.string(), artifact).default({}) });

/** A stack as an assembly tells of it. */
export interface StackArtifact {
  readonly name: string;
  readonly artifact: Artifact;
  /** What the names of its files are relative to: of a stack in a `Stage`, the stage's own folder. */
  readonly folder: string;
  /** The manifests of files that it depends on. */
  readonly assetManifests: readonly string[];
}

/** The stacks of an assembly and of those nested in it: a `Stage` of the CDK is one. */
export function stackArtifacts(folder: string): readonly StackArtifact[] {
  const artifacts = Object.entries(manifest.parse(JSON.parse(readFileSync(join(folder, "manifest.json"), "utf8"))).artifacts);
  return artifacts.flatMap(([name, one]): readonly StackArtifact[] => {
    const nested = one.properties?.directoryName;
    if (one.type === "cdk:cloud-assembly" && nested !== undefined) return stackArtifacts(join(folder, nested));
    if (one.type !== "aws:cloudformation:stack") return [];
    const assetManifests = artifacts.flatMap(([other, { type, properties }]) =>
      one.dependencies.includes(other) && type === "cdk:asset-manifest" && properties?.file !== undefined
        ? [properties.file]
        : [],
    );
    return [{ name, artifact: one, folder, assetManifests }];
  });
}
