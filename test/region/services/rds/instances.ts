import type { CreateDBInstanceResult, DescribeDBInstancesCommandOutput } from "@aws-sdk/client-rds";
import { expect } from "vitest";
import type { Call } from "../../../../src/region/operations/call.js";
import { put } from "../../../../src/region/records/records.js";
import { rdsOperations } from "../../../../src/region/services/rds/operations.js";
import { DBInstances, type DBInstance } from "../../../../src/region/services/rds/records.js";
import { recordsAlone, run } from "../../../support/records.js";
import { network, type TestNetwork } from "../network.js";

export const rds = <O>(call: Call, name: string, input: object = {}): Promise<O> => run<O>(rdsOperations, name, call, input);
export const fault = (code: string, message: RegExp | string = /./): unknown =>
  expect.objectContaining({ code, message: typeof message === "string" ? message : expect.stringMatching(message) });

export const wanted = {
  DBInstanceIdentifier: "App",
  DBInstanceClass: "db.t4g.micro",
  Engine: "postgres",
  EngineVersion: "15.8",
  MasterUsername: "flask",
  MasterUserPassword: "correct-horse",
  AllocatedStorage: 20,
  DBSubnetGroupName: "Data",
};

export async function withGroup(): Promise<{ call: Call; asked: string[]; where: TestNetwork }> {
  const { call, asked } = recordsAlone();
  const where = await network(call, { gateway: false });
  await rds(call, "CreateDBSubnetGroup", {
    DBSubnetGroupName: "Data",
    DBSubnetGroupDescription: "two zones",
    SubnetIds: [...where.subnets],
  });
  return { call, asked, where };
}

export const make = (call: Call, more: object = {}): Promise<CreateDBInstanceResult> =>
  rds(call, "CreateDBInstance", { ...wanted, ...more });
export const set = (call: Call, changes: Partial<DBInstance>): void =>
  call.commit(put(DBInstances, "app", { ...call.records.get(DBInstances, "app")!, ...changes }));
export const seen = async (
  call: Call,
): Promise<NonNullable<DescribeDBInstancesCommandOutput["DBInstances"]>[number] | undefined> =>
  (await rds<DescribeDBInstancesCommandOutput>(call, "DescribeDBInstances", { DBInstanceIdentifier: "APP" })).DBInstances?.[0];
