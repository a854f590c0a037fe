import type { Answer, Hop, Reach } from "../../analysis/reachability/answer.js";
import { placeText } from "../check/document.js";
import type { Colours } from "../check/forms/findings.js";
import { wrap } from "../check/forms/wrap.js";

const marks: Readonly<Record<Hop["outcome"], string>> = { passes: "✓", stops: "✗", unknown: "?" };

export function paintReach(reach: Reach, c: Colours): string {
  return { reachable: c.green, blocked: c.red, unknown: c.magenta }[reach](reach);
}

/**
 * The way of a connection as a drawn path: each thing that the packets meet, there and back, with what it decides and why; at the end what
 * would open it.
 */
export function renderPath(from: string, to: string, answer: Answer, c: Colours, width: number): string {
  const there = answer.hops.filter(({ way }) => way === "there");
  const back = answer.hops.filter(({ way }) => way === "back");
  const arrives = answer.reach === "reachable" || back.length > 0;
  return [
    `  ${c.bold(from)}`,
    ...there.flatMap((hop) => renderHop(hop, c, width)),
    `  ${arrives ? "▼" : "┊"} ${arrives ? c.bold(to) : c.dim(to)}`,
    ...(back.length === 0
      ? []
      : [
          ...back.flatMap((hop) => renderHop(hop, c, width)),
          `  ${answer.reach === "reachable" ? "▼" : "┊"} ${c.dim(`back at ${from}`)}`,
        ]),
    ...(answer.opens === undefined
      ? []
      : ["", ...wrap(`what would open it: ${answer.opens}`, width - 2).map((line) => `  ${line}`)]),
  ].join("\n");
}

function renderHop({ step, at, outcome, why, place }: Hop, c: Colours, width: number): readonly string[] {
  const paint = { passes: c.green, stops: c.red, unknown: c.magenta }[outcome];
  const head = `  │ ${paint(marks[outcome])} ${step.padEnd(9)} ${at.name}${place === undefined ? "" : c.dim(`  ${placeText(place)}`)}`;
  return [head, ...wrap(why, width - 16).map((line) => `  │             ${c.dim(line)}`)];
}
