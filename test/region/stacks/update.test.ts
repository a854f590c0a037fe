import type { DescribeChangeSetCommandOutput } from "@aws-sdk/client-cloudformation";
import { afterEach, describe, expect, test } from "vitest";
import { ChangeSets, resourcesOf, Stacks } from "../../../src/region/stacks/records.js";
import { Machines, openBench, Queues, Topics, type Bench } from "./support.js";

let bench: Bench;
afterEach(() => bench.close());

const topic = (name: string, properties = ""): string => `  ${name}: { Type: AWS::SNS::Topic, Properties: { ${properties} } }\n`;
const queue = (name: string, properties = ""): string => `  ${name}: { Type: AWS::SQS::Queue, Properties: { ${properties} } }\n`;
const template = (...parts: string[]): string => `Resources:\n${parts.join("")}`;

const plan = async (body: string, input: object = {}): Promise<DescribeChangeSetCommandOutput> => {
  await bench.run("CreateChangeSet", { StackName: "shop", ChangeSetName: "next", TemplateBody: body, ...input });
  return bench.run("DescribeChangeSet", { StackName: "shop", ChangeSetName: "next" });
};
const execute = async (): Promise<string> => {
  const { StackId = "" } = await bench.stack();
  await bench.run("ExecuteChangeSet", { StackName: "shop", ChangeSetName: "next" });
  await bench.formation.engine.settled(StackId);
  return (await bench.stack()).StackStatus ?? "";
};
const update = async (body: string): Promise<string> => {
  const { StackId = "" } = await bench.stack();
  await bench.run("UpdateStack", { StackName: "shop", TemplateBody: body });
  await bench.formation.engine.settled(StackId);
  return (await bench.stack()).StackStatus ?? "";
};
const changes = ({ Changes = [] }: DescribeChangeSetCommandOutput): unknown[] =>
  Changes.map(({ ResourceChange: change }) => [
    change?.Action,
    change?.LogicalResourceId,
    change?.Replacement,
    ...(change?.Details ?? []).map(
      ({ Target, Evaluation }) => `${Target?.Name ?? Target?.Attribute} ${Target?.RequiresRecreation} ${Evaluation}`,
    ),
  ]);
const topicNames = (): string[] => bench.scope.records.list(Topics).map(({ name }) => name);

describe("a change set", () => {
  test("of a new stack puts it under review; executing it creates the stack", async () => {
    bench = await openBench();
    const described = await plan(template(topic("A")), { ChangeSetType: "CREATE", Description: "first" });
    expect(described).toMatchObject({ Status: "CREATE_COMPLETE", ExecutionStatus: "AVAILABLE", Description: "first" });
    expect(changes(described)).toEqual([["Add", "A", undefined]]);
    expect((await bench.stack()).StackStatus).toBe("REVIEW_IN_PROGRESS");
    expect(await execute()).toBe("CREATE_COMPLETE");
    expect(await bench.run("DescribeChangeSet", { StackName: "shop", ChangeSetName: "next" })).toMatchObject({
      ExecutionStatus: "EXECUTE_COMPLETE",
    });
    await expect(bench.run("ExecuteChangeSet", { StackName: "shop", ChangeSetName: "next" })).rejects.toMatchObject({
      code: "InvalidChangeSetStatus",
    });
  });

  test("of an update is executed in the commit that begins the update: no kill leaves the one without the other", async () => {
    bench = await openBench();
    await bench.deploy(template(topic("A")));
    await plan(template(topic("A"), topic("B")));
    const before = bench.commits.length;
    expect(await execute()).toBe("UPDATE_COMPLETE");
    const [first = []] = bench.commits.slice(before);
    expect(first.map(({ type }) => type.name)).toEqual(expect.arrayContaining([ChangeSets.name, Stacks.name]));
    expect((await bench.stack()).ChangeSetId).toContain("/next/");
  });

  test("that changes nothing fails with AWS's words", async () => {
    bench = await openBench();
    await bench.deploy(template(topic("A")));
    expect(await plan("Description: another\n" + template(topic("A")))).toMatchObject({
      Status: "FAILED",
      ExecutionStatus: "UNAVAILABLE",
      StatusReason: "The submitted information didn't contain changes. Submit different information to create a change set.",
    });
    await expect(bench.run("UpdateStack", { StackName: "shop", UsePreviousTemplate: true })).rejects.toThrow(
      "No updates are to be performed.",
    );
  });

  test("tells additions, removals, changes in place, replacements and what follows from them", async () => {
    bench = await openBench();
    await bench.deploy(
      template(
        topic("A"),
        topic("Old"),
        queue("Q", "DelaySeconds: 1"),
        queue("R", "QueueName: r"),
        topic("Uses", "TopicName: !Ref R"),
      ),
    );
    const described = await plan(
      template(
        topic("A"),
        topic("New"),
        queue("Q", "DelaySeconds: 2"),
        queue("R", "QueueName: s"),
        topic("Uses", "TopicName: !Ref R"),
      ),
    );
    expect(changes(described)).toEqual(
      expect.arrayContaining([
        ["Add", "New", undefined],
        ["Remove", "Old", undefined],
        ["Modify", "Q", "False", "DelaySeconds Never Static"],
        ["Modify", "R", "True", "QueueName Always Static"],
        ["Modify", "Uses", "Conditional", "TopicName Always Dynamic"],
      ]),
    );
    expect(described.Changes).toHaveLength(5);
  });

  test("numbers and texts that read alike are no change", async () => {
    bench = await openBench();
    await bench.deploy(template(queue("Q", "DelaySeconds: 1")));
    expect(await plan(template(queue("Q", 'DelaySeconds: "1"')))).toMatchObject({ Status: "FAILED" });
  });

  test("a change that Sandtable cannot make is refused by name", async () => {
    bench = await openBench();
    await bench.deploy(template(topic("A", "DisplayName: x")));
    await expect(plan(template(topic("A", "DisplayName: y")))).rejects.toThrow(
      "Sandtable does not model changing DisplayName of AWS::SNS::Topic (A) in a stack yet",
    );
    await expect(plan(template(topic("A", "DisplayName: x")), { Tags: [{ Key: "a", Value: "b" }] })).rejects.toThrow(
      "changing the tags that AWS::SNS::Topic (A) has",
    );
    await expect(plan(template(queue("A")))).rejects.toThrow("Update of resource type is not permitted");
  });

  const machine = (properties: string): string => template(`  M: { Type: AWS::EC2::Instance, Properties: { ${properties} } }\n`);

  test("a change of what a provider cannot change is refused, others of the same type are made", async () => {
    bench = await openBench();
    await bench.deploy(machine("InstanceType: small, Monitoring: false"));
    await expect(plan(machine("InstanceType: small, Monitoring: true"))).rejects.toThrow(
      "Sandtable does not model changing Monitoring of AWS::EC2::Instance (M) in a stack yet",
    );
    await expect(plan(machine("InstanceType: small, Monitoring: false"), { Tags: [{ Key: "a", Value: "b" }] })).rejects.toThrow(
      "changing the tags that AWS::EC2::Instance (M) has",
    );
    expect(await update(machine("InstanceType: medium, Monitoring: false"))).toBe("UPDATE_COMPLETE");
    expect(bench.scope.records.list(Machines)).toEqual([{ type: "medium" }]);
    expect(bench.script.told).toEqual(["create M", "update i-0-small"]);
  });

  test("where AWS replaces depending on values, the provider says whether it does", async () => {
    bench = await openBench();
    await bench.deploy(machine("InstanceType: small"));
    expect(changes(await plan(machine("InstanceType: big")))).toEqual([
      ["Modify", "M", "Conditional", "InstanceType Conditionally Static"],
    ]);
    expect(await execute()).toBe("UPDATE_COMPLETE");
    expect(bench.script.told).toEqual(["create M", "create M", "delete i-0-small"]);
    expect(bench.scope.records.list(Machines)).toEqual([{ type: "big" }]);
  });

  test("of the same name is refused, unless it is the same request again", async () => {
    bench = await openBench();
    const request = {
      StackName: "shop",
      ChangeSetName: "next",
      ChangeSetType: "CREATE",
      TemplateBody: template(topic("A")),
      ClientToken: "t",
    };
    const first = await bench.run("CreateChangeSet", request);
    expect(await bench.run("CreateChangeSet", request)).toEqual(first);
    await expect(bench.run("CreateChangeSet", { ...request, ClientToken: "u" })).rejects.toMatchObject({
      code: "AlreadyExistsException",
    });
    await bench.run("DeleteChangeSet", { StackName: "shop", ChangeSetName: "next" });
    await expect(bench.run("DescribeChangeSet", { StackName: "shop", ChangeSetName: "next" })).rejects.toMatchObject({
      code: "ChangeSetNotFound",
    });
    await bench.run("DeleteChangeSet", { StackName: "shop", ChangeSetName: "next" });
  });

  test("a stack that rolled back cannot be updated", async () => {
    bench = await openBench();
    bench.script.failing.add("create A");
    await bench.deploy(template(topic("A")));
    await expect(plan(template(topic("A")))).rejects.toThrow(/is in ROLLBACK_COMPLETE state and can not be updated/);
    await expect(plan(template(topic("A")), { ChangeSetType: "CREATE" })).rejects.toThrow(
      "Stack [shop] already exists and cannot be created again with the changeSet [next].",
    );
  });
});

describe("an update", () => {
  test("adds first and removes last", async () => {
    bench = await openBench();
    await bench.deploy(template(topic("A")));
    expect(await update(template(topic("B")) + "Outputs:\n  Name: { Value: !GetAtt B.TopicName }\n")).toBe("UPDATE_COMPLETE");
    expect(topicNames()).toEqual(["B"]);
    expect((await bench.stack()).Outputs).toMatchObject([{ OutputValue: "B" }]);
    expect((await bench.events()).slice(5)).toEqual([
      "shop UPDATE_IN_PROGRESS User Initiated",
      "B CREATE_IN_PROGRESS",
      "B CREATE_IN_PROGRESS Resource creation Initiated",
      "B CREATE_COMPLETE",
      "shop UPDATE_COMPLETE_CLEANUP_IN_PROGRESS",
      "A DELETE_IN_PROGRESS",
      "A DELETE_COMPLETE",
      "shop UPDATE_COMPLETE",
    ]);
    expect(resourcesOf(bench.scope, (await bench.stack()).StackId ?? "").map(({ logicalId }) => logicalId)).toEqual(["B"]);
  });

  test("of outputs alone changes no resource", async () => {
    bench = await openBench();
    await bench.deploy(template(topic("A")));
    const told = bench.script.told.length;
    expect(await update(template(topic("A")) + "Outputs:\n  Name: { Value: !Ref A }\n")).toBe("UPDATE_COMPLETE");
    expect(bench.script.told).toHaveLength(told);
    expect((await bench.stack()).Outputs).toMatchObject([{ OutputValue: "topic-0-A" }]);
  });

  test("changes in place what the provider can", async () => {
    bench = await openBench();
    await bench.deploy(template(queue("Q", "DelaySeconds: 1")));
    expect(await update(template(queue("Q", "DelaySeconds: 2")))).toBe("UPDATE_COMPLETE");
    expect(bench.scope.records.list(Queues)).toEqual([{ name: "Q", delay: "2" }]);
    expect(await bench.events()).toContain("Q UPDATE_COMPLETE");
  });

  test("replaces by a new resource, follows with those that refer to it, and deletes the old one in the end", async () => {
    bench = await openBench();
    const both = (name: string): string => template(queue("R", `QueueName: ${name}`), topic("Uses", "TopicName: !Ref R"));
    await bench.deploy(both("r"));
    expect(await update(both("s"))).toBe("UPDATE_COMPLETE");
    expect(bench.scope.records.list(Queues).map(({ name }) => name)).toEqual(["s"]);
    expect(topicNames()).toEqual(["https://queues/queue-1-s"]);
    const told = bench.script.told;
    expect(told.indexOf("delete r")).toBeGreaterThan(told.indexOf("create s"));
    expect(told.indexOf("delete r")).toBeGreaterThan(told.indexOf("delete https://queues/queue-0-r"));
    expect(await bench.events()).toContain(
      "R UPDATE_IN_PROGRESS Requested update requires the creation of a new physical resource; hence creating one.",
    );
    expect(resourcesOf(bench.scope, (await bench.stack()).StackId ?? "").every((entry) => entry.former === undefined)).toBe(true);
  });

  test("UpdateReplacePolicy: Retain keeps what was replaced", async () => {
    bench = await openBench();
    const kept = (name: string): string =>
      `Resources:\n  R: { Type: AWS::SQS::Queue, UpdateReplacePolicy: Retain, Properties: { QueueName: ${name} } }\n`;
    await bench.deploy(kept("r"));
    expect(await update(kept("s"))).toBe("UPDATE_COMPLETE");
    expect(bench.scope.records.list(Queues).map(({ name }) => name)).toEqual(["r", "s"]);
  });

  const before = template(queue("Q", "DelaySeconds: 1"), queue("R", "QueueName: r"), topic("Old"));
  const after = template(
    queue("Q", "DelaySeconds: 2"),
    queue("R", "QueueName: s"),
    topic("New", "DisplayName: !Sub '${Q.Arn}${R}'"),
  );

  test("that fails goes back to what was", async () => {
    bench = await openBench();
    await bench.deploy(before);
    bench.script.failing.add("settle New");
    expect(await update(after)).toBe("UPDATE_ROLLBACK_COMPLETE");
    expect(bench.scope.records.list(Queues)).toEqual([
      { name: "Q", delay: "1" },
      { name: "r", delay: "0" },
    ]);
    expect(topicNames()).toEqual(["Old"]);
    expect(await bench.events()).toContain(
      "shop UPDATE_ROLLBACK_IN_PROGRESS The following resource(s) failed to create: [New]. ",
    );
    expect((await bench.run<{ TemplateBody: string }>("GetTemplate", { StackName: "shop" })).TemplateBody).toBe(before);
    // And it can be updated again.
    bench.script.failing.clear();
    expect(await update(after)).toBe("UPDATE_COMPLETE");
    expect(bench.scope.records.list(Queues).map(({ name }) => name)).toEqual(["Q", "s"]);
  });

  test("whose way back fails says so", async () => {
    bench = await openBench();
    await bench.deploy(before);
    bench.script.failing.add("update Q");
    expect(await update(after)).toBe("UPDATE_ROLLBACK_FAILED");
    // The way back is the same call, and it was told to fail as well.
    expect((await bench.stack()).StackStatusReason).toBe("The following resource(s) failed to update: [Q]. ");
  });

  test.each(["update Q", "create s", "settle New", "delete r", "delete Old"])("goes on after a crash at %s", async (step) => {
    bench = await openBench();
    await bench.deploy(before);
    const { StackId = "" } = await bench.stack();
    bench.script.waiting.add(step);
    await bench.run("UpdateStack", { StackName: "shop", TemplateBody: after });
    await bench.script.reached(step);
    bench = await bench.crash();
    bench.formation.engine.resume(bench.scope);
    await bench.formation.engine.settled(StackId);
    expect((await bench.stack()).StackStatus).toBe("UPDATE_COMPLETE");
    expect(bench.scope.records.list(Queues)).toEqual([
      { name: "Q", delay: "2" },
      { name: "s", delay: "0" },
    ]);
    expect(topicNames()).toEqual(["New"]);
  });

  test.each(["delete s", "delete New"])("a rollback of it goes on after a crash at %s", async (step) => {
    bench = await openBench();
    await bench.deploy(before);
    const { StackId = "" } = await bench.stack();
    bench.script.failing.add("settle New");
    bench.script.waiting.add(step);
    await bench.run("UpdateStack", { StackName: "shop", TemplateBody: after });
    await bench.script.reached(step);
    bench = await bench.crash();
    bench.formation.engine.resume(bench.scope);
    await bench.formation.engine.settled(StackId);
    expect((await bench.stack()).StackStatus).toBe("UPDATE_ROLLBACK_COMPLETE");
    expect(bench.scope.records.list(Queues)).toEqual([
      { name: "Q", delay: "1" },
      { name: "r", delay: "0" },
    ]);
    expect(topicNames()).toEqual(["Old"]);
  });
});
