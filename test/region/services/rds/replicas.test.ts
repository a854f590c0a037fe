import { expect, test } from "vitest";
import { put } from "../../../../src/region/records/records.js";
import { RdsEvents } from "../../../../src/region/services/rds/events.js";
import { rdsOperations } from "../../../../src/region/services/rds/operations.js";
import { DBInstances, type DBInstance } from "../../../../src/region/services/rds/records.js";
import { freedReplicas } from "../../../../src/region/services/rds/replicas.js";
import { recordsAlone, run } from "../../../support/records.js";
import { database } from "./database.js";

test("when their source goes, replicas stand alone; one that was still being made has failed, and can be deleted", async () => {
  const { call } = recordsAlone();
  await database(call);
  for (const DBInstanceIdentifier of ["whole", "unborn", "leaving"])
    await run(rdsOperations, "CreateDBInstanceReadReplica", call, { DBInstanceIdentifier, SourceDBInstanceIdentifier: "app" });
  const of = (identifier: string): DBInstance => call.records.get(DBInstances, identifier)!;
  call.commit(put(DBInstances, "whole", { ...of("whole"), born: true, status: "available" }));
  const leave = (DBInstanceIdentifier: string): Promise<unknown> =>
    run(rdsOperations, "DeleteDBInstance", call, { DBInstanceIdentifier, SkipFinalSnapshot: true });
  await leave("leaving");

  call.commit(...freedReplicas(call, "app"));

  expect(of("whole")).toMatchObject({ origin: { kind: "new" }, status: "available", born: true });
  expect(of("unborn")).toMatchObject({ status: "failed", statusReason: expect.stringContaining("app, was deleted") as string });
  expect(of("leaving")).toMatchObject({ status: "deleting", wish: "deleted" });
  const told = (identifier: string): readonly string[] =>
    call.records
      .list(RdsEvents)
      .filter(({ source }) => source.identifier === identifier)
      .map(({ message }) => message);
  expect(told("whole")).toContain("Replication streaming has been terminated");
  expect(told("unborn")).toEqual([expect.stringMatching(/failed/) as string]);
  expect(told("leaving")).toEqual([]);

  await leave("unborn");
  expect(of("unborn")).toMatchObject({ status: "deleting", wish: "deleted" });
});
