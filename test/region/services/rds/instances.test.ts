import type { CreateKeyCommandOutput } from "@aws-sdk/client-kms";
import { describe, expect, test } from "vitest";
import { reviewMembers } from "../../../../src/region/operations/members.js";
import { NetworkInterfaces } from "../../../../src/region/services/ec2/records.js";
import { kmsOperations } from "../../../../src/region/services/kms/operations.js";
import { databaseNames } from "../../../../src/region/services/rds/names.js";
import { rdsOperations } from "../../../../src/region/services/rds/operations.js";
import { DBInstances } from "../../../../src/region/services/rds/records.js";
import { recordsAlone, run } from "../../../support/records.js";
import { fault, make, rds, seen, set, wanted, withGroup } from "./instances.js";

describe("a DB instance", () => {
  test("is creating, without an endpoint, with an interface in the kernel and its keeper told", async () => {
    const { call, asked, where } = await withGroup();
    const { DBInstance } = await make(call, { VpcSecurityGroupIds: [where.groupId], Tags: [{ Key: "app", Value: "flask" }] });
    expect(DBInstance).toMatchObject({
      DBInstanceIdentifier: "app",
      DBInstanceStatus: "creating",
      EngineVersion: "15.8",
      AvailabilityZone: "eu-west-3a",
      VpcSecurityGroups: [{ VpcSecurityGroupId: where.groupId, Status: "active" }],
      TagList: [{ Key: "app", Value: "flask" }],
    });
    expect(DBInstance?.Endpoint).toBeUndefined();
    expect(JSON.stringify(DBInstance)).not.toContain("correct-horse");
    expect(asked.slice(-2)).toEqual([`network ${where.vpcId}`, "database app"]);
    expect(call.records.list(NetworkInterfaces)).toMatchObject([
      { holder: { kind: "database", id: "app" }, groupIds: [where.groupId] },
    ]);
    // Its name is there before anybody is told that it is available.
    expect(databaseNames(call)).toMatchObject([{ addresses: ["10.0.1.4"] }]);
  });

  test("has an endpoint that resolves once it is available", async () => {
    const { call } = await withGroup();
    await make(call);
    set(call, { status: "available", born: true });
    const db = await seen(call);
    expect(db?.Endpoint).toMatchObject({
      Port: 5432,
      Address: expect.stringMatching(/^app\.c[a-z0-9]{11}\.eu-west-3\.rds\.amazonaws\.com$/),
    });
    expect(databaseNames(call)).toEqual([{ name: db?.Endpoint?.Address, addresses: ["10.0.1.4"] }]);
  });

  test("may be put in a zone that the subnet group covers, and in no other", async () => {
    const { call } = await withGroup();
    expect((await make(call, { AvailabilityZone: "eu-west-3b" })).DBInstance?.AvailabilityZone).toBe("eu-west-3b");
    await expect(make(call, { DBInstanceIdentifier: "b", AvailabilityZone: "eu-west-3c" })).rejects.toEqual(
      fault("InvalidVPCNetworkStateFault"),
    );
  });

  test.each([
    ["of another engine", { Engine: "oracle-ee" }, "NotImplemented", /oracle-ee.*Modelled are postgres/],
    ["of another major version", { EngineVersion: "16.3" }, "NotImplemented", /postgres 16\.3/],
    ["of a class that is not there", { DBInstanceClass: "db.x9.huge" }, "NotImplemented", /db\.x9\.huge/],
    ["with a short password", { MasterUserPassword: "short" }, "InvalidParameterValue", /shorter than 8/],
    ["with an @ in the password", { MasterUserPassword: "user@example" }, "InvalidParameterValue", /printable ASCII/],
    ["without a password", { MasterUserPassword: undefined }, "InvalidParameterValue", /MasterUserPassword must be provided/],
    ["with a reserved user", { MasterUsername: "admin" }, "InvalidParameterValue", /reserved word/],
    ["with a wrong identifier", { DBInstanceIdentifier: "a--b" }, "InvalidParameterValue", /DBInstanceIdentifier/],
    ["with too small a disk", { AllocatedStorage: 5 }, "InvalidParameterValue", /storage type gp3: 5/],
    ["on a kind of disk that there is not", { StorageType: "banana" }, "InvalidParameterValue", /banana/],
    [
      "on io1 without its speed",
      { StorageType: "io1", AllocatedStorage: 100 },
      "InvalidParameterCombination",
      /Iops must be specified for the storage type io1/,
    ],
    ["on io2 without its speed", { StorageType: "io2", AllocatedStorage: 100 }, "InvalidParameterCombination", /io2/],
    ["that may not grow", { MaxAllocatedStorage: 20 }, "InvalidParameterCombination", /greater than storage size/],
    ["on a low port", { Port: 80 }, "InvalidParameterValue", /port/],
    ["in a subnet group that is not there", { DBSubnetGroupName: "none" }, "DBSubnetGroupNotFoundFault", /none/],
    ["without a subnet group", { DBSubnetGroupName: undefined }, "InvalidSubnet", /No default subnet/],
    ["with a group that is not there", { VpcSecurityGroupIds: ["sg-0"] }, "InvalidParameterValue", /sg-0/],
    [
      "that is public without an internet gateway",
      { PubliclyAccessible: true },
      "InvalidVPCNetworkStateFault",
      /no internet gateway/,
    ],
  ])("%s is refused, and nothing is recorded", async (_, more, code, message) => {
    const { call } = await withGroup();
    await expect(make(call, more)).rejects.toEqual(fault(code, message));
    expect(call.records.list(DBInstances)).toEqual([]);
    expect(call.records.list(NetworkInterfaces)).toEqual([]);
  });

  test.each([
    ["postgres", "Admin", 63, 128],
    ["postgres", "pg_keeper", 63, 128],
    ["mysql", "rdsadmin", 16, 41],
    ["mariadb", "rdsrepladmin", 16, 41],
    ["aurora-postgresql", "admin", 63, 99],
    ["aurora-mysql", "rdsadmin", 16, 41],
  ])(
    "of %s has no master user %s, a name of %d characters and a password of %d at most",
    async (Engine, reserved, name, password) => {
      const { call } = await withGroup();
      const { EngineVersion: _latest, ...rest } = wanted;
      const [operation, identifier] = Engine.startsWith("aurora-")
        ? (["CreateDBCluster", "DBClusterIdentifier"] as const)
        : (["CreateDBInstance", "DBInstanceIdentifier"] as const);
      const { DBInstanceIdentifier: _id, DBInstanceClass, AllocatedStorage, ...common } = rest;
      const own = Engine.startsWith("aurora-") ? common : { ...common, DBInstanceClass, AllocatedStorage };
      const create = (id: string, more: object): Promise<unknown> =>
        rds(call, operation, { ...own, Engine, [identifier]: id, ...more });
      await expect(create("no", { MasterUsername: reserved })).rejects.toEqual(fault("InvalidParameterValue", /reserved word/));
      await expect(create("no", { MasterUsername: "a".repeat(name + 1) })).rejects.toEqual(
        fault("InvalidParameterValue", new RegExp(`${name} characters at most`)),
      );
      await expect(create("no", { MasterUserPassword: "p".repeat(password + 1) })).rejects.toEqual(
        fault("InvalidParameterValue", new RegExp(`longer than ${password} characters`)),
      );
      await create("yes", { MasterUsername: "a".repeat(name), MasterUserPassword: "p".repeat(password) });
    },
  );

  test.each(["mysql", "mariadb"])("of %s may have the master user admin, as AWS's console proposes", async (Engine) => {
    const { call } = await withGroup();
    await make(call, { Engine, EngineVersion: undefined, MasterUsername: "admin" });
    expect(call.records.get(DBInstances, "app")?.masterUsername).toBe("admin");
    set(call, { status: "available", born: true });
    const change = (MasterUserPassword: string): Promise<unknown> =>
      rds(call, "ModifyDBInstance", { DBInstanceIdentifier: "app", MasterUserPassword });
    await expect(change("p".repeat(42))).rejects.toEqual(fault("InvalidParameterValue", /longer than 41/));
    await change("p".repeat(41));
  });

  test.each(["CreateDBInstance", "CreateDBInstanceReadReplica", "CreateDBCluster"])(
    "is encrypted by %s with a key that there is and that can be used",
    async (name) => {
      const { call } = await withGroup();
      await make(call);
      set(call, { status: "available", born: true });
      const { MasterUsername, MasterUserPassword, DBSubnetGroupName } = wanted;
      const cluster = { Engine: "aurora-postgresql", MasterUsername, MasterUserPassword, DBSubnetGroupName };
      const inputs: Readonly<Record<string, (id: string) => object>> = {
        CreateDBInstance: (id) => ({ ...wanted, DBInstanceIdentifier: id, StorageEncrypted: true }),
        CreateDBInstanceReadReplica: (id) => ({ DBInstanceIdentifier: id, SourceDBInstanceIdentifier: "app" }),
        CreateDBCluster: (id) => ({ ...cluster, DBClusterIdentifier: id, StorageEncrypted: true }),
      };
      const create = (id: string, KmsKeyId: string | undefined): Promise<unknown> =>
        rds(call, name, { ...inputs[name]?.(id), KmsKeyId });
      const { KeyMetadata } = await run<CreateKeyCommandOutput>(kmsOperations, "CreateKey", call);
      await create("first", KeyMetadata?.Arn);
      await create("second", "alias/aws/rds");
      await run(kmsOperations, "DisableKey", call, { KeyId: KeyMetadata?.KeyId });
      const none = "arn:aws:kms:eu-west-3:000000000000:key/11111111-2222-4333-8444-555555555555";
      for (const key of [KeyMetadata?.Arn, none, "alias/none"])
        await expect(create("third", key)).rejects.toEqual(fault("KMSKeyNotAccessibleFault", /does not exist, is not enabled/));
    },
  );

  test("is not made twice", async () => {
    const { call } = await withGroup();
    await make(call);
    await expect(make(call)).rejects.toEqual(fault("DBInstanceAlreadyExists"));
  });

  test("in two zones says no zone of its own", async () => {
    const { call } = await withGroup();
    await expect(make(call, { MultiAZ: true, AvailabilityZone: "eu-west-3a" })).rejects.toEqual(
      fault("InvalidParameterCombination", /not valid for Multi-AZ/),
    );
  });

  test("is told what has no effect, with its reason, and what is not modelled", () => {
    const rules = rdsOperations.find(({ name }) => name === "CreateDBInstance")!.members;
    const review = reviewMembers({ ...wanted, MultiAZ: true, StorageEncrypted: true, DedicatedLogVolume: true }, rules);
    expect(review.refused.map(({ path }) => path)).toEqual(["DedicatedLogVolume"]);
    expect(review.recorded.map(({ path }) => path)).toEqual(["EngineVersion", "StorageEncrypted"]);
  });
});

describe("deleting a DB instance", () => {
  test("wants to know about the final snapshot, and says what to do", async () => {
    const { call } = await withGroup();
    await make(call);
    const remove = (more: object): Promise<unknown> => rds(call, "DeleteDBInstance", { DBInstanceIdentifier: "app", ...more });
    await expect(remove({})).rejects.toEqual(fault("InvalidParameterCombination", /FinalDBSnapshotIdentifier is required/));
    await expect(remove({ FinalDBSnapshotIdentifier: "last" })).rejects.toEqual(
      fault("InvalidDBInstanceState", /Delete it with SkipFinalSnapshot/),
    );
    expect((await seen(call))?.DBInstanceStatus).toBe("creating");
  });

  test("leaves it deleting for its keeper, once", async () => {
    const { call, asked } = await withGroup();
    await make(call);
    await rds(call, "DeleteDBInstance", { DBInstanceIdentifier: "app", SkipFinalSnapshot: true });
    expect((await seen(call))?.DBInstanceStatus).toBe("deleting");
    expect(asked.at(-1)).toBe("database app");
    await expect(rds(call, "DeleteDBInstance", { DBInstanceIdentifier: "app", SkipFinalSnapshot: true })).rejects.toEqual(
      fault("InvalidDBInstanceState"),
    );
  });

  test("is stopped by deletion protection until that is turned off", async () => {
    const { call } = await withGroup();
    await make(call, { DeletionProtection: true });
    set(call, { status: "available", born: true });
    const remove = (): Promise<unknown> =>
      rds(call, "DeleteDBInstance", { DBInstanceIdentifier: "app", SkipFinalSnapshot: true });
    await expect(remove()).rejects.toEqual(fault("InvalidParameterCombination", /Cannot delete protected DB Instance/));
    await rds(call, "ModifyDBInstance", { DBInstanceIdentifier: "app", DeletionProtection: false });
    await expect(remove()).resolves.toBeDefined();
  });

  test("that is not there is not found in AWS's words", async () => {
    const { call } = recordsAlone();
    await expect(rds(call, "DescribeDBInstances", { DBInstanceIdentifier: "nope" })).rejects.toEqual(
      fault("DBInstanceNotFound", "DBInstance nope not found."),
    );
  });
});
