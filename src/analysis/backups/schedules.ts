import { Cron } from "croner";

/** When a schedule fires, as far as its own text tells. */
export type Timing =
  /** Why it is no schedule of AWS's, or one that has no time. */
  | { readonly never: string }
  /** The longest time between two runs, in seconds; undefined: it runs once, or too seldom to tell. */
  | { readonly longestGap: number | undefined };

/** A schedule that is read here is of a template that is yet to be deployed: where nobody says what day it is, years before this are over. */
export const notBefore = new Date("2026-01-01T00:00:00Z");

const units: Readonly<Record<string, number>> = { minute: 60, hour: 3600, day: 86_400 };

/**
 * `rate(5 minutes)`, `cron(0 5 ? * * *)`, `at(2027-01-01T00:00:00)`, in UTC. AWS's cron has six fields (minute, hour, day of month, month,
 * day of week from 1 = Sunday, year), of which one of the two days must be `?`. Source: Amazon EventBridge User Guide, "Setting a
 * schedule pattern for scheduled rules"; AWS Backup and Lifecycle Manager take the same.
 */
export function timingOf(expression: string, now: Date = notBefore): Timing {
  const [, kind = "", inside = ""] = /^\s*(rate|cron|at)\((.*)\)\s*$/s.exec(expression) ?? [];
  switch (kind) {
    case "rate":
      return rate(inside.trim());
    case "cron":
      return cron(inside.trim(), now);
    case "at":
      return once(inside.trim(), now);
    default:
      return { never: `${expression} is none of rate(…), cron(…) and at(…)` };
  }
}

function once(text: string, now: Date): Timing {
  const time = Date.parse(`${text}Z`);
  if (Number.isNaN(time)) return { never: `at(${text}) is no time` };
  return time < now.getTime() ? { never: `at(${text}) is over` } : { longestGap: undefined };
}

function rate(text: string): Timing {
  const [, digits = "", unit = "", plural = ""] = /^(\d+)\s+(minute|hour|day)(s?)$/.exec(text) ?? [];
  const value = Number(digits);
  const seconds = units[unit];
  if (seconds === undefined || value < 1) return { never: `rate(${text}) is not a whole number of minutes, hours or days` };
  if ((value === 1) !== (plural === ""))
    return { never: `rate(${text}): AWS wants "${value === 1 ? unit : `${unit}s`}" after ${digits}, and refuses it` };
  return { longestGap: value * seconds };
}

function cron(text: string, now: Date): Timing {
  const fields = text.split(/\s+/);
  const [, , dayOfMonth, , dayOfWeek, year = ""] = fields;
  if (fields.length !== 6)
    return {
      never: `cron(${text}) has ${String(fields.length)} fields, and AWS's has six: minute, hour, day of month, month, day of week, year`,
    };
  if ((dayOfMonth === "?") === (dayOfWeek === "?"))
    return { never: `cron(${text}): one of day of month and day of week must be ?, and the other must not; AWS refuses it` };
  try {
    const runs = new Cron(`0 ${text}`, { alternativeWeekdays: true, sloppyRanges: true, timezone: "UTC", paused: true }).nextRuns(
      400,
      now,
    );
    const [first] = runs;
    if (first === undefined) return { never: `cron(${text}) names no day that ${/\d/.test(year) ? "is to come" : "exists"}` };
    const gaps = runs.slice(1).map((run, index) => (run.getTime() - (runs[index] ?? run).getTime()) / 1000);
    return { longestGap: gaps.length === 0 ? undefined : Math.max(...gaps) };
  } catch (error) {
    return {
      never: `cron(${text}) cannot be read: ${error instanceof Error ? error.message.replace(/^CronPattern: /, "") : ""}`,
    };
  }
}
