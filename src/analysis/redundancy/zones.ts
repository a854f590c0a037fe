import type { Environment } from "../../environment/environment.js";
import { isKnown, isUnknown, type Maybe } from "../../environment/maybe.js";
import type { Node, NodeId } from "../../environment/node.js";
import type { Database } from "../../environment/databases.js";
import type { TargetGroup } from "../../environment/balancing.js";
import type { Rule } from "../finding.js";
import { at, listed, notKnown, ruleOn, ruleOver } from "../rule.js";
import { zonesOf, zonesOfInterfaces, type Zones } from "../zones.js";

const staticStability = "AWS Well-Architected Framework: REL10-BP01 Deploy the workload to multiple locations";

type Served = Node & { readonly interfaces: readonly NodeId[] };

/** The instances and Auto Scaling groups that a target group sends to. */
export function targetsOf(environment: Environment, group: TargetGroup): readonly Served[] {
  const named = group.targets.flatMap(({ target }) => (isKnown(target) && "node" in target ? [target.node] : []));
  const registered = [...environment.autoScalingGroups.values()]
    .filter(({ targetGroups }) => targetGroups.includes(group.id))
    .map(({ id }) => id);
  return [...new Set([...named, ...registered])].flatMap(
    (id) => environment.instances.get(id) ?? environment.autoScalingGroups.get(id) ?? [],
  );
}

const zonesOfServed = (environment: Environment, served: readonly Served[]): Zones =>
  zonesOfInterfaces(
    environment,
    served.flatMap(({ interfaces }) => interfaces),
  );

export const serviceInOneZone: Rule = ruleOn(
  "targetGroups",
  {
    id: "service-in-one-zone",
    subject: "redundancy",
    severity: "high",
    summary: "Several instances of one service, all in one zone",
    sources: [staticStability],
  },
  function* (group, environment) {
    const served = targetsOf(environment, group);
    const machines = served.reduce((sum, node) => sum + (environment.autoScalingGroups.has(node.id) ? 2 : 1), 0);
    if (machines < 2) return;
    const { names, unknown } = zonesOfServed(environment, served);
    if (names.length > 1) return;
    const said = {
      title: names.length === 0 ? "its targets may be in one zone" : `all its targets are in ${names.join()}`,
      reason: `${listed(served.map(({ name }) => name))}: two of a kind survive the loss of a host, not of their zone, for which the second was bought.`,
      fix: "put them into subnets of different zones",
    };
    yield unknown === undefined ? said : notKnown(said, unknown);
  },
);

export const balancerInOneZone: Rule = ruleOn(
  "balancers",
  {
    id: "balancer-in-one-zone",
    subject: "redundancy",
    severity: "high",
    summary: "A load balancer in one zone",
    sources: [
      "Elastic Load Balancing User Guide: How Elastic Load Balancing works (Availability Zones and load balancer nodes)",
      staticStability,
    ],
  },
  function* (balancer, environment) {
    const { names, unknown } = zonesOf(environment, balancer.subnets);
    if (names.length > 1) return;
    const said = {
      title: names.length === 0 ? "may be in one zone" : `is in one zone, ${names.join()}`,
      reason:
        "It has a node in each zone of its subnets: with one, the zone's loss is the service's, however many targets are elsewhere.",
      fix: "give it a public subnet in each zone that has targets",
      ...at(balancer, "Subnets"),
    };
    yield unknown === undefined ? said : notKnown(said, unknown);
  },
);

/** Instances of a cluster are the cluster's affair, and a replica may well be alone. */
const standsAlone = (database: Database): boolean => database.cluster === undefined && database.replicaOf === undefined;

/** What load balancers send requests to. */
const served = (environment: Environment): readonly Served[] =>
  [...environment.targetGroups.values()].flatMap((group) => targetsOf(environment, group));

export const databaseInOneZone: Rule = ruleOn(
  "databases",
  {
    id: "database-in-one-zone",
    subject: "redundancy",
    severity: "high",
    summary: "A database in one zone, where availability is promised or the service is in several",
    sources: [
      "Amazon RDS User Guide: Configuring and managing a Multi-AZ deployment for Amazon RDS",
      "AWS Security Hub control RDS.5",
    ],
  },
  function* (database, environment) {
    if (!standsAlone(database) || database.multiAz === true) return;
    const { availability } = environment.objectives;
    const { names } = zonesOfServed(environment, served(environment));
    if (availability === undefined && names.length < 2) return;
    const said = {
      title: "has no standby in a second zone",
      reason: `${availability === undefined ? `The hosts of the service are in ${listed(names)}` : `${String(availability)} % is promised`}, but with its zone, or its host, the database is gone until it is restored from a backup.`,
      fix: "set MultiAZ to true (about twice the price of the instance), or state what the environment can keep without",
      severity: availability === undefined ? ("medium" as const) : ("high" as const),
      ...at(database, "MultiAZ"),
    };
    yield isUnknown(database.multiAz) ? notKnown(said, database.multiAz) : said;
  },
);

const groupSubnets = (environment: Environment, group: Maybe<NodeId> | undefined): readonly Maybe<NodeId>[] =>
  group === undefined || isUnknown(group) ? [] : (environment.databaseSubnetGroups.get(group)?.subnets ?? []);

export const multiAzInOneZone: Rule = ruleOver(
  {
    id: "multi-az-in-one-zone",
    subject: "redundancy",
    severity: "high",
    summary: "A Multi-AZ promise whose subnets are in one zone, or a cluster whose members are",
    sources: [
      "Amazon RDS User Guide: Working with a DB instance in a VPC (subnet groups)",
      "Amazon Aurora User Guide: High availability for Amazon Aurora",
    ],
  },
  function* (environment) {
    for (const database of environment.databases.values()) {
      if (database.multiAz === false || !standsAlone(database)) continue;
      const subnets = groupSubnets(environment, database.subnetGroup);
      const { names, unknown } = zonesOf(environment, subnets);
      if (subnets.length === 0 || names.length > 1) continue;
      const said = {
        title: `is Multi-AZ, with subnets in ${names.length === 0 ? "zones that are not known" : `${names.join()} alone`}`,
        reason: "The standby needs a subnet of its group in another zone; AWS refuses it, or has nowhere to fail over to.",
        fix: "add a subnet of another zone to its DB subnet group",
        ...at(database, "DBSubnetGroupName"),
      };
      const unsure = [unknown, database.multiAz].find(isUnknown);
      yield [database, unsure === undefined ? said : notKnown(said, unsure)];
    }
    for (const cluster of environment.databaseClusters.values()) {
      if (cluster.isMultiAzCluster === true || cluster.members.length < 2) continue;
      const zones = cluster.members.map((id) => environment.databases.get(id)?.zone);
      const names = [...new Set(zones.filter((zone) => zone !== undefined).filter(isKnown))];
      // AWS spreads members over zones where nothing is asked for.
      if (names.length !== 1 || zones.some((zone) => zone === undefined || isUnknown(zone))) continue;
      yield [
        cluster,
        {
          title: `all its members are in ${names.join()}`,
          reason: `${listed(cluster.members)}: the reader is there to take over, and goes down with the writer's zone.`,
          fix: "leave AvailabilityZone out, or name different ones",
        },
      ];
    }
  },
);

export const zonesApart: Rule = ruleOn(
  "databases",
  {
    id: "application-and-database-in-different-zones",
    subject: "redundancy",
    severity: "medium",
    summary: "An application in one zone and its database in another: the loss of either ends the service",
    sources: ["AWS Whitepaper: Availability and Beyond (hard dependencies multiply)"],
  },
  function* (database, environment) {
    if (!standsAlone(database) || database.multiAz !== false) return;
    const behind = served(environment);
    const hosts = zonesOfServed(
      environment,
      behind.length > 0 ? behind : [...environment.instances.values(), ...environment.autoScalingGroups.values()],
    );
    const [zone] = hosts.names;
    const own = isKnown(database.zone) ? database.zone : zonesOfInterfaces(environment, database.interfaces).names.join();
    if (zone === undefined || hosts.names.length !== 1 || hosts.unknown !== undefined || own === "" || own.includes(zone)) return;
    yield {
      title: `is in ${own}, and the application in ${zone}`,
      reason: `Both are needed, and either zone's loss stops the service: twice the risk of one zone, and each query pays for the way between. Two zones of 99.5 % each in series give ${(0.995 * 0.995 * 100).toFixed(2)} %.`,
      fix: "spread both over the two zones (MultiAZ, and an instance in each), or put both into one",
      ...at(database, "AvailabilityZone"),
    };
  },
);
