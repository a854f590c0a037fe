import { readFileSync, statSync } from "node:fs";
import { basename, extname } from "node:path";
import { UserFault } from "../../faults.js";
import type { TargetName } from "../aws/target-names.js";
import type { Project } from "../up/project.js";
import { stackNameFrom } from "../up/stack-name.js";

/** What a check is asked to look at. */
export interface SourceWish {
  /** Folders of apps, template files, or one Terraform plan. */
  readonly paths: readonly string[];
  /** An account instead: the local region's, or AWS's own. */
  readonly live: boolean;
  readonly target: TargetName;
  /** Only this stack of an app, only what this stack of an account made; what to call a single template. */
  readonly stack: string | undefined;
  readonly parameters: ReadonlyMap<string, string>;
  readonly region: string | undefined;
}

/** One thing to read, before it is read. */
export type Source =
  | { readonly kind: "template"; readonly file: string; readonly name: string; readonly text: string }
  | { readonly kind: "plan"; readonly file: string; readonly text: string }
  | { readonly kind: "app"; readonly project: Project };

/** Bytes. CloudFormation takes 1 MB; a Terraform plan of some thousand resources has tens. */
const largest = 256 * 1024 * 1024;

/** Look at a path, and at the content of a file. Throws `NotFound`, `NotAProject`, `TooLarge`. */
export async function openSource(path: string): Promise<Source> {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined)
    throw new UserFault("NotFound", {
      at: path,
      message: `${path} does not exist`,
      fix: "give the folder of an app, CloudFormation templates, or the output of `terraform show -json`",
    });
  if (stat.isDirectory()) {
    const { openProject } = await import("../up/project.js");
    return { kind: "app", project: openProject(path) };
  }
  if (stat.size > largest)
    throw new UserFault("TooLarge", {
      at: path,
      message: `${path} has ${Math.round(stat.size / 1024 / 1024)} MB; a template may have 1 MB on AWS, and a plan ${largest / 1024 / 1024} MB here`,
      fix: "split it, or give the part that is to be checked",
    });
  const text = readFileSync(path, "utf8").replace(/^\ufeff/, "");
  if (isPlan(text)) return { kind: "plan", file: path, text };
  return { kind: "template", file: path, name: stackNameFrom(basename(path, extname(path))), text };
}

/**
 * `terraform show -json` begins with its version; a plan saved with `-out` is a zip, which is said to be none here.
 * https://developer.hashicorp.com/terraform/internals/json-format
 */
export function isPlan(text: string): boolean {
  const head = text.slice(0, 4096);
  return (
    /^\s*\{\s*"format_version"\s*:/.test(head) || (/^\s*\{/.test(head) && /"(terraform_version|planned_values)"\s*:/.test(head))
  );
}
