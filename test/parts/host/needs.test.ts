import { expect, test } from "vitest";
import { findProgram, missingPrograms, packagesFor, programNeeds } from "../../../src/parts/host/needs.js";

test("a program is found in the system's folders even where PATH leaves them out", () => {
  expect(findProgram("sh", "/nowhere")).toMatch(/\/bin\/sh$/);
});

test("what is missing is named with the package that has it, each package once", () => {
  const needs = [
    { program: "no-such-program-1", debianPackage: "b", purpose: "x" },
    { program: "no-such-program-2", debianPackage: "a", purpose: "x" },
    { program: "no-such-program-3", debianPackage: "b", purpose: "x" },
    { program: "sh", debianPackage: "dash", purpose: "x" },
  ];
  const missing = missingPrograms(needs);
  expect(missing.map((need) => need.program)).toEqual(["no-such-program-1", "no-such-program-2", "no-such-program-3"]);
  expect(packagesFor(missing)).toEqual(["a", "b"]);
});

test("every need names a program, a package and a purpose, and no program twice", () => {
  expect(new Set(programNeeds.map((need) => need.program)).size).toBe(programNeeds.length);
  for (const need of programNeeds)
    expect(need).toEqual({
      program: expect.any(String),
      debianPackage: expect.stringMatching(/^[a-z0-9.+-]+$/),
      purpose: expect.any(String),
    });
});
