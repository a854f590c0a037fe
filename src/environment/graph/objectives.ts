import type { Said } from "../described.js";
import type { Objectives } from "../objectives.js";
import { isObject } from "./reading.js";

/** What the environment promises, and what is wrong with how it is written. */
export interface ObjectivesReading {
  readonly objectives: Omit<Objectives, "place">;
  /** By the member that is wrong. */
  readonly faults: readonly { readonly member: string; readonly message: string }[];
}

const members = {
  Availability: {
    name: "availability",
    read: (value: Said) => number(value, (percent) => percent > 0 && percent <= 100),
    wants: "a percentage above 0 and up to 100, e.g. 99.9",
  },
  RPO: { name: "rpo", read: duration, wants: "a time, e.g. 5m, PT5M or 300 (seconds)" },
  RTO: { name: "rto", read: duration, wants: "a time, e.g. 30m, PT30M or 1800 (seconds)" },
  Budget: {
    name: "budget",
    read: (value: Said) => number(value, (dollars) => dollars >= 0),
    wants: "US dollars a month, e.g. 60",
  },
} as const;

const isMember = (name: string): name is keyof typeof members => Object.hasOwn(members, name);

/** The member `Objectives` of `Metadata: {Sandtable: …}`. */
export function readObjectives(value: Said): ObjectivesReading {
  if (!isObject(value)) return { objectives: {}, faults: [{ member: "", message: "Objectives must be an object" }] };
  const objectives: { -readonly [name in keyof Omit<Objectives, "place">]: Objectives[name] } = {};
  const faults: { member: string; message: string }[] = [];
  for (const [member, said] of Object.entries(value)) {
    if (!isMember(member)) {
      faults.push({ member, message: `there is no objective ${member}; there are ${Object.keys(members).join(", ")}` });
      continue;
    }
    if (said === null || said === "") continue; // a heading without a figure promises nothing
    const { name, read, wants } = members[member];
    const found = read(said);
    if (found === undefined) faults.push({ member, message: `${member} must be ${wants}, not ${JSON.stringify(said)}` });
    else objectives[name] = found;
  }
  return { objectives, faults };
}

function number(value: Said, fits: (value: number) => boolean): number | undefined {
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
function duration(value: Said): number | undefined {
  const plain = number(value, () => true);
  if (plain !== undefined || typeof value !== "string") return plain;
  const iso = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/i.exec(value.trim());
  const short = /^(?:(\d+)\s*d)?\s*(?:(\d+)\s*h)?\s*(?:(\d+)\s*m(?:in)?)?\s*(?:(\d+)\s*s)?$/i.exec(value.trim());
  const parts = (iso ?? short)?.slice(1);
  if (parts === undefined || parts.every((part) => part === undefined)) return undefined;
  return ["d", "h", "m", "s"].reduce((sum, unit, index) => sum + Number(parts[index] ?? 0) * (seconds[unit] ?? 0), 0);
}
