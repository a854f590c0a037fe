import type { Objectives } from "../../environment/objectives.js";
import { promised, reaches } from "./availability.js";
import { disruptionsOf } from "./disruptions.js";
import type { ServicePath } from "./path.js";
import type { Measured } from "./recovery.js";
import { allOf, keeps, type Verdict } from "./span.js";

export const objectiveNames = ["availability", "rto", "rpo"] as const;
export type ObjectiveName = (typeof objectiveNames)[number];

/** A verdict for each objective that is stated. */
export type Verdicts = Readonly<Partial<Record<ObjectiveName, Verdict>>>;

/** What all paths together can keep. Without a path nothing is known. */
export function judge(paths: readonly ServicePath[], objectives: Objectives, measured: Measured): Verdicts {
  const none: readonly Verdict[] = paths.length === 0 ? ["unknown"] : [];
  const times = (objective: number, of: "rto" | "rpo"): Verdict =>
    allOf([
      ...none,
      ...paths.flatMap((path) => [
        ...path.gaps.map((): Verdict => "unknown"),
        ...disruptionsOf(path, objectives, measured)
          .filter(({ counts }) => counts)
          .flatMap(({ effects }) => effects.map((effect) => keeps(effect[of], objective))),
      ]),
    ]);
  const { availability, rto, rpo } = objectives;
  return {
    ...(availability === undefined
      ? {}
      : { availability: allOf([...none, ...paths.map((path) => reaches(promised(path), availability))]) }),
    ...(rto === undefined ? {} : { rto: times(rto, "rto") }),
    ...(rpo === undefined ? {} : { rpo: times(rpo, "rpo") }),
  };
}

const ranks: { readonly [V in Verdict]: number } = { "not achievable": 0, unknown: 1, achievable: 2 };

/** The better, the larger: for choosing between environments. */
export const rankOf = (verdicts: Verdicts): number =>
  objectiveNames.reduce((sum, each) => sum + ranks[verdicts[each] ?? "achievable"], 0);
