import type { Said } from "../described.js";
import { isUsageName, measuredNames, usages, type Measured, type Usage, type UsageName } from "../stated.js";
import { isObject } from "./reading.js";

/** What was read, and what is wrong with how it is written: by the path of members to it. */
export interface StatedReading<T> {
  readonly stated: T;
  readonly faults: readonly { readonly path: readonly string[]; readonly message: string }[];
}

/** `NatGb` as CloudFormation writes names, `natGb` as everyone else does. */
const plain = (name: string): string => name.charAt(0).toLowerCase() + name.slice(1);

export const usageList = Object.entries(usages)
  .map(([name, what]) => `${name} (${what})`)
  .join(", ");

/** `{restore: 840, launch: "95s"}`. */
export function readMeasured(value: Said): StatedReading<Measured> {
  if (!isObject(value))
    return { stated: {}, faults: [{ path: [], message: "what was measured is written as {restore: 840, launch: 95}" }] };
  const stated: { -readonly [N in keyof Measured]: Measured[N] } = {};
  const faults: { path: readonly string[]; message: string }[] = [];
  for (const [member, said] of Object.entries(value)) {
    const name = measuredNames.find((each) => each === plain(member));
    const time = duration(said);
    if (name === undefined)
      faults.push({ path: [member], message: `nothing called ${member} is measured; there are ${measuredNames.join(" and ")}` });
    else if (time === undefined)
      faults.push({ path: [member], message: `${member} must be a time, e.g. 840 (seconds), 14m or PT14M, not ${quoted(said)}` });
    else stated[name] = time;
  }
  return { stated, faults };
}

/** `{natGb: 120, bucketGb: {Photos: 500, "*": 1}}`: a figure for each of a kind, or figures by resource. */
export function readUsage(value: Said): StatedReading<Usage> {
  if (!isObject(value))
    return { stated: {}, faults: [{ path: [], message: "the use is written as {natGb: 120, internetGb: 40}" }] };
  const stated: { -readonly [N in UsageName]?: Usage[N] } = {};
  const faults: { path: readonly string[]; message: string }[] = [];
  const amountAt = (path: readonly string[], said: Said): number | undefined => {
    const amount = number(said, (each) => Number.isFinite(each) && each >= 0);
    if (amount === undefined)
      faults.push({ path, message: `${path.join(" of ")} must be a number, 0 or more, not ${quoted(said)}` });
    return amount;
  };
  for (const [member, said] of Object.entries(value)) {
    const name = plain(member);
    if (!isUsageName(name)) {
      faults.push({ path: [member], message: `there is no use called ${member}; there are ${usageList}` });
      continue;
    }
    if (!isObject(said)) stated[name] = amountAt([member], said);
    else {
      const each = Object.entries(said).map(([resource, one]) => [resource, amountAt([member, resource], one) ?? 0] as const);
      stated[name] = Object.fromEntries(each);
    }
  }
  return { stated, faults };
}

const quoted = (said: Said): string => JSON.stringify(said);

export function number(value: Said, fits: (value: number) => boolean): number | undefined {
  const found =
    typeof value === "number"
      ? value
      : typeof value === "string" && /^\d+(\.\d+)?$/.test(value.trim())
        ? Number(value)
        : undefined;
  return found !== undefined && fits(found) ? found : undefined;
}

const seconds: Readonly<Record<string, number>> = { d: 86_400, h: 3600, m: 60, s: 1 };

/** `300`, `5m`, `1h30m`, or ISO 8601 (`PT5M`) -> seconds. */
export function duration(value: Said): number | undefined {
  const figure = number(value, (each) => each >= 0);
  if (figure !== undefined || typeof value !== "string") return figure;
  const iso = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/i.exec(value.trim());
  const short = /^(?:(\d+)\s*d)?\s*(?:(\d+)\s*h)?\s*(?:(\d+)\s*m(?:in)?)?\s*(?:(\d+)\s*s)?$/i.exec(value.trim());
  const parts = (iso ?? short)?.slice(1);
  if (parts === undefined || parts.every((part) => part === undefined)) return undefined;
  return ["d", "h", "m", "s"].reduce((sum, unit, index) => sum + Number(parts[index] ?? 0) * (seconds[unit] ?? 0), 0);
}
