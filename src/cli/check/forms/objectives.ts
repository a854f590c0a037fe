import { dollars } from "../../../analysis/cost/lines.js";
import type { Assessment, ServiceAssessment } from "../../../analysis/objectives/assess.js";
import { objectiveNames, type ObjectiveName } from "../../../analysis/objectives/judge.js";
import { durationText, percent, seconds } from "../../../analysis/objectives/span.js";
import type { Colours } from "./findings.js";
import { labelled } from "./wrap.js";

const leftOut = ". The RTO and RPO verdicts leave this out: a promise about the loss of a region has to be made for itself";

const words: { readonly [N in ObjectiveName]: string } = { availability: "availability", rto: "RTO", rpo: "RPO" };

/** The stated objectives with their verdicts, and the arithmetic they rest on; empty where none is stated. */
export function renderObjectives(assessment: Assessment, c: Colours, width: number): string {
  const verdicts = objectiveNames.flatMap((name) => verdictLine(assessment, name, c));
  if (verdicts.length === 0) return "";
  return [
    ...verdicts,
    ...assessment.services.flatMap((service) => renderService(service, width)),
    ...assessment.singlePoints.flatMap(({ on, why }) => labelled("  single point  ", `${on.name}: ${why}`, width)),
    ...planLines(assessment, width),
    ...assessment.ceiling.flatMap((line) => labelled("  beyond that   ", line, width)),
  ].join("\n");
}

function verdictLine({ objectives, verdicts }: Assessment, name: ObjectiveName, c: Colours): readonly string[] {
  const value = objectives[name];
  const verdict = verdicts[name];
  if (value === undefined || verdict === undefined) return [];
  const paint = { achievable: c.green, "not achievable": c.red, unknown: c.magenta }[verdict];
  return [
    `  ${words[name].padEnd(14)}${(name === "availability" ? percent(value / 100) : seconds(value)).padEnd(10)}${paint(verdict)}`,
  ];
}

function renderService({ path, promised, disruptions, simulated }: ServiceAssessment, width: number): readonly string[] {
  return [
    ...labelled(`  ${path.name}  `, promised.lines.join("; "), width),
    ...simulationLines(simulated, width),
    ...disruptions
      .filter(({ effects }) => effects.length > 0)
      .flatMap(({ title, rto, rpo, counts }) =>
        labelled(
          "    ",
          `${title}: back after ${durationText(rto)}, data lost: ${durationText(rpo)}${counts ? "" : leftOut}`,
          width,
        ),
      ),
  ];
}

function planLines({ plan }: Assessment, width: number): readonly string[] {
  if (plan === undefined) return [];
  const cost =
    typeof plan.monthly === "number" ? `${dollars(plan.monthly)} a month more` : `price not known: ${plan.monthly.why}`;
  return labelled("  would help    ", `${plan.changes.map(({ text }) => text).join("; ")} (${cost})`, width);
}

function simulationLines(simulated: ServiceAssessment["simulated"], width: number): readonly string[] {
  if (simulated === undefined) return [];
  const { worst, best } = simulated;
  const [low, high] = [percent(worst.interval[0]), percent(best.interval[1])];
  return labelled("    simulated     ", `${low} to ${high} of a month (seed ${worst.seed}, ${worst.months} months, 95 %)`, width);
}
