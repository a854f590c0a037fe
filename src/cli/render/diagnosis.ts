import type { Diagnosis, Finding } from "../doctor/findings.js";
import type { colours } from "../output.js";
import { table } from "./table.js";

type Colours = ReturnType<typeof colours>;

const marks = (c: Colours): Readonly<Record<Finding["state"], string>> => ({
  ok: c.green("ok"),
  missing: c.red("MISSING"),
  optional: c.yellow("optional"),
  unknown: c.dim("unknown"),
});

/** All findings, or with `brief` only those that stand in the way. */
export function renderDiagnosis(found: Diagnosis, c: Colours, brief: boolean): string {
  const shown = brief ? found.findings.filter((one) => one.state === "missing") : found.findings;
  const rows = shown.map((one) => [
    marks(c)[one.state],
    one.name,
    one.fix === undefined ? one.detail : `${one.detail}; ${one.fix}`,
  ]);
  const left =
    found.leftovers.length === 0
      ? brief
        ? []
        : ["Nothing of ours is left over on this host."]
      : [
          `Left over on this host (\`sandtable region start\` carries on with it, \`sandtable region stop --purge\` removes it):\n${table(found.leftovers.map((one) => [one]))}`,
        ];
  const verdict = found.ready
    ? brief
      ? []
      : ["This machine can run the region."]
    : ["This machine cannot run the region yet: see what is missing; `sandtable doctor --fix` installs packages."];
  return [...(rows.length === 0 ? [] : [table(rows)]), ...left, ...verdict].join("\n");
}
