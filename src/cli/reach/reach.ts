import type { Answer, Reach } from "../../analysis/reachability/answer.js";
import { Reachability } from "../../analysis/reachability/reachability.js";
import type { Environment } from "../../environment/environment.js";
import { graphOf } from "../../environment/graph/graph.js";
import { UserFault } from "../../faults.js";
import type { TargetName } from "../aws/target-names.js";
import { read } from "../check/read.js";
import { verdictExit } from "../exit.js";
import { colours, json, type Output } from "../output.js";
import { parseParameters } from "../up/parameters.js";
import { renderSent, send, type Sent } from "./send.js";
import { findEnds, parseTarget, serviceText, type NamedEnd, type Service } from "./ends.js";
import { matrixRows, renderMatrix } from "./matrix.js";
import { paintReach, renderPath } from "./path.js";

export interface ReachOptions {
  readonly in: readonly string[];
  readonly live?: true;
  readonly target: TargetName;
  readonly stack?: string;
  readonly parameter: readonly string[];
  readonly region?: string;
  readonly all?: true;
  readonly send?: true;
  readonly json?: true;
}

/** One pair of ends and what is said of it: what `--json` lists. */
export interface Asked {
  readonly from: NamedEnd;
  readonly to: NamedEnd;
  readonly service: Service;
  readonly answer: Answer;
  /** With --send. */
  readonly sent?: Sent;
}

/** Who can open a connection to whom, and why. Gives the exit code. */
export async function reach(
  from: string | undefined,
  to: string | undefined,
  options: ReachOptions,
  output: Output,
): Promise<number> {
  if (options.all !== true && (from === undefined || to === undefined))
    throw new UserFault("BadOption", {
      message: "it is not said from where to where",
      fix: "write `sandtable reach FROM TO:PORT`, or --all for every pair",
    });
  refuseSending(options);
  const environment = await environmentOf(options, output);
  if (options.all === true) {
    const matrix = new Reachability(environment).matrix();
    output.print(
      options.json === true
        ? json({ schema: "sandtable.reach-all/1", classes: matrix.classes, pairs: matrixRows(matrix) })
        : renderMatrix(matrix),
    );
    return verdictExit.pass;
  }
  const asked = await withPackets(environment, ask(environment, from ?? "", to ?? ""), options);
  const verdict = together(asked.map(({ answer }) => answer.reach));
  if (options.json === true) output.print(json({ schema: "sandtable.reach/1", reach: verdict, paths: asked.map(pathDocument) }));
  else output.print(rendered(asked));
  if (asked.some(({ sent }) => sent?.agrees === "no")) return verdictExit.cannot;
  return { reachable: verdictExit.pass, blocked: verdictExit.findings, unknown: verdictExit.unknown }[verdict];
}

/** Packets are sent in the running model only. Throws `BadOption`. */
function refuseSending({ send: isSending, live, target, all }: ReachOptions): void {
  if (isSending !== true || (live === true && target === "local" && all !== true)) return;
  throw new UserFault("BadOption", {
    message: "--send sends a real packet, which only the running local region can carry, for one pair of names",
    fix: "write `sandtable reach FROM TO:PORT --live --send`",
  });
}

async function withPackets(environment: Environment, asked: readonly Asked[], options: ReachOptions): Promise<readonly Asked[]> {
  if (options.send !== true) return asked;
  return Promise.all(
    asked.map(async (one) => ({
      ...one,
      sent: await send(environment, { from: one.from.end, to: one.to.end, service: one.service, answer: one.answer }),
    })),
  );
}

async function environmentOf(options: ReachOptions, output: Output): Promise<Environment> {
  const { description } = await read(
    {
      paths: options.in,
      live: options.live === true,
      target: options.target,
      stack: options.stack,
      parameters: new Map(Object.entries(parseParameters(options.parameter))),
      region: options.region,
    },
    output,
  );
  return graphOf(description);
}

/** Every pair of what the two names mean. */
export function ask(environment: Environment, from: string, to: string): readonly [Asked, ...Asked[]] {
  const { name, service } = parseTarget(to);
  const sources = findEnds(environment, from);
  const targets = findEnds(environment, name);
  const reachability = new Reachability(environment);
  const answerOf = (source: NamedEnd, target: NamedEnd): Asked => ({
    from: source,
    to: target,
    service,
    answer: reachability.query({ from: source.end, to: target.end, ...service }),
  });
  const pairs = sources.flatMap((source) => targets.map((target) => answerOf(source, target)));
  return [answerOf(sources[0], targets[0]), ...pairs.slice(1)];
}

/** Several pairs reach when all do; one that is blocked blocks. */
export function together(reaches: readonly Reach[]): Reach {
  if (reaches.includes("blocked")) return "blocked";
  return reaches.includes("unknown") ? "unknown" : "reachable";
}

const pathDocument = ({ from, to, service, answer, sent }: Asked) => ({
  from,
  to,
  ...service,
  ...answer,
  ...(sent === undefined ? {} : { sent }),
});

/** Pairs that are drawn in full; of more than these only the first of each kind is. */
const drawn = 4;

function rendered(asked: readonly Asked[]): string {
  const c = colours(process.stdout);
  const width = Math.min(140, Math.max(60, process.stdout.columns ?? 120));
  const kinds = new Set<Reach>();
  return asked
    .map(({ from, to, service, answer, sent }, index) => {
      const verdict = `${c.bold(`${from.name} → ${to.name} ${serviceText(service)}`)}  ${paintReach(answer.reach, c)}`;
      const head = sent === undefined ? verdict : `${verdict}\n${renderSent(sent, c)}`;
      const isNew = !kinds.has(answer.reach);
      kinds.add(answer.reach);
      if (index >= drawn && !isNew) return head;
      return `${head}\n${renderPath(from.name, `${to.name} ${serviceText(service)}`, answer, c, width)}`;
    })
    .join("\n\n");
}
