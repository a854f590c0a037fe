import { describe, expect, test } from "vitest";
import { anyUnknown, graphWithNetwork, nodeIn, unknown } from "../../support/graphs.js";

describe("databases", () => {
  const database = (properties: string, more = "") =>
    graphWithNetwork(`Db: {Type: AWS::RDS::DBInstance, Properties: {${properties}}}\n${more}`);

  test("a DB instance has AWS's defaults", () => {
    const graph = database(
      "Engine: postgres, DBInstanceClass: db.t4g.micro, AllocatedStorage: '20', DBSubnetGroupName: !Ref Subnets, VPCSecurityGroups: [!Ref Group]",
    );
    expect(nodeIn(graph.databases, "Db")).toMatchObject({
      engine: "postgres",
      port: 5432,
      encrypted: false,
      deletionProtection: false,
      backupRetention: 1,
      subnetGroup: "Subnets",
      multiAz: false,
      zone: unknown("AWS chooses the zone among eu-west-3a, eu-west-3b"),
      publiclyAccessible: false,
      storage: 20,
      identifier: anyUnknown,
      deletionPolicy: "Snapshot",
      monitoringInterval: 0,
    });
    expect(nodeIn(graph.interfaces, "Db/eth0")).toMatchObject({
      owner: { kind: "database", id: "Db" },
      subnets: ["A", "B"],
      subnetUnknown: unknown("AWS chooses the subnet among A, B"),
      groups: ["Group"],
      isPublic: false,
    });
  });

  test.each([
    ["in a subnet group of one's own it is private, internet gateway or not", "mysql", "Subnets", false],
    ["without a subnet group it is public", "mysql", undefined, true],
    ["without one Aurora is private", "aurora-mysql", undefined, false],
  ])("without a word, %s", (_, engine, group, isPublic) => {
    const graph = database(
      `Engine: ${engine}${group === undefined ? "" : `, DBSubnetGroupName: !Ref ${group}`}`,
      "Gateway: {Type: AWS::EC2::InternetGateway}\nAttachment: {Type: AWS::EC2::VPCGatewayAttachment, Properties: {VpcId: !Ref Vpc, InternetGatewayId: !Ref Gateway}}",
    );
    expect(nodeIn(graph.databases, "Db")).toMatchObject({ publiclyAccessible: isPublic, port: 3306 });
    expect(nodeIn(graph.interfaces, "Db/eth0").isPublic).toBe(isPublic);
  });

  test("a replica and a restored one are what they are copied from", () => {
    const graph = database(
      "Engine: mariadb, StorageEncrypted: true, DBInstanceClass: db.m5.large, DBSubnetGroupName: !Ref Subnets",
      "Copy: {Type: AWS::RDS::DBInstance, Properties: {SourceDBInstanceIdentifier: !Ref Db}}\nOld: {Type: AWS::RDS::DBInstance, Properties: {DBSnapshotIdentifier: snap, DBInstanceClass: db.m5.large, DBSubnetGroupName: !Ref Subnets}}",
    );
    expect(nodeIn(graph.databases, "Copy")).toMatchObject({
      replicaOf: "Db",
      engine: "mariadb",
      encrypted: true,
      instanceClass: "db.m5.large",
    });
    expect(nodeIn(graph.databases, "Old")).toMatchObject({
      engine: unknown("restored from"),
      encrypted: unknown("restored from"),
    });
  });

  test("members have what their cluster says", () => {
    const graph = graphWithNetwork(`
Cluster: {Type: AWS::RDS::DBCluster, Properties: {Engine: aurora-mysql, StorageEncrypted: true, BackupRetentionPeriod: 7, DBSubnetGroupName: !Ref Subnets, VpcSecurityGroupIds: [!Ref Group]}}
Writer: {Type: AWS::RDS::DBInstance, Properties: {Engine: aurora-mysql, DBClusterIdentifier: !Ref Cluster, DBInstanceClass: db.r6g.large, AvailabilityZone: eu-west-3a}}`);
    expect(nodeIn(graph.databaseClusters, "Cluster")).toMatchObject({
      members: ["Writer"],
      isMultiAzCluster: false,
      port: 3306,
      backupRetention: 7,
    });
    expect(nodeIn(graph.databases, "Writer")).toMatchObject({
      cluster: "Cluster",
      encrypted: true,
      backupRetention: 7,
      zone: "eu-west-3a",
      deletionPolicy: "Delete",
    });
    expect(nodeIn(graph.interfaces, "Writer/eth0")).toMatchObject({ subnets: ["A", "B"], groups: ["Group"] });
  });

  test("a Multi-AZ DB cluster has servers of its own", () => {
    const graph = graphWithNetwork(
      "Cluster: {Type: AWS::RDS::DBCluster, Properties: {Engine: postgres, DBClusterInstanceClass: db.m5d.large, AllocatedStorage: 100, DBSubnetGroupName: !Ref Subnets}}",
    );
    expect(nodeIn(graph.databaseClusters, "Cluster")).toMatchObject({
      isMultiAzCluster: true,
      instanceClass: "db.m5d.large",
      members: [],
    });
    expect(nodeIn(graph.interfaces, "Cluster/eth0")).toMatchObject({
      owner: { kind: "database", id: "Cluster" },
      subnets: ["A", "B"],
    });
  });
});
