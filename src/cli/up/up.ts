import { statSync } from "node:fs";
import type { Parameter } from "@aws-sdk/client-cloudformation";
import { UserFault } from "../../faults.js";
import { clientsFor, type Clients } from "../aws/clients.js";
import { askImagePrepare, type StandIn } from "../aws/local-facts.js";
import { pollInterval } from "../aws/follow.js";
import { viewStack } from "../aws/stack-view.js";
import { describeStack, listResources } from "../aws/stacks.js";
import { adoptEnvironment, findTarget, type Target } from "../aws/target.js";
import type { TargetName } from "../aws/target-names.js";
import { confirm } from "../confirm.js";
import { exit } from "../exit.js";
import { colours, json, type Output } from "../output.js";
import { renderExplanations, renderStack, renderStandIn } from "../render/stack.js";
import { assemble, chooseStack, type Assembly } from "./assemble.js";
import { stackTexts } from "../check/stacks.js";
import { publishAssets, refuseAssets } from "./assets.js";
import type { AssembledStack } from "./assembly.js";
import { renderChanges, resourceChanges } from "./changes.js";
import { deploy, DeployFailed, type Deployed, type DeployWish } from "./deploy.js";
import { Interruption } from "./detach.js";
import { explainFailure } from "./failure.js";
import { waitForHealth, type Health } from "./health.js";
import { refuseFindings, startReviewer } from "./review.js";
import { withoutPlaces } from "./places.js";
import { imageParameters, parseParameters, planParameters, rememberedParameters, rememberParameters } from "./parameters.js";
import { openProject, type Project } from "./project.js";

export interface UpOptions {
  readonly stack?: string;
  readonly parameter: readonly string[];
  readonly wait: number;
  readonly target: TargetName;
  readonly yes?: true;
  readonly json?: true;
  readonly strict?: true;
}

/** The main job: from a definition to an environment that serves. Gives the exit code. Throws `UserFault`. */
export async function up(path: string, options: UpOptions, output: Output): Promise<number> {
  const began = performance.now();
  const c = colours();
  const given = parseParameters(options.parameter);
  const project = openProject(path);
  let stackName = options.stack ?? project.defaultName;
  const course = new Interruption(() => stackName, options.target, output);
  try {
    // The region starts in a process of its own and the definition is read by a thread of its own.
    const assembling = assembleSaying(project, options, output);
    const reviewer = startReviewer();
    const [target, made] = await Promise.all([
      findTarget(options.target, output, { start: true }),
      assembling,
      import("@aws-sdk/client-cloudformation"),
    ]);
    const stack = chooseStack(made, options.stack);
    stackName = stack.stackName;
    refuseAssets(stackName, stack.unpublishable);
    adoptEnvironment(target);
    const clients = clientsFor(target);
    const existing = await describeStack(clients, stackName);
    refuseBusy(existing?.StackStatus, stackName, options.target);
    const standsIn = await prepareImages(target, project, stack, given, output);
    const again = existing !== undefined && !["ROLLBACK_COMPLETE", "REVIEW_IN_PROGRESS"].includes(existing.StackStatus ?? "");
    const deployedParameters = again ? (existing.Parameters?.map((p) => p.ParameterKey ?? "") ?? []) : [];
    const parameters = await decideParameters(target, stack, given, deployedParameters);
    const reviewing = reviewer.review({
      stacks: stackTexts(project, [stack, ...(stack.inner ?? [])]),
      parameters: { ...keptValues(existing?.Parameters, parameters.keeps ?? []), ...parameters.parameters },
      region: stack.region ?? (target.name === "local" ? target.regionName : undefined),
      colours: process.stderr.isTTY,
    });
    if (options.strict === true) refuseFindings(await reviewing, stackName);
    const isLeftover = existing?.StackStatus === "ROLLBACK_COMPLETE";
    if (isLeftover) {
      output.say(`stack ${stackName} was rolled back when it was made: CloudFormation can only delete it`);
      await confirm(output, `Delete it, with what its events tell, and make it anew?`, options.yes === true);
    }
    const templateUrl = await publishAssets(target, clients, stack, output);
    const deployed = await deployOrExplain(
      {
        stackName,
        body: stack.body,
        templateUrl,
        ...parameters,
        tags: stack.tags,
        terminationProtection: stack.terminationProtection,
        existing,
        nameOf: (logicalId) => stack.names[logicalId],
        pollInterval: pollInterval(target.name),
        course,
        approve: async (changes) => {
          output.say(renderChanges(stackName, resourceChanges(changes), c));
          for (const line of (await reviewing).lines) output.say(line);
          const question = `Deploy this to ${options.target === "aws" ? "AWS" : "the local region"}?`;
          const otherwise = isLeftover ? "the stack that was rolled back is deleted, nothing else was changed" : undefined;
          await confirm(output, question, options.yes === true, otherwise);
        },
      },
      { target, clients, written: stack.written },
      output,
    );
    await course.enter("waiting");
    const health = await waitForHealth(target, clients, stackName, await listResources(clients, stackName), options.wait, output);
    await show(
      path,
      { target, clients, stackName, deployed, health, standsIn, seconds: (performance.now() - began) / 1000 },
      options,
      output,
    );
    return health.healthy ? exit.ok : exit.failed;
  } finally {
    course.end();
  }
}

/** What the deployed stack says of parameters whose value stays; a secret's is not told. */
const keptValues = (deployed: readonly Parameter[] | undefined, kept: readonly string[]): Readonly<Record<string, string>> =>
  Object.fromEntries(
    (deployed ?? []).flatMap(({ ParameterKey: name = "", ParameterValue: value = "****" }) =>
      kept.includes(name) && value !== "****" ? [[name, value]] : [],
    ),
  );

async function assembleSaying(project: Project, options: UpOptions, output: Output): Promise<Assembly> {
  output.status(`reading ${project.kind === "template" ? project.file : project.folder} …`);
  return assemble(project, options.stack, options.target);
}

/** CloudFormation would refuse a second change while one is under way: better said before anything is prepared. */
function refuseBusy(status: string | undefined, stackName: string, target: TargetName): void {
  if (status === undefined || !status.endsWith("_IN_PROGRESS") || status === "REVIEW_IN_PROGRESS") return;
  throw new UserFault("StackBusy", {
    at: stackName,
    message: `stack ${stackName} is ${status}: another change is under way`,
    fix: `follow it with \`sandtable status ${stackName} --follow${target === "aws" ? " --target aws" : ""}\`, then run this again`,
  });
}

/** Build what machines run from, and say what stands in for the images that the template names. */
async function prepareImages(
  target: Target,
  project: Project,
  stack: AssembledStack,
  given: Readonly<Record<string, string>>,
  output: Output,
): Promise<readonly StandIn[]> {
  if (target.name === "aws") return [];
  const standsIn = await askImagePrepare(target.state, project.recipe.packages, (text, percent) =>
    output.status(percent === undefined ? text : `${text} (${Math.round(percent)} %)`),
  );
  const named = imageParameters(stack.template, given);
  const used = standsIn.filter((one) => one.parameters.some((parameter) => named.includes(parameter)));
  for (const one of used) output.say(renderStandIn(one));
  return used;
}

async function decideParameters(
  target: Target,
  stack: AssembledStack,
  given: Readonly<Record<string, string>>,
  deployed: readonly string[],
): Promise<Pick<DeployWish, "parameters" | "keeps">> {
  const remembered = target.name === "local" ? rememberedParameters(target.state, stack.stackName) : {};
  const plan = planParameters({ template: stack.template, given, remembered, deployed: new Set(deployed) });
  const names = Object.keys(plan.generated);
  if (target.name === "local") rememberParameters(target.state, stack.stackName, plan.generated);
  else if (names.length > 0)
    throw new UserFault("BadParameter", {
      message: `parameter ${names.join(", ")} has no default and no value was given`,
      fix: `add ${names.map((name) => `--parameter ${name}=…`).join(" ")}: on AWS a secret is yours to choose`,
    });
  return { parameters: plan.values, keeps: plan.kept };
}

async function deployOrExplain(
  wish: DeployWish,
  context: { target: Target; clients: Clients; written: boolean },
  output: Output,
): Promise<Deployed> {
  const { target, clients, written } = context;
  try {
    return await deploy(clients, wish, output);
  } catch (error) {
    if (!(error instanceof DeployFailed)) throw error;
    const stack = await describeStack(clients, wish.stackName);
    throw explainFailure({
      stackName: wish.stackName,
      target: target.name,
      message: written ? error.message : withoutPlaces(error.message),
      firstFailure: error.deployment.firstFailure,
      status: stack?.StackStatus,
      cause: error,
    });
  }
}

interface Outcome {
  readonly target: Target;
  readonly clients: Clients;
  readonly stackName: string;
  readonly deployed: Deployed;
  readonly health: Health;
  readonly standsIn: readonly StandIn[];
  readonly seconds: number;
}

async function show(path: string, outcome: Outcome, options: UpOptions, output: Output): Promise<void> {
  const { target, clients, stackName, deployed, health, seconds } = outcome;
  const found = await describeStack(clients, stackName);
  if (found === undefined)
    throw new UserFault("StackGone", {
      at: stackName,
      message: `stack ${stackName} was deleted while \`up\` waited`,
      fix: "run `sandtable up` again",
    });
  const view = { ...(await viewStack(target, clients, found)), targets: health.targets };
  if (options.json) {
    const { explanations, healthy } = health;
    output.print(
      json({
        stack: view,
        changed: deployed.changed,
        healthy,
        explanations,
        standsIn: outcome.standsIn,
        seconds,
      }),
    );
  } else {
    output.print(`${deployed.changed ? "" : "no changes\n"}${renderStack(view, colours(process.stdout), { resources: false })}`);
    output.say(`\n${stackName} is ${health.healthy ? "up" : "deployed, but not healthy"} after ${seconds.toFixed(1)} s`);
  }
  if (!health.healthy) {
    output.say(renderExplanations(health.explanations, colours()));
    output.say(
      `look inside with \`sandtable connect ${health.explanations[0]?.name ?? "NAME"}\`; delete it with \`sandtable down ${isPath(path) ? path : stackName}\``,
    );
  }
}

const isPath = (path: string): boolean => statSync(path, { throwIfNoEntry: false }) !== undefined;
