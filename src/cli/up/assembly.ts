import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type * as Cdk from "aws-cdk-lib/core";
import { UserFault } from "../../faults.js";
import type { Locate } from "./places.js";

/** One stack of a cloud assembly, ready to be deployed. */
export interface AssembledStack {
  /** Its name in the app: what the toolkit selects by. */
  readonly id: string;
  readonly stackName: string;
  readonly template: Template;
  /** The place of a path in the text that the user wrote; of a template file only. */
  readonly locate?: Locate;
}

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
 * Synthesise an `environment.ts` in this process: plain CloudFormation, no bootstrap stack, no assets, no Lambda-backed
 * custom resources (they are refused by the region like any type it does not model).
 */
export async function synthesise(file: string, outdir: string): Promise<readonly AssembledStack[]> {
  const cdk = await importCdk(file);
  const app = new cdk.App({
    outdir,
    analyticsReporting: false,
    treeMetadata: false,
    builtinCloudFormationValidation: false,
    defaultStackSynthesizer: new cdk.LegacyStackSynthesizer(),
    context: { "@aws-cdk/core:suppressTemplateIndentation": true },
  });
  const define = await importDefinition(file);
  await define(app);
  return app
    .synth()
    .stacks.map((stack) => ({ id: stack.hierarchicalId, stackName: stack.stackName, template: stack.template as Template }));
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

/** Wrap a template as a cloud assembly, as it is. */
export function wrapTemplate(template: Template, stackName: string, outdir: string): AssembledStack {
  mkdirSync(outdir, { recursive: true });
  const templateFile = `${stackName}.template.json`;
  writeFileSync(join(outdir, templateFile), JSON.stringify(template));
  const artifact = {
    type: "aws:cloudformation:stack",
    environment: "aws://unknown-account/unknown-region",
    properties: { templateFile, stackName, validateOnSynth: false },
    displayName: stackName,
  };
  // The version of the assembly format this needs; any toolkit of today reads it.
  writeFileSync(join(outdir, "manifest.json"), JSON.stringify({ version: "36.0.0", artifacts: { [stackName]: artifact } }));
  return { id: stackName, stackName, template };
}

/** Stacks of an assembly that a CDK app wrote. */
export function readAssembly(folder: string): readonly AssembledStack[] {
  const manifest = JSON.parse(readFileSync(join(folder, "manifest.json"), "utf8")) as {
    artifacts?: Record<
      string,
      { type: string; displayName?: string; properties?: { templateFile?: string; stackName?: string } }
    >;
  };
  return Object.entries(manifest.artifacts ?? {})
    .filter(([, artifact]) => artifact.type === "aws:cloudformation:stack")
    .map(([name, artifact]) => ({
      id: artifact.displayName ?? name,
      stackName: artifact.properties?.stackName ?? name,
      template: JSON.parse(readFileSync(join(folder, artifact.properties?.templateFile ?? ""), "utf8")) as Template,
    }));
}
