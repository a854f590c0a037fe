import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Description } from "../../environment/described.js";
import { UserFault } from "../../faults.js";
import type { Output } from "../output.js";
import type { AssembledStack } from "../up/assembly.js";
import { placeText } from "./document.js";
import { findRegion } from "./region.js";
import { openSource, type Source, type SourceWish } from "./source.js";
import { describeStacks, stackTexts, type StackText } from "./stacks.js";

/** What a check reads, and whatever of it other checkers may want. */
export interface Reading {
  readonly description: Description;
  /** Empty for a plan and for an account. */
  readonly stacks: readonly StackText[];
}

/** Read what was asked for. Throws a `UserFault` for whatever cannot be read whole. */
export async function read(wish: SourceWish, output: Output): Promise<Reading> {
  if (wish.live) return { description: await readLive(wish, output), stacks: [] };
  const sources = await Promise.all((wish.paths.length === 0 ? ["."] : wish.paths).map(openSource));
  const plans = sources.filter((source) => source.kind === "plan");
  if (plans.length > 0) return { description: await readPlan(plans, sources, wish), stacks: [] };
  const stacks = (await Promise.all(sources.map((source) => stacksOf(source, wish, sources.length, output)))).flat();
  refuseTwins(stacks);
  const { region, because } = await findRegion(stacks, wish);
  if (because !== undefined) output.status(`judged for ${region}: ${because} (--region names another)`);
  return { description: describeStacks(stacks, wish.parameters, region), stacks };
}

async function readLive(wish: SourceWish, output: Output): Promise<Description> {
  const [{ describeAccount }, { findTarget }, { clientsFor }] = await Promise.all([
    import("../../environment/account/describe.js"),
    import("../aws/target.js"),
    import("../aws/clients.js"),
  ]);
  const target = await findTarget(wish.target, output, { start: false });
  return describeAccount(clientsFor(target), wish.stack === undefined ? {} : { stacks: [wish.stack] });
}

async function readPlan(
  plans: readonly (Source & { kind: "plan" })[],
  sources: readonly Source[],
  wish: SourceWish,
): Promise<Description> {
  const [plan] = plans;
  if (plan === undefined || sources.length > 1)
    throw new UserFault("BadOption", {
      at: plans[0]?.file,
      message: "a Terraform plan is checked by itself: what it shares with other files cannot be known",
      fix: "check one plan at a time",
    });
  if (wish.parameters.size > 0)
    throw new UserFault("BadParameter", {
      at: plan.file,
      message: "a Terraform plan has no parameters: its variables are settled",
      fix: "give the variables to `terraform plan`",
    });
  const { describePlan } = await import("../../environment/plan/describe.js");
  const { description, problems } = describePlan(plan.file, plan.text, (folder) =>
    terraformTexts(join(dirname(plan.file), folder)),
  );
  if (description !== undefined && problems.length === 0) return description;
  throw new UserFault("BadPlan", {
    at: plan.file,
    message: `${plan.file} cannot be checked:\n${problems.map((problem) => `${placeText(problem)}: ${problem.message}`).join("\n")}`,
    fix: "make it with `terraform plan -out FILE` and `terraform show -json FILE`",
  });
}

/** The Terraform files of a folder, as one text. */
function terraformTexts(folder: string): string | undefined {
  if (!existsSync(folder)) return undefined;
  const files = readdirSync(folder).filter((name) => name.endsWith(".tf"));
  return files.length === 0 ? undefined : files.map((name) => readFileSync(join(folder, name), "utf8")).join("\n");
}

async function stacksOf(source: Source, wish: SourceWish, count: number, output: Output): Promise<readonly StackText[]> {
  if (source.kind === "template") {
    const name = count === 1 ? (wish.stack ?? source.name) : source.name;
    return [{ name, file: source.file, text: source.text }];
  }
  if (source.kind === "plan") return [];
  output.status(`reading ${source.project.folder} …`);
  const { assemble, stackNames, stacksCalled } = await import("../up/assemble.js");
  const { stacks } = await assemble(source.project, undefined, "aws", "read");
  const chosen = wish.stack === undefined ? stacks : stacksCalled(stacks, wish.stack);
  if (chosen.length > 0) {
    refuseNamesakes(source.project.folder, chosen);
    return stackTexts(source.project, chosen);
  }
  throw new UserFault("NotFound", {
    at: source.project.folder,
    message: stacks.length === 0 ? "the app has no stacks" : `the app has no stack ${wish.stack}`,
    fix: stacks.length === 0 ? "define one" : `take one of ${stackNames(stacks)}, or leave --stack out for all`,
  });
}

/** Stages for several accounts or regions may call their stacks alike: those are environments of their own. */
function refuseNamesakes(folder: string, stacks: readonly AssembledStack[]): void {
  for (const { stackName } of stacks) {
    const ids = stacks.filter((other) => other.stackName === stackName).map(({ id }) => id);
    if (ids.length > 1)
      throw new UserFault("AmbiguousName", {
        at: folder,
        message: `${ids.length} stacks of the app would be called ${stackName}: ${ids.join(", ")}`,
        fix: `judge one at a time, with --stack ${ids[0] ?? ""}`,
      });
  }
}

/** Resources of several stacks are told apart by their stack's name. */
function refuseTwins(stacks: readonly StackText[]): void {
  const twice = stacks.find(({ name }, index) => stacks.findIndex((other) => other.name === name) < index);
  if (twice === undefined) return;
  throw new UserFault("AmbiguousName", {
    at: twice.file,
    message: `two stacks would be called ${twice.name}`,
    fix: "rename one of the files: a template's stack is called after its file",
  });
}
