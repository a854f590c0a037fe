import type { EnvironmentBuilder } from "../builder.js";
import type { Database, DatabaseCluster } from "../databases.js";
import { PartialText, Reference } from "../described.js";
import { isKnown, Unknown, type Maybe } from "../maybe.js";
import type { NodeId } from "../node.js";
import type { Catalogue } from "./catalogue.js";
import { defaultSubnet } from "./default-vpc.js";
import { groupsOrDefault, impliedInterface } from "./interfaces.js";
import { draftsOf, type Draft } from "./node.js";
import { keyOf } from "./keys.js";
import type { Reading } from "./reading.js";
import { clusterType, databaseSubnetGroupType, databaseType, groupType, subnetType } from "./types.js";

export function drawDatabases(catalogue: Catalogue, builder: EnvironmentBuilder): void {
  for (const { node, read } of draftsOf(catalogue, databaseSubnetGroupType))
    builder.add("databaseSubnetGroups", { ...node, subnets: read.at("SubnetIds").nodes(subnetType) });
  const clusters = new Map(draftsOf(catalogue, clusterType).map((draft) => [draft.node.id, draft]));
  const databases = draftsOf(catalogue, databaseType).map((draft) => databaseOf(catalogue, builder, draft, clusters));
  for (const database of databases) builder.add("databases", database);
  for (const draft of clusters.values()) {
    const members = databases.filter(({ cluster }) => cluster === draft.node.id).map(({ id }) => id);
    builder.add("databaseClusters", clusterOf(builder, draft, members));
  }
}

/** https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBInstance.html, Port; Aurora's as its compatible engine's. */
const ports: readonly (readonly [engine: RegExp, port: number])[] = [
  [/postgres/, 5432],
  [/mysql|mariadb|^aurora$/, 3306],
  [/^(custom-)?oracle/, 1521],
  [/^(custom-)?sqlserver/, 1433],
  [/^db2/, 50000],
];

function portOf(engine: Maybe<string>): Maybe<number> {
  if (engine instanceof Unknown) return engine;
  return ports.find(([pattern]) => pattern.test(engine))?.[1] ?? new Unknown(`the default port of ${engine} is not known`);
}

/** What instances and clusters have in common. `from`: the cluster, or what a replica copies, which says what the text leaves out. */
function settingsOf({ node, read, resource }: Draft, from: Reading | undefined) {
  const inherited = (name: string): Reading => (read.at(name).given || from === undefined ? read.at(name) : from.at(name));
  const restored = read.either(
    "DBSnapshotIdentifier",
    "SnapshotIdentifier",
    "SourceDbiResourceId",
    "SourceDBClusterIdentifier",
  ).given;
  const silent = (what: string): Unknown => new Unknown(`${what} of ${node.id} is that of what it is restored from`);
  const engine = inherited("Engine").text() ?? (restored ? silent("the engine") : new Unknown(`${node.id} says no engine`));
  const engineText = engine instanceof Unknown ? engine : engine.toLowerCase();
  return {
    engine: engineText,
    engineVersion: inherited("EngineVersion").text(),
    port: inherited("Port").number() ?? portOf(engineText),
    encrypted:
      inherited("StorageEncrypted").flag() ?? (inherited("KmsKeyId").given ? true : restored ? silent("the encryption") : false),
    kmsKey: keyOf(inherited("KmsKeyId")),
    backupRetention: retentionOf(inherited("BackupRetentionPeriod")),
    backupWindow: inherited("PreferredBackupWindow").text(),
    masterPassword: passwordOf(read),
    deletionPolicy: resource.deletionPolicy ?? new Unknown("only a template says what becomes of it when its stack is deleted"),
  };
}

/** Where the password of the master user stands. A parameter that has no value here counts as such, and never a reference as a literal. */
function passwordOf(read: Reading): Database["masterPassword"] {
  const managed = read.at("ManageMasterUserPassword").flag(false);
  if (managed === true) return "managed";
  const { value } = read.at("MasterUserPassword");
  const texts = value instanceof PartialText ? value.parts : [value];
  if (texts.some((text) => typeof text === "string" && /\{\{resolve:(secretsmanager|ssm-secure):/.test(text))) return "secret";
  if (texts.some((text) => text instanceof Unknown && text.parameter !== undefined)) return "parameter";
  if (texts.some((text) => text instanceof Unknown || text instanceof Reference)) return "unknown";
  return typeof value === "string" || typeof value === "number"
    ? String(value).includes("{{resolve:")
      ? "parameter"
      : "literal"
    : "unknown";
}

function databaseOf(
  catalogue: Catalogue,
  builder: EnvironmentBuilder,
  draft: Draft,
  clusters: ReadonlyMap<NodeId, Draft>,
): Database {
  const { node, read } = draft;
  const cluster = read.at("DBClusterIdentifier").node(clusterType);
  const of = typeof cluster === "string" ? clusters.get(cluster)?.read : undefined;
  const replicaOf = read.at("SourceDBInstanceIdentifier").node(databaseType);
  const source =
    typeof replicaOf === "string"
      ? draftsOf(catalogue, databaseType).find((each) => each.node.id === replicaOf)?.read
      : undefined;
  const settings = settingsOf(draft, of ?? source);
  const groupSource = read.at("DBSubnetGroupName").given || (of ?? source) === undefined ? read : (of ?? source ?? read);
  const subnetGroup = groupSource.at("DBSubnetGroupName").node(databaseSubnetGroupType);
  const subnets = subnetsOf(builder, groupSource, subnetGroup);
  const isPublic = read.at("PubliclyAccessible").flag() ?? publicByDefault(groupSource, settings.engine);
  const named =
    read.at("VPCSecurityGroups").list().length > 0
      ? read.at("VPCSecurityGroups")
      : (of?.at("VpcSecurityGroupIds") ?? read.at("VPCSecurityGroups"));
  const made = impliedInterface(node, "eth0", {
    owner: { kind: "database", id: node.id },
    subnets,
    isPublic,
    groups: groupsOrDefault(builder, named.nodes(groupType), subnets[0]),
  });
  builder.add("interfaces", made);
  const multiAz = read.at("MultiAZ").flag(false);
  return {
    ...node,
    ...settings,
    deletionProtection: read.at("DeletionProtection").flag() ?? of?.at("DeletionProtection").flag() ?? false,
    iamAuthentication: (of ?? read).at("EnableIAMDatabaseAuthentication").flag(false),
    identifier: read.at("DBInstanceIdentifier").text() ?? new Unknown("AWS makes up its identifier"),
    instanceClass:
      read.at("DBInstanceClass").text() ?? source?.at("DBInstanceClass").text() ?? new Unknown(`${node.id} says no class`),
    cluster,
    interfaces: [made.id],
    subnetGroup,
    multiAz,
    zone: read.at("AvailabilityZone").text() ?? zoneAmong(builder, subnets),
    publiclyAccessible: isPublic,
    storage: (read.at("AllocatedStorage").given ? read : (source ?? read)).at("AllocatedStorage").number(),
    storageType: read.at("StorageType").text(),
    replicaOf,
    monitoringInterval: read.at("MonitoringInterval").number(0),
    performanceInsights: read.at("EnablePerformanceInsights").flag(false),
  };
}

/** A subnet group that is named is the graph's; without one, the default VPC's. */
function subnetsOf(builder: EnvironmentBuilder, read: Reading, group: Maybe<NodeId> | undefined): readonly Maybe<NodeId>[] {
  if (group === undefined) return [defaultSubnet(builder, read.at("AvailabilityZone").text())];
  if (group instanceof Unknown) return [group];
  return builder.get("databaseSubnetGroups", group)?.subnets ?? [new Unknown(`${group} is not part of what was read`)];
}

/**
 * Where nothing is said: "If DBSubnetGroup isn't specified, PubliclyAccessible defaults to false for Aurora instances and true for non-Aurora
 * instances. If DBSubnetGroup is specified, [it] defaults to false unless the value of DBSubnetGroup is default". Older copies of the page
 * let the VPC's internet gateway decide. https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBInstance.html
 */
function publicByDefault(read: Reading, engine: Maybe<string>): Maybe<boolean> {
  const group = read.at("DBSubnetGroupName");
  if (group.given) return group.value === "default" ? notAurora(engine) : (group.unknown ?? false);
  return notAurora(engine);
}

const notAurora = (engine: Maybe<string>): Maybe<boolean> => (engine instanceof Unknown ? engine : !engine.startsWith("aurora"));

/** All subnets may lie in one zone; else AWS chooses. */
function zoneAmong(builder: EnvironmentBuilder, subnets: readonly Maybe<NodeId>[]): Maybe<string> {
  const zones = subnets.map((id) =>
    id instanceof Unknown ? id : (builder.get("subnets", id)?.zone ?? new Unknown(`${id} is not known`)),
  );
  const distinct = [...new Set(zones)];
  if (distinct.length === 1 && distinct[0] !== undefined) return distinct[0];
  return new Unknown(`AWS chooses the zone among ${distinct.filter(isKnown).join(", ")}`);
}

function clusterOf(builder: EnvironmentBuilder, draft: Draft, members: readonly NodeId[]): DatabaseCluster {
  const { node, read } = draft;
  const settings = settingsOf(draft, undefined);
  const subnetGroup = read.at("DBSubnetGroupName").node(databaseSubnetGroupType);
  const { engine } = settings;
  // Aurora's servers are DB instances of their own; other engines' come with the cluster.
  const isMultiAzCluster = engine instanceof Unknown ? engine : !engine.startsWith("aurora");
  if (isMultiAzCluster === true) {
    const subnets = subnetsOf(builder, read, subnetGroup);
    builder.add(
      "interfaces",
      impliedInterface(node, "eth0", {
        owner: { kind: "database", id: node.id },
        subnets,
        isPublic: read.at("PubliclyAccessible").flag() ?? publicByDefault(read, engine),
        groups: groupsOrDefault(builder, read.at("VpcSecurityGroupIds").nodes(groupType), subnets[0]),
      }),
    );
  }
  return {
    ...node,
    ...settings,
    deletionProtection: read.at("DeletionProtection").flag(false),
    iamAuthentication: read.at("EnableIAMDatabaseAuthentication").flag(false),
    identifier: read.at("DBClusterIdentifier").text() ?? new Unknown("AWS makes up its identifier"),
    subnetGroup,
    members,
    isMultiAzCluster,
    instanceClass: read.at("DBClusterInstanceClass").text(),
  };
}

/** Days that AWS keeps automated backups for at most; it refuses more, and fewer than none. */
const longestRetention = 35;

function retentionOf(read: Reading): Maybe<number> {
  const days = read.number(1);
  return isKnown(days) && (days < 0 || days > longestRetention)
    ? new Unknown(`BackupRetentionPeriod is ${String(days)}, and AWS takes 0 to ${String(longestRetention)} days`)
    : days;
}
