import type { Estimate } from "../../../analysis/cost/estimate.js";
import { arithmetic, dollars, type Total } from "../../../analysis/cost/lines.js";
import { savingText } from "../../../analysis/cost/savings.js";
import { Unknown } from "../../../environment/maybe.js";
import { table } from "../../render/table.js";
import { labelled, plural } from "./wrap.js";

/** Resources in the table; the rest is one line. `--json` has them all, with the arithmetic of every line. */
const shown = 8;

/** The month's bill, dearest first: what stands is paid for by the hour, what depends on use is only named. */
export function renderCost(estimate: Estimate, width: number): string {
  if (estimate.lines.length === 0) return "";
  if (estimate.region instanceof Unknown && estimate.pricesOf === undefined)
    return labelled("  ", `not estimated: prices are a region's own, and ${estimate.region.why}`, width).join("\n");
  const standing = estimate.resources.filter(({ resource }) => linesOf(estimate, resource.id).some(({ usage }) => !usage));
  const rows = standing.slice(0, shown).map(({ resource }) => {
    const lines = linesOf(estimate, resource.id).filter(({ usage }) => !usage);
    const known = lines.reduce((sum, { amount }) => (typeof amount === "number" ? sum + amount : sum), 0);
    const isPart = lines.some(({ amount }) => typeof amount !== "number");
    return [
      resource.name,
      isPart && known === 0 ? "unknown" : `${isPart ? "≥ " : ""}${dollars(known)}`,
      lines.map(arithmetic).join("; "),
    ];
  });
  const more = standing.length - shown;
  return [
    table(rows.map(([name = "", amount = "", how = ""]) => [name, amount, cut(how, width - name.length - amount.length - 8)])),
    ...(more > 0 ? [`  … and ${more} more`] : []),
    ...labelled("  a month  ", totals(estimate), width),
    ...(estimate.budget === undefined
      ? []
      : labelled("  budget   ", `${estimate.budget.verdict}: ${estimate.budget.reason}`, width)),
    ...estimate.savings
      .filter(({ saves }) => typeof saves === "number")
      .flatMap((saving) => labelled("  saves    ", savingText(saving), width)),
  ].join("\n");
}

const linesOf = (estimate: Estimate, id: string) => estimate.lines.filter(({ resource }) => resource.id === id);

function totals({ standing, usage }: Estimate): string {
  const use = usage.unknown.length === 0 ? "" : `; ${plural(usage.unknown.length, "position")} by use, not known`;
  return `${least(standing)}${dollars(standing.known)} for what stands${missing(standing)}, ${dollars(usage.known)} for stated use${use}`;
}

const least = ({ unknown }: Total): string => (unknown.length === 0 ? "" : "at least ");

const missing = ({ unknown }: Total): string =>
  unknown.length === 0
    ? ""
    : ` (${plural(unknown.length, "price")} not known: ${[...new Set(unknown.map(({ what }) => what))].join(", ")})`;

const cut = (text: string, width: number): string =>
  text.length <= Math.max(20, width) ? text : `${text.slice(0, Math.max(19, width - 1))}…`;
