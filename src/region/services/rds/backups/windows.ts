import { ServiceFault } from "../../../operations/fault.js";

/**
 * The daily backup window (`hh24:mi-hh24:mi`) and the weekly maintenance window (`ddd:hh24:mi-ddd:hh24:mi`), both in UTC.
 * https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_WorkingWithAutomatedBackups.html#USER_WorkingWithAutomatedBackups.BackupWindow
 */
export interface Window {
  /** Minutes since midnight, or since midnight before Monday. */
  readonly from: number;
  /** So many minutes it is open; it may go on beyond the end of the day, or of the week. */
  readonly minutes: number;
}

const day = 24 * 60;
const week = 7 * day;
const days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
const shortest = 30;

const invalid = (message: string): ServiceFault => new ServiceFault("InvalidParameterValue", message);

/** @throws InvalidParameterValue */
export function backupWindow(text: string): Window {
  const [, from, to] = /^(\d\d:\d\d)-(\d\d:\d\d)$/.exec(text) ?? [];
  const [start, end] = [minuteOf(from), minuteOf(to)];
  if (start === undefined || end === undefined)
    throw invalid(
      `Invalid backup window format: ${text}. Should be specified as a range hh24:mi-hh24:mi (24H Clock UTC). Example: 03:15-04:15`,
    );
  const minutes = (end - start + day) % day;
  if (minutes < shortest) throw invalid(`The backup window must be at least ${shortest} minutes: ${text}.`);
  return { from: start, minutes };
}

/** @throws InvalidParameterValue */
export function maintenanceWindow(text: string): Window {
  const [, firstDay = "", from, lastDay = "", to] = /^([a-z]{3}):(\d\d:\d\d)-([a-z]{3}):(\d\d:\d\d)$/i.exec(text) ?? [];
  const [first, last] = [days.indexOf(firstDay.toLowerCase()), days.indexOf(lastDay.toLowerCase())];
  const [start, end] = [minuteOf(from), minuteOf(to)];
  if (start === undefined || end === undefined || first < 0 || last < 0)
    throw invalid(
      `Invalid maintenance window format: ${text}. Should be specified as a range ddd:hh24:mi-ddd:hh24:mi (24H Clock UTC). Example: Sun:23:45-Mon:00:15`,
    );
  const minutes = (last * day + end - (first * day + start) + week) % week;
  if (minutes < shortest) throw invalid(`The maintenance window must be at least ${shortest} minutes: ${text}.`);
  if (minutes >= day) throw invalid(`The maintenance window must be shorter than 24 hours: ${text}.`);
  return { from: first * day + start, minutes };
}

function minuteOf(text: string | undefined): number | undefined {
  const [hours, minutes] = (text ?? "").split(":").map(Number);
  return hours === undefined || minutes === undefined || hours > 23 || minutes > 59 ? undefined : hours * 60 + minutes;
}

/** Is a weekly window open at this moment, in milliseconds since the epoch? */
export function isOpen(window: Window, at: number): boolean {
  const moment = new Date(at);
  // The week of windows begins with Monday, that of dates with Sunday.
  const now = ((moment.getUTCDay() + 6) % 7) * day + moment.getUTCHours() * 60 + moment.getUTCMinutes();
  return (now - window.from + week) % week < window.minutes;
}

/** Is there a moment of the week at which both are open? */
export const overlap = (backup: Window, maintenance: Window): boolean =>
  days.some((_, n) => {
    const from = n * day + backup.from;
    // Either may go on into the next week.
    return [-week, 0, week].some(
      (shift) => from < maintenance.from + shift + maintenance.minutes && maintenance.from + shift < from + backup.minutes,
    );
  });

/** @throws InvalidParameterValue */
export function checkWindows(backup: string, maintenance: string): void {
  if (overlap(backupWindow(backup), maintenanceWindow(maintenance)))
    throw invalid("The backup window and maintenance window must not overlap.");
}

/**
 * When an 8-hour block begins out of which windows are chosen, in hours UTC.
 * https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_UpgradeDBInstance.Maintenance.html#AdjustingTheMaintenanceWindow
 */
const blocks: Readonly<Record<string, number>> = { "us-east": 3, "us-west": 6, "eu-central": 20, ap: 13, sa: 0, ca: 3 };
const blockOf = (regionName: string): number =>
  Object.entries(blocks).find(([prefix]) => regionName.startsWith(`${prefix}-`))?.[1] ?? 22;

export interface Windows {
  readonly preferredBackupWindow: string;
  readonly preferredMaintenanceWindow: string;
}

/**
 * What is not said is 30 minutes at random out of the region's block, and clear of the other. `random` gives 0 to 1.
 * @throws InvalidParameterValue where what was said is wrong, or leaves no room
 */
export function chosenWindows(said: Partial<Windows>, regionName: string, random: () => number = Math.random): Windows {
  const maintenance = said.preferredMaintenanceWindow?.toLowerCase();
  if (said.preferredBackupWindow !== undefined) backupWindow(said.preferredBackupWindow);
  if (maintenance !== undefined) maintenanceWindow(maintenance);
  const start = blockOf(regionName) * 60;
  const inBlock = Array.from({ length: 16 }, (_, n) => (start + n * 30) % day);
  const elsewhere = Array.from({ length: 48 }, (_, n) => n * 30).filter((minute) => !inBlock.includes(minute));
  const minutes = [...shuffled(inBlock, random), ...elsewhere];
  const backups = said.preferredBackupWindow === undefined ? minutes.map(backupAt) : [said.preferredBackupWindow];
  const dayOf = Math.floor(random() * 7);
  const maintenances =
    maintenance === undefined ? shuffled(minutes, random).map((minute) => maintenanceAt(dayOf, minute)) : [maintenance];
  for (const preferredBackupWindow of backups)
    for (const preferredMaintenanceWindow of maintenances)
      if (!overlap(backupWindow(preferredBackupWindow), maintenanceWindow(preferredMaintenanceWindow)))
        return { preferredBackupWindow, preferredMaintenanceWindow };
  throw invalid("The backup window and maintenance window must not overlap.");
}

function shuffled<T>(list: readonly T[], random: () => number): T[] {
  return list
    .map((item) => ({ item, place: random() }))
    .sort((one, other) => one.place - other.place)
    .map(({ item }) => item);
}

const clock = (minute: number): string =>
  `${String(Math.floor((minute % day) / 60)).padStart(2, "0")}:${String(minute % 60).padStart(2, "0")}`;
const backupAt = (minute: number): string => `${clock(minute)}-${clock(minute + shortest)}`;
const maintenanceAt = (dayOf: number, minute: number): string => {
  const end = (dayOf * day + minute + shortest) % week;
  return `${days[dayOf]}:${clock(minute)}-${days[Math.floor(end / day)]}:${clock(end)}`;
};
