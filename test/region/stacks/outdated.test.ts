import type { DescribeChangeSetCommandOutput } from "@aws-sdk/client-cloudformation";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openBench, Queues, Topics, type Bench } from "./support.js";

let bench: Bench;
beforeEach(async () => {
  bench = await openBench();
});
afterEach(() => bench.close());

const topic = (name: string): string => `  ${name}: { Type: AWS::SNS::Topic }\n`;
const queue = (delay: number): string => `  Q: { Type: AWS::SQS::Queue, Properties: { DelaySeconds: ${delay} } }\n`;
const template = (...parts: string[]): string => `Resources:\n${parts.join("")}`;
const settled = async (): Promise<string> => {
  await bench.formation.engine.settled((await bench.stack()).StackId ?? "");
  return (await bench.stack()).StackStatus ?? "";
};
const plan = (name: string, body: string): Promise<unknown> =>
  bench.run("CreateChangeSet", { StackName: "shop", ChangeSetName: name, TemplateBody: body });
const execute = async (name: string): Promise<string> => {
  await bench.run("ExecuteChangeSet", { StackName: "shop", ChangeSetName: name });
  return settled();
};
const update = async (body: string): Promise<string> => {
  await bench.run("UpdateStack", { StackName: "shop", TemplateBody: body });
  return settled();
};
const statusOf = async (name: string): Promise<string | undefined> =>
  (await bench.run<DescribeChangeSetCommandOutput>("DescribeChangeSet", { StackName: "shop", ChangeSetName: name }))
    .ExecutionStatus;

describe("a change set of a stack that was updated since", () => {
  test("is obsolete and cannot be executed", async () => {
    await bench.deploy(template(queue(1)));
    await plan("c", template(queue(2)));
    await plan("none", template(queue(1)));
    expect(await update(template(queue(3), topic("N")))).toBe("UPDATE_COMPLETE");
    expect([await statusOf("c"), await statusOf("none")]).toEqual(["OBSOLETE", "UNAVAILABLE"]);
    await expect(execute("c")).rejects.toMatchObject({
      code: "InvalidChangeSetStatus",
      message: expect.stringMatching(
        /^ChangeSet \[arn:aws:cloudformation:.*\/c\/.*\] cannot be executed in its current execution status of \[OBSOLETE\]$/,
      ) as string,
    });
    expect(bench.scope.records.list(Topics).map(({ name }) => name)).toEqual(["N"]);
    expect(bench.scope.records.list(Queues)).toEqual([{ name: "Q", delay: "3" }]);
  });

  test("stays what it was when it was executed before", async () => {
    await bench.deploy(template(queue(1)));
    await plan("c", template(queue(2)));
    expect(await execute("c")).toBe("UPDATE_COMPLETE");
    expect(await update(template(queue(3)))).toBe("UPDATE_COMPLETE");
    expect(await statusOf("c")).toBe("EXECUTE_COMPLETE");
  });

  test("is gone when that was by another change set", async () => {
    await bench.deploy(template(queue(1)));
    await plan("c", template(queue(2)));
    await plan("d", template(queue(3)));
    expect(await execute("d")).toBe("UPDATE_COMPLETE");
    await expect(execute("c")).rejects.toMatchObject({ code: "ChangeSetNotFound" });
  });
});
