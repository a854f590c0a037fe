import { afterEach, describe, expect, test } from "vitest";
import { put } from "../../../src/region/records/records.js";
import { entryOf } from "../../../src/region/stacks/engine/journal.js";
import { Stacks } from "../../../src/region/stacks/records.js";
import { openBench, Queues, Topics, type Bench } from "./support.js";

let bench: Bench;
afterEach(() => bench.close());

const topic = (name: string, rest = ""): string => `  ${name}: { Type: AWS::SNS::Topic${rest} }\n`;
const queue = (name: string, properties: string, rest = ""): string =>
  `  ${name}: { Type: AWS::SQS::Queue, Properties: { ${properties} }${rest} }\n`;
const template = (...parts: string[]): string => `Resources:\n${parts.join("")}`;
const settled = async (): Promise<string> => {
  await bench.formation.engine.settled((await bench.stack()).StackId ?? "");
  return (await bench.stack()).StackStatus ?? "";
};
const update = async (body: string, input: object = {}): Promise<string> => {
  await bench.run("UpdateStack", { StackName: "shop", TemplateBody: body, ...input });
  return settled();
};
const delays = (): string[] => bench.scope.records.list(Queues).map(({ name, delay }) => `${name} ${delay}`);

describe("an update under way", () => {
  test("can be cancelled: what was done is undone", async () => {
    bench = await openBench();
    await bench.deploy(template(queue("Q", "DelaySeconds: 1")));
    bench.script.waiting.add("settle New");
    await bench.run("UpdateStack", {
      StackName: "shop",
      TemplateBody: template(queue("Q", "DelaySeconds: 2"), topic("New", ", DependsOn: Q")),
    });
    await bench.script.reached("settle New");
    expect(delays()).toEqual(["Q 2"]);
    await bench.run("CancelUpdateStack", { StackName: "shop" });
    expect(await settled()).toBe("UPDATE_ROLLBACK_COMPLETE");
    expect(delays()).toEqual(["Q 1"]);
    expect(bench.scope.records.list(Topics)).toEqual([]);
    const events = await bench.events();
    expect(events).toContain("shop UPDATE_ROLLBACK_IN_PROGRESS User Initiated");
    expect(events).toContain("New CREATE_FAILED Resource creation cancelled");
    await expect(bench.run("CancelUpdateStack", { StackName: "shop" })).rejects.toThrow(
      "CancelUpdateStack cannot be called from current stack status",
    );
  });
});

describe("an update that fails", () => {
  const before = template(queue("Q", "DelaySeconds: 1"));
  const after = template(queue("Q", "DelaySeconds: 2"), topic("New", ", DependsOn: Q"));

  test("stays as it is with DisableRollback, until it is rolled back", async () => {
    bench = await openBench();
    await bench.deploy(before);
    bench.script.failing.add("settle New");
    expect(await update(after, { DisableRollback: true })).toBe("UPDATE_FAILED");
    expect(delays()).toEqual(["Q 2"]);
    expect(bench.scope.records.list(Topics)).toHaveLength(1);
    await bench.run("RollbackStack", { StackName: "shop" });
    expect(await settled()).toBe("UPDATE_ROLLBACK_COMPLETE");
    expect(delays()).toEqual(["Q 1"]);
    expect(bench.scope.records.list(Topics)).toEqual([]);
    bench.script.failing.clear();
    expect(await update(after)).toBe("UPDATE_COMPLETE");
    await expect(bench.run("RollbackStack", { StackName: "shop" })).rejects.toThrow("can not be rolled back");
  });

  test("and cannot go back can be continued when the reason is gone", async () => {
    bench = await openBench();
    await bench.deploy(before);
    bench.script.waiting.add("settle New");
    bench.script.failing.add("settle New");
    await bench.run("UpdateStack", { StackName: "shop", TemplateBody: after });
    await bench.script.reached("settle New");
    bench.script.failing.add("update Q");
    bench.script.release("settle New");
    expect(await settled()).toBe("UPDATE_ROLLBACK_FAILED");
    expect(delays()).toEqual(["Q 2"]);
    bench.script.failing.clear();
    await bench.run("ContinueUpdateRollback", { StackName: "shop" });
    expect(await settled()).toBe("UPDATE_ROLLBACK_COMPLETE");
    expect(delays()).toEqual(["Q 1"]);
  });

  test("or go on without what cannot", async () => {
    bench = await openBench();
    await bench.deploy(before);
    bench.script.failing.add("update Q");
    expect(await update(after)).toBe("UPDATE_ROLLBACK_FAILED");
    await expect(bench.run("ContinueUpdateRollback", { StackName: "shop", ResourcesToSkip: ["New"] })).rejects.toThrow(
      "cannot be skipped, for they are not in UPDATE_FAILED: [New]",
    );
    await bench.run("ContinueUpdateRollback", { StackName: "shop", ResourcesToSkip: ["Q"] });
    expect(await settled()).toBe("UPDATE_ROLLBACK_COMPLETE");
    await expect(bench.run("ContinueUpdateRollback", { StackName: "shop" })).rejects.toThrow("can not continue its rollback");
  });

  test("or go on without what its way back had not reached yet: that keeps what it had", async () => {
    bench = await openBench();
    const both = (delay: number, name: string): string =>
      template(queue("P", `DelaySeconds: ${delay}`), topic("R", `, DependsOn: P, Properties: { TopicName: ${name} }`));
    await bench.deploy(both(1, "old"));
    bench.script.waiting.add("create new");
    bench.script.failing.add("create new");
    await bench.run("UpdateStack", { StackName: "shop", TemplateBody: both(2, "new") });
    await bench.script.reached("create new");
    bench.script.failing.add("update P");
    bench.script.release("create new");
    expect(await settled()).toBe("UPDATE_ROLLBACK_FAILED");
    bench.script.failing.clear();
    await bench.run("ContinueUpdateRollback", { StackName: "shop", ResourcesToSkip: ["R"] });
    expect(await settled()).toBe("UPDATE_ROLLBACK_COMPLETE");
    expect(bench.scope.records.list(Topics).map(({ name }) => name)).toEqual(["old"]);
    expect(entryOf(bench.scope, (await bench.stack()).StackId ?? "", "R")?.physicalId).toBe("topic-0-old");
    expect(delays()).toEqual(["P 1"]);
  });

  test("and turned a dependency round can be continued", async () => {
    bench = await openBench();
    const wish = (delay: number, ofA: string, ofB: string, ...rest: string[]): string =>
      template(queue("A", `DelaySeconds: ${delay}`, ofA), queue("B", `DelaySeconds: ${delay}`, ofB), ...rest);
    await bench.deploy(wish(1, ", DependsOn: B", ""));
    bench.script.waiting.add("settle New");
    bench.script.failing.add("settle New");
    const after = wish(2, "", ", DependsOn: A", topic("New", ", DependsOn: B"));
    await bench.run("UpdateStack", { StackName: "shop", TemplateBody: after });
    await bench.script.reached("settle New");
    bench.script.failing.add("update B");
    bench.script.release("settle New");
    expect(await settled()).toBe("UPDATE_ROLLBACK_FAILED");
    bench.script.failing.clear();
    await bench.run("ContinueUpdateRollback", { StackName: "shop" });
    expect(await settled()).toBe("UPDATE_ROLLBACK_COMPLETE");
    expect(delays()).toEqual(["B 1", "A 1"]);
  });

  test.each<[string, object, number]>([
    ["RetainExceptOnCreate", {}, 0],
    ["Retain", {}, 1],
    ["Retain", { RetainExceptOnCreate: true }, 0],
  ])("DeletionPolicy %s keeps or drops what it had created", async (policy, input, left) => {
    bench = await openBench();
    await bench.deploy(before);
    bench.script.failing.add("create Last");
    const wish = template(
      queue("Q", "DelaySeconds: 1"),
      topic("New", `, DeletionPolicy: ${policy}`),
      topic("Last", ", DependsOn: New"),
    );
    expect(await update(wish, input)).toBe("UPDATE_ROLLBACK_COMPLETE");
    expect(bench.scope.records.list(Topics)).toHaveLength(left);
  });
});

describe("a creation", () => {
  test("that was kept after its failure can be rolled back", async () => {
    bench = await openBench();
    bench.script.failing.add("settle B");
    const made = await bench.deploy(template(topic("A"), topic("B", ", DependsOn: A")), { DisableRollback: true });
    expect(made).toMatchObject({ StackStatus: "CREATE_FAILED", DisableRollback: true });
    await bench.run("RollbackStack", { StackName: "shop" });
    expect(await settled()).toBe("ROLLBACK_COMPLETE");
    expect(bench.scope.records.list(Topics)).toEqual([]);
  });

  test("that takes longer than it may is rolled back, also across a crash", async () => {
    bench = await openBench();
    bench.script.waiting.add("settle A");
    const input = { StackName: "shop", TemplateBody: template(topic("A")) };
    await expect(bench.run("CreateStack", { ...input, TimeoutInMinutes: 0 })).rejects.toThrow(
      "Value '0' at 'timeoutInMinutes' failed to satisfy constraint",
    );
    await bench.run("CreateStack", { ...input, TimeoutInMinutes: 1 });
    await bench.script.reached("settle A");
    const { StackId = "", TimeoutInMinutes } = await bench.stack();
    expect(TimeoutInMinutes).toBe(1);
    bench = await bench.crash();
    const stack = bench.scope.records.get(Stacks, StackId);
    if (stack === undefined) throw new Error("no stack");
    bench.scope.commit(put(Stacks, StackId, { ...stack, deadline: bench.scope.now() }));
    bench.script.waiting.add("settle A");
    bench.formation.engine.resume(bench.scope);
    expect(await settled()).toBe("ROLLBACK_COMPLETE");
    expect(await bench.events()).toContain(
      "shop ROLLBACK_IN_PROGRESS Stack creation time exceeded the specified timeout. Rollback requested by user.",
    );
  });
});
