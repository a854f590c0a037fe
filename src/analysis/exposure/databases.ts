import type { Database, DatabaseCluster } from "../../environment/databases.js";
import type { Environment } from "../../environment/environment.js";
import { isKnown, isUnknown, type Maybe } from "../../environment/maybe.js";
import type { NodeId } from "../../environment/node.js";
import type { Rule } from "../finding.js";
import { at, isFalse, isTrue, listed, notKnown, ruleOn, ruleOver, where } from "../rule.js";
import { leadsToInternet } from "../zones.js";

export const publicDatabase: Rule = ruleOn(
  "databases",
  {
    id: "database-public",
    subject: "exposure",
    severity: "high",
    summary: "A database that is publicly accessible",
    sources: ["Amazon RDS User Guide: Hiding a DB instance in a VPC from the internet", "AWS Security Hub control RDS.2"],
  },
  (database) =>
    where(database.publiclyAccessible, isTrue, {
      title: "has a public address",
      reason: "PubliclyAccessible gives it an address of the internet; nothing but its groups stands between it and everybody.",
      fix: "set PubliclyAccessible to false, and reach it from inside the VPC",
      ...at(database, "PubliclyAccessible"),
    }),
);

/** A database instance of a cluster has its cluster's storage and protection. */
const dataStores = (environment: Environment): readonly (Database | DatabaseCluster)[] => [
  ...environment.databaseClusters.values(),
  ...[...environment.databases.values()].filter(({ cluster }) => cluster === undefined),
];

/** A read replica's data is its source's, and so is its encryption. */
const isReplica = (store: Database | DatabaseCluster): boolean => "replicaOf" in store && store.replicaOf !== undefined;

export const deletionProtection: Rule = ruleOver(
  {
    id: "deletion-protection-missing",
    subject: "exposure",
    severity: "medium",
    summary: "A database that one call deletes",
    sources: ["Amazon RDS User Guide: Deleting a DB instance", "AWS Security Hub controls RDS.7 and RDS.8"],
  },
  function* (environment) {
    for (const store of dataStores(environment))
      for (const said of where(store.deletionProtection, isFalse, {
        title: "can be deleted by one call",
        reason: isReplica(store)
          ? "Deletion protection is off (the API's default): a slip, or a stack that is replaced, takes a copy that readers depend on. The data is its source's."
          : "Deletion protection is off (the API's default), so a slip, a script or a stack that is replaced takes the data with it.",
        fix: "set DeletionProtection to true",
        ...(isReplica(store) ? { severity: "low" as const } : {}),
        ...at(store, "DeletionProtection"),
      }))
        yield [store, said];
  },
);

export const literalPassword: Rule = ruleOver(
  {
    id: "database-password-in-text",
    subject: "exposure",
    severity: "high",
    summary: "A master password that is written in the template",
    sources: [
      "Amazon RDS User Guide: Password management with Amazon RDS and AWS Secrets Manager",
      "AWS CloudFormation User Guide: Security best practices",
    ],
  },
  function* (environment) {
    for (const store of dataStores(environment))
      if (store.masterPassword === "literal")
        yield [
          store,
          {
            title: "its master password stands in the text",
            reason:
              "Whoever may read the template, its repository or the stack knows the password of the database's master user.",
            fix: "set ManageMasterUserPassword to true, or refer to a secret ({{resolve:secretsmanager:…}}); change the password, for it is known",
            ...at(store, "MasterUserPassword"),
          },
        ];
  },
);

/** The subnets that AWS may put it in. */
function subnetsOf(environment: Environment, group: Maybe<NodeId> | undefined): readonly Maybe<NodeId>[] {
  if (group === undefined) return [];
  return isUnknown(group) ? [group] : (environment.databaseSubnetGroups.get(group)?.subnets ?? []);
}

export const databaseInPublicSubnet: Rule = ruleOver(
  {
    id: "database-in-public-subnet",
    subject: "exposure",
    severity: "medium",
    summary: "A database whose subnets lead to the internet: public and private are not apart",
    sources: ["Amazon VPC User Guide: Example: VPC with servers in private subnets and NAT", "AWS Security Hub control RDS.46"],
  },
  function* (environment) {
    for (const store of dataStores(environment)) {
      const subnets = subnetsOf(environment, store.subnetGroup);
      const said = {
        reason:
          "They route 0.0.0.0/0 to an internet gateway, so one switch (PubliclyAccessible) and one rule of a group are all that hides it.",
        fix: "put it in a DB subnet group of subnets without a route to an internet gateway",
        ...at(store, "DBSubnetGroupName"),
      };
      const open = subnets.filter(isKnown).filter((subnet) => leadsToInternet(environment, subnet) === true);
      const unsure = subnets.map((subnet) => (isUnknown(subnet) ? subnet : leadsToInternet(environment, subnet))).find(isUnknown);
      if (open.length > 0) yield [store, { ...said, title: `is in public subnets: ${listed(open)}` }];
      else if (unsure !== undefined) yield [store, notKnown({ ...said, title: "may be in public subnets" }, unsure)];
    }
  },
);

export const unencryptedDatabase: Rule = ruleOver(
  {
    id: "database-unencrypted",
    subject: "exposure",
    severity: "medium",
    summary: "A database whose storage is not encrypted",
    sources: ["Amazon RDS User Guide: Encrypting Amazon RDS resources", "AWS Security Hub control RDS.3"],
  },
  function* (environment) {
    for (const store of dataStores(environment).filter((each) => !isReplica(each) || isUnknown(each.encrypted)))
      for (const said of where(store.encrypted, isFalse, {
        title: "its storage is not encrypted",
        reason:
          "Its volume, snapshots, backups and logs are in clear text. It cannot be turned on later: only a copy of a snapshot can be encrypted.",
        fix: "set StorageEncrypted to true, before there is data",
        ...at(store, "StorageEncrypted"),
      }))
        yield [store, said];
  },
);
