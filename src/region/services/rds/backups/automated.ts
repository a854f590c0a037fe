import type { Scope } from "../../../operations/call.js";
import { ServiceFault } from "../../../operations/fault.js";
import { put, remove, type Change, type Records } from "../../../records/records.js";
import { daysKept, kindOf, type BackupKind } from "./kinds.js";
import type { AutomatedBackup, Snapshot } from "./records.js";
import { restoreWindow, type RestoreWindow } from "./retention.js";

/** A snapshot whose backup has been made. */
export type MadeSnapshot = Snapshot & { readonly made: NonNullable<Snapshot["made"]> };

export const isMade = (snapshot: Snapshot): snapshot is MadeSnapshot =>
  snapshot.status === "available" && snapshot.made !== undefined;

/** All snapshots of one DB instance or DB cluster, by its resource id. */
export const snapshotsOf = (records: Records, resourceId: string): readonly Snapshot[] =>
  records.list(kindOf(resourceId).snapshots).filter(({ source }) => source.resourceId === resourceId);

/** Made or not. */
export const automatedSnapshots = (records: Records, resourceId: string): readonly Snapshot[] =>
  snapshotsOf(records, resourceId).filter(({ type }) => type === "automated");

/** Its automated backups; undefined where there are none. */
export const automatedBackupOf = (records: Records, resourceId: string): AutomatedBackup | undefined =>
  records.get(kindOf(resourceId).automated, resourceId);

/** Between which moments what is backed up, or is gone, can be restored. */
export function restorable(scope: Pick<Scope, "records" | "now">, kept: AutomatedBackup): RestoreWindow | undefined {
  const { source, latest, status } = kept;
  const backups = automatedSnapshots(scope.records, source.resourceId).filter(isMade);
  const days = status === "retained" ? undefined : daysKept(scope.records, source);
  return restoreWindow(
    backups.map(({ made }) => made),
    latest,
    days ?? source.settings.backupRetentionPeriod,
    scope.now(),
  );
}

/** The same of what is there, by its resource id. */
export function restoreWindowOf(scope: Pick<Scope, "records" | "now">, resourceId: string): RestoreWindow | undefined {
  const kept = automatedBackupOf(scope.records, resourceId);
  return kept === undefined ? undefined : restorable(scope, kept);
}

/** All that is kept automatically of one goes: automated snapshots and, with their record, the log. */
export const withoutAutomated = (records: Records, resourceId: string): readonly Change[] => {
  const { snapshots, automated } = kindOf(resourceId);
  return [
    ...automatedSnapshots(records, resourceId).map(({ identifier }) => remove(snapshots, identifier)),
    ...(automatedBackupOf(records, resourceId) === undefined ? [] : [remove(automated, resourceId)]),
  ];
};

/** What becomes of the backups of a DB instance or a DB cluster in the commit with which it goes. */
export function backupsAfterDeletion(
  records: Records,
  { resourceId, retainsBackups }: { readonly resourceId: string; readonly retainsBackups?: boolean },
): readonly Change[] {
  const { snapshots, automated } = kindOf(resourceId);
  const kept = automatedBackupOf(records, resourceId);
  const unmade = snapshotsOf(records, resourceId).filter(({ status, copyOf }) => status === "creating" && copyOf === undefined);
  const failed = unmade.map((snapshot) =>
    snapshot.type === "manual"
      ? put(snapshots, snapshot.identifier, { ...snapshot, status: "failed" as const })
      : remove(snapshots, snapshot.identifier),
  );
  if (retainsBackups === true && kept?.status === "active")
    return [...failed, put(automated, resourceId, { ...kept, status: "retained" as const })];
  return [...failed.filter(({ do: what }) => what === "put"), ...withoutAutomated(records, resourceId)];
}

/** By what a client names automated backups. */
export interface WantedBackups {
  readonly resourceId?: string | undefined;
  readonly arn?: string | undefined;
}

/** What is kept of one that is gone. @throws the kind's faults of automated backups */
export function deleteAutomatedBackup(call: Scope, kind: BackupKind, wanted: WantedBackups): AutomatedBackup {
  const kept = theAutomatedBackup(call, kind, wanted);
  if (kept.status !== "retained")
    throw new ServiceFault(
      kind.codes.automatedState,
      `The automated backup of ${kept.source.identifier} cannot be deleted because it is in the ${kept.status} state: its ${kind.noun} is there.${kind.of === "instance" ? " Set its BackupRetentionPeriod to 0 instead." : ""}`,
    );
  call.commit(...withoutAutomated(call.records, kept.source.resourceId));
  call.upkeep.nudge("backup", kept.source.resourceId);
  return kept;
}

/** @throws the kind's fault of automated backups that are not there */
export function theAutomatedBackup(call: Pick<Scope, "records">, kind: BackupKind, wanted: WantedBackups): AutomatedBackup {
  const id = wanted.arn?.split(":").at(-1);
  const kept = call.records
    .list(kind.automated)
    .find((each) => (id === undefined ? each.source.resourceId === wanted.resourceId : each.id === id));
  if (kept === undefined)
    throw new ServiceFault(
      kind.codes.automatedGone,
      `The automated backup ${wanted.arn ?? `of the ${kind.noun} with the resource id ${wanted.resourceId}`} was not found.`,
      404,
    );
  return kept;
}
