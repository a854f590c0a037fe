import type { Explanation, Published, Recorded, StandIn } from "../aws/local-facts.js";
import type { TargetView } from "../aws/targets.js";
import type { colours } from "../output.js";
import { table } from "./table.js";

type Colours = ReturnType<typeof colours>;

/** What `up` and `status` show of a stack; the `--json` document is this very value. */
export interface StackView {
  readonly name: string;
  readonly id: string;
  readonly status: string;
  readonly statusReason?: string;
  readonly resources: readonly {
    readonly logicalId: string;
    readonly type: string;
    readonly physicalId: string;
    readonly status: string;
  }[];
  readonly outputs: Readonly<Record<string, string>>;
  readonly targets: readonly TargetView[];
  /** Local region only. */
  readonly published: readonly Published[];
  readonly recorded: readonly Recorded[];
}

export function renderOutputs(outputs: Readonly<Record<string, string>>, c: Colours): string {
  const rows = Object.entries(outputs).map(([name, value]) => [name, value]);
  return rows.length === 0 ? "" : `${c.bold("Outputs")}\n${table(rows)}`;
}

export function renderTargets(targets: readonly TargetView[], c: Colours): string {
  if (targets.length === 0) return "";
  const paint = (state: string) =>
    state === "healthy" ? c.green(state) : state === "unhealthy" ? c.red(state) : c.yellow(state);
  const rows = targets.map((one) => [one.targetGroup, `${one.targetId}:${one.port}`, paint(one.state), one.description ?? ""]);
  return `${c.bold("Targets")}\n${table(rows)}`;
}

export function renderPublished(published: readonly Published[], c: Colours): string {
  if (published.length === 0) return "";
  return `${c.bold("Open on this machine")}\n${table(published.map((one) => [one.url, `load balancer ${one.loadBalancer}, port ${one.listenerPort}`]))}`;
}

export function renderRecorded(recorded: readonly Recorded[], c: Colours): string {
  if (recorded.length === 0) return "";
  // The same property of several resources is one line.
  const lines = new Map<string, string[]>();
  for (const one of recorded) {
    const key = `${one.type} ${one.property}\u0000${one.because}`;
    lines.set(key, [...(lines.get(key) ?? []), one.logicalId]);
  }
  const rows = [...lines].map(([key, ids]) => {
    const [what = "", because = ""] = key.split("\u0000");
    return [what, ids.join(", "), because];
  });
  return `${c.bold("Recorded only: kept and returned, without effect here")}\n${table(rows)}`;
}

export const renderStandIn = (one: StandIn): string =>
  `${one.for}: our ${one.image} stands in for it${one.packages.length === 0 ? "" : `, with ${one.packages.join(", ")} installed`}`;

export function renderExplanations(explanations: readonly Explanation[], c: Colours): string {
  return explanations
    .map((one) => {
      const head = `${c.red("unhealthy")} ${c.bold(one.name)} (${one.targetId}): ${one.because}`;
      return [head, ...one.log.map((line) => `    ${line}`)].join("\n");
    })
    .join("\n");
}

/** The resources only where asked for: there are many. */
export function renderStack(view: StackView, c: Colours, options: { resources: boolean }): string {
  const paint =
    view.status.includes("FAILED") || view.status.includes("ROLLBACK")
      ? c.red
      : view.status.endsWith("_COMPLETE")
        ? c.green
        : c.yellow;
  const counted = `${view.resources.length} resource${view.resources.length === 1 ? "" : "s"}`;
  const head = `${c.bold(view.name)}  ${paint(view.status)}  ${counted}${view.statusReason === undefined ? "" : `\n  ${view.statusReason}`}`;
  const resources = options.resources
    ? `${c.bold("Resources")}\n${table(view.resources.map((one) => [one.logicalId, one.type, one.physicalId, one.status]))}`
    : "";
  return [
    head,
    resources,
    renderOutputs(view.outputs, c),
    renderTargets(view.targets, c),
    renderPublished(view.published, c),
    renderRecorded(view.recorded, c),
  ]
    .filter((part) => part !== "")
    .join("\n\n");
}
