import { backupWindow } from "./windows.js";

/** What is taken when, and kept for how long. Times are milliseconds since the epoch. Pure. */

const dayLength = 24 * 3_600_000;

export interface MadeBackup {
  readonly from: number;
  /** It holds nothing later: the data can be restored to any moment from here on that the log covers. */
  readonly to: number;
}

/** When a daily window last opened. */
export function lastOpening(window: string, now: number): number {
  const midnight = Math.floor(now / dayLength) * dayLength;
  const today = midnight + backupWindow(window).from * 60_000;
  return today <= now ? today : today - dayLength;
}

/**
 * Is an automated backup to be taken? Where there is none at once, and then once in every window. One that was missed, because neither
 * region nor instance ran, is taken as soon as they do: a machine that is off at night has its backups too.
 */
export const isDue = (window: string, backups: readonly MadeBackup[], now: number): boolean =>
  backups.every(({ from }) => from < lastOpening(window, now));

/** Milliseconds until the window opens again. */
export const untilOpening = (window: string, now: number): number => lastOpening(window, now) + dayLength - now;

/**
 * Backups that may go: `days` back every moment is to be restorable, for which the last one before that time is needed. So there may be
 * one more than days. Of an instance that is gone (`endedAt`: how far its log goes) all go when that time is so long ago.
 */
export function expired<B extends MadeBackup>(backups: readonly B[], days: number, now: number, endedAt?: number): readonly B[] {
  const cutoff = now - days * dayLength;
  if (endedAt !== undefined && endedAt < cutoff) return backups;
  const base = baseFor(backups, cutoff);
  return base === undefined ? [] : backups.filter(({ to }) => to < base.to);
}

/** The one to begin with for the data as they were at a moment: the last that holds nothing later. */
export function baseFor<B extends MadeBackup>(backups: readonly B[], moment: number): B | undefined {
  return backups.reduce<B | undefined>(
    (best, backup) => (backup.to <= moment && (best === undefined || backup.to > best.to) ? backup : best),
    undefined,
  );
}

export interface RestoreWindow {
  readonly earliest: number;
  readonly latest: number;
}

/** Between which moments the data can be restored, both to the second; nothing before there are a backup and log after it. */
export function restoreWindow(
  backups: readonly MadeBackup[],
  latest: number | undefined,
  days: number,
  now: number,
): RestoreWindow | undefined {
  const [first] = backups.map(({ to }) => to).sort((one, other) => one - other);
  if (first === undefined || latest === undefined) return undefined;
  const earliest = Math.ceil(Math.max(first, now - days * dayLength) / 1000) * 1000;
  const last = Math.floor(latest / 1000) * 1000;
  return last < earliest ? undefined : { earliest, latest: last };
}
