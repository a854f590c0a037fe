import type { CreateKeyCommandOutput } from "@aws-sdk/client-kms";
import type { DescribeDBClustersCommandOutput, DescribeDBInstancesCommandOutput } from "@aws-sdk/client-rds";
import type { DescribeSecretCommandOutput, GetSecretValueCommandOutput } from "@aws-sdk/client-secrets-manager";
import { describe, expect, test } from "vitest";
import type { Call } from "../../../../src/region/operations/call.js";
import { put } from "../../../../src/region/records/records.js";
import { masterSecretRemoval } from "../../../../src/region/services/rds/mastersecret.js";
import { rdsOperations } from "../../../../src/region/services/rds/operations.js";
import {
  DBClusters,
  DBInstances,
  DBSubnetGroups,
  type DBCluster,
  type DBInstance,
} from "../../../../src/region/services/rds/records.js";
import { kmsOperations } from "../../../../src/region/services/kms/operations.js";
import { secretsmanagerOperations } from "../../../../src/region/services/secretsmanager/operations.js";
import { SealedValues, Secrets } from "../../../../src/region/services/secretsmanager/records.js";
import { recordsAlone, run } from "../../../support/records.js";
import { database } from "./database.js";

const modify = (call: Call, input: object): Promise<unknown> =>
  run(rdsOperations, "ModifyDBInstance", call, { DBInstanceIdentifier: "app", ...input });
const seen = async (call: Call) =>
  (await run<DescribeDBInstancesCommandOutput>(rdsOperations, "DescribeDBInstances", call, { DBInstanceIdentifier: "app" }))
    .DBInstances?.[0]?.MasterUserSecret;
const record = (call: Call): DBInstance => call.records.get(DBInstances, "app")!;
const secretOf = <O>(call: Call, name: string): Promise<O> =>
  run<O>(secretsmanagerOperations, name, call, { SecretId: record(call).masterSecret?.secretArn });
const held = async (call: Call): Promise<{ username?: string; password?: string }> =>
  JSON.parse((await secretOf<GetSecretValueCommandOutput>(call, "GetSecretValue")).SecretString ?? "") as object;
/** As the keeper does when the server knows it. */
const told = (call: Call): void => {
  const { masterPassword: _told, ...db } = record(call);
  call.commit(put(DBInstances, "app", db));
};

async function managed(): Promise<Call> {
  const { call } = recordsAlone();
  await database(call);
  await modify(call, { ManageMasterUserPassword: true });
  return call;
}

describe("a password that RDS manages", () => {
  test("is in a secret of RDS's own, and the server is told it", async () => {
    const call = await managed();
    const { username, password } = await held(call);
    expect(username).toBe("flask");
    expect(password).toMatch(/^[!-~]{28}$/);
    expect(record(call).masterPassword).toBe(password);
    expect(await secretOf<DescribeSecretCommandOutput>(call, "DescribeSecret")).toMatchObject({
      Name: expect.stringMatching(/^rds!db-/) as string,
      OwningService: "rds",
    });
  });

  test("its secret is rotating until the server knows it, then active", async () => {
    const call = await managed();
    expect(await seen(call)).toMatchObject({
      SecretStatus: "rotating",
      KmsKeyId: expect.stringMatching(/^arn:aws:kms:eu-west-3:000000000000:key\//) as string,
    });
    told(call);
    expect(await seen(call)).toMatchObject({ SecretStatus: "active" });
  });

  test("its secret cannot be changed by users", async () => {
    const call = await managed();
    const SecretId = record(call).masterSecret?.secretArn;
    await expect(run(secretsmanagerOperations, "PutSecretValue", call, { SecretId, SecretString: "mine" })).rejects.toMatchObject(
      { code: "InvalidRequestException" },
    );
  });

  test("is another one after a rotation", async () => {
    const call = await managed();
    told(call);
    const before = await held(call);
    await modify(call, { RotateMasterUserPassword: true, ApplyImmediately: true });
    const after = await held(call);
    expect(after.password).not.toBe(before.password);
    expect(record(call).masterPassword).toBe(after.password);
    expect(call.records.list(Secrets)).toHaveLength(1);
  });

  test("stays as it is when something else is changed", async () => {
    const call = await managed();
    told(call);
    const before = record(call).masterSecret;
    await modify(call, { DeletionProtection: true });
    expect(record(call).masterSecret).toEqual(before);
    expect(record(call).masterPassword).toBeUndefined();
  });

  test("is the user's again, and the secret is gone", async () => {
    const call = await managed();
    await modify(call, { ManageMasterUserPassword: false, MasterUserPassword: "mine-again-42" });
    expect(record(call).masterPassword).toBe("mine-again-42");
    expect(await seen(call)).toBeUndefined();
    expect([...call.records.list(Secrets), ...call.records.list(SealedValues)]).toEqual([]);
  });

  test("its secret goes with the DB instance", async () => {
    const call = await managed();
    call.commit(...masterSecretRemoval(call, record(call)));
    expect([...call.records.list(Secrets), ...call.records.list(SealedValues)]).toEqual([]);
  });

  test.each([
    ["a password beside it", { MasterUserPassword: "mine-again-42" }, "InvalidParameterCombination"],
    ["another key later", { MasterUserSecretKmsKeyId: "alias/other" }, "InvalidParameterCombination"],
    ["a rotation some time", { RotateMasterUserPassword: true }, "InvalidParameterCombination"],
    ["no password when it ends", { ManageMasterUserPassword: false }, "InvalidParameterValue"],
  ])("%s is refused", async (_, input, code) => {
    const call = await managed();
    const before = JSON.stringify(record(call));
    await expect(modify(call, input)).rejects.toMatchObject({ code });
    expect(JSON.stringify(record(call))).toBe(before);
  });
});

describe("a password that RDS manages of a DB cluster", () => {
  const rds = <O>(call: Call, name: string, input: object): Promise<O> =>
    run<O>(rdsOperations, name, call, { DBClusterIdentifier: "shop", ...input });
  const cluster = (call: Call): DBCluster => call.records.get(DBClusters, "shop")!;

  async function managedCluster(): Promise<Call> {
    const { call } = recordsAlone();
    await database(call);
    await rds(call, "CreateDBCluster", {
      Engine: "aurora-postgresql",
      MasterUsername: "keeper",
      ManageMasterUserPassword: true,
      DBSubnetGroupName: call.records.list(DBSubnetGroups)[0]?.name,
    });
    return call;
  }

  test("is in a secret that is called after it, and the writer is told it", async () => {
    const call = await managedCluster();
    const { masterSecret, masterPassword } = cluster(call);
    const [secret] = call.records.list(Secrets);
    expect(secret).toMatchObject({
      arn: masterSecret?.secretArn,
      name: expect.stringMatching(/^rds!cluster-/) as string,
      tags: { "aws:rds:primaryDBClusterArn": "arn:aws:rds:eu-west-3:000000000000:cluster:shop" },
    });
    const said = await run<GetSecretValueCommandOutput>(secretsmanagerOperations, "GetSecretValue", call, {
      SecretId: secret?.arn,
    });
    expect(JSON.parse(said.SecretString ?? "")).toEqual({ username: "keeper", password: masterPassword });
    const { DBClusters: seen } = await rds<DescribeDBClustersCommandOutput>(call, "DescribeDBClusters", {});
    expect(seen?.[0]?.MasterUserSecret).toMatchObject({ SecretArn: secret?.arn, SecretStatus: "creating" });
  });

  test("is another one after a rotation, and the user's again when that is said; the secret goes", async () => {
    const call = await managedCluster();
    const before = cluster(call).masterPassword;
    await rds(call, "ModifyDBCluster", { RotateMasterUserPassword: true, ApplyImmediately: true });
    expect(cluster(call).masterPassword).not.toBe(before);
    await rds(call, "ModifyDBCluster", { ManageMasterUserPassword: false, MasterUserPassword: "mine-again-42" });
    expect(cluster(call)).toMatchObject({ masterPassword: "mine-again-42" });
    expect(cluster(call).masterSecret).toBeUndefined();
    expect([...call.records.list(Secrets), ...call.records.list(SealedValues)]).toEqual([]);
  });
});

test.each([
  ["a rotation", { RotateMasterUserPassword: true, ApplyImmediately: true }, "InvalidParameterCombination"],
  ["a key of the secret", { MasterUserSecretKmsKeyId: "alias/other" }, "InvalidParameterCombination"],
  [
    "a key that is not there",
    { ManageMasterUserPassword: true, MasterUserSecretKmsKeyId: "alias/none" },
    "KMSKeyNotAccessibleFault",
  ],
])("of a password that the user manages %s is refused", async (_, input, code) => {
  const { call } = recordsAlone();
  await database(call);
  await expect(modify(call, input)).rejects.toMatchObject({ code });
  expect(call.records.list(Secrets)).toEqual([]);
});

test("a disabled key keeps no password, whoever's it is", async () => {
  const { call } = recordsAlone();
  await database(call);
  const { KeyMetadata } = await run<CreateKeyCommandOutput>(kmsOperations, "CreateKey", call);
  const wish = { ManageMasterUserPassword: true, MasterUserSecretKmsKeyId: KeyMetadata?.Arn };
  await run(kmsOperations, "DisableKey", call, { KeyId: KeyMetadata?.KeyId });
  await expect(modify(call, wish)).rejects.toMatchObject({ code: "KMSKeyNotAccessibleFault" });
  expect(call.records.list(Secrets)).toEqual([]);
  await run(kmsOperations, "EnableKey", call, { KeyId: KeyMetadata?.KeyId });
  await modify(call, wish);
  expect(await seen(call)).toMatchObject({ KmsKeyId: KeyMetadata?.Arn });
});
