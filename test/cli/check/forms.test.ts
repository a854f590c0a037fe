import { describe, expect, test } from "vitest";
import { z } from "zod";
import { readBaseline } from "../../../src/analysis/verdict/baseline.js";
import { junitXml } from "../../../src/cli/check/forms/junit.js";
import { sarifLog } from "../../../src/cli/check/forms/sarif.js";
import { textReport } from "../../../src/cli/check/forms/text.js";
import { wrap } from "../../../src/cli/check/forms/wrap.js";
import { colours } from "../../../src/cli/output.js";
import { finding, reportOf } from "./support.js";
import { readXml } from "./xml.js";

const { acceptances } = readBaseline(
  "accepted.yaml",
  "accepted:\n  - {rule: known, resource: Web, reason: agreed, expires: never}\n  - {rule: gone, resource: Web, reason: old, expires: never}\n",
);
const report = reportOf(
  [
    finding("open", "critical"),
    finding("open", "critical", { resource: { id: "Api", type: "AWS::EC2::Instance", name: "api" } }),
    finding("unsure", "high", { verdict: "unknown", subject: "alarms" }),
    finding("mild", "low", { place: undefined }),
    finding("known", "high"),
  ],
  { acceptances },
);

describe("SARIF", () => {
  const log = JSON.parse(JSON.stringify(sarifLog(report, { version: "1.2.3", exitCode: 1, baseline: true }))) as unknown;

  test("has the structure of the specification", () => {
    expect(() => sarif.parse(log)).not.toThrow();
  });

  test("tells each finding at its place, with a level and a fingerprint of its own", () => {
    const { results, tool } = sarif.parse(log).runs[0];
    expect(results.map(({ ruleId, kind, level }) => [ruleId, kind, level])).toEqual([
      ["open", "fail", "error"],
      ["open", "fail", "error"],
      ["unsure", "open", "none"],
      ["mild", "fail", "note"],
      ["known", "fail", "error"],
    ]);
    expect(results.every(({ ruleId, ruleIndex }) => tool.driver.rules[ruleIndex]?.id === ruleId)).toBe(true);
    expect(new Set(results.map(({ partialFingerprints }) => JSON.stringify(partialFingerprints))).size).toBe(results.length);
    expect(results[0]?.locations[0]?.physicalLocation).toEqual({
      artifactLocation: { uri: "templates/a%20b.yaml" },
      region: { startLine: 12, startColumn: 5 },
    });
    expect(results[3]?.locations[0]?.physicalLocation).toBeUndefined();
  });

  test("says which findings are accepted, and why", () => {
    const { results } = sarif.parse(log).runs[0];
    expect(results.map(({ baselineState, suppressions }) => [baselineState, suppressions.length])).toEqual([
      ["new", 0],
      ["new", 0],
      ["new", 0],
      ["new", 0],
      ["unchanged", 1],
    ]);
    expect(results[4]?.suppressions[0]).toEqual({ kind: "external", status: "accepted", justification: "agreed" });
  });

  test("a fingerprint does not change with the line", () => {
    const moved = reportOf([finding("open", "critical", { place: { file: "templates/a b.yaml", line: 99, column: 1 } })]);
    const still = reportOf([finding("open", "critical")]);
    const run = { version: "1.2.3", exitCode: 1, baseline: false };
    const printsOf = (one: typeof moved) =>
      sarifLog(one, run).runs[0]?.results.map(({ partialFingerprints }) => partialFingerprints);
    expect(printsOf(moved)).toEqual(printsOf(still));
  });

  test("names what was not examined and what is the matter with the baseline", () => {
    const [invocation] = sarif.parse(log).runs[0].invocations;
    expect(invocation?.toolExecutionNotifications.map(({ descriptor }) => descriptor.id)).toEqual([
      "not-examined",
      "baseline-unused",
    ]);
  });
});

describe("JUnit", () => {
  const xml = junitXml(report, { seconds: 0.5, now: new Date("2026-11-22T01:02:03Z") });
  const root = readXml(xml);

  test("is well formed: suites of subjects, cases of rules, counts that are right", () => {
    expect(root.name).toBe("testsuites");
    for (const suite of root.children) {
      expect(suite.name).toBe("testsuite");
      const cases = suite.children;
      expect(Number(suite.attributes.tests)).toBe(cases.length);
      expect(Number(suite.attributes.failures)).toBe(cases.filter(({ children }) => children[0]?.name === "failure").length);
      expect(Number(suite.attributes.errors)).toBe(cases.filter(({ children }) => children[0]?.name === "error").length);
      expect(Number(suite.attributes.skipped)).toBe(cases.filter(({ children }) => children[0]?.name === "skipped").length);
      expect(suite.attributes.timestamp).toBe("2026-11-22T01:02:03");
    }
    expect(Number(root.attributes.tests)).toBe(report.rules.length);
  });

  const kindsIn = (text: string): object =>
    Object.fromEntries(
      readXml(text)
        .children.flatMap(({ children }) => children)
        .map(({ attributes, children }) => [attributes.name?.split(":")[0], children.map(({ name }) => name)]),
    );

  test("a rule with findings that count fails once, one that is not known is an error, a mild one only speaks", () => {
    const cases = root.children.flatMap(({ children }) => children);
    const spoken = { open: ["failure"], mild: ["system-out"], known: ["system-out"], silent: [] };
    expect(kindsIn(xml)).toEqual({ ...spoken, unsure: ["error"] });
    expect(kindsIn(junitXml(report, { seconds: 0, now: new Date(0), allowUnknown: true }))).toEqual({
      ...spoken,
      unsure: ["skipped"],
    });
    expect(cases.every(({ attributes }) => attributes.classname !== undefined && attributes.time !== undefined)).toBe(true);
  });

  test("a run that does not end with 0 has a failure or an error, and one that does has none", () => {
    const tallied = (one: typeof report) => readXml(junitXml(one, { seconds: 0, now: new Date(0) })).attributes;
    const unsure = (severity: "high" | "low") => reportOf([finding("unsure", severity, { verdict: "unknown" })]);
    expect(tallied(unsure("high"))).toMatchObject({ failures: "0", errors: "1", skipped: "0" });
    expect(tallied(unsure("low"))).toMatchObject({ failures: "0", errors: "0", skipped: "1" });
    expect(tallied({ ...reportOf([]), overall: "unknown" })).toMatchObject({ tests: "2", failures: "0", errors: "1" });
  });

  test("a case with findings has the file and the line of the first", () => {
    const cases = root.children.flatMap(({ children }) => children.map(({ attributes }) => attributes));
    expect(cases.filter(({ file, line }) => file === "templates/a b.yaml" && line === "12").length).toBe(3);
  });

  test("holds any text: markup is escaped, and what XML cannot hold is replaced", () => {
    const odd = reportOf([finding("odd", "high", { title: 'a "b" <c> & \u0007', reason: "]]> \ud800" })]);
    const text = junitXml(odd, { seconds: 0, now: new Date(0) });
    const failure = readXml(text)
      .children.flatMap(({ children }) => children)
      .flatMap(({ children }) => children)[0];
    expect(failure?.attributes.message).toBe('web-1: a "b" <c> & \ufffd');
    expect(failure?.text).toContain("]]> \ufffd");
  });
});

test("on a terminal the worst comes first with resource, place, reason and fix, and the verdict last", () => {
  const text = textReport(report, { picture: "", objectives: "", cost: "" }, { colours: colours({}), width: 100 });
  expect(text).toMatchInlineSnapshot(`
    "templates/a b.yaml  eu-west-3, 1 resource examined, 5 rules

    CRITICAL is open  open
             api (Api)  AWS::EC2::Instance  templates/a b.yaml:12:5
             web-1 (Web)  AWS::EC2::Instance  templates/a b.yaml:12:5
        why  because <of> "this" & that
        fix  close it

    HIGH     is open  not known  unsure
             web-1 (Web)  AWS::EC2::Instance  templates/a b.yaml:12:5
        why  because <of> "this" & that
        fix  close it

    LOW      is open  mild
             web-1 (Web)  AWS::EC2::Instance
        why  because <of> "this" & that
        fix  close it

    Accepted by the baseline
      web-1: is open (known, for good): agreed

    About the baseline
      accepted.yaml:3:5: the acceptance of gone for Web matches no finding: take it out of the baseline

    Not examined
      AWS::SQS::Queue  Queue: its type is not in the graph

    findings at or above high: 2 critical, 1 low; 1 verdict unknown; 1 resource not examined"
  `);
});

test("wrapping breaks at blanks only and keeps line breaks", () => {
  expect(wrap("one two three\nfour", 7)).toEqual(["one two", "three", "four"]);
  expect(wrap("incomprehensibilities of it", 5)).toEqual(["incomprehensibilities", "of it"]);
});

/** As much of SARIF 2.1.0's schema as the log uses; members that are not in it are refused. */
const message = z.strictObject({ text: z.string().min(1) });
const physicalLocation = z.strictObject({
  artifactLocation: z.strictObject({ uri: z.string().regex(/^[A-Za-z0-9._~:/%+-]+$/) }),
  region: z.strictObject({ startLine: z.int().min(1), startColumn: z.int().min(1) }),
});
const logicalLocation = z.strictObject({ name: z.string(), fullyQualifiedName: z.string(), kind: z.string() });
const location = z.strictObject({
  physicalLocation: physicalLocation.optional(),
  logicalLocations: z.array(logicalLocation).optional(),
});
const bag = z.record(z.string(), z.unknown());
const result = z
  .strictObject({
    ruleId: z.string(),
    ruleIndex: z.int().min(0),
    kind: z.enum(["notApplicable", "pass", "fail", "review", "open", "informational"]),
    level: z.enum(["none", "note", "warning", "error"]),
    message,
    locations: z.array(location),
    partialFingerprints: z.record(z.string(), z.string()),
    baselineState: z.enum(["new", "unchanged", "updated", "absent"]),
    suppressions: z.array(
      z.strictObject({
        kind: z.enum(["inSource", "external"]),
        status: z.enum(["accepted", "underReview", "rejected"]),
        justification: z.string(),
      }),
    ),
    properties: bag,
  })
  .refine(({ kind, level }) => kind === "fail" || level === "none", "§3.27.10: the level of what is no failure is none");
const descriptor = z.strictObject({
  id: z.string(),
  shortDescription: message,
  fullDescription: message.optional(),
  help: z.strictObject({ text: z.string(), markdown: z.string() }).optional(),
  defaultConfiguration: z.strictObject({ level: z.enum(["none", "note", "warning", "error"]) }).optional(),
  properties: bag.optional(),
});
const notification = z.strictObject({
  descriptor: z.strictObject({ id: z.string() }),
  level: z.enum(["none", "note", "warning", "error"]),
  message,
  locations: z.array(location).optional(),
});
const run = z.strictObject({
  tool: z.strictObject({
    driver: z.strictObject({
      name: z.string(),
      semanticVersion: z.string().regex(/^\d+\.\d+\.\d+/),
      rules: z.array(descriptor),
      notifications: z.array(descriptor),
    }),
  }),
  columnKind: z.enum(["utf16CodeUnits", "unicodeCodePoints"]),
  automationDetails: z.strictObject({ id: z.string() }),
  artifacts: z.array(z.strictObject({ location: z.strictObject({ uri: z.string() }) })),
  invocations: z.array(
    z.strictObject({
      executionSuccessful: z.boolean(),
      exitCode: z.int(),
      toolExecutionNotifications: z.array(notification),
    }),
  ),
  results: z.array(result),
  properties: bag,
});
const sarif = z.strictObject({ $schema: z.url(), version: z.literal("2.1.0"), runs: z.tuple([run]) });
