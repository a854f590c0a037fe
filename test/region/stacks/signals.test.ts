import { afterEach, describe, expect, test } from "vitest";
import { durationOf } from "../../../src/region/stacks/engine/signals.js";
import { StackResources } from "../../../src/region/stacks/records.js";
import { openBench, type Bench } from "./support.js";

let bench: Bench;

const waiting = (count: number, timeout = "PT1H"): string =>
  `Parameters:\n  Count: { Type: Number, Default: ${count} }\nResources:\n  A: { Type: AWS::SNS::Topic }\n` +
  `  W: { Type: AWS::CloudFormation::WaitCondition, DependsOn: A, CreationPolicy: { ResourceSignal: { Count: !Ref Count, Timeout: ${timeout} } } }\n` +
  "  B: { Type: AWS::SNS::Topic, DependsOn: W }\n";

const signal = (UniqueId: string, Status = "SUCCESS"): Promise<unknown> =>
  bench.run("SignalResource", { StackName: "shop", LogicalResourceId: "W", UniqueId, Status });
/** A deployment that waits for signals; `done` is wrapped, or awaiting this would await that. */
const begun = async (template: string): Promise<{ readonly done: ReturnType<Bench["deploy"]> }> => {
  bench = await openBench();
  const done = bench.deploy(template);
  await bench.scope.until(() =>
    bench.scope.records.list(StackResources).some(({ logicalId, physicalId }) => logicalId === "W" && physicalId !== undefined),
  );
  return { done };
};

describe("a wait condition", () => {
  afterEach(() => bench.close());

  test("is complete when it has its signals, and only then", async () => {
    const { done } = await begun(waiting(2));
    await signal("one");
    await expect(signal("one")).rejects.toThrow("Signal with ID one for resource W already exists");
    expect(bench.script.told).not.toContain("create B");
    await signal("two");
    expect((await done).StackStatus).toBe("CREATE_COMPLETE");
    expect(await bench.events()).toContain("W CREATE_IN_PROGRESS Received SUCCESS signal with UniqueId one");
    await expect(signal("three")).rejects.toThrow("Resource W is in CREATE_COMPLETE state and cannot be signaled");
  });

  test("fails at a failure signal", async () => {
    const { done } = await begun(waiting(2));
    await signal("one", "FAILURE");
    expect((await done).StackStatus).toBe("ROLLBACK_COMPLETE");
    expect(await bench.events()).toContain("W CREATE_FAILED Received FAILURE signal with UniqueId one");
  });

  test("fails when they do not come in time", async () => {
    bench = await openBench();
    expect((await bench.deploy(waiting(1, "PT1S"))).StackStatus).toBe("ROLLBACK_COMPLETE");
    expect(await bench.events()).toContain(
      "W CREATE_FAILED Failed to receive 1 resource signal(s) within the specified duration",
    );
  });

  test("keeps its signals through a crash", async () => {
    const { done } = await begun(waiting(2));
    done.catch(() => undefined);
    await signal("one");
    const { StackId = "" } = await bench.stack();
    bench = await bench.crash();
    bench.formation.engine.resume(bench.scope);
    await signal("two");
    await bench.formation.engine.settled(StackId);
    expect((await bench.stack()).StackStatus).toBe("CREATE_COMPLETE");
  });
});

test.each<[string, number]>([
  ["PT15M", 900_000],
  ["PT1H30M10S", 5_410_000],
  ["PT1S", 1000],
])("%s is a duration", (text, expected) => expect(durationOf(text)).toBe(expected));

test.each(["15", "PT", "P", "PT13H", "PT0S", "15M"])("%s is none", (text) =>
  expect(() => durationOf(text)).toThrow("Timeout must be a duration such as PT15M"),
);
