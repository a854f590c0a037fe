import {
  type DBCluster,
  type DBInstance,
  type DBSubnetGroup,
  type RDSClient,
  paginateDescribeDBClusters,
  paginateDescribeDBInstances,
  paginateDescribeDBSubnetGroups,
  ListTagsForResourceCommand,
} from "@aws-sdk/client-rds";
import type { Described, Said } from "../described.js";
import { isUnknown, Unknown } from "../maybe.js";
import type { Names } from "./names.js";
import { eachOf, type Reading } from "./reading.js";
import { told } from "../told.js";
import { type ReadRoom, tagsOf } from "./room.js";

const instanceType = "AWS::RDS::DBInstance";
const clusterType = "AWS::RDS::DBCluster";
const subnetGroupType = "AWS::RDS::DBSubnetGroup";

/** DB instances, clusters and subnet groups. */
export const readDatabases: ReadRoom = async (clients, reading) => {
  const client = await clients.rds();
  const [instances, clusters, groups] = await Promise.all([
    reading.all("rds:DescribeDBInstances", [instanceType], paginateDescribeDBInstances({ client }, {}), (page) =>
      page.DBInstances?.filter(({ DBInstanceStatus }) => DBInstanceStatus !== "deleting"),
    ),
    reading.all("rds:DescribeDBClusters", [clusterType], paginateDescribeDBClusters({ client }, {}), (page) =>
      page.DBClusters?.filter(({ Status, Engine = "" }) => Status !== "deleting" && !others.test(Engine)),
    ),
    reading.all(
      "rds:DescribeDBSubnetGroups",
      [subnetGroupType],
      paginateDescribeDBSubnetGroups({ client }, {}),
      (page) => page.DBSubnetGroups,
    ),
  ]);
  const groupTags = await eachOf(groups, ({ DBSubnetGroupArn }) => tagsFor(client, reading, DBSubnetGroupArn));
  const own = instances.filter(({ Engine = "" }) => !others.test(Engine));
  return {
    register: (names) => {
      for (const { DBSubnetGroupName = "", DBSubnetGroupArn } of groups)
        names.register({ type: subnetGroupType, physicalId: DBSubnetGroupName, also: [DBSubnetGroupArn] });
      for (const { DBClusterIdentifier = "", DBClusterArn } of clusters)
        names.register({ type: clusterType, physicalId: DBClusterIdentifier, also: [DBClusterArn] });
      for (const { DBInstanceIdentifier = "", DBInstanceArn } of own)
        names.register({ type: instanceType, physicalId: DBInstanceIdentifier, also: [DBInstanceArn] });
    },
    describe: (names) => [
      ...groups.map((group, index) => describeGroup(group, groupTags[index], names)),
      ...clusters.map((cluster) => describeCluster(cluster, names)),
      // The servers of a Multi-AZ DB cluster are made with it and are no resources of their own.
      ...own.filter((instance) => !isServer(instance, clusters, names)).map((instance) => describeInstance(instance, names)),
    ],
  };
};

/** DocumentDB and Neptune answer on the same API, with types of their own. */
const others = /^(docdb|neptune)/;

const isServer = (
  { DBClusterIdentifier, DBInstanceIdentifier }: DBInstance,
  clusters: readonly DBCluster[],
  names: Names,
): boolean =>
  clusters.some(
    (cluster) => cluster.DBClusterIdentifier === DBClusterIdentifier && cluster.DBClusterInstanceClass !== undefined,
  ) && !names.isMade(names.idOf(instanceType, DBInstanceIdentifier));

async function tagsFor(client: RDSClient, reading: Reading, ResourceName: string | undefined): Promise<Said | undefined> {
  const answer = await reading.one("rds:ListTagsForResource", client.send(new ListTagsForResourceCommand({ ResourceName })));
  return isUnknown(answer) ? answer : tagsOf(answer?.TagList);
}

const describeGroup = (group: DBSubnetGroup, tags: Said | undefined, names: Names): Described => ({
  id: names.idOf(subnetGroupType, group.DBSubnetGroupName),
  type: subnetGroupType,
  physicalId: group.DBSubnetGroupName,
  properties: told({
    DBSubnetGroupName: group.DBSubnetGroupName,
    DBSubnetGroupDescription: group.DBSubnetGroupDescription,
    SubnetIds: names.refs(
      "AWS::EC2::Subnet",
      (group.Subnets ?? []).map(({ SubnetIdentifier }) => SubnetIdentifier),
    ),
    Tags: tags,
  }),
});

type Common = Pick<
  DBInstance & DBCluster,
  | "Engine"
  | "EngineVersion"
  | "StorageEncrypted"
  | "KmsKeyId"
  | "DeletionProtection"
  | "BackupRetentionPeriod"
  | "PreferredBackupWindow"
  | "IAMDatabaseAuthenticationEnabled"
  | "MasterUsername"
  | "MasterUserSecret"
  | "StorageType"
  | "MonitoringInterval"
  | "PerformanceInsightsEnabled"
  | "VpcSecurityGroups"
  | "TagList"
>;

/** What instances and clusters say by the same names. */
const commonOf = (of: Common, names: Names): Record<string, Said | undefined> => ({
  Engine: of.Engine,
  EngineVersion: of.EngineVersion,
  StorageEncrypted: of.StorageEncrypted ?? false,
  KmsKeyId: of.KmsKeyId === undefined ? undefined : names.ref("AWS::KMS::Key", of.KmsKeyId),
  DeletionProtection: of.DeletionProtection ?? false,
  BackupRetentionPeriod: of.BackupRetentionPeriod,
  PreferredBackupWindow: of.PreferredBackupWindow,
  MasterUsername: of.MasterUsername,
  MasterUserPassword: of.MasterUserSecret === undefined ? new Unknown("AWS never tells a password") : undefined,
  ManageMasterUserPassword: of.MasterUserSecret === undefined ? undefined : true,
  StorageType: of.StorageType,
  MonitoringInterval: of.MonitoringInterval ?? 0,
  Tags: tagsOf(of.TagList),
});

const groupIds = (of: Common, names: Names): readonly Said[] =>
  names.refs(
    "AWS::EC2::SecurityGroup",
    (of.VpcSecurityGroups ?? []).map(({ VpcSecurityGroupId }) => VpcSecurityGroupId),
  );

function describeInstance(instance: DBInstance, names: Names): Described {
  const { DBClusterIdentifier, ReadReplicaSourceDBInstanceIdentifier: source, Endpoint } = instance;
  const subnetGroup = instance.DBSubnetGroup?.DBSubnetGroupName;
  return {
    id: names.idOf(instanceType, instance.DBInstanceIdentifier),
    type: instanceType,
    physicalId: instance.DBInstanceIdentifier,
    properties: told({
      ...commonOf(instance, names),
      DBInstanceIdentifier: instance.DBInstanceIdentifier,
      DBInstanceClass: instance.DBInstanceClass,
      DBName: instance.DBName,
      AllocatedStorage: DBClusterIdentifier === undefined ? instance.AllocatedStorage : undefined,
      MultiAZ: instance.MultiAZ ?? false,
      AvailabilityZone: instance.AvailabilityZone,
      PubliclyAccessible: instance.PubliclyAccessible ?? false,
      Port: Endpoint?.Port ?? (instance.DbInstancePort === 0 ? undefined : instance.DbInstancePort),
      DBSubnetGroupName: subnetGroup === undefined ? undefined : names.ref(subnetGroupType, subnetGroup),
      VPCSecurityGroups: groupIds(instance, names),
      DBClusterIdentifier: DBClusterIdentifier === undefined ? undefined : names.ref(clusterType, DBClusterIdentifier),
      SourceDBInstanceIdentifier: source === undefined ? undefined : names.ref(instanceType, source),
      EnableIAMDatabaseAuthentication: instance.IAMDatabaseAuthenticationEnabled ?? false,
      EnablePerformanceInsights: instance.PerformanceInsightsEnabled ?? false,
      MaxAllocatedStorage: instance.MaxAllocatedStorage,
      AutoMinorVersionUpgrade: instance.AutoMinorVersionUpgrade,
      EnableCloudwatchLogsExports: instance.EnabledCloudwatchLogsExports,
    }),
    attributes: told({ "Endpoint.Address": Endpoint?.Address, "Endpoint.Port": Endpoint?.Port }),
  };
}

const describeCluster = (cluster: DBCluster, names: Names): Described => ({
  id: names.idOf(clusterType, cluster.DBClusterIdentifier),
  type: clusterType,
  physicalId: cluster.DBClusterIdentifier,
  properties: told({
    ...commonOf(cluster, names),
    DBClusterIdentifier: cluster.DBClusterIdentifier,
    // Only a Multi-AZ DB cluster has these three.
    DBClusterInstanceClass: cluster.DBClusterInstanceClass,
    AllocatedStorage: cluster.DBClusterInstanceClass === undefined ? undefined : cluster.AllocatedStorage,
    PubliclyAccessible: cluster.PubliclyAccessible,
    DatabaseName: cluster.DatabaseName,
    Port: cluster.Port,
    DBSubnetGroupName: cluster.DBSubnetGroup === undefined ? undefined : names.ref(subnetGroupType, cluster.DBSubnetGroup),
    VpcSecurityGroupIds: groupIds(cluster, names),
    EnableIAMDatabaseAuthentication: cluster.IAMDatabaseAuthenticationEnabled ?? false,
    PerformanceInsightsEnabled: cluster.PerformanceInsightsEnabled,
  }),
  attributes: told({
    "Endpoint.Address": cluster.Endpoint,
    "Endpoint.Port": cluster.Port,
    "ReadEndpoint.Address": cluster.ReaderEndpoint,
  }),
});
