import { describe, expect, test } from "vitest";
import { evaluateFormula, isFormula, type FormulaVariables } from "../../../../src/region/services/rds/parameterformulas.js";

const gib = 1024 ** 3;
const of = (memory: number): FormulaVariables => ({
  DBInstanceClassMemory: memory,
  DBInstanceVCPU: 2,
  AllocatedStorage: 20 * gib,
  EndPointPort: 5432,
  TrueIfReplica: 0,
});

describe("a formula comes to", () => {
  // The connections of Aurora's classes are told by its documentation: 45 of a db.t2.small, 1000 of a db.r4.large.
  const aurora = "GREATEST({log(DBInstanceClassMemory/805306368)*45},{log(DBInstanceClassMemory/8187281408)*1000})";
  test.each([
    ["{DBInstanceClassMemory/12582880}", gib, 85],
    ["{DBInstanceClassMemory*3/4}", gib, (gib * 3) / 4],
    ["LEAST({DBInstanceClassMemory/9531392},5000)", gib, 112],
    ["LEAST({DBInstanceClassMemory/9531392},5000)", 64 * gib, 5000],
    ["GREATEST({DBInstanceClassMemory*1024/63963136},65536)", gib, 65536],
    ["greatest({DBInstanceClassMemory*1024/63963136}, 65536)", 16 * gib, 275036],
    ["GREATEST({log(DBInstanceClassMemory/21474836480)*600},200)", gib, 200],
    ["GREATEST({log(DBInstanceClassMemory/21474836480)*600},200)", 128 * gib, 1550],
    [aurora, 2 * gib, 45],
    [aurora, 15.25 * gib, 1000],
    ["SUM({DBInstanceClassMemory/1073741824},2,3)", 4 * gib, 9],
    ["IF({TrueIfReplica}, 1, 7)", gib, 7],
    ["{DBInstanceVCPU} > 2", gib, 0],
    ['"{DBInstanceVCPU} => 2"', gib, 1],
    ["{EndPointPort}", gib, 5432],
    ["{AllocatedStorage/1073741824}", gib, 20],
  ] as const)("%s with %d bytes: %d", (formula, memory, expected) => {
    expect(isFormula(formula)).toBe(true);
    expect(evaluateFormula(formula, of(memory))).toBe(expected);
  });
});

test.each([
  "{DBInstanceClassMemory",
  "{dbinstanceclassmemory}",
  "LEAST()",
  "LEAST(1,,2)",
  "{1/0}",
  "{2} 3",
  "{LEAST}",
  "{log(0)}",
  "{constructor}",
])("%s is none that can be evaluated", (formula) => {
  expect(() => evaluateFormula(formula, of(gib))).toThrow(/is not a formula that can be evaluated/);
});

test.each(["5000", "on", "pg_stat_statements,auto_explain", "least recently used"])("%s is taken as it is", (value) => {
  expect(isFormula(value)).toBe(false);
});
