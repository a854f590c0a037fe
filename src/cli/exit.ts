/** Exit codes, the same for every verb; printed by `--help`. */
export const exit = {
  ok: 0,
  failed: 1,
  usage: 2,
  needsSetUp: 3,
  declined: 4,
  detached: 130,
} as const;

export const exitHelp = `
Exit codes: 0 done; 1 failed, the message says what; 2 wrong usage or input; 3 this machine needs set-up or privilege
(sandtable doctor); 4 not confirmed; 130 detached by Ctrl-C, nothing was undone.`;

/** `check` and `reach` answer a question by how they end: whatever keeps them from it is one code. */
export const verdictExit = { pass: 0, findings: 1, cannot: 2, unknown: 3 } as const;

/** Faults that are about how the command was written or what it was given. */
const usageCodes = new Set([
  "NotFound",
  "NotAProject",
  "BadTemplate",
  "BadParameter",
  "BadRecipe",
  "NeedsConfirmation",
  "NotModelled",
  "AmbiguousName",
  "NoSuchInstance",
  "SeveralInstances",
  "BadOption",
  "PackageName",
]);

/** Faults that a change of this machine, not of the input, mends. */
const setUpCodes = new Set([
  "RegionNotRunning",
  "NeedsRoot",
  "MissingPrograms",
  "WireTableMissing",
  "WireTableOld",
  "NotYours",
  "NoCredentials",
  "NoRegion",
]);

export function exitCodeOf(code: string): number {
  if (code === "Declined") return exit.declined;
  if (usageCodes.has(code)) return exit.usage;
  return setUpCodes.has(code) ? exit.needsSetUp : exit.failed;
}
