import { expect, test } from "vitest";
import { failuresOf, isDoneAlready } from "../../../src/parts/fabric/act.js";

test("a failed line of a batch is found with what ip said of it", () => {
  const lines = ["link del e1", "route replace default via 10.0.0.1 dev e2", "rule add pref 1000 fwmark 0x1 lookup 1"];
  const stderr = [
    'Cannot find device "e1"',
    "Command failed -:1",
    "Error: Nexthop has invalid gateway.",
    "Command failed -:2",
    "RTNETLINK answers: File exists",
    "Command failed -:3",
  ].join("\n");
  const failures = failuresOf(stderr, lines);
  expect(failures.map(({ line }) => line)).toEqual(lines);
  expect(failures.filter((failure) => !isDoneAlready(failure))).toEqual([
    { line: lines[1], said: "Error: Nexthop has invalid gateway." },
  ]);
});

test("a batch that did not begin is a failure as a whole", () => {
  expect(failuresOf('Cannot open network namespace "st-x": No such file or directory\n', ["link set lo up"])).toEqual([
    { line: "-batch", said: 'Cannot open network namespace "st-x": No such file or directory' },
  ]);
});
