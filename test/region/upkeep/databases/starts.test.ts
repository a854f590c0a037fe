import { expect, test } from "vitest";
import { put } from "../../../../src/region/records/records.js";
import { DBClusters, type DBCluster } from "../../../../src/region/services/rds/records.js";
import { statusAfter, storageFull } from "../../../../src/region/upkeep/databases/starts.js";
import { recordsAlone } from "../../../support/records.js";
import { database } from "../../services/rds/database.js";

const seen = { times: 3, isDiskFull: false, isStopped: true, hasOwnParameters: false, isCreating: false };

test.each([
  ["did not start for the second time", { times: 2, hasOwnParameters: true, isCreating: true }, undefined],
  ["did not start for the third time while it is made", { isCreating: true }, "failed"],
  ["did not start for the third time, and was there before", {}, undefined],
  ["has parameters of its own and ends", { hasOwnParameters: true, isCreating: true }, "incompatible-parameters"],
  ["has parameters of its own and runs", { hasOwnParameters: true, isStopped: false, isCreating: true }, "failed"],
  ["has no room", { times: 1, isDiskFull: true, hasOwnParameters: true, isCreating: true }, "storage-full"],
] as const)("an instance or a member of a cluster that %s", (_what, more, expected) => {
  expect(statusAfter({ ...seen, ...more })).toBe(expected);
});

test("who has a full disk is told what gives it more room", async () => {
  const { call } = recordsAlone();
  const db = await database(call);
  expect(storageFull(call, db)).toMatch(/20 GiB of app are full.*ModifyDBInstance/);
  const member = { ...db, clusterId: "shop" };
  for (const [kind, what] of [
    ["multi-az", /ModifyDBCluster/],
    ["aurora", /Delete some/],
  ] as const) {
    call.commit(put(DBClusters, "shop", { identifier: "shop", kind } as DBCluster));
    expect(storageFull(call, member)).toMatch(what);
  }
});
