import { isKnown, isUnknown, Unknown } from "../../environment/maybe.js";
import { nodesOf, type Environment } from "../../environment/environment.js";
import type { Node } from "../../environment/node.js";
import type { Rule } from "../finding.js";
import { ruleOnUserData } from "../hosts/hosts.js";
import { listed, notKnown, ruleOn, ruleOver, untold } from "../rule.js";
import { timingOf } from "./schedules.js";
import { dataStoresOf, plansFor, selects } from "./stores.js";

/** What AWS Backup can take copies of, and the graph does not hold: https://docs.aws.amazon.com/aws-backup/latest/devguide/backup-feature-availability.html */
const backedUp = /^AWS::(EC2::Volume|EFS|FSx|DynamoDB|DocDB|Neptune|Redshift|StorageGateway|Timestream)/;

function unexaminedOf({ unexamined }: Environment): Unknown | undefined {
  const found = unexamined.filter(({ type }) => backedUp.test(type));
  if (found.length === 0) return undefined;
  return new Unknown(
    `${listed(found.map(({ id, type }) => `${id} (${type})`))} may be selected, and ${found.length === 1 ? "is" : "are"} not examined`,
  );
}

export const selectsNothing: Rule = ruleOn(
  "backupPlans",
  {
    id: "backup-plan-selects-nothing",
    subject: "backups",
    severity: "high",
    summary: "A backup plan that nothing is assigned to",
    sources: ["AWS Backup Developer Guide: Assigning resources to a backup plan"],
  },
  function* (plan, environment) {
    const said = { title: "backs nothing up", fix: "assign resources by reference, or by a tag that they have" };
    if (plan.selections.length === 0) {
      yield { ...said, reason: "It has no selection: a plan says when, a selection says what." };
      return;
    }
    const apart = environment.unexamined
      .filter(({ type }) => backedUp.test(type))
      .map(({ tags = {}, ...other }): Node => ({ ...other, tags, name: other.id }));
    const nodes = [...nodesOf(environment), ...apart];
    const answers = plan.selections.flatMap((selection) => nodes.map((node) => selects(selection, node)));
    if (answers.includes(true)) return;
    const wanted = plan.selections.flatMap(({ tags, resources }) => [
      ...tags.map(({ key, value }) => `the tag ${key}=${isKnown(value) ? value : "?"}`),
      ...resources.filter(isKnown),
    ]);
    const unsure =
      plan.selections.flatMap(({ resources }) => resources).find(isUnknown) ??
      answers.find(isUnknown) ??
      unexaminedOf(environment);
    const reason = `It selects ${wanted.length === 0 ? "nothing" : listed(wanted)}, and nothing of what was read is that.`;
    yield unsure !== undefined && isUnknown(unsure)
      ? notKnown({ ...said, title: "may back nothing up", reason }, unsure)
      : { ...said, reason };
  },
);

export const exportIsNoBackup: Rule = ruleOver(
  {
    id: "export-is-no-backup",
    subject: "backups",
    severity: "medium",
    summary: "Snapshots are exported to S3, and nothing else backs the database up",
    sources: ["Amazon RDS User Guide: Exporting DB snapshot data to Amazon S3 (Apache Parquet; cannot be restored)"],
  },
  function* (environment) {
    const bare = dataStoresOf(environment).filter(
      (store) => isKnown(store.backupRetention) && store.backupRetention === 0 && plansFor(environment, store).length === 0,
    );
    if (bare.length === 0) return;
    for (const role of environment.roles.values()) {
      if (isUnknown(role.trust)) continue;
      const exports = role.trust.statements.some(
        ({ principals }) =>
          principals !== undefined && principals !== "*" && (principals.Service ?? []).includes("export.rds.amazonaws.com"),
      );
      if (!exports) continue;
      const said = {
        title: "exports snapshots, from which no database is restored",
        reason: `An export is Parquet, for analysis: RDS cannot make a database from it. ${listed(bare.map(({ name }) => name))} ${bare.length === 1 ? "has" : "have"} no other backup that was read.`,
        fix: "keep automated backups (or an AWS Backup plan), and take the export for what it is",
      };
      const notTold = untold(environment, "AWS::Backup::BackupPlan");
      yield [role, notTold === undefined ? said : notKnown(said, notTold)];
    }
  },
);

const dump = /^(?:\S*\/)?(?:mysqldump|mariadb-dump|mariadb-backup|pg_dump|pg_dumpall|pg_basebackup|mongodump)$/;

export const madeOnce: Rule = ruleOnUserData(
  {
    id: "backup-made-once",
    subject: "backups",
    severity: "medium",
    summary: "A database dump that user data makes: once, when the host is first started",
    sources: [
      "Amazon EC2 User Guide: Run commands when you launch an EC2 instance with user data input (runs at the first boot only)",
    ],
  },
  {
    title: "its user data may make a backup, once",
    reason: "The text is not known here.",
    fix: "let automated backups, or a timer, make it",
  },
  function* (script) {
    const made = script.commands.find(
      ({ words }) => words.some((word) => dump.test(word)) && !words.some((word) => /cron|install|systemctl|alias/.test(word)),
    );
    if (made === undefined) return;
    yield {
      title: "its user data makes a backup, once",
      reason: `Line ${String(made.line)} runs \`${made.words.find((word) => dump.test(word)) ?? ""}\` when the host is first started, before there is anything to keep, and never again.`,
      fix: "use RDS's automated backups; a dump beside them by a systemd timer, tried out by restoring it",
    };
  },
);

/** Where a plan puts its copies has to outlive what it copies; a plan that keeps nothing has none. */
export const keepsTooShort: Rule = ruleOn(
  "backupPlans",
  {
    id: "backup-plan-keeps-less-than-its-interval",
    subject: "backups",
    severity: "high",
    summary: "A backup plan that deletes its last copy before it makes the next",
    sources: ["AWS Backup API Reference: BackupRule (DeleteAfterDays)"],
  },
  function* (plan) {
    for (const { name, deleteAfter, schedule } of plan.rules) {
      if (deleteAfter === undefined || schedule === undefined) continue;
      const unsure = [deleteAfter, schedule].find(isUnknown);
      const said = {
        title: `its rule ${name} deletes the last copy before it makes the next`,
        reason: `It keeps copies for ${isKnown(deleteAfter) ? String(deleteAfter) : "?"} days.`,
        fix: "keep copies for several of its intervals",
      };
      if (unsure !== undefined && isUnknown(unsure)) {
        yield notKnown({ ...said, title: `its rule ${name} may delete the last copy before it makes the next` }, unsure);
        continue;
      }
      const timing = isKnown(schedule) ? timingOf(schedule) : undefined;
      const gap = timing !== undefined && "longestGap" in timing ? timing.longestGap : undefined;
      if (gap !== undefined && isKnown(deleteAfter) && deleteAfter * 86_400 < gap)
        yield {
          ...said,
          reason: `It keeps copies for ${String(deleteAfter)} days, and makes one every ${String(Math.round(gap / 86_400))} days at the longest: in between there is none.`,
        };
    }
  },
);
