import { randomBytes } from "node:crypto";
import type { Scope } from "../../../operations/call.js";
import { ServiceFault } from "../../../operations/fault.js";
import type { BackupKind } from "./kinds.js";

/** Names of backups, and of what is kept of them on the disk. Pure, but for what is made up. */

type Where = Pick<Scope, "accountId" | "regionName">;

export const snapshotArn = (where: Where, { arn }: BackupKind, identifier: string): string =>
  `arn:aws:rds:${where.regionName}:${where.accountId}:${arn.snapshot}:${identifier}`;

export const automatedBackupArn = (where: Where, { arn }: BackupKind, id: string): string =>
  `arn:aws:rds:${where.regionName}:${where.accountId}:${arn.automated}:${id}`;

/** As a client may name a snapshot of its own: https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBSnapshot.html */
export function checkSnapshotIdentifier(identifier: string | undefined, member: string): string {
  if (identifier === undefined || !/^[a-z](?:-?[a-z0-9])*$/i.test(identifier) || identifier.length > 255)
    throw new ServiceFault(
      "InvalidParameterValue",
      `The parameter ${member} is not a valid identifier. Identifiers must begin with a letter; must contain only ASCII letters, digits, and hyphens; and must not end with a hyphen or contain two consecutive hyphens.`,
    );
  return identifier.toLowerCase();
}

/** e.g. `rds:orders-2026-11-21-03-00`, in UTC; a minute later when that is taken. */
export function automatedName(source: string, at: number, isTaken: (name: string) => boolean): string {
  for (let minute = at; ; minute += 60_000) {
    const name = `rds:${source}-${new Date(minute).toISOString().slice(0, 16).replace(/[T:]/g, "-")}`;
    if (!isTaken(name)) return name;
  }
}

/** A snapshot by its name or its ARN of this account and region. */
export const snapshotNamed = (nameOrArn: string): string =>
  (/^arn:aws:rds:[^:]*:\d*:(?:cluster-)?snapshot:(.+)$/.exec(nameOrArn)?.[1] ?? nameOrArn).toLowerCase();

/** Everything of a scope: two of them never look after each other's. */
export const scopeFolder = (where: Where): string => `${where.accountId}-${where.regionName}`;

/** Everything of one DB instance or DB cluster. */
export const resourceFolder = (where: Where, resourceId: string): string => `${scopeFolder(where)}/${resourceId}`;

/** Whose a backup's folder is. */
export const resourceOfFolder = (folder: string): string => folder.split("/")[1] ?? "";

/** A new backup's, never used again. */
export const newBackupFolder = (where: Where, resourceId: string): string =>
  `${resourceFolder(where, resourceId)}/backup-${randomBytes(8).toString("hex")}`;

/** A new log's: where automated backups were turned off and on again there is a gap, and another history. */
export const newLogFolder = (where: Where, resourceId: string): string =>
  `${resourceFolder(where, resourceId)}/log-${randomBytes(8).toString("hex")}`;

export const newAutomatedBackupId = (): string =>
  `ab-${[...randomBytes(26)].map((byte) => "abcdefghijklmnopqrstuvwxyz234567"[byte % 32]).join("")}`;
