import type { Rule } from "../finding.js";
import { neverFires, planNeverFires, withoutTarget } from "./clock.js";
import { exportIsNoBackup, keepsTooShort, madeOnce, selectsNothing } from "./pretended.js";
import { backupsOff, deletedWithStack, rpoOutOfReach } from "./retention.js";

/** Backups that are missing, too rare for what is promised, or none. */
export const backupRules: readonly Rule[] = [
  backupsOff,
  rpoOutOfReach,
  deletedWithStack,
  selectsNothing,
  planNeverFires,
  keepsTooShort,
  neverFires,
  withoutTarget,
  exportIsNoBackup,
  madeOnce,
];
