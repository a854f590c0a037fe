import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { whyStale } from "../../scripts/setup/packages.mjs";

const lock = {
  packages: {
    "": { version: "0.1.0" },
    "node_modules/yaml": { version: "2.9.1" },
    "node_modules/a/node_modules/yaml": { version: "1.0.0" },
    "node_modules/esbuild-windows": { version: "1.0.0", optional: true },
  },
};

test.each([
  ["nothing is installed", undefined, "they are not installed"],
  [
    "all is as locked",
    { packages: { "node_modules/yaml": { version: "2.9.1" }, "node_modules/a/node_modules/yaml": { version: "1.0.0" } } },
    undefined,
  ],
  ["a package is of another version", { packages: { "node_modules/yaml": { version: "2.9.0" } } }, "yaml is 2.9.0, not 2.9.1"],
  ["a nested package is missing", { packages: { "node_modules/yaml": { version: "2.9.1" } } }, "yaml is missing"],
])("whether npm packages are stale: %s", (_, installed, why) => {
  expect(whyStale(lock, installed)).toBe(why);
});

test("the lock file names no host: packages come from whatever registry npm is set to", () => {
  const text = readFileSync(new URL("../../package-lock.json", import.meta.url), "utf8");
  expect(text.match(/"resolved"/g)).toBeNull();
});
