import { afterEach, describe, expect, test } from "vitest";
import { StackResources } from "../../../src/region/stacks/records.js";
import { openBench, Queues, Topics, type Bench } from "./support.js";

let bench: Bench;
afterEach(() => bench.close());

const resource = (type: string, name: string, rest = ""): string => `  ${name}: { Type: ${type}${rest} }\n`;
const topic = (name: string, rest = ""): string => resource("AWS::SNS::Topic", name, rest);

/** A <- B <- D, A <- C <- D. */
const diamond =
  "Resources:\n" +
  topic("A") +
  topic("B", ", Properties: { DisplayName: !Ref A }") +
  topic("C", ", Properties: { DisplayName: !GetAtt A.TopicArn }") +
  topic("D", ", DependsOn: [B, C]") +
  "Outputs:\n  Name: { Value: !Sub 'is ${D.TopicName}', Description: of D }\n";

describe("creation", () => {
  test("each resource begins when what it refers to is complete, and only then", async () => {
    bench = await openBench();
    const { script } = bench;
    script.waiting.add("settle B").add("settle C");
    const done = bench.deploy(diamond);
    await Promise.all([script.reached("settle B"), script.reached("settle C")]);
    expect(script.told).not.toContain("create D");
    script.release("settle B");
    await bench.scope.until(() =>
      bench.scope.records.list(StackResources).some(({ logicalId, status }) => logicalId === "B" && status === "CREATE_COMPLETE"),
    );
    expect(script.told).not.toContain("create D");
    script.release("settle C");
    expect(await done).toMatchObject({
      StackStatus: "CREATE_COMPLETE",
      Outputs: [{ OutputKey: "Name", OutputValue: "is D", Description: "of D" }],
    });
    expect(script.told.indexOf("create A")).toBeLessThan(script.told.indexOf("create B"));
    expect(bench.scope.records.list(Topics).map(({ display }) => display)).toEqual(["", "topic-0-A", "arn:topic-0-A", ""]);
  });

  test("events read as on AWS", async () => {
    bench = await openBench();
    await bench.deploy("Resources:\n" + topic("A"));
    expect(await bench.events()).toEqual([
      "shop CREATE_IN_PROGRESS User Initiated",
      "A CREATE_IN_PROGRESS",
      "A CREATE_IN_PROGRESS Resource creation Initiated",
      "A CREATE_COMPLETE",
      "shop CREATE_COMPLETE",
    ]);
  });

  test("a resource and its stack's entry share a commit, under the right physical id", async () => {
    bench = await openBench();
    await bench.deploy("Resources:\n" + topic("A") + resource("AWS::SQS::Queue", "Q"));
    for (const [record, physicalId] of [
      [Topics, "topic-0-A"],
      [Queues, "queue-0-Q"],
    ] as const) {
      const shared = bench.commits.find((commit) => commit.some((change) => change.type.name === record.name));
      expect(shared).toContainEqual(
        expect.objectContaining({ type: StackResources, value: expect.objectContaining({ physicalId }) as unknown }),
      );
    }
  });

  test("resources carry the stack's tags and CloudFormation's own", async () => {
    bench = await openBench();
    const { StackId } = await bench.deploy("Resources:\n" + topic("A"), { Tags: [{ Key: "team", Value: "web" }] });
    expect(bench.scope.records.list(Topics)[0]?.tags).toEqual({
      team: "web",
      "aws:cloudformation:stack-name": "shop",
      "aws:cloudformation:stack-id": StackId,
      "aws:cloudformation:logical-id": "A",
    });
  });

  test("secrets are hidden from events and descriptions", async () => {
    bench = await openBench();
    const secret =
      "Parameters:\n  Pass: { Type: String, NoEcho: true }\nResources:\n" +
      topic("A", ", Properties: { DisplayName: !Ref Pass }");
    const stack = await bench.deploy(secret, { Parameters: [{ ParameterKey: "Pass", ParameterValue: "hush" }] });
    expect(stack.Parameters).toEqual([{ ParameterKey: "Pass", ParameterValue: "****" }]);
    expect(bench.scope.records.list(Topics)[0]?.display).toBe("hush");
    expect(JSON.stringify(await bench.run("DescribeStackEvents", { StackName: "shop" }))).not.toContain("hush");
  });
});

describe("failure", () => {
  test("the first failure cancels the rest, and everything goes in reverse order", async () => {
    bench = await openBench();
    const { script } = bench;
    script.failing.add("settle B");
    script.waiting.add("settle C");
    const stack = await bench.deploy(diamond);
    expect(stack.StackStatus).toBe("ROLLBACK_COMPLETE");
    expect(bench.scope.records.list(Topics)).toEqual([]);
    expect(script.told.filter((step) => step.startsWith("delete")).at(-1)).toBe("delete A");
    expect(script.told).not.toContain("create D");
    const events = await bench.events();
    expect(events).toContain(
      'B CREATE_FAILED Resource handler returned message: "settle B was told to fail" (Error Code: Scripted)',
    );
    expect(events).toContain("C CREATE_FAILED Resource creation cancelled");
    expect(events).toContain(
      "shop ROLLBACK_IN_PROGRESS The following resource(s) failed to create: [B, C]. Rollback requested by user.",
    );
    expect(events.at(-1)).toBe("shop ROLLBACK_COMPLETE");
  });

  test("a create that fails after its record was committed is deleted too", async () => {
    bench = await openBench();
    bench.script.failing.add("after A");
    expect((await bench.deploy("Resources:\n" + topic("A"))).StackStatus).toBe("ROLLBACK_COMPLETE");
    expect(bench.script.told).toEqual(["create A", "after A", "delete A"]);
    expect(bench.scope.records.list(Topics)).toEqual([]);
  });

  test("a create that fails before anything was made has nothing to delete", async () => {
    bench = await openBench();
    bench.script.failing.add("create A");
    expect((await bench.deploy("Resources:\n" + topic("A"))).StackStatus).toBe("ROLLBACK_COMPLETE");
    expect(bench.script.told).toEqual(["create A"]);
  });

  test.each([
    ["DO_NOTHING", "CREATE_FAILED", 1],
    ["DELETE", "DELETE_COMPLETE", 0],
    ["ROLLBACK", "ROLLBACK_COMPLETE", 0],
  ])("OnFailure %s ends in %s", async (OnFailure, status, left) => {
    bench = await openBench();
    bench.script.failing.add("create B");
    const stack = await bench.deploy("Resources:\n" + topic("A") + topic("B", ", DependsOn: A"), { OnFailure });
    expect(stack.StackStatus).toBe(status);
    expect(bench.scope.records.list(Topics)).toHaveLength(left);
  });

  test("a rollback that cannot delete ends in ROLLBACK_FAILED, and the stack can be deleted later", async () => {
    bench = await openBench();
    bench.script.failing.add("settle B").add("delete A");
    const stack = await bench.deploy("Resources:\n" + topic("A") + topic("B", ", DependsOn: A"));
    expect(stack).toMatchObject({
      StackStatus: "ROLLBACK_FAILED",
      StackStatusReason: "The following resource(s) failed to delete: [A]. ",
    });
    bench.script.failing.clear();
    await bench.run("DeleteStack", { StackName: "shop" });
    await bench.formation.engine.settled(stack.StackId ?? "");
    expect((await bench.stack(stack.StackId)).StackStatus).toBe("DELETE_COMPLETE");
  });

  test("an output without a value rolls the stack back", async () => {
    bench = await openBench();
    const stack = await bench.deploy(
      "Resources:\n" + topic("A") + "Outputs:\n  X: { Value: !Select [3, !Split [',', !Ref A]] }\n",
    );
    expect(stack.StackStatus).toBe("ROLLBACK_COMPLETE");
    expect((await bench.events()).find((event) => event.startsWith("shop ROLLBACK_IN_PROGRESS"))).toContain(
      "Fn::Select cannot select nonexistent value",
    );
  });
});

describe("deletion", () => {
  const remove = async (input: object = {}): Promise<string> => {
    const { StackId = "" } = await bench.stack();
    await bench.run("DeleteStack", { StackName: "shop", ...input });
    await bench.formation.engine.settled(StackId);
    return (await bench.stack(StackId)).StackStatus ?? "";
  };

  test("goes in reverse order; the deleted stack is known by its id only", async () => {
    bench = await openBench();
    const { StackId } = await bench.deploy(diamond);
    expect(await remove()).toBe("DELETE_COMPLETE");
    const deleted = bench.script.told.filter((step) => step.startsWith("delete"));
    expect(deleted[0]).toBe("delete D");
    expect(deleted.at(-1)).toBe("delete A");
    await expect(bench.stack()).rejects.toThrow("Stack with id shop does not exist");
    expect(await bench.events(StackId)).toContain("shop DELETE_COMPLETE");
  });

  test("what says Retain stays", async () => {
    bench = await openBench();
    await bench.deploy("Resources:\n" + topic("A", ", DeletionPolicy: Retain") + topic("B"));
    const { StackId } = await bench.stack();
    expect(await remove()).toBe("DELETE_COMPLETE");
    expect(bench.scope.records.list(Topics).map(({ name }) => name)).toEqual(["A"]);
    expect(await bench.events(StackId)).toContain("A DELETE_SKIPPED");
  });

  test("what will not go fails the deletion, keeps what it needs, and may be left behind the second time", async () => {
    bench = await openBench();
    await bench.deploy(diamond);
    bench.script.failing.add("delete B");
    expect(await remove()).toBe("DELETE_FAILED");
    expect(bench.scope.records.list(Topics).map(({ name }) => name)).toEqual(["A", "B"]);
    expect((await bench.stack()).StackStatusReason).toBe("The following resource(s) failed to delete: [B]. ");
    expect(await remove({ RetainResources: ["B"] })).toBe("DELETE_COMPLETE");
    expect(bench.scope.records.list(Topics).map(({ name }) => name)).toEqual(["B"]);
  });

  test("cancels a creation that is under way", async () => {
    bench = await openBench();
    bench.script.waiting.add("settle B");
    const done = bench.deploy(diamond);
    await bench.script.reached("settle B");
    expect(await remove()).toBe("DELETE_COMPLETE");
    expect((await done).StackStatus).toBe("DELETE_COMPLETE");
    expect(bench.scope.records.list(Topics)).toEqual([]);
    const events = await bench.events((await done).StackId);
    expect(events).toContain("shop DELETE_IN_PROGRESS User Initiated");
    expect(events).toContain("B CREATE_FAILED Resource creation cancelled");
    expect(events.join()).not.toContain("ROLLBACK");
  });

  test("termination protection refuses it", async () => {
    bench = await openBench();
    await bench.deploy("Resources:\n" + topic("A"), { EnableTerminationProtection: true });
    await expect(bench.run("DeleteStack", { StackName: "shop" })).rejects.toThrow(
      "Stack [shop] cannot be deleted while TerminationProtection is enabled",
    );
    await bench.run("UpdateTerminationProtection", { StackName: "shop", EnableTerminationProtection: false });
    expect(await remove()).toBe("DELETE_COMPLETE");
  });

  test("of what does not exist succeeds", async () => {
    bench = await openBench();
    expect(await bench.run("DeleteStack", { StackName: "nothing" })).toEqual({});
  });
});

describe("after a crash", () => {
  const crashWhen = async (step: string, begin: () => Promise<unknown>): Promise<void> => {
    bench.script.waiting.add(step);
    const begun = begin();
    await bench.script.reached(step);
    begun.catch(() => undefined);
    bench = await bench.crash();
  };
  const resumed = async (stackId: string): Promise<string> => {
    bench.formation.engine.resume(bench.scope);
    await bench.formation.engine.settled(stackId);
    return (await bench.stack(stackId)).StackStatus ?? "";
  };
  const create = (template = diamond): Promise<unknown> =>
    bench.run("CreateStack", { StackName: "shop", TemplateBody: template });

  test.each(["create A", "after A", "settle A", "create B", "after B", "settle B", "settle D"])(
    "at %s a creation goes on, nothing twice",
    async (step) => {
      bench = await openBench();
      await crashWhen(step, () => create());
      const { StackId = "", StackStatus } = await bench.stack();
      expect(StackStatus).toBe("CREATE_IN_PROGRESS");
      expect(await resumed(StackId)).toBe("CREATE_COMPLETE");
      expect(
        bench.scope.records
          .list(Topics)
          .map(({ name }) => name)
          .sort(),
      ).toEqual(["A", "B", "C", "D"]);
    },
  );

  test("a rollback goes on", async () => {
    bench = await openBench();
    bench.script.failing.add("create D");
    await crashWhen("delete B", () => create());
    const { StackId = "" } = await bench.stack();
    expect(await resumed(StackId)).toBe("ROLLBACK_COMPLETE");
    expect(bench.scope.records.list(Topics)).toEqual([]);
  });

  test("a deletion goes on", async () => {
    bench = await openBench();
    const { StackId = "" } = await bench.deploy(diamond);
    await crashWhen("delete B", () => bench.run("DeleteStack", { StackName: "shop" }));
    expect(await resumed(StackId)).toBe("DELETE_COMPLETE");
    expect(bench.scope.records.list(Topics)).toEqual([]);
  });

  test("a deletion that cancelled a creation goes on", async () => {
    bench = await openBench();
    bench.script.waiting.add("after B");
    await create();
    await bench.script.reached("after B");
    await bench.run("DeleteStack", { StackName: "shop" });
    const { StackId = "" } = await bench.stack();
    bench = await bench.crash();
    expect(await resumed(StackId)).toBe("DELETE_COMPLETE");
    expect(bench.scope.records.list(Topics)).toEqual([]);
  });
});
