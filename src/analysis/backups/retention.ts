import { isKnown, isUnknown } from "../../environment/maybe.js";
import type { Rule } from "../finding.js";
import { at, listed, notKnown, ruleOver } from "../rule.js";
import { plannedPause } from "./planned.js";
import { dataStoresOf, plansFor, type DataStore } from "./stores.js";

const restoreGuide = "Amazon RDS User Guide: Restoring a DB instance to a specified time (logs are uploaded every five minutes)";

/** RDS uploads the logs of a DB instance to S3 this often: later changes are lost with its storage. Seconds. */
const logUpload = 300;

export const backupsOff: Rule = ruleOver(
  {
    id: "automated-backups-off",
    subject: "backups",
    severity: "high",
    summary: "A database without automated backups, so without a way back to a moment",
    sources: ["Amazon RDS User Guide: Introduction to backups", "AWS Security Hub control RDS.11"],
  },
  function* (environment) {
    for (const store of dataStoresOf(environment)) {
      const { backupRetention } = store;
      if (isKnown(backupRetention) && backupRetention > 0) continue;
      const plans = plansFor(environment, store).filter(({ isCertain }) => isCertain);
      // A continuous plan turns them on by itself; one of snapshots is judged against the RPO.
      if (plans.some(({ plan }) => plan.rules.some(({ continuous }) => continuous === true))) continue;
      const said = {
        title: "has no automated backups",
        reason: `${isKnown(backupRetention) ? "BackupRetentionPeriod is 0" : "Where BackupRetentionPeriod is 0"}: no daily snapshot and no logs, so no restore to a moment. ${plans.length === 0 ? "Nothing else of what was read backs it up: what somebody does by hand is as regular as they are." : `${listed(plans.map(({ plan }) => plan.name))} takes snapshots, and what was written since the last is lost.`}`,
        fix: "set BackupRetentionPeriod to 7 or more",
        severity: plans.length === 0 ? ("high" as const) : ("medium" as const),
        ...at(store, "BackupRetentionPeriod"),
      };
      yield [store, isUnknown(backupRetention) ? notKnown(said, backupRetention) : said];
    }
  },
);

const minutes = (seconds: number): string => (seconds % 60 === 0 ? `${String(seconds / 60)} min` : `${String(seconds)} s`);

/** Aurora's storage and a Multi-AZ DB cluster's send their logs continuously. */
const isContinuous = (store: DataStore): boolean => !("multiAz" in store);

export const rpoOutOfReach: Rule = ruleOver(
  {
    id: "backups-cannot-meet-rpo",
    subject: "backups",
    severity: "high",
    summary: "Backups that lose more than the stated RPO, or all that it allows",
    sources: [restoreGuide, "Amazon Aurora User Guide: Overview of backing up and restoring an Aurora DB cluster"],
  },
  function* (environment) {
    const { rpo } = environment.objectives;
    if (rpo === undefined) return;
    for (const store of dataStoresOf(environment)) {
      const { backupRetention } = store;
      const place = at(store, "BackupRetentionPeriod");
      if (isUnknown(backupRetention)) {
        yield [
          store,
          notKnown(
            {
              title: "its backups may not meet the RPO",
              reason: `The RPO is ${minutes(rpo)}.`,
              fix: "keep automated backups for 7 days or more",
              ...place,
            },
            backupRetention,
          ),
        ];
        continue;
      }
      if (backupRetention === 0) {
        const gap = plannedPause(environment, store);
        if (gap !== undefined && isKnown(gap) && gap <= rpo) continue;
        const said = {
          title: `its backups cannot give an RPO of ${minutes(rpo)}`,
          reason: `Without automated backups there are no logs to replay: ${gap === undefined || isUnknown(gap) ? "and nothing of what was read surely takes snapshots" : `snapshots are up to ${minutes(gap)} apart, which is what is lost`}.`,
          fix: "set BackupRetentionPeriod to 7 or more: then at most the last five minutes of logs are missing",
          ...place,
        };
        yield [store, gap !== undefined && isUnknown(gap) ? notKnown(said, gap) : said];
      } else if (!isContinuous(store) && rpo <= logUpload)
        yield [
          store,
          {
            title:
              rpo < logUpload
                ? `its backups cannot give an RPO of ${minutes(rpo)}`
                : `its backups leave no margin in an RPO of ${minutes(rpo)}`,
            reason: `Snapshots are daily; the logs between them are uploaded every ${minutes(logUpload)}, so a restore ends up to ${minutes(logUpload)} before the loss (the latest restorable time), and later when an upload is late: ${rpo < logUpload ? "more than" : "all of"} the ${minutes(rpo)}.`,
            fix: "Multi-AZ covers the loss of a host or a zone without losing data; against a bad write or a deletion use Aurora or a Multi-AZ DB cluster, whose logs go continuously, or state an RPO of 10 min",
            severity: rpo < logUpload ? "high" : "medium",
            ...place,
          },
        ];
    }
  },
);

export const deletedWithStack: Rule = ruleOver(
  {
    id: "data-deleted-with-its-stack",
    subject: "backups",
    severity: "medium",
    summary: "A database whose data goes with the stack, without a last snapshot",
    sources: ["AWS CloudFormation User Guide: DeletionPolicy attribute"],
  },
  function* (environment) {
    for (const store of dataStoresOf(environment)) {
      const { deletionPolicy } = store;
      // AWS keeps a snapshot of a cluster unless told otherwise, and the reader of templates does not say which of the two it was.
      if (environment.databaseClusters.has(store.id)) continue;
      // A plan has no such policy, and an account says it of what a stack made.
      if (environment.from === "plan" || isUnknown(deletionPolicy) || deletionPolicy !== "Delete") continue;
      yield [
        store,
        {
          title: "goes with its stack, without a last snapshot",
          reason:
            "Its DeletionPolicy is Delete: deleting the stack (or taking the resource out of the template) deletes it and its automated backups.",
          fix: "set DeletionPolicy and UpdateReplacePolicy to Snapshot",
        },
      ];
    }
  },
);
