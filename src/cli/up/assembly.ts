import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type * as Cdk from "aws-cdk-lib/core";
import { z } from "zod";
import { UserFault } from "../../faults.js";
import { readAssets, refuseAssets, type FileAsset } from "./assets.js";
import type { CreationPlace } from "./creation.js";
import { acknowledgedRules, constructPaths, creationPlaces, legacyAssets, metadata } from "./metadata.js";
import { toldOf, type StackTold } from "./told.js";

/** One stack, ready to be deployed. */
export interface AssembledStack {
  /** Its name in the app. */
  readonly id: string;
  readonly stackName: string;
  readonly template: Template;
  /** The text that is sent. */
  readonly body: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly terminationProtection?: boolean;
  /** Construct paths of a CDK app by logical id. */
  readonly names: Readonly<Record<string, string>>;
  /** Where a CDK app makes each resource, by logical id. */
  readonly places: Readonly<Record<string, CreationPlace>>;
  /** Of the stack's `env`, where it names one. */
  readonly region?: string;
  /** True when lines and columns of `body` are those of a file the user wrote. */
  readonly written: boolean;
  /** Files to publish before. */
  readonly assets: readonly FileAsset[];
  /** What the app's own checkers say of it; undefined for a template. */
  readonly told?: StackTold;
  /** Rules of those checkers that it has acknowledged, by logical id. */
  readonly acknowledged?: Readonly<Record<string, readonly string[]>>;
}

/**
 * `deploy`: an app that its own checkers refuse is refused. `read`: what they say is told beside the templates, and what those need
 * beside them is no matter.
 */
export type AssemblyUse = "deploy" | "read";

/** The parts of a template that the CLI reads. */
export interface Template {
  readonly Parameters?: Readonly<Record<string, TemplateParameter>>;
  readonly Resources?: Readonly<Record<string, { readonly Type: string }>>;
}

export interface TemplateParameter {
  readonly Type: string;
  readonly Default?: unknown;
  readonly NoEcho?: boolean | string;
  readonly MinLength?: number | string;
  readonly MaxLength?: number | string;
  readonly AllowedPattern?: string;
}

/**
 * Synthesise an `environment.ts` in this process: plain CloudFormation, no bootstrap stack, no Lambda-backed
 * custom resources (they are refused by the region like any type it does not model).
 */
export async function synthesise(file: string, outdir: string, use: AssemblyUse = "deploy"): Promise<readonly AssembledStack[]> {
  const cdk = await importCdk(file);
  const app = new cdk.App({
    outdir,
    analyticsReporting: false,
    treeMetadata: false,
    builtinCloudFormationValidation: false,
    // It says which files to publish where; that the account was bootstrapped for it is not asked.
    defaultStackSynthesizer: new cdk.DefaultStackSynthesizer({ generateBootstrapVersionRule: false }),
    context: {
      "@aws-cdk/core:suppressTemplateIndentation": true,
      ...(use === "read" ? { "@aws-cdk/core:failSynthOnValidationErrors": false } : {}),
    },
  });
  const define = await importDefinition(file);
  await define(app);
  app.synth();
  return readAssembly(outdir, use);
}

/** The project's own copy of the CDK when it has one, so that its constructs and our App are of one kind. */
async function importCdk(file: string): Promise<typeof Cdk> {
  let found: string;
  try {
    found = createRequire(file).resolve("aws-cdk-lib/core");
  } catch {
    return import("aws-cdk-lib/core");
  }
  const module = (await import(pathToFileURL(found).href)) as typeof Cdk & { default?: typeof Cdk };
  return module.default ?? module;
}

async function importDefinition(file: string): Promise<(app: Cdk.App) => void | Promise<void>> {
  const url = pathToFileURL(file).href;
  const module = (
    file.endsWith(".ts") ? await (await import("tsx/esm/api")).tsImport(url, import.meta.url) : await import(url)
  ) as { default?: unknown };
  const define = unwrap(module.default);
  if (typeof define === "function") return define as (app: Cdk.App) => void | Promise<void>;
  throw new UserFault("NotAProject", {
    at: file,
    message: `${file} has no default export that is a function`,
    fix: "write `export default function (app: App) { new Stack(app, …) }`",
  });
}

// A TypeScript file in a folder without "type": "module" arrives as CommonJS: its default export is one level down.
const unwrap = (exported: unknown): unknown =>
  typeof exported === "object" && exported !== null && "default" in exported ? exported.default : exported;

/** The part of an assembly's `manifest.json` that is read here (@aws-cdk/cloud-assembly-schema). */
const manifest = z.object({
  artifacts: z
    .record(
      z.string(),
      z.object({
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
          })
          .partial()
          .optional(),
      }),
    )
    .default({}),
});
/** Stacks of an assembly that a CDK app wrote. Throws `NotModelled` when one needs assets that cannot be published, unless it is only read. */
export function readAssembly(folder: string, use: AssemblyUse = "deploy"): readonly AssembledStack[] {
  const read = (file: string): string => readFileSync(join(folder, file), "utf8");
  const artifacts = Object.entries(manifest.parse(JSON.parse(read("manifest.json"))).artifacts);
  /** Of what a stack depends on, the manifests of files. */
  const manifestsOf = ({ dependencies }: { readonly dependencies: readonly string[] }): readonly string[] =>
    artifacts.flatMap(([name, { type, properties }]) =>
      dependencies.includes(name) && type === "cdk:asset-manifest" && properties?.file !== undefined ? [properties.file] : [],
    );
  const made = artifacts.flatMap(([name, artifact]) => {
    const { templateFile, stackName = name, tags = {}, terminationProtection } = artifact.properties ?? {};
    if (artifact.type !== "aws:cloudformation:stack" || templateFile === undefined) return [];
    const more = artifact.additionalMetadataFile;
    const told = { ...artifact.metadata, ...(more === undefined ? {} : metadata.parse(JSON.parse(read(more)))) };
    if (use === "deploy") refuseAssets(stackName, legacyAssets(told));
    const template = JSON.parse(read(templateFile)) as Template;
    const stack: AssembledStack = {
      id: artifact.displayName ?? name,
      stackName,
      template,
      body: JSON.stringify(template),
      tags,
      ...(terminationProtection === undefined ? {} : { terminationProtection }),
      names: constructPaths(told),
      places: creationPlaces(told),
      acknowledged: acknowledgedRules(told),
      ...regionOf(artifact.environment),
      written: false,
      assets: use === "read" ? [] : manifestsOf(artifact).flatMap((file) => readAssets(folder, file, stackName, templateFile)),
    };
    return [{ stack, templateFile, metadata: told }];
  });
  const told = toldOf(folder, made);
  return made.map(({ stack }, index) => ({ ...stack, told: told[index] ?? { told: [], missing: [] } }));
}

/** `aws://123456789012/eu-west-3`; `unknown-region` where the stack is for any. */
function regionOf(environment: string | undefined): { readonly region?: string } {
  const region = environment?.split("/").at(-1);
  return region === undefined || region === "unknown-region" ? {} : { region };
}
