import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { orderOfDeletion } from "../../../src/region/stacks/engine/deletion-order.js";
import type { Incarnation } from "../../../src/region/stacks/records.js";
import { openBench, Queues, Topics, type Bench } from "./support.js";

/** What has several physical resources holds, with each of them, what that one was made after. */
let bench: Bench;
beforeEach(async () => {
  bench = await openBench();
});
afterEach(() => bench.close());

const topic = (id: string, name: string, rest = ""): string =>
  `  ${id}: { Type: AWS::SNS::Topic, Properties: { TopicName: ${name} }${rest} }\n`;
const queue = (id: string, delay: number, rest = ""): string =>
  `  ${id}: { Type: AWS::SQS::Queue, Properties: { DelaySeconds: ${delay} }${rest} }\n`;
const template = (...parts: string[]): string => `Resources:\n${parts.join("")}`;
const rest = async (id: string): Promise<string> => {
  await bench.formation.engine.settled(id);
  return (await bench.stack(id)).StackStatus ?? "";
};
const update = async (body: string, input: object = {}): Promise<string> => {
  const { StackId } = await bench.run<{ StackId: string }>("UpdateStack", { StackName: "shop", TemplateBody: body, ...input });
  return rest(StackId);
};
const kept = { DisableRollback: true };
const bad = topic("Bad", "Bad");
const names = (): string[] => bench.scope.records.list(Topics).map(({ name }) => name);

/** Begin what deletes, and see what is begun while `body` is still there. Z is in no order with anything, and the last by name. */
async function begunBeside(body: string, begin: () => Promise<unknown>): Promise<readonly string[]> {
  bench.script.waiting.add(`delete ${body}`);
  await begin();
  await Promise.all([`delete ${body}`, "delete Z"].map((step) => bench.script.reached(step)));
  const begun = bench.script.told.filter((step) => step.startsWith("delete"));
  bench.script.release(`delete ${body}`);
  return begun;
}

describe("a clean-up", () => {
  test("deletes what a failed update had made before what that was made after", async () => {
    await bench.deploy(template(topic("A", "a0"), topic("Z", "Z")));
    bench.script.failing.add("create Bad");
    const failed = template(topic("A", "a1", ", DependsOn: X"), topic("X", "X"), topic("Z", "Z"), bad);
    expect(await update(failed, kept)).toBe("UPDATE_FAILED");
    const { StackId = "" } = await bench.stack();
    const next = { StackName: "shop", TemplateBody: template(topic("A", "a2")) };
    expect(await begunBeside("a1", () => bench.run("UpdateStack", next))).not.toContain("delete X");
    expect(await rest(StackId)).toBe("UPDATE_COMPLETE");
    expect(names()).toEqual(["a2"]);
  });

  test("deletes all of what leaves before what its former resource was made after", async () => {
    await bench.deploy(template(topic("A", "a0", ", DependsOn: Y"), topic("Y", "Y"), topic("Z", "Z")));
    bench.script.failing.add("create Bad");
    const failed = template(topic("A", "a1"), topic("Y", "Y"), topic("Z", "Z"), bad);
    expect(await update(failed, kept)).toBe("UPDATE_FAILED");
    const { StackId = "" } = await bench.stack();
    const next = { StackName: "shop", TemplateBody: template(topic("New", "New")) };
    expect(await begunBeside("a0", () => bench.run("UpdateStack", next))).not.toContain("delete Y");
    expect(await rest(StackId)).toBe("UPDATE_COMPLETE");
    expect(names()).toEqual(["New"]);
  });
});

describe("the deletion of a stack", () => {
  test("deletes what a failed update had made before what that was made after", async () => {
    await bench.deploy(template(topic("A", "a0"), topic("Z", "Z")));
    bench.script.failing.add("create Bad");
    const failed = (a: string): string => template(a, topic("X", "X"), topic("Z", "Z"), bad);
    expect(await update(failed(topic("A", "a1", ", DependsOn: X")), kept)).toBe("UPDATE_FAILED");
    expect(await update(failed(topic("A", "a2")), kept)).toBe("UPDATE_FAILED");
    const { StackId = "" } = await bench.stack();
    expect(await begunBeside("a1", () => bench.run("DeleteStack", { StackName: "shop" }))).not.toContain("delete X");
    expect(await rest(StackId)).toBe("DELETE_COMPLETE");
    expect(names()).toEqual([]);
  });

  test("comes to an end when an update has turned a dependency round", async () => {
    const wish = (delay: number, ofA: string, ofB: string, ...more: string[]): string =>
      template(queue("A", delay, ofA), queue("B", delay, ofB), ...more);
    await bench.deploy(wish(1, "", ", DependsOn: A"));
    bench.script.failing.add("create Bad");
    expect(await update(wish(2, ", DependsOn: B", "", bad), kept)).toBe("UPDATE_FAILED");
    const { StackId = "" } = await bench.stack();
    await bench.run("DeleteStack", { StackName: "shop" });
    expect(await rest(StackId)).toBe("DELETE_COMPLETE");
    expect(bench.scope.records.list(Queues)).toEqual([]);
  });
});

describe("the order", () => {
  /** `name: needs of the newest | needs of the one before | …` */
  const order = (...going: string[]): Record<string, readonly string[]> => {
    const entries = going.map((line): [string, readonly Incarnation[]] => {
      const [name = "", bodies = ""] = line.split(":");
      const needs = bodies.split("|").map((names) => names.split(" ").filter((word) => word !== ""));
      return [name, needs.map((dependsOn) => ({ properties: {}, dependsOn }))];
    });
    return Object.fromEntries(orderOfDeletion(new Map(entries)));
  };

  test.each<[string, readonly string[], Record<string, readonly string[]>]>([
    ["is that of creation, turned round", ["a: b", "b:"], { a: [], b: ["a"] }],
    ["is that of all that goes", ["a: b | c |  b c", "b:", "c:"], { a: [], b: ["a"], c: ["a"] }],
    ["is not about what stays", ["a: b", "c:"], { a: [], c: [] }],
    ["is the newer one of two that exclude each other", ["a: | b", "b: a"], { a: ["b"], b: [] }],
    ["also along the way", ["a: | c", "b: a", "c: b"], { a: ["b"], b: ["c"], c: [] }],
  ])("%s", (_what, going, expected) => expect(order(...going)).toEqual(expected));
});
