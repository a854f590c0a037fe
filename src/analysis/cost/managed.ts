import type { Balancer } from "../../environment/balancing.js";
import type { Database, DatabaseCluster } from "../../environment/databases.js";
import type { Environment } from "../../environment/environment.js";
import { isKnown, known, Unknown, type Maybe } from "../../environment/maybe.js";
import type { Node } from "../../environment/node.js";
import type { Alarm } from "../../environment/watching.js";
import { hoursOfMonth, standing, used, type CostLine, type Pricer } from "./lines.js";
import type { Deployment, Item } from "./prices.js";

export const balancerLines = (pricer: Pricer, balancer: Balancer): readonly CostLine[] => [
  standing(pricer, balancer, `${balancer.kind} load balancer`, `balancer:${balancer.kind}:hour`, hoursOfMonth),
  used(pricer, balancer, "capacity units", `balancer:${balancer.kind}:units`, "balancerUnits", hoursOfMonth),
];

/** A DB instance as its price sees it. */
export interface DatabaseSpec {
  readonly engine: Maybe<string>;
  readonly instanceClass: Maybe<string>;
  readonly deployment: Maybe<Deployment>;
  /** GiB. */
  readonly storage: Maybe<number>;
  readonly storageType: Maybe<string>;
}

const first = (...values: readonly Maybe<unknown>[]): Unknown | undefined => values.find((value) => value instanceof Unknown);

/** The server and its storage; a Multi-AZ DB cluster is three servers with three volumes. */
export function databaseLines(pricer: Pricer, node: Pick<Node, "id" | "type" | "name">, spec: DatabaseSpec): readonly CostLine[] {
  const { engine, instanceClass, deployment, storage, storageType } = spec;
  const servers = deployment === "cluster" ? 3 : 1;
  const item: Maybe<Item> =
    isKnown(engine) && isKnown(instanceClass) && isKnown(deployment)
      ? `database:${engine}:${instanceClass}:${deployment}`
      : (first(engine, instanceClass, deployment) ?? new Unknown("the DB instance is not known"));
  const stored: Maybe<Item> =
    isKnown(storageType) && isKnown(deployment)
      ? `database-storage:${storageType}:${deployment}`
      : (first(storageType, deployment) ?? new Unknown("the storage is not known"));
  const named = { single: "Single-AZ", multi: "Multi-AZ", cluster: "Multi-AZ DB cluster" }[
    known(deployment, "single") ?? "single"
  ];
  return [
    standing(pricer, node, `${known(instanceClass, "DB instance")} ${known(engine, "")}, ${named}`, item, hoursOfMonth * servers),
    standing(pricer, node, `${known(storageType, "")} database storage, ${named}`, stored, storage),
    used(pricer, node, "backup storage beyond the free part", "database-backup", "backupGb"),
  ];
}

/** An instance of an Aurora cluster; its storage is the cluster's. */
export const auroraInstanceLine = (
  pricer: Pricer,
  node: Pick<Node, "id" | "type" | "name">,
  engine: Maybe<string>,
  instanceClass: Maybe<string>,
): CostLine => {
  const item: Maybe<Item> =
    isKnown(engine) && isKnown(instanceClass)
      ? `database:${engine}:${instanceClass}:single`
      : (first(engine, instanceClass) ?? new Unknown("the DB instance is not known"));
  return standing(pricer, node, `${known(instanceClass, "DB instance")} ${known(engine, "")}`, item, hoursOfMonth);
};

export const auroraStorageLines = (pricer: Pricer, node: Pick<Node, "id" | "type" | "name">): readonly CostLine[] => [
  used(pricer, node, "Aurora storage", "aurora-storage", "auroraGb"),
  used(pricer, node, "Aurora requests to storage", "aurora-requests", "auroraRequests"),
  used(pricer, node, "Aurora backup storage beyond the free part", "aurora-backup", "backupGb"),
];

/** What a DB instance that is no member of a cluster is to its price. RDS takes gp2 where no storage type is said. */
export const specOf = (database: Database): DatabaseSpec => ({
  engine: database.engine,
  instanceClass: database.instanceClass,
  deployment: isKnown(database.multiAz) ? (database.multiAz ? "multi" : "single") : database.multiAz,
  storage: database.storage ?? new Unknown("AllocatedStorage is not stated"),
  storageType: database.storageType ?? "gp2",
});

const linesOfDatabase = (pricer: Pricer, database: Database): readonly CostLine[] =>
  database.cluster === undefined
    ? databaseLines(pricer, database, specOf(database))
    : [auroraInstanceLine(pricer, database, database.engine, database.instanceClass)];

const linesOfCluster = (pricer: Pricer, cluster: DatabaseCluster): readonly CostLine[] =>
  cluster.isMultiAzCluster === true
    ? databaseLines(pricer, cluster, {
        engine: cluster.engine,
        instanceClass: cluster.instanceClass ?? new Unknown("DBClusterInstanceClass is not stated"),
        deployment: "cluster",
        storage: new Unknown("the graph does not hold the cluster's storage"),
        storageType: new Unknown("the graph does not hold the cluster's storage"),
      })
    : auroraStorageLines(pricer, cluster);

function alarmLine(pricer: Pricer, alarm: Alarm): CostLine {
  if (alarm.type === "AWS::CloudWatch::CompositeAlarm") return standing(pricer, alarm, "composite alarm", "alarm:composite", 1);
  const quick = alarm.period !== undefined && isKnown(alarm.period) && alarm.period < 60;
  // An alarm on an expression costs for each metric in it, and the graph does not hold those.
  const metrics = alarm.isComputed ? new Unknown("it computes over metrics, and costs for each of them") : 1;
  return standing(
    pricer,
    alarm,
    quick ? "high-resolution alarm" : "alarm",
    quick ? "alarm:high-resolution" : "alarm:standard",
    metrics,
  );
}

/** Everything that AWS runs itself: balancers, databases, keys, secrets, buckets, alarms, logs, web ACLs. */
export function managedLines(pricer: Pricer, environment: Environment): readonly CostLine[] {
  const of = <T>(nodes: ReadonlyMap<string, T>, lines: (node: T) => readonly CostLine[]): readonly CostLine[] =>
    [...nodes.values()].flatMap(lines);
  return [
    ...of(environment.balancers, (node) => balancerLines(pricer, node)),
    ...of(environment.databases, (node) => linesOfDatabase(pricer, node)),
    ...of(environment.databaseClusters, (node) => linesOfCluster(pricer, node)),
    ...of(environment.keys, (node) => [
      standing(pricer, node, "customer managed key", "key:month", 1),
      used(pricer, node, "requests to the key", "key:requests", "keyRequests"),
    ]),
    ...of(environment.secrets, (node) => [
      standing(pricer, node, "secret", "secret:month", 1),
      used(pricer, node, "requests for the secret", "secret:requests", "secretRequests"),
    ]),
    ...of(environment.buckets, (node) => [
      used(pricer, node, "what the bucket holds", "bucket:storage", "bucketGb"),
      used(pricer, node, "reads of the bucket", "bucket:reads", "bucketReads"),
      used(pricer, node, "writes to the bucket", "bucket:writes", "bucketWrites"),
    ]),
    ...of(environment.alarms, (node) => [alarmLine(pricer, node)]),
    ...of(environment.logGroups, (node) => [used(pricer, node, "log ingestion", "logs:ingestion", "logGb")]),
    ...of(environment.webAcls, (node) => [
      standing(pricer, node, "web ACL", "web-acl:month", 1),
      standing(pricer, node, "rules of the web ACL", "web-acl:rule", new Unknown("the graph does not hold a web ACL's rules")),
      used(pricer, node, "requests that the web ACL looks at", "web-acl:requests", "webAclRequests"),
    ]),
  ];
}
