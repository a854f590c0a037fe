import type { Objectives } from "../../environment/objectives.js";
import { promised, reaches } from "./availability.js";
import { disruptionsOf } from "./disruptions.js";
import type { ServicePath } from "./path.js";
import type { Measured } from "../../environment/stated.js";
import { allOf, keeps, type Verdict } from "./span.js";

export const objectiveNames = ["availability", "rto", "rpo"] as const;
export type ObjectiveName = (typeof objectiveNames)[number];

/** A verdict for each objective that is stated. */
export type Verdicts = Readonly<Partial<Record<ObjectiveName, Verdict>>>;

/** What all paths together can keep. */
export interface Judgement {
  readonly verdicts: Verdicts;
  /** In how many ways an objective is surely missed, and in how many it is not known. */
  readonly missed: number;
  readonly unknown: number;
}

/** Without a path nothing is known. */
export function judge(paths: readonly ServicePath[], objectives: Objectives, measured: Measured): Judgement {
  const { availability, rto, rpo } = objectives;
  const none: readonly Verdict[] = paths.length === 0 ? ["unknown"] : [];
  const effects = paths.flatMap((path) =>
    disruptionsOf(path, objectives, measured)
      .filter(({ counts }) => counts)
      .flatMap((disruption) => disruption.effects),
  );
  const gaps = paths.flatMap((path) => path.gaps.map((): Verdict => "unknown"));
  const stops = paths.flatMap((path) =>
    (path.stops ?? []).map(({ certain }): Verdict => (certain ? "not achievable" : "unknown")),
  );
  const found: { readonly [N in ObjectiveName]: readonly Verdict[] | undefined } = {
    availability:
      availability === undefined ? undefined : [...none, ...stops, ...paths.map((path) => reaches(promised(path), availability))],
    rto: rto === undefined ? undefined : [...none, ...gaps, ...effects.map((effect) => keeps(effect.rto, rto))],
    rpo: rpo === undefined ? undefined : [...none, ...gaps, ...effects.map((effect) => keeps(effect.rpo, rpo))],
  };
  const all = objectiveNames.flatMap((name) => found[name] ?? []);
  return {
    verdicts: Object.fromEntries(
      objectiveNames.flatMap((name) => (found[name] === undefined ? [] : [[name, allOf(found[name])]])),
    ),
    missed: all.filter((verdict) => verdict === "not achievable").length,
    unknown: all.filter((verdict) => verdict === "unknown").length,
  };
}

const ranks: { readonly [V in Verdict]: number } = { "not achievable": 0, unknown: 1, achievable: 2 };

const rankOf = (verdicts: Verdicts): number =>
  objectiveNames.reduce((sum, each) => sum + ranks[verdicts[each] ?? "achievable"], 0);

/** Above 0: the first comes nearer to the objectives. First by verdicts, then by what is missed, then by what is not known. */
export const compare = (a: Judgement, b: Judgement): number =>
  rankOf(a.verdicts) - rankOf(b.verdicts) || b.missed - a.missed || b.unknown - a.unknown;
