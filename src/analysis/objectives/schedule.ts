import { Unknown, type Maybe } from "../../environment/maybe.js";

const units: Readonly<Record<string, number>> = { minute: 60, hour: 3600, day: 86_400 };
const day = 86_400;

/** The longest pause, in seconds, between two runs of an AWS `rate(…)` or `cron(…)`; unknown where telling it needs a calendar. */
export function pauseOf(expression: string): Maybe<number> {
  const rate = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(expression.trim());
  if (rate !== null) return Number(rate[1]) * (units[rate[2] ?? ""] ?? day);
  const fields = /^cron\((.*)\)$/.exec(expression.trim())?.[1]?.trim().split(/\s+/);
  const unclear = new Unknown(`how often ${expression} runs was not worked out`);
  if (fields?.length !== 6) return unclear;
  const [minute = "", hour = "", dayOfMonth = "", month = "", dayOfWeek = "", year = ""] = fields;
  if (!/^\d+$/.test(minute) || month !== "*" || year !== "*") return unclear;
  const days = pauseOfDays(dayOfMonth, dayOfWeek);
  if (days === undefined) return unclear;
  if (/^\d+$/.test(hour)) return days * day;
  if (days !== 1) return unclear;
  if (hour === "*") return 3600;
  const step = /^(?:\*|0)\/(\d+)$/.exec(hour)?.[1];
  if (step !== undefined && Number(step) > 0) return Math.min(24, Number(step)) * 3600;
  const hours = hour.split(",").map(Number);
  if (hours.some((each) => !Number.isInteger(each))) return unclear;
  const sorted = [...hours].sort((a, b) => a - b);
  return Math.max(...sorted.map((each, index) => (sorted[index + 1] ?? (sorted[0] ?? 0) + 24) - each)) * 3600;
}

function pauseOfDays(dayOfMonth: string, dayOfWeek: string): number | undefined {
  const any = (field: string): boolean => field === "*" || field === "?";
  if (any(dayOfMonth) && any(dayOfWeek)) return 1;
  if (any(dayOfMonth) && /^([1-7]|SUN|MON|TUE|WED|THU|FRI|SAT)$/.test(dayOfWeek)) return 7;
  // Once a month: the longest month decides.
  return any(dayOfWeek) && /^(\d+|L)$/.test(dayOfMonth) ? 31 : undefined;
}
