import type { SourceType } from "@aws-sdk/client-rds";

/**
 * The events of RDS that happen here, with AWS's ids, categories and wording; `{…}` is replaced by the event's own words. What AWS's
 * table ends with a full stop comes without one, as DescribeEvents gives it.
 * https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_Events.Messages.html
 */
export const eventMessages = {
  "RDS-EVENT-0001": { category: "backup", message: "Backing up DB instance" },
  "RDS-EVENT-0002": { category: "backup", message: "Finished DB Instance backup" },
  "RDS-EVENT-0003": { category: "deletion", message: "DB instance deleted" },
  "RDS-EVENT-0004": { category: "availability", message: "DB instance shutdown" },
  "RDS-EVENT-0005": { category: "creation", message: "DB instance created" },
  "RDS-EVENT-0006": { category: "availability", message: "DB instance restarted" },
  "RDS-EVENT-0007": {
    category: "low storage",
    message: "Allocated storage has been exhausted. Allocate additional storage to resolve.",
  },
  "RDS-EVENT-0011": { category: "configuration change", message: "Updated to use DBParameterGroup {name}" },
  "RDS-EVENT-0012": { category: "configuration change", message: "Applying modification to database instance class" },
  "RDS-EVENT-0013": { category: "failover", message: "Multi-AZ instance failover started." },
  "RDS-EVENT-0014": { category: "configuration change", message: "Finished applying modification to DB instance class" },
  "RDS-EVENT-0016": { category: "configuration change", message: "Reset master credentials" },
  "RDS-EVENT-0017": { category: "configuration change", message: "Finished applying modification to allocated storage" },
  "RDS-EVENT-0018": { category: "configuration change", message: "Applying modification to allocated storage" },
  "RDS-EVENT-0019": { category: "restoration", message: "Restored from DB instance {name} to {time}" },
  "RDS-EVENT-0024": {
    category: "configuration change",
    message: "Applying modification to convert to a Multi-AZ DB Instance",
  },
  "RDS-EVENT-0025": {
    category: "configuration change",
    message: "Finished applying modification to convert to a Multi-AZ DB Instance",
  },
  "RDS-EVENT-0028": { category: "configuration change", message: "Disabled automated backups" },
  "RDS-EVENT-0029": {
    category: "configuration change",
    message: "Finished applying modification to convert to a standard (Single-AZ) DB Instance",
  },
  "RDS-EVENT-0030": {
    category: "configuration change",
    message: "Applying modification to convert to a standard (Single-AZ) DB Instance",
  },
  "RDS-EVENT-0031": {
    category: "failure",
    message: "DB instance put into {state} state. RDS recommends that you initiate a point-in-time-restore.",
  },
  "RDS-EVENT-0032": { category: "configuration change", message: "Enabled automated backups" },
  "RDS-EVENT-0037": {
    category: "configuration change",
    message: "Updated parameter {name} to {value} with apply method {method}",
  },
  "RDS-EVENT-0040": { category: "creation", message: "Creating manual snapshot" },
  "RDS-EVENT-0041": { category: "deletion", message: "Deleted user snapshot" },
  "RDS-EVENT-0042": { category: "creation", message: "Manual snapshot created" },
  "RDS-EVENT-0043": { category: "restoration", message: "Restored from snapshot {name}" },
  "RDS-EVENT-0044": { category: "notification", message: "{message}" },
  "RDS-EVENT-0046": { category: "read replica", message: "Replication for the Read Replica resumed" },
  "RDS-EVENT-0049": { category: "failover", message: "Multi-AZ instance failover completed" },
  "RDS-EVENT-0052": { category: "recovery", message: "Multi-AZ instance recovery started." },
  "RDS-EVENT-0053": {
    category: "recovery",
    message: "Multi-AZ instance recovery completed. Pending failover or activation.",
  },
  "RDS-EVENT-0057": { category: "read replica", message: "Replication streaming has been terminated" },
  "RDS-EVENT-0071": { category: "failover", message: "Completed failover to DB instance: {name}" },
  "RDS-EVENT-0072": { category: "failover", message: "Started same AZ failover to DB instance: {name}" },
  "RDS-EVENT-0073": { category: "failover", message: "Started cross AZ failover to DB instance: {name}" },
  "RDS-EVENT-0074": { category: "backup", message: "Creating manual cluster snapshot" },
  "RDS-EVENT-0075": { category: "backup", message: "Manual cluster snapshot created" },
  "RDS-EVENT-0087": { category: "notification", message: "DB instance stopped" },
  "RDS-EVENT-0088": { category: "notification", message: "DB instance started" },
  "RDS-EVENT-0090": { category: "creation", message: "Creating automated snapshot" },
  "RDS-EVENT-0091": { category: "creation", message: "Automated snapshot created" },
  "RDS-EVENT-0150": { category: "notification", message: "DB cluster stopped" },
  "RDS-EVENT-0151": { category: "notification", message: "DB cluster started" },
  "RDS-EVENT-0168": { category: "backup", message: "Creating automated cluster snapshot" },
  "RDS-EVENT-0169": { category: "backup", message: "Automated cluster snapshot created" },
  "RDS-EVENT-0170": { category: "creation", message: "DB cluster created" },
  "RDS-EVENT-0171": { category: "deletion", message: "DB cluster deleted" },
} as const satisfies Readonly<Record<string, { readonly category: string; readonly message: string }>>;

export type EventId = keyof typeof eventMessages;

/** The message of an event. A place without a word of its own stays as it is, so that a test sees it. Pure. */
export const eventMessage = (id: EventId, words: Readonly<Record<string, string>>): string =>
  eventMessages[id].message.replace(/\{(\w+)\}/g, (place, name: string) =>
    Object.hasOwn(words, name) ? (words[name] ?? place) : place,
  );

const ofClusterSnapshots = ["backup", "notification"] as const;

/** What DescribeEventCategories tells: AWS's categories of each type of source, whether or not they happen here. */
export const eventCategories = {
  "db-instance": [
    ...["availability", "backup", "configuration change", "creation", "deletion", "failover", "failure", "low storage"],
    ...["maintenance", "notification", "read replica", "recovery", "restoration", "security", "security patching"],
  ],
  "db-parameter-group": ["configuration change"],
  "db-security-group": ["configuration change", "failure"],
  "db-snapshot": ["creation", "deletion", "notification", "restoration"],
  "db-cluster": [
    "configuration change",
    "creation",
    "deletion",
    "failover",
    "failure",
    "global failover",
    "maintenance",
    "notification",
  ],
  "db-cluster-snapshot": [...ofClusterSnapshots],
} as const satisfies Partial<Readonly<Record<SourceType, readonly string[]>>>;
