import { describe, expect, test } from "vitest";
import { refuseFindings } from "../../../src/cli/up/review.js";

describe("`up --strict`", () => {
  test.each([
    ["goes on where nothing counts", { lines: [], counting: 0, done: true }, undefined],
    ["stops at what counts", { lines: ["check: 1 high"], counting: 1, done: true }, "check: 1 high"],
    [
      "stops where nothing could be checked",
      { lines: ["check: not done: it is broken"], counting: 0, done: false },
      "it is broken",
    ],
  ])("%s", (_, found, message) => {
    const run = () => refuseFindings(found, "shop");
    if (message === undefined) expect(run).not.toThrow();
    else expect(run).toThrow(message);
  });
});
