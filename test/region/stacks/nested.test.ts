import { afterEach, describe, expect, test } from "vitest";
import type { DescribeChangeSetCommandOutput, Stack as ApiStack } from "@aws-sdk/client-cloudformation";
import { s3Operations } from "../../../src/region/services/s3/operations.js";
import { Stacks } from "../../../src/region/stacks/records.js";
import { openBench, Queues, Topics, type Bench } from "./support.js";

let bench: Bench;
afterEach(() => bench.close());

const Bucket = "templates";
const url = (name: string): string => `https://s3.eu-west-3.amazonaws.com/${Bucket}/${name}.yaml`;

async function s3(name: string, input: object): Promise<void> {
  const operation = s3Operations.find((known) => known.name === name);
  await operation?.run({ ...bench.scope, requestId: "t", caller: {} as never, holdWhile: () => Promise.resolve() }, input);
}
/** Put a template where `url(name)` says. */
const keep = (name: string, text: string): Promise<void> =>
  s3("PutObject", { Bucket, Key: `${name}.yaml`, Body: Buffer.from(text) });

async function open(templates: Record<string, string>): Promise<void> {
  bench = await openBench();
  await s3("CreateBucket", { Bucket, CreateBucketConfiguration: { LocationConstraint: "eu-west-3" } });
  for (const [name, text] of Object.entries(templates)) await keep(name, text);
}

const topic = (name: string, more = ""): string => `  ${name}: { Type: AWS::SNS::Topic, Properties: { ${more} } }\n`;
const queue = (name: string, more = ""): string => `  ${name}: { Type: AWS::SQS::Queue, Properties: { ${more} } }\n`;
const nested = (name: string, of: string, more = ""): string =>
  `  ${name}: { Type: AWS::CloudFormation::Stack, Properties: { TemplateURL: "${url(of)}"${more === "" ? "" : `, ${more}`} } }\n`;
const template = (...parts: string[]): string => `Resources:\n${parts.join("")}`;

const child = `Parameters: { Name: { Type: String, Default: inner } }
${template(topic("Inner", "DisplayName: !Ref Name"), queue("Line", "QueueName: line, DelaySeconds: 1"))}
Outputs: { Shown: { Value: !Ref Name }, Line: { Value: !GetAtt Line.Arn } }
`;

async function update(body: string, input: object = {}): Promise<string> {
  const { StackId = "" } = await bench.stack();
  await bench.run("UpdateStack", { StackName: "shop", TemplateBody: body, ...input });
  await bench.formation.engine.settled(StackId);
  return (await bench.stack()).StackStatus ?? "";
}
const below = (): readonly ApiStack[] =>
  bench.scope.records
    .list(Stacks)
    .flatMap((stack) => (stack.parentId === undefined ? [] : [{ ...stack } as unknown as ApiStack]));
const childNamed = (logicalId: string) =>
  bench.scope.records.list(Stacks).findLast(({ stackName }) => new RegExp(`-${logicalId}-[A-Z0-9]{12}$`).test(stackName));
const topics = (): string[] => bench.scope.records.list(Topics).map(({ name, display }) => `${name} ${display}`);
const delays = (): string[] => bench.scope.records.list(Queues).map(({ delay }) => delay);

describe("a nested stack", () => {
  test("is a stack of its own, and its parent waits for it and reads its outputs", async () => {
    await open({ child });
    const stack = await bench.deploy(
      template(
        nested("Child", "child", "Parameters: { Name: deep }"),
        topic("Outer", "DisplayName: !GetAtt Child.Outputs.Shown"),
      ),
      { Tags: [{ Key: "team", Value: "shop" }] },
    );
    expect(stack.StackStatus, stack.StackStatusReason).toBe("CREATE_COMPLETE");
    expect(topics()).toEqual(["Inner deep", "Outer deep"]);
    const inner = await bench.stack(childNamed("Child")?.stackId);
    expect(inner.StackName).toMatch(/^shop-Child-[A-Z0-9]{12}$/);
    expect(inner).toMatchObject({
      ...{ StackStatus: "CREATE_COMPLETE", ParentId: stack.StackId, RootId: stack.StackId },
      Tags: [{ Key: "team", Value: "shop" }],
    });
    expect(bench.scope.records.list(Topics)[0]?.tags).toMatchObject({
      team: "shop",
      "aws:cloudformation:stack-name": inner.StackName,
    });
    const events = await bench.events();
    expect(events.indexOf("Child CREATE_COMPLETE")).toBeLessThan(events.indexOf("Outer CREATE_IN_PROGRESS"));
    expect(events.indexOf("Child CREATE_COMPLETE")).toBeGreaterThan(0);
    expect(await bench.run("DescribeStackResources", { StackName: "shop", LogicalResourceId: "Child" })).toMatchObject({
      StackResources: [{ PhysicalResourceId: inner.StackId, ResourceType: "AWS::CloudFormation::Stack" }],
    });
    await bench.run("DeleteStack", { StackName: "shop" });
    await bench.formation.engine.settled(stack.StackId ?? "");
    expect((await bench.stack(stack.StackId)).StackStatus).toBe("DELETE_COMPLETE");
    expect((await bench.stack(inner.StackId)).StackStatus).toBe("DELETE_COMPLETE");
    expect([topics(), delays()]).toEqual([[], []]);
  });

  test("that fails takes its parent back, in AWS's words, and nothing is left", async () => {
    await open({ child });
    bench.script.failing.add("create Inner");
    const stack = await bench.deploy(template(nested("Child", "child"), topic("Other")));
    expect(stack.StackStatus).toBe("ROLLBACK_COMPLETE");
    const id = childNamed("Child")?.stackId;
    expect(await bench.events()).toContain(
      `Child CREATE_FAILED Embedded stack ${id} was not successfully created: The following resource(s) failed to create: [Inner].`,
    );
    expect((await bench.events(id)).filter((event) => event.startsWith("shop-Child-"))).toEqual([
      expect.stringContaining("CREATE_IN_PROGRESS"),
      expect.stringContaining("CREATE_FAILED The following resource(s) failed to create: [Inner]."),
      expect.stringContaining("DELETE_IN_PROGRESS"),
      expect.stringContaining("DELETE_COMPLETE"),
    ]);
    expect([topics(), delays()]).toEqual([[], []]);
  });

  test("stays as it failed where the parent's rollback is disabled", async () => {
    await open({ child });
    bench.script.failing.add("create Inner");
    const stack = await bench.deploy(template(nested("Child", "child")), { DisableRollback: true });
    expect(stack.StackStatus).toBe("CREATE_FAILED");
    expect(childNamed("Child")).toMatchObject({ status: "CREATE_FAILED", onFailure: "DO_NOTHING" });
    expect(delays()).toEqual(["1"]);
  });

  test("is updated with its parent when its template has changed, and left alone when not", async () => {
    await open({ child, other: template(queue("Still")) });
    const body = template(nested("Child", "child"), nested("Still", "other"), topic("Outer"));
    await bench.deploy(body);
    await keep("child", child.replace("DelaySeconds: 1", "DelaySeconds: 9"));
    expect(await update(body)).toBe("UPDATE_COMPLETE");
    expect(delays()).toContain("9");
    expect(childNamed("Child")).toMatchObject({ status: "UPDATE_COMPLETE" });
    expect(childNamed("Child")).not.toHaveProperty("previous.template");
    expect(childNamed("Still")).toMatchObject({ status: "CREATE_COMPLETE" });
    const events = (await bench.events()).slice((await bench.events()).indexOf("shop UPDATE_IN_PROGRESS User Initiated"));
    expect(events).toEqual(expect.arrayContaining(["Child UPDATE_COMPLETE", "Still UPDATE_COMPLETE"]));
    expect(events.some((event) => event.startsWith("Outer"))).toBe(false);
  });

  test("that was updated goes back when its parent fails, before anything of it was deleted", async () => {
    await open({ child });
    await bench.deploy(template(nested("Child", "child")));
    await keep("child", child.replace("DelaySeconds: 1", "DelaySeconds: 9").replace("Inner:", "Later:"));
    bench.script.failing.add("create Bad");
    // It fails after the nested stack was updated.
    const status = await update(template(nested("Child", "child"), `  Bad: { Type: AWS::SNS::Topic, DependsOn: Child }\n`));
    expect(status).toBe("UPDATE_ROLLBACK_COMPLETE");
    expect(topics()).toEqual(["Inner inner"]);
    expect(delays()).toEqual(["1"]);
    expect((await bench.events(childNamed("Child")?.stackId)).filter((event) => /^shop-Child-\S+ UPDATE/.test(event))).toEqual([
      expect.stringContaining("UPDATE_IN_PROGRESS"),
      expect.stringContaining("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS"),
      expect.stringContaining("UPDATE_ROLLBACK_IN_PROGRESS"),
      expect.stringContaining("UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS"),
      expect.stringContaining("UPDATE_ROLLBACK_COMPLETE"),
    ]);
    const told = bench.script.told.join();
    expect(told.indexOf("delete Later")).toBeGreaterThan(told.indexOf("create Bad"));
    expect(told).not.toContain("delete Inner");
  });

  test("whose update fails takes its parent back, in AWS's words", async () => {
    await open({ child });
    await bench.deploy(template(nested("Child", "child"), queue("Outer", "QueueName: outer, DelaySeconds: 2")));
    await keep("child", child.replace("DelaySeconds: 1", "DelaySeconds: 9"));
    bench.script.failing.add("update line");
    const changing = update(template(nested("Child", "child"), queue("Outer", "QueueName: outer, DelaySeconds: 3")));
    await bench.script.reached("update line");
    bench.script.failing.delete("update line");
    expect(await changing).toBe("UPDATE_ROLLBACK_COMPLETE");
    expect(delays().sort()).toEqual(["1", "2"]);
    expect((await bench.events()).find((event) => event.startsWith("Child UPDATE_FAILED"))).toMatch(
      /^Child UPDATE_FAILED Embedded stack arn:\S+ was not successfully updated\. Currently in UPDATE_ROLLBACK_IN_PROGRESS with reason: The following resource\(s\) failed to update: \[Line\]\./,
    );
  });

  test("goes on with its parent's failed rollback, and what failed in it may be skipped", async () => {
    await open({ child });
    await bench.deploy(template(nested("Child", "child")));
    await keep("child", child.replace("DelaySeconds: 1", "DelaySeconds: 9"));
    bench.script.failing.add("update line");
    expect(await update(template(nested("Child", "child")))).toBe("UPDATE_ROLLBACK_FAILED");
    const { stackId = "", stackName = "" } = childNamed("Child") ?? {};
    expect(childNamed("Child")?.status).toBe("UPDATE_ROLLBACK_FAILED");
    await expect(bench.run("ContinueUpdateRollback", { StackName: stackId })).rejects.toThrow(/nested stack/);
    await expect(bench.run("ContinueUpdateRollback", { StackName: "shop", ResourcesToSkip: ["Child"] })).rejects.toThrow(
      `${stackName}.LogicalId`,
    );
    await bench.run("ContinueUpdateRollback", { StackName: "shop", ResourcesToSkip: [`${stackName}.Line`] });
    await bench.formation.engine.settled((await bench.stack()).StackId ?? "");
    expect((await bench.stack()).StackStatus).toBe("UPDATE_ROLLBACK_COMPLETE");
    expect(childNamed("Child")?.status).toBe("UPDATE_ROLLBACK_COMPLETE");
  });

  test("of a nested stack goes all the way, down and back", async () => {
    await open({ child, middle: template(nested("Deep", "child")) });
    await bench.deploy(template(nested("Mid", "middle")));
    const [middle, deep] = [childNamed("Mid"), childNamed("Deep")];
    expect(deep).toMatchObject({ parentId: middle?.stackId, rootId: (await bench.stack()).StackId });
    await keep("child", child.replace("DelaySeconds: 1", "DelaySeconds: 9"));
    bench.script.failing.add("create Bad");
    expect(await update(template(nested("Mid", "middle"), `  Bad: { Type: AWS::SNS::Topic, DependsOn: Mid }\n`))).toBe(
      "UPDATE_ROLLBACK_COMPLETE",
    );
    expect(delays()).toEqual(["1"]);
    expect([childNamed("Mid")?.status, childNamed("Deep")?.status]).toEqual([
      "UPDATE_ROLLBACK_COMPLETE",
      "UPDATE_ROLLBACK_COMPLETE",
    ]);
    await bench.run("DeleteStack", { StackName: "shop" });
    await bench.formation.engine.settled((await bench.stack(middle?.parentId)).StackId ?? "");
    expect(bench.scope.records.list(Stacks).map(({ status }) => status)).toEqual(Array(3).fill("DELETE_COMPLETE"));
  });

  test.each(["settle Inner", "create Inner"])("is carried on after a kill at `%s`", async (step) => {
    await open({ child });
    bench.script.waiting.add(step);
    const { StackId } = await bench.run<{ StackId: string }>("CreateStack", {
      StackName: "shop",
      TemplateBody: template(nested("Child", "child"), topic("Outer", "DisplayName: !GetAtt Child.Outputs.Shown")),
    });
    await bench.script.reached(step);
    bench = await bench.crash();
    bench.formation.engine.resume(bench.scope);
    await bench.formation.engine.settled(StackId);
    expect((await bench.stack()).StackStatus).toBe("CREATE_COMPLETE");
    expect(below()).toHaveLength(1);
    expect(topics()).toEqual(["Inner inner", "Outer inner"]);
  });

  test("is carried on after a kill while it waits for its parent to come that far", async () => {
    await open({ child });
    await bench.deploy(template(nested("Child", "child")));
    await keep("child", child.replace("DelaySeconds: 1", "DelaySeconds: 9"));
    bench.script.waiting.add("settle After");
    const { StackId = "" } = await bench.stack();
    await bench.run("UpdateStack", {
      StackName: "shop",
      TemplateBody: template(nested("Child", "child"), `  After: { Type: AWS::SNS::Topic, DependsOn: Child }\n`),
    });
    await bench.script.reached("settle After");
    expect(childNamed("Child")?.status).toBe("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS");
    bench = await bench.crash();
    bench.script.failing.add("settle After");
    bench.formation.engine.resume(bench.scope);
    await bench.formation.engine.settled(StackId);
    expect((await bench.stack()).StackStatus).toBe("UPDATE_ROLLBACK_COMPLETE");
    expect(childNamed("Child")?.status).toBe("UPDATE_ROLLBACK_COMPLETE");
    expect(delays()).toEqual(["1"]);
  });
});

describe("before anything is created", () => {
  test.each<[string, string, RegExp]>([
    [
      "no URL of S3",
      `  C: { Type: AWS::CloudFormation::Stack, Properties: { TemplateURL: "https://example.com/t.yaml" } }`,
      /TemplateURL must be a supported URL/,
    ],
    ["no object", nested("C", "nothing"), /S3 error: The specified key does not exist/],
    ["a type that is not modelled", nested("C", "lambda"), /shop\/C .*AWS::Lambda::Function/s],
    ["an unknown parameter", nested("C", "child", "Parameters: { Nam: x }"), /Nam/],
    [
      "a parameter that is known later only, to a template that lacks it",
      template(topic("T"), nested("C", "child", "Parameters: { Nam: !Ref T }")).slice(11),
      /\[Nam\] do not exist/,
    ],
    ["itself", nested("C", "loop"), /20 stacks deep|21 stacks deep/],
    ["topics to be told of events", nested("C", "child", 'NotificationARNs: ["arn:aws:sns:eu-west-3:1:t"]'), /NotificationARNs/],
  ])("a nested stack with %s is refused", async (_, resources, message) => {
    await open({
      child,
      lambda: template("  F: { Type: AWS::Lambda::Function, Properties: {} }\n"),
      loop: template(nested("C", "loop")),
    });
    await expect(bench.run("CreateStack", { StackName: "shop", TemplateBody: template(resources) })).rejects.toThrow(message);
    expect(bench.scope.records.list(Stacks)).toEqual([]);
  });

  test("capabilities count for what is nested, too", async () => {
    const role = "  R: { Type: AWS::SNS::Topic, Properties: {} }\n";
    await open({ macro: `Transform: AWS::LanguageExtensions\n${template(role)}` });
    const wish = { StackName: "shop", TemplateBody: template(nested("C", "macro")) };
    await expect(bench.run("CreateStack", wish)).rejects.toMatchObject({ code: "InsufficientCapabilitiesException" });
    await bench.run("CreateStack", { ...wish, Capabilities: ["CAPABILITY_AUTO_EXPAND"] });
  });

  test("a change set tells that a nested stack may change, and what reads its outputs", async () => {
    await open({ child });
    const body = template(nested("Child", "child"), queue("Reader", "DelaySeconds: !GetAtt Child.Outputs.Shown"), queue("Other"));
    await bench.deploy(body);
    await bench.run("CreateChangeSet", { StackName: "shop", ChangeSetName: "n", TemplateBody: body, IncludeNestedStacks: true });
    const { Changes } = await bench.run<DescribeChangeSetCommandOutput>("DescribeChangeSet", {
      StackName: "shop",
      ChangeSetName: "n",
    });
    expect(Changes?.map(({ ResourceChange: change }) => [change?.LogicalResourceId, change?.Details?.[0]?.ChangeSource])).toEqual(
      [
        ["Child", "Automatic"],
        ["Reader", "ResourceAttribute"],
      ],
    );
  });
});

test("a template of more than fits into a request is taken from S3", async () => {
  const filler = Array.from({ length: 400 }, (_, index) => `# ${index} ${"x".repeat(150)}\n`).join("");
  await open({ large: `${filler}${template(topic("Big"))}` });
  const large = `${filler}${template(topic("Big"))}`;
  await expect(bench.run("CreateStack", { StackName: "shop", TemplateBody: large })).rejects.toThrow(/51200/);
  const { StackId } = await bench.run<{ StackId: string }>("CreateStack", { StackName: "shop", TemplateURL: url("large") });
  await bench.formation.engine.settled(StackId);
  expect((await bench.stack()).StackStatus).toBe("CREATE_COMPLETE");
  await expect(bench.run("ValidateTemplate", { TemplateURL: url("large") })).resolves.toMatchObject({ Parameters: [] });
  await expect(bench.run("GetTemplateSummary", { TemplateURL: url("large") })).resolves.toMatchObject({
    ResourceTypes: ["AWS::SNS::Topic"],
  });
  await expect(bench.run("ValidateTemplate", { TemplateURL: url("none") })).rejects.toThrow(/S3 error: The specified key/);
});
