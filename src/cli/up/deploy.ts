import type { DeployResult, IIoHost, IoMessage, IoRequest, StackSelector, Toolkit } from "@aws-cdk/toolkit-lib";
import type { TemplateDiff } from "@aws-cdk/cloudformation-diff";
import type { StackEvent } from "@aws-sdk/client-cloudformation";
import { colours, type Output } from "../output.js";
import { renderLine, renderUnderWay } from "../render/progress.js";
import { noEvents, takeEvent, type Deployment } from "./events.js";

export interface DeployWish {
  /** Folder of the cloud assembly. */
  readonly assembly: string;
  readonly stackId: string;
  readonly stackName: string;
  readonly parameters: Readonly<Record<string, string>>;
  /** Milliseconds between looks at the stack's events. */
  readonly pollInterval: number;
  /** Asked once with what would change, before anything does. Rejects to stop. */
  approve(diff: TemplateDiff): Promise<void>;
}

export interface Deployed {
  /** False: the stack was already as defined. */
  readonly changed: boolean;
  readonly stackId: string;
  readonly deployment: Deployment;
}

/** A deployment that failed, with what its events told. */
export class DeployFailed extends Error {
  readonly deployment: Deployment;

  constructor(deployment: Deployment, cause: unknown) {
    super(rootMessage(cause), { cause });
    this.name = "DeployFailed";
    this.deployment = deployment;
  }
}

/**
 * Read what `deploy` needs, a second or two of processor, while something else is waited for. The first comparison of templates
 * reads the table of all resource types.
 */
export async function warmUp(): Promise<void> {
  const [, { fullDiff }] = await Promise.all([import("@aws-cdk/toolkit-lib"), import("@aws-cdk/cloudformation-diff")]);
  fullDiff({}, { Resources: { Any: { Type: "AWS::EC2::InternetGateway" } } });
}

/** Deploy one stack of an assembly through a change set, with a line for each resource. Throws `DeployFailed`, and what `approve` throws. */
export async function deploy(wish: DeployWish, output: Output): Promise<Deployed> {
  const { Toolkit, StackSelectionStrategy, StackParameters } = await import("@aws-cdk/toolkit-lib");
  const host = new DeployHost(wish, output);
  const toolkit: Toolkit = new Toolkit({ ioHost: host, color: false, emojis: false });
  const stacks: StackSelector = { strategy: StackSelectionStrategy.PATTERN_MUST_MATCH_SINGLE, patterns: [wish.stackId] };
  try {
    const source = await toolkit.fromAssemblyDirectory(wish.assembly);
    const result: DeployResult = await toolkit.deploy(source, {
      stacks,
      deploymentMethod: { method: "change-set" },
      stackEventPollingInterval: wish.pollInterval,
      parameters: StackParameters.withExisting({ ...wish.parameters }),
    });
    return { changed: !host.nothingToDo, stackId: result.stacks[0]?.stackArn ?? "", deployment: host.deployment };
  } catch (error) {
    if (host.refusal !== undefined) throw host.refusal.reason;
    throw new DeployFailed(host.deployment, error);
  }
}

/** Turns the toolkit's messages into lines, and its question into ours. */
class DeployHost implements IIoHost {
  deployment: Deployment = noEvents;
  nothingToDo = false;
  refusal: { reason: unknown } | undefined;
  readonly #wish: DeployWish;
  readonly #output: Output;
  readonly #colours = colours();
  #total: number | undefined;

  constructor(wish: DeployWish, output: Output) {
    this.#wish = wish;
    this.#output = output;
  }

  async notify(message: IoMessage<unknown>): Promise<void> {
    switch (message.code) {
      case "CDK_TOOLKIT_I5501":
        this.#total = (message.data as { resourcesTotal?: number }).resourcesTotal;
        return;
      case "CDK_TOOLKIT_I5502":
        return this.#take(message.data as { event: StackEvent; metadata?: { constructPath: string } });
      case "CDK_TOOLKIT_I5900":
        this.nothingToDo = (message.data as { noOp?: boolean }).noOp === true;
        return;
      default:
        // The toolkit's errors come back as rejections too; what it is unsure of is worth a line.
        if (message.level === "warn") this.#output.say(this.#colours.yellow(message.message.trim()));
    }
  }

  async requestResponse<T>(request: IoRequest<unknown, T>): Promise<T> {
    if (request.code !== "CDK_TOOLKIT_I5060") return request.defaultResponse;
    const diffs = Object.values((request.data as { templateDiffs: Record<string, TemplateDiff> }).templateDiffs);
    try {
      if (diffs[0] !== undefined) await this.#wish.approve(diffs[0]);
      return true as T;
    } catch (reason) {
      this.refusal = { reason };
      return false as T;
    }
  }

  #take({ event, metadata }: { event: StackEvent; metadata?: { constructPath: string } }): void {
    const { after, line } = takeEvent(this.deployment, event);
    this.deployment = after;
    if (line !== undefined) this.#output.say(renderLine(line, this.#colours, metadata?.constructPath));
    if (this.#output.interactive) this.#output.status(renderUnderWay(after, this.#total));
  }
}

/** The innermost cause says it best: the toolkit wraps each error with the stack's name again. */
export function rootMessage(error: unknown): string {
  let current = error;
  while (current instanceof Error && current.cause instanceof Error) current = current.cause;
  return current instanceof Error ? current.message : String(current);
}
