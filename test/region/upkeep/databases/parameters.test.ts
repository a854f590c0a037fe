import { describe, expect, test } from "vitest";
import type { ParameterChange } from "../../../../src/region/services/rds/parametergrouprecords.js";
import { evaluatedParameters } from "../../../../src/region/services/rds/parametervalues.js";
import { parametersOfFamily } from "../../../../src/region/services/rds/parameterchanges.js";
import { notLess } from "../../../../src/region/upkeep/databases/floors.js";
import { atOnce, whileRunning } from "../../../../src/region/upkeep/databases/parameters.js";
import { recordsAlone } from "../../../support/records.js";

const change = (method: ParameterChange["method"], revision: number, value?: string): ParameterChange => ({
  method,
  revision,
  ...(value === undefined ? {} : { value }),
});

describe("a running server", () => {
  const now = { work_mem: "4096", max_connections: "112" };
  test.each([
    ["takes what was changed since it has the group", { work_mem: change("immediate", 5, "5000") }, { work_mem: "5000" }, "5000"],
    ["takes a reset too", { work_mem: change("immediate", 5) }, {}, undefined],
    ["waits with what was changed before", { work_mem: change("immediate", 4, "5000") }, { work_mem: "5000" }, "4096"],
    ["waits where it was told to", { work_mem: change("pending-reboot", 5, "5000") }, { work_mem: "5000" }, "4096"],
  ] as const)("%s", (_what, parameters, wished, expected) => {
    const running = whileRunning(now, { max_connections: "50", ...wished }, atOnce(parameters, 4));
    const { work_mem, max_connections } = running as Record<string, string | undefined>;
    expect(work_mem).toBe(expected);
    expect(max_connections).toBe("112");
  });
});

test.each([
  ["more", "200", "200"],
  ["less, which it could not copy its writer with", "50", "112"],
])("a standby that is to have %s", (_what, wished, expected) => {
  expect(notLess({ max_connections: wished, work_mem: "1" }, { max_connections: "112", work_mem: "2" })).toEqual({
    max_connections: expected,
    work_mem: "1",
  });
});

test("a server starts with what RDS sets and over it the group, formulas evaluated; logical replication wants another log", async () => {
  const parameters = await parametersOfFamily(recordsAlone().call, "postgres15");
  const group = {
    parameters: {
      work_mem: change("immediate", 1, "{DBInstanceClassMemory/262144}"),
      "rds.logical_replication": change("pending-reboot", 1, "1"),
      // Held at this by the part, which writes it itself.
      max_wal_senders: change("pending-reboot", 1, "20"),
      temp_buffers: change("immediate", 2),
    },
  };
  const all = evaluatedParameters(parameters, group, {
    DBInstanceClassMemory: 1024 ** 3,
    DBInstanceVCPU: 2,
    AllocatedStorage: 20 * 1024 ** 3,
    EndPointPort: 5432,
    TrueIfReplica: 0,
  });
  expect(all).toMatchSnapshot();
});
