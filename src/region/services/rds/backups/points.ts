import type { Scope } from "../../../operations/call.js";
import { ServiceFault } from "../../../operations/fault.js";
import type { DBInstanceOrigin } from "../records.js";
import { automatedSnapshots, isMade, restorable, type MadeSnapshot } from "./automated.js";
import type { AutomatedBackup } from "./records.js";
import { baseFor } from "./retention.js";

/** To which moment something is to be restored. */
export interface Moment {
  /** Milliseconds since the epoch; the latest there is where it is not said. */
  readonly time?: number | undefined;
  readonly latest?: boolean | undefined;
}

/** What a restore to a point in time begins with. */
export interface RestorePoint {
  readonly origin: Extract<DBInstanceOrigin, { kind: "backup" }>;
  /** Of the backup, without the log. */
  readonly made: MadeSnapshot["made"];
}

/** `member` is what names the time. @throws InvalidParameterCombination */
export function checkMoment({ time, latest }: Moment, member: "RestoreTime" | "RestoreToTime"): void {
  if ((time === undefined) === (latest !== true))
    throw new ServiceFault(
      "InvalidParameterCombination",
      `Either ${member} or UseLatestRestorableTime must be specified, and not both.`,
    );
}

/** @throws InvalidRestoreFault, InvalidParameterValue */
export function restorePoint(call: Scope, kept: AutomatedBackup, { time }: Moment): RestorePoint {
  const { identifier, resourceId } = kept.source;
  const range = restorable(call, kept);
  if (range === undefined || kept.latest === undefined)
    throw new ServiceFault(
      "InvalidRestoreFault",
      `There is no time yet to which ${identifier} can be restored: wait until its LatestRestorableTime is told.`,
    );
  // To the second when it is said.
  const until = time ?? kept.latest;
  if (until > kept.latest || until < range.earliest)
    throw new ServiceFault(
      "InvalidParameterValue",
      `The specified instance cannot be restored to a time later than ${iso(range.latest)} or earlier than ${iso(range.earliest)}: ${identifier} was asked for at ${iso(until)}.`,
    );
  const backups = automatedSnapshots(call.records, resourceId).filter(isMade);
  const base = baseFor(
    backups.map(({ folder, made }) => ({ folder, ...made })),
    until,
  );
  if (base === undefined) throw new Error(`no automated backup of ${identifier} is older than ${iso(until)}`);
  const { folder, from, to, bytes } = base;
  return { origin: { kind: "backup", backup: folder, log: kept.log, until }, made: { from, to, bytes } };
}

const iso = (at: number): string => new Date(at).toISOString().replace(/\.\d+Z$/, "Z");
