import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { IIoHost } from "@aws-cdk/toolkit-lib";
import { describeProblems } from "../../template/problems.js";
import { readTemplate } from "../../template/template.js";
import { readText } from "../../template/text.js";
import { UserFault } from "../../faults.js";
import type { TargetName } from "../aws/target-names.js";
import { readAssembly, type AssembledStack, type AssemblyUse, type Template } from "./assembly.js";
import type { Project } from "./project.js";
import { synthesiseAside } from "./synthesis.js";

/** The stacks of a project. */
export interface Assembly {
  readonly stacks: readonly AssembledStack[];
}

/** Make the templates of a project. `stackName` names a template file's stack; an app names its own. Throws `BadTemplate` and what the app throws. */
export async function assemble(
  project: Project,
  stackName: string | undefined,
  target: TargetName,
  use: AssemblyUse = "deploy",
): Promise<Assembly> {
  const folder = mkdtempSync(join(tmpdir(), "sandtable-assembly-"));
  try {
    return { stacks: await stacksOf(project, stackName, { target, folder, use }) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function stacksOf(
  project: Project,
  stackName: string | undefined,
  { target, folder, use }: { readonly target: TargetName; readonly folder: string; readonly use: AssemblyUse },
): Promise<readonly AssembledStack[]> {
  switch (project.kind) {
    case "environment":
      return synthesiseAside({ file: project.file, outdir: folder, use });
    case "template": {
      const name = stackName ?? project.defaultName;
      return [
        {
          id: name,
          stackName: name,
          ...readTemplateFile(project.file, target),
          tags: {},
          names: {},
          places: {},
          written: true,
          assets: [],
        },
      ];
    }
    case "cdk-app":
      return synthesiseApp(project.app, project.folder, folder, use);
  }
}

/** Run a CDK app as the CDK's own command line would. Throws `SynthesisFailed` with what the app wrote last. */
async function synthesiseApp(
  app: string,
  workingDirectory: string,
  outdir: string,
  use: AssemblyUse,
): Promise<readonly AssembledStack[]> {
  const { Toolkit, ToolkitError } = await import("@aws-cdk/toolkit-lib");
  const errors: string[] = [];
  const toolkit = new Toolkit({
    color: false,
    emojis: false,
    ioHost: listening(errors),
    // Whoever reads has what is wrong as findings.
    assemblyFailureAt: use === "read" ? "none" : "error",
  });
  try {
    const source = await toolkit.fromCdkApp(app, {
      workingDirectory,
      outdir,
      disposeOutdir: false,
      // The CDK's own validator costs ten seconds of processor; `check --validator` runs the same one on every source.
      ...(use === "read" ? { env: { CDK_VALIDATION: "false" } } : {}),
      synthOptions: { pathMetadata: false, assetMetadata: false, versionReporting: false },
    });
    const cached = await toolkit.synth(source);
    const stacks = readAssembly(cached.cloudAssembly.directory, use);
    await cached.dispose();
    return stacks;
  } catch (error) {
    if (!ToolkitError.isToolkitError(error)) throw error;
    throw new UserFault("SynthesisFailed", {
      at: workingDirectory,
      message: `the app ${app} makes no templates: ${[error.message, ...errors.slice(-20)].join("\n")}`,
      fix: "correct the app; nothing was created",
      cause: error,
    });
  }
}

/** What an app prints while it synthesises is its own business; what it says of its errors is kept. */
const listening = (errors: string[]): IIoHost => ({
  notify: async ({ level, message }) => void (level === "error" && errors.push(message)),
  requestResponse: async (request) => request.defaultResponse,
});

/** The file as it is, and what it says. Problems come with line and column. */
function readTemplateFile(file: string, target: TargetName): { template: Template; body: string } {
  const text = readFileSync(file, "utf8");
  const { value, problems } = readText(text);
  // On AWS everything AWS has is allowed: there only what cannot be read at all is ours to refuse.
  const found = target === "local" ? readTemplate(text).problems : problems;
  if (found.length > 0 || value === undefined)
    throw new UserFault("BadTemplate", {
      at: file,
      message: `${file} cannot be deployed:\n${describeProblems(found)}`,
      fix: "correct these places; nothing was created",
    });
  return { template: value as Template, body: text };
}

/** The stack a verb is about: the one asked for, or the only one. */
export function chooseStack(assembly: Assembly, wanted: string | undefined): AssembledStack {
  const { stacks } = assembly;
  const named = wanted === undefined ? stacks : stacksCalled(stacks, wanted);
  const [found] = named;
  if (found !== undefined && named.length === 1) return found;
  const several = wanted !== undefined && named.length > 1;
  throw new UserFault("AmbiguousName", {
    message:
      stacks.length === 0
        ? "the app has no stacks"
        : several
          ? `${named.length} stacks of the app are called ${wanted}: ${named.map(({ id }) => id).join(", ")}`
          : `the app has ${stacks.length} stacks: ${stackNames(stacks)}${wanted === undefined ? "" : `; none is ${wanted}`}`,
    fix: several ? "say which by its name in the app: --stack STAGE/STACK" : "say which with --stack NAME",
  });
}

/** Those of a name, with what they nest: the one whose name in the app it is, else all that are to be called so on AWS (stages may share a name). */
export function stacksCalled(stacks: readonly AssembledStack[], wanted: string): readonly AssembledStack[] {
  const own = stacks.filter(({ nested }) => nested === undefined);
  const byId = own.filter(({ id }) => id === wanted);
  const named = byId.length > 0 ? byId : own.filter(({ stackName }) => stackName === wanted);
  return stacks.filter((stack) => named.some(({ id }) => id === (stack.nested?.within ?? stack.id)));
}

/** Names of stacks, each with its name in the app where that is another: `Prod/Shop (Prod-Shop)`, as `cdk list` has it. */
export const stackNames = (stacks: readonly AssembledStack[]): string =>
  stacks
    .filter(({ nested }) => nested === undefined)
    .map(({ id, stackName }) => (id === stackName ? id : `${id} (${stackName})`))
    .join(", ");
