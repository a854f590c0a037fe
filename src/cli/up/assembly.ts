import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type * as Cdk from "aws-cdk-lib/core";
import { UserFault } from "../../faults.js";
import { stackArtifacts } from "./artifacts.js";
import { nestedTemplates, readAssets, type FileAsset } from "./assets.js";
import type { CreationPlace } from "./creation.js";
import {
  acknowledgedRules,
  constructPaths,
  creationPlaces,
  legacyAssets,
  metadata,
  splitNested,
  type Metadata,
} from "./metadata.js";
import { toldOf, type StackTold } from "./told.js";

/** One stack, ready to be deployed. */
export interface AssembledStack {
  /** Its name in the app, as `cdk list` shows it: `STAGE/STACK` in a stage. */
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
  /** Only where an assembly is read: nested in another, by a template that is published under this key. `within`: the outermost one's id. */
  readonly nested?: { readonly objectKey: string; readonly within: string };
  /** Where it is to be deployed: the stacks nested in it, which CloudFormation makes with it. */
  readonly inner?: readonly AssembledStack[];
  /** Files to publish before. */
  readonly assets: readonly FileAsset[];
  /** What else would have to be published before, and cannot be; see `refuseAssets`. */
  readonly unpublishable?: readonly string[];
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
  readonly Resources?: Readonly<
    Record<string, { readonly Type: string; readonly Properties?: { readonly [name: string]: unknown } }>
  >;
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
    defaultStackSynthesizer: synthesizerOf(cdk),
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

/**
 * It says which files to publish where; that the account was bootstrapped for it is not asked. Each stack has one of its own: with one
 * for all, the CDK would name the files of a stage's stacks in the manifests of others, whose folders do not hold them.
 */
function synthesizerOf(cdk: typeof Cdk): Cdk.DefaultStackSynthesizer {
  const options = { generateBootstrapVersionRule: false };
  class PerStack extends cdk.DefaultStackSynthesizer {
    override reusableBind(stack: Cdk.Stack): Cdk.IBoundStackSynthesizer {
      const own = new cdk.DefaultStackSynthesizer(options);
      own.bind(stack);
      return own;
    }
  }
  return new PerStack(options);
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

/** Stacks of an assembly that a CDK app wrote, those of its stages too. */
export function readAssembly(folder: string, use: AssemblyUse = "deploy"): readonly AssembledStack[] {
  const made = stackArtifacts(folder).flatMap(({ name, artifact, folder: own, assetManifests }) => {
    const read = (file: string): string => readFileSync(join(own, file), "utf8");
    const { templateFile, stackName = name, tags = {}, terminationProtection } = artifact.properties ?? {};
    if (templateFile === undefined) return [];
    const more = artifact.additionalMetadataFile;
    const told = { ...artifact.metadata, ...(more === undefined ? {} : metadata.parse(JSON.parse(read(more)))) };
    const template = JSON.parse(read(templateFile)) as Template;
    const id = artifact.displayName ?? name;
    const needed = use === "read" ? [] : assetManifests.map((file) => readAssets(own, file, templateFile));
    const stack: AssembledStack = {
      id,
      stackName,
      template,
      body: JSON.stringify(template),
      tags,
      ...(terminationProtection === undefined ? {} : { terminationProtection }),
      names: constructPaths(told, id),
      places: creationPlaces(told),
      acknowledged: acknowledgedRules(told),
      ...regionOf(artifact.environment),
      written: false,
      assets: needed.flatMap(({ files }) => files),
      unpublishable: [...legacyAssets(told), ...needed.flatMap(({ others }) => others)],
    };
    const whole = { stack, templateFile, metadata: told };
    const [outer = whole, ...inner] = withNested(whole, own, assetManifests);
    if (use === "read") return [outer, ...inner];
    return [{ ...outer, stack: { ...outer.stack, inner: inner.map((one) => one.stack) } }];
  });
  const told = toldOf(folder, made);
  return made.map(({ stack }, index) => ({ ...stack, told: told[index] ?? { told: [], missing: [] } }));
}

interface MadeStack {
  readonly stack: AssembledStack;
  readonly templateFile: string;
  readonly metadata: Metadata;
}

/** A stack and those nested in it, whose templates are files that it publishes. What is told of theirs is not told of it. */
function withNested(whole: MadeStack, folder: string, assetManifests: readonly string[]): readonly MadeStack[] {
  const templates = assetManifests.flatMap((file) => nestedTemplates(folder, file));
  const found: MadeStack[] = [whole];
  for (let at = 0; at < found.length; at += 1) {
    const parent = found[at] ?? whole;
    let { metadata: rest } = parent;
    for (const [logicalId, { Type, Properties }] of Object.entries(parent.stack.template.Resources ?? {})) {
      const url = Type === "AWS::CloudFormation::Stack" ? JSON.stringify(Properties?.["TemplateURL"] ?? "") : "";
      const nested = templates.find(({ objectKey }) => url.includes(`/${objectKey}"`));
      if (nested === undefined || found.some(({ templateFile }) => templateFile === nested.path)) continue;
      const { path, inner, outer } = splitNested(rest, logicalId);
      rest = outer;
      const template = JSON.parse(readFileSync(join(folder, nested.path), "utf8")) as Template;
      const told = { names: constructPaths(inner, path), places: creationPlaces(inner), acknowledged: acknowledgedRules(inner) };
      const inside = path.startsWith(`${parent.stack.id}/`) ? path.slice(parent.stack.id.length + 1) : logicalId;
      const stack = {
        ...parent.stack,
        ...told,
        id: `${parent.stack.id}/${inside}`,
        stackName: `${parent.stack.stackName}-${inside.replaceAll("/", "-")}`,
        template,
        body: JSON.stringify(template),
        nested: { objectKey: nested.objectKey, within: whole.stack.id },
      };
      found.push({ stack, templateFile: nested.path, metadata: inner });
    }
    const told = {
      names: constructPaths(rest, parent.stack.id),
      places: creationPlaces(rest),
      acknowledged: acknowledgedRules(rest),
    };
    found[at] = { ...parent, stack: { ...parent.stack, ...told }, metadata: rest };
  }
  return found;
}

/** `aws://123456789012/eu-west-3`; `unknown-region` where the stack is for any. */
function regionOf(environment: string | undefined): { readonly region?: string } {
  const region = environment?.split("/").at(-1);
  return region === undefined || region === "unknown-region" ? {} : { region };
}
