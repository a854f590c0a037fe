import type { Said } from "../described.js";
import type { Objectives } from "../objectives.js";
import { isObject } from "./reading.js";
import { duration, number, readMeasured, readUsage } from "./stated.js";

/** What the environment promises, and what is wrong with how it is written. */
export interface ObjectivesReading {
  readonly objectives: Omit<Objectives, "place">;
  /** By the member that is wrong; empty: the whole. */
  readonly faults: readonly { readonly path: readonly string[]; readonly message: string }[];
}

/** Those that are one figure. */
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

/** What the figures are compared with, where no source but the user knows it. */
const grounds = {
  Measured: { name: "measured", read: readMeasured },
  Usage: { name: "usage", read: readUsage },
} as const;

const isMember = (name: string): name is keyof typeof members => Object.hasOwn(members, name);
const isGround = (name: string): name is keyof typeof grounds => Object.hasOwn(grounds, name);

/** The member `Objectives` of `Metadata: {Sandtable: …}`. */
export function readObjectives(value: Said): ObjectivesReading {
  if (!isObject(value)) return { objectives: {}, faults: [{ path: [], message: "Objectives must be an object" }] };
  const objectives: { -readonly [name in keyof Omit<Objectives, "place">]: Objectives[name] } = {};
  const faults: { path: readonly string[]; message: string }[] = [];
  for (const [member, said] of Object.entries(value)) {
    if (!isGround(member) && !isMember(member)) {
      const known = [...Object.keys(members), ...Object.keys(grounds)];
      faults.push({ path: [member], message: `there is no objective ${member}; there are ${known.join(", ")}` });
    } else if (said === null || said === "") {
      continue; // a heading without a figure promises nothing
    } else if (isGround(member)) {
      const { name, read } = grounds[member];
      const found = read(said);
      Object.assign(objectives, { [name]: found.stated });
      faults.push(...found.faults.map(({ path, message }) => ({ path: [member, ...path], message })));
    } else {
      const { name, read, wants } = members[member];
      const found = read(said);
      if (found === undefined)
        faults.push({ path: [member], message: `${member} must be ${wants}, not ${JSON.stringify(said)}` });
      else objectives[name] = found;
    }
  }
  return { objectives, faults };
}
