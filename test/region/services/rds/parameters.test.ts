import type { DBInstance as ApiDBInstance, DescribeDBParametersCommandOutput, Parameter } from "@aws-sdk/client-rds";
import { describe, expect, test } from "vitest";
import { postgresqlConf } from "../../../../src/parts/databases/postgres/config.js";
import type { Call } from "../../../../src/region/operations/call.js";
import { put } from "../../../../src/region/records/records.js";
import { rdsOperations } from "../../../../src/region/services/rds/operations.js";
import { parametersOfFamily } from "../../../../src/region/services/rds/parameterchanges.js";
import { DBInstances } from "../../../../src/region/services/rds/records.js";
import { recordsAlone, run } from "../../../support/records.js";
import { network } from "../network.js";

const rds = <O>(call: Call, name: string, input: object = {}): Promise<O> => run<O>(rdsOperations, name, call, input);
const fault = (code: string, message: RegExp | string = /./) =>
  expect.objectContaining({ code, message: typeof message === "string" ? message : expect.stringMatching(message) });

/** Both kinds of groups go by the same rules. */
const kinds = [
  { noun: "DBParameterGroup", describe: "DescribeDBParameters", arn: "pg" },
  { noun: "DBClusterParameterGroup", describe: "DescribeDBClusterParameters", arn: "cluster-pg" },
] as const;

const create = (
  call: Call,
  noun: string,
  DBParameterGroupFamily = "postgres15",
  name = "Tuned",
): Promise<Record<string, object>> =>
  rds(call, `Create${noun}`, { [`${noun}Name`]: name, DBParameterGroupFamily, Description: "for the test" });
const modify = (call: Call, noun: string, ...Parameters: Parameter[]): Promise<object> =>
  rds(call, `Modify${noun}`, { [`${noun}Name`]: "tuned", Parameters });
const set = (ParameterName: string, ParameterValue: string, ApplyMethod: Parameter["ApplyMethod"] = "immediate"): Parameter => ({
  ParameterName,
  ParameterValue,
  ApplyMethod,
});

describe.each(kinds)("a $noun", ({ noun, describe: describeOperation, arn }) => {
  const parameters = async (call: Call, more: object = {}): Promise<readonly Parameter[]> =>
    (await rds<DescribeDBParametersCommandOutput>(call, describeOperation, { [`${noun}Name`]: "tuned", ...more })).Parameters ??
    [];

  test("is made, listed, copied, tagged and deleted", async () => {
    const { call } = recordsAlone();
    const made = await create(call, noun);
    expect(made[noun]).toEqual({
      [`${noun}Name`]: "tuned",
      DBParameterGroupFamily: "postgres15",
      Description: "for the test",
      [`${noun}Arn`]: `arn:aws:rds:eu-west-3:000000000000:${arn}:tuned`,
    });
    await expect(create(call, noun)).rejects.toEqual(
      fault("DBParameterGroupAlreadyExists", "Parameter group tuned already exists"),
    );
    await modify(call, noun, set("work_mem", "5000"));
    await rds(call, `Copy${noun}`, {
      [`Source${noun}Identifier`]: `arn:aws:rds:eu-west-3:000000000000:${arn}:tuned`,
      [`Target${noun}Identifier`]: "other",
      [`Target${noun}Description`]: "as it was",
    });
    expect(await parameters(call, { [`${noun}Name`]: "other", Source: "user" })).toMatchObject([{ ParameterValue: "5000" }]);
    const ResourceName = `arn:aws:rds:eu-west-3:000000000000:${arn}:tuned`;
    await rds(call, "AddTagsToResource", { ResourceName, Tags: [{ Key: "env", Value: "test" }] });
    expect(await rds(call, "ListTagsForResource", { ResourceName })).toEqual({ TagList: [{ Key: "env", Value: "test" }] });
    await rds(call, `Delete${noun}`, { [`${noun}Name`]: "tuned" });
    await expect(parameters(call)).rejects.toEqual(fault("DBParameterGroupNotFound", `${noun} not found: tuned`));
    const left = await rds<Record<string, readonly object[]>>(call, `Describe${noun}s`);
    expect(left[`${noun}s`]).toMatchObject([{ [`${noun}Name`]: "other" }]);
  });

  test.each([
    ["9tuned", "postgres15", "InvalidParameterValue", /is not a valid identifier/],
    ["two--hyphens", "postgres15", "InvalidParameterValue", /is not a valid identifier/],
    ["tuned", "nonsense", "InvalidParameterValue", "ParameterGroupFamily nonsense is not a valid parameter group family"],
    ["tuned", "postgres16", "NotImplemented", /Modelled are postgres15, mariadb10.11, mysql8.0/],
  ] as const)("of the name %s and the family %s cannot be", async (name, family, code, message) => {
    const { call } = recordsAlone();
    await expect(create(call, noun, family, name)).rejects.toEqual(fault(code, message));
  });

  test.each([
    ["no_such_thing", "1", "immediate", "InvalidParameterValue", "Could not find parameter with name: no_such_thing"],
    [
      "max_connections",
      "50",
      "immediate",
      "InvalidParameterCombination",
      /cannot use immediate apply method for static parameter/,
    ],
    [
      "work_mem",
      "5",
      "immediate",
      "InvalidParameterValue",
      "Invalid parameter value: 5 for: work_mem allowed values are: 64-2147483647",
    ],
    ["work_mem", "64MB", "immediate", "InvalidParameterValue", /allowed values are: 64-2147483647/],
    ["autovacuum", "on", "immediate", "InvalidParameterValue", /allowed values are: 0,1/],
    ["log_statement", "some", "immediate", "InvalidParameterValue", /allowed values are: none,ddl,mod,all/],
    [
      "shared_preload_libraries",
      "pg_stat_statements,pgaudit",
      "pending-reboot",
      "InvalidParameterValue",
      /allowed values are: auto_explain/,
    ],
    ["max_connections", "LEAST({DBInstanceClassMemory", "pending-reboot", "InvalidParameterValue", /not a formula/],
    ["application_name", "two\nlines", "immediate", "InvalidParameterValue", /allowed values are: text on one line/],
    ["archive_command", "rm -rf /", "immediate", "InvalidParameterValue", "The parameter archive_command cannot be modified."],
    ["wal_level", "logical", "pending-reboot", "InvalidParameterValue", "The parameter wal_level cannot be modified."],
    ["max_wal_senders", "30", "pending-reboot", "NotImplemented", /Here it is 20 always/],
    ["work_mem", "5000", "at-once", "InvalidParameterValue", /it is immediate or pending-reboot/],
  ])("does not set %s to %s (%s): %s", async (name, value, method, code, message) => {
    const { call } = recordsAlone();
    await create(call, noun);
    const all = modify(call, noun, set("temp_buffers", "2000"), set(name, value, method as Parameter["ApplyMethod"]));
    await expect(all).rejects.toEqual(fault(code, message));
    // All or none.
    expect(await parameters(call, { Source: "user" })).toEqual([]);
  });

  test("sets twenty at most in a call", async () => {
    const { call } = recordsAlone();
    await create(call, noun);
    const many = Array.from({ length: 21 }, (_each, n) => set("work_mem", String(1000 + n)));
    await expect(modify(call, noun, ...many)).rejects.toEqual(fault("InvalidParameterValue", /maximum of 20/));
    await expect(modify(call, noun)).rejects.toEqual(fault("InvalidParameterValue", /must not be blank/));
    await modify(call, noun, ...many.slice(1));
    expect(await parameters(call, { Source: "user" })).toMatchObject([{ ParameterName: "work_mem", ParameterValue: "1020" }]);
  });

  test("tells each parameter's source, and is reset to what was there before", async () => {
    const { call } = recordsAlone();
    await create(call, noun);
    await modify(call, noun, set("work_mem", "5000"), set("max_connections", "50", "pending-reboot"));
    const one = async (name: string): Promise<Parameter | undefined> =>
      (await parameters(call, { Filters: [{ Name: "parameter-name", Values: [name] }] }))[0];
    expect(await one("work_mem")).toEqual({
      ParameterName: "work_mem",
      ParameterValue: "5000",
      Description: "(kB) Sets the maximum memory to be used for query workspaces.",
      Source: "user",
      ApplyType: "dynamic",
      DataType: "integer",
      AllowedValues: "64-2147483647",
      IsModifiable: true,
      ApplyMethod: "immediate",
    });
    await rds(call, `Reset${noun}`, {
      [`${noun}Name`]: "tuned",
      Parameters: [{ ParameterName: "work_mem", ApplyMethod: "immediate" }],
    });
    expect(await one("work_mem")).toMatchObject({ Source: "engine-default", ParameterValue: "4096" });
    expect(await one("max_connections")).toMatchObject({ Source: "user", ApplyType: "static" });
    await rds(call, `Reset${noun}`, { [`${noun}Name`]: "tuned", ResetAllParameters: true });
    expect(await one("max_connections")).toMatchObject({
      Source: "system",
      ParameterValue: "LEAST({DBInstanceClassMemory/9531392},5000)",
      ApplyMethod: "pending-reboot",
    });
  });

  test("is told in pages that have each parameter once", async () => {
    const { call } = recordsAlone();
    await create(call, noun);
    const seen: string[] = [];
    let Marker: string | undefined;
    do {
      const page: DescribeDBParametersCommandOutput = await rds(call, describeOperation, {
        [`${noun}Name`]: "tuned",
        MaxRecords: 100,
        Marker,
      });
      expect(page.Parameters?.length).toBeLessThanOrEqual(100);
      seen.push(...(page.Parameters ?? []).map(({ ParameterName }) => ParameterName ?? ""));
      ({ Marker } = page);
    } while (Marker !== undefined);
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen.length).toBe((await parametersOfFamily(call, "postgres15")).size);
  });

  test("that is a default one is nobody's to change or delete", async () => {
    const { call } = recordsAlone();
    const name = { [`${noun}Name`]: "default.postgres15" };
    await expect(rds(call, `Modify${noun}`, { ...name, Parameters: [set("work_mem", "5000")] })).rejects.toEqual(
      fault("InvalidParameterValue", "Cannot modify a default parameter group."),
    );
    await expect(rds(call, `Delete${noun}`, name)).rejects.toEqual(
      fault("InvalidDBParameterGroupState", `Default ${noun} cannot be deleted: default.postgres15`),
    );
    const copy = { [`Target${noun}Identifier`]: "copy", [`Target${noun}Description`]: "a copy" };
    await expect(rds(call, `Copy${noun}`, { ...copy, [`Source${noun}Identifier`]: "default.postgres15" })).rejects.toEqual(
      fault("InvalidParameterValue", /cannot be copied/),
    );
  });
});

test("the defaults of a family are those of its engine: MariaDB's stand for MySQL's", async () => {
  const { call } = recordsAlone();
  const answer = await rds<{ EngineDefaults: { Parameters: readonly Parameter[] } }>(call, "DescribeEngineDefaultParameters", {
    DBParameterGroupFamily: "mysql8.0",
    Filters: [{ Name: "parameter-name", Values: ["innodb_buffer_pool_size"] }],
  });
  expect(answer.EngineDefaults.Parameters).toMatchObject([{ ParameterValue: "{DBInstanceClassMemory*3/4}", Source: "system" }]);
  await create(call, "DBParameterGroup", "mysql8.0");
  await expect(modify(call, "DBParameterGroup", set("innodb_dedicated_server", "1", "pending-reboot"))).rejects.toEqual(
    fault("InvalidParameterValue", /MariaDB 10.11 runs for mysql here/),
  );
  await expect(modify(call, "DBParameterGroup", set("collation_server", "utf8mb4_0900_ai_ci"))).rejects.toEqual(
    fault("InvalidParameterValue", /allowed values are/),
  );
  await modify(
    call,
    "DBParameterGroup",
    set("slow_query_log", "1"),
    set("long_query_time", "0.5"),
    set("sql_mode", "ANSI,NO_ZERO_DATE"),
  );
});

test("what a PostgreSQL server is always given is not settable, or to just that value", async () => {
  const { call } = recordsAlone();
  const spec = {
    ...{
      id: "db-ABC",
      namespace: "none",
      port: 5432,
      memoryMiB: 1024,
      vcpus: 2,
      storageGiB: 20,
      requiresTls: true,
      keepsLog: true,
    },
    certificate: { key: "", certificate: "" },
    replication: { role: "writer", acknowledges: [] },
    replicationPassword: "",
  } as const;
  const read = (text: string): ReadonlyMap<string, string> =>
    new Map([...text.matchAll(/^(\S+) = '(.*)'$/gm)].map(([, name = "", value = ""]) => [name, value]));
  const all = await parametersOfFamily(call, "postgres15");
  const stubborn = [...read(postgresqlConf({ ...spec, parameters: {} }))].filter(
    ([name]) => read(postgresqlConf({ ...spec, parameters: { [name]: "changed" } })).get(name) !== "changed",
  );
  expect(stubborn.length).toBeGreaterThan(20);
  for (const [name, value] of stubborn) {
    const parameter = all.get(name);
    if (parameter !== undefined && parameter.modifiable) expect({ name, value: parameter.held }).toEqual({ name, value });
  }
});

describe("a DB instance", () => {
  const wanted = {
    DBInstanceIdentifier: "app",
    DBInstanceClass: "db.t4g.micro",
    Engine: "postgres",
    MasterUsername: "flask",
    MasterUserPassword: "correct-horse",
    AllocatedStorage: 20,
    DBSubnetGroupName: "data",
  };
  async function withSubnets(): Promise<{ call: Call; asked: string[] }> {
    const { call, asked } = recordsAlone();
    const where = await network(call, { gateway: false });
    await rds(call, "CreateDBSubnetGroup", {
      DBSubnetGroupName: "data",
      DBSubnetGroupDescription: "two zones",
      SubnetIds: [...where.subnets],
    });
    return { call, asked };
  }
  const make = async (call: Call, more: object = {}): Promise<ApiDBInstance> =>
    (await rds<{ DBInstance: ApiDBInstance }>(call, "CreateDBInstance", { ...wanted, ...more })).DBInstance;

  test.each([
    ["postgres", undefined, "default.postgres15", "default:postgres-15", "postgresql-license"],
    ["mariadb", undefined, "default.mariadb10.11", "default:mariadb-10-11", "general-public-license"],
    ["mysql", "8.4", "default.mysql8.4", "default:mysql-8-4", "general-public-license"],
  ])(
    "of %s %s has the default groups of its engine, which are there from then on",
    async (Engine, EngineVersion, group, option, license) => {
      const { call } = await withSubnets();
      const db = await make(call, { Engine, EngineVersion });
      expect(db).toMatchObject({
        DBParameterGroups: [{ DBParameterGroupName: group, ParameterApplyStatus: "in-sync" }],
        OptionGroupMemberships: [{ OptionGroupName: option }],
        LicenseModel: license,
      });
      expect(await rds(call, "DescribeDBParameterGroups")).toMatchObject({
        DBParameterGroups: [{ DBParameterGroupName: group }],
      });
    },
  );

  test("takes a group of its own family only, and no option group but the default one", async () => {
    const { call } = await withSubnets();
    await create(call, "DBParameterGroup", "mariadb10.11");
    await expect(make(call, { DBParameterGroupName: "tuned" })).rejects.toEqual(
      fault("InvalidParameterCombination", /with DBParameterGroupFamily mariadb10.11 can't be used for this instance/),
    );
    await expect(make(call, { DBParameterGroupName: "none" })).rejects.toEqual(
      fault("DBParameterGroupNotFound", "DBParameterGroup not found: none"),
    );
    await expect(make(call, { OptionGroupName: "mine" })).rejects.toEqual(fault("NotImplemented", /the option group mine/));
    await make(call, { OptionGroupName: "default:postgres-15" });
  });

  test("has its group deleted only after it, is told of changes, and waits with another group", async () => {
    const { call, asked } = await withSubnets();
    await create(call, "DBParameterGroup");
    await make(call, { DBParameterGroupName: "tuned" });
    await expect(rds(call, "DeleteDBParameterGroup", { DBParameterGroupName: "tuned" })).rejects.toEqual(
      fault("InvalidDBParameterGroupState", /still members of this parameter group tuned, so the group cannot be deleted/),
    );
    asked.length = 0;
    await modify(call, "DBParameterGroup", set("work_mem", "5000"));
    expect(asked).toEqual(["database app"]);
    const db = call.records.get(DBInstances, "app")!;
    expect(db.parameterGroup).toMatchObject({ status: "applying", isNew: false });
    call.commit(put(DBInstances, "app", { ...db, status: "available", born: true }));
    await rds(call, "ModifyDBInstance", { DBInstanceIdentifier: "app", DBParameterGroupName: "default.postgres15" });
    expect(call.records.get(DBInstances, "app")?.parameterGroup).toMatchObject({ name: "default.postgres15", isNew: true });
    await rds(call, "DeleteDBParameterGroup", { DBParameterGroupName: "tuned" });
  });
});
