import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { check, type CheckOptions } from "../../../src/cli/check/check.js";
import { parseMeasured, parseUsage } from "../../../src/cli/check/stated.js";

const folder = mkdtempSync(join(tmpdir(), "sandtable-test-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const file = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};

describe("what nobody publishes is stated", () => {
  test.each([
    [["restore=840,launch=95"], { restore: 840, launch: 95 }],
    [["restore=14m", "launch=PT95S"], { restore: 840, launch: 95 }],
    [[], {}],
  ])("--measured %j", (texts, measured) => {
    expect(parseMeasured(texts)).toEqual(measured);
  });

  test.each([
    ["restor=840", "nothing called restor is measured; there are restore and launch"],
    ["restore=soon", 'restore must be a time, e.g. 840 (seconds), 14m or PT14M, not "soon"'],
    ["restore", "restore is not of the form NAME=VALUE"],
    ["restore=1,", "what stands between two commas is not of the form"],
  ])("--measured %s is refused", (text, message) => {
    expect(() => parseMeasured([text])).toThrow(message);
  });

  test.each([
    [["natGb=120,internetGb=40"], { natGb: 120, internetGb: 40 }],
    [["bucketGb:Photos=500", "bucketGb:Logs=2"], { bucketGb: { Photos: 500, Logs: 2 } }],
    [["bucketGb=1,bucketGb:Photos=500"], { bucketGb: { "*": 1, Photos: 500 } }],
    [["bucketGb:Photos=500,bucketGb=1"], { bucketGb: 1 }],
  ])("--usage %j", (texts, usage) => {
    expect(parseUsage(texts)).toEqual(usage);
  });

  test("--usage reads a file, and what is said after it holds", () => {
    const stated = file("usage.yaml", 'natGb: 120\nbucketGb: {Photos: 500, "*": 1}\n');
    expect(parseUsage([stated, "natGb=7"])).toEqual({ natGb: 7, bucketGb: { Photos: 500, "*": 1 } });
  });

  test.each([
    ["natGB=1", /there is no use called natGB; there are natGb \(GB through each NAT gateway\), balancerUnits/],
    ["natGb=-1", /natGb must be a number, 0 or more, not "-1"/],
    ["nowhere.yaml", /neither a use \(NAME=VALUE\) nor a file/],
  ])("--usage %s is refused", (text, message) => {
    expect(() => parseUsage([text])).toThrow(message);
  });

  test("a file with a name that there is not is refused at its line", () => {
    expect(() => parseUsage([file("wrong.yaml", "natGb: 1\nlcu: 2\n")])).toThrow(/wrong\.yaml:2:1: there is no use called lcu/);
  });
});

interface Document {
  readonly objectives: { readonly verdicts: { readonly rto?: string } };
  readonly cost: { readonly budget: { readonly verdict: string }; readonly usage: { readonly known: number } };
}

async function run(path: string, more: Partial<CheckOptions> = {}): Promise<Document> {
  let text = "";
  const output = {
    print: (said: string) => void (text += said),
    say: () => undefined,
    status: () => undefined,
    interactive: false,
  };
  const options: CheckOptions = {
    ...{ target: "local", parameter: [], region: "eu-west-3", failOn: "high", output: [], measured: [], usage: [], json: true },
    ...more,
  };
  await check([path], options, output);
  return JSON.parse(text) as Document;
}

/** A site of one bucket, and a database with a backup. */
const template = (objectives: string): string => `
Metadata: {Sandtable: {Objectives: {${objectives}}}}
Resources:
  Photos: {Type: AWS::S3::Bucket}
  Logs: {Type: AWS::S3::Bucket}
`;
const all = ["bucketGb=10,bucketReads=1000,bucketWrites=1000"];

describe("a verdict that hangs on use or on a measurement", () => {
  test("the budget is known when all use is stated, on the command line or in the definition", async () => {
    const open = file("budget.yaml", template("Budget: 60"));
    const stated = "bucketGb: {Photos: 10, '*': 1}, bucketReads: 1000, BucketWrites: 1000";
    const whole = file("stated.yaml", template(`Budget: 60, Usage: {${stated}}`));
    await expect(run(open)).resolves.toMatchObject({ cost: { budget: { verdict: "unknown" } } });
    await expect(run(open, { usage: all })).resolves.toMatchObject({ cost: { budget: { verdict: "within" } } });
    await expect(run(whole)).resolves.toMatchObject({ cost: { budget: { verdict: "within" } } });
    await expect(run(whole, { usage: ["bucketGb:Logs=100000"] })).resolves.toMatchObject({
      cost: { budget: { verdict: "over" } },
    });
  });

  test("use of a resource that does not pay by it is refused with those that do", async () => {
    await expect(run(file("budget.yaml", template("Budget: 60")), { usage: ["bucketGb:Fotos=1"] })).rejects.toMatchObject({
      code: "BadUsage",
      message: "bucketGb is stated of Fotos, which does not pay by it (these do: Photos, Logs)",
    });
  });

  test("a wrong name in the definition is refused at its place", async () => {
    await expect(run(file("wrong-name.yaml", template("Usage: {gb: 1}, Measured: {boot: 2}")))).rejects.toMatchObject({
      code: "BadTemplate",
      message: expect.stringMatching(
        /wrong-name\.yaml:2:\d+.*there is no use called gb[^]*nothing called boot is measured/,
      ) as string,
    });
  });

  test("the recovery time after a deletion is known once a restore was measured", async () => {
    const sound = "test/fixtures/sound/flask-ha.yaml";
    const rto = async (more: Partial<CheckOptions>) => (await run(sound, more)).objectives.verdicts.rto;
    expect(await rto({})).toBe("unknown");
    expect(await rto({ measured: ["restore=20m"] })).toBe("achievable");
    expect(await rto({ measured: ["restore=5h"] })).toBe("not achievable");
  });
});
