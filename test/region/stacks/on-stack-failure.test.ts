import { afterEach, beforeEach, expect, test } from "vitest";
import { openBench, type Bench } from "./support.js";

/** OnStackFailure of a change set for an update. */
let bench: Bench;
const good = "Resources:\n  Q: { Type: AWS::SQS::Queue, Properties: { DelaySeconds: 1 } }\n";
const bad = "Resources:\n  Q: { Type: AWS::SQS::Queue, Properties: { DelaySeconds: 2 } }\n  Bad: { Type: AWS::SNS::Topic }\n";
beforeEach(async () => {
  bench = await openBench();
  await bench.deploy(good);
  bench.script.failing.add("create Bad");
});
afterEach(() => bench.close());

const plan = (input: object): Promise<unknown> =>
  bench.run("CreateChangeSet", { StackName: "shop", ChangeSetName: "next", TemplateBody: bad, ...input });

test.each<[string, object, object, string]>([
  ["DO_NOTHING keeps what failed", { OnStackFailure: "DO_NOTHING" }, {}, "UPDATE_FAILED"],
  ["ROLLBACK takes it back", { OnStackFailure: "ROLLBACK" }, {}, "UPDATE_ROLLBACK_COMPLETE"],
  ["nothing takes it back", {}, {}, "UPDATE_ROLLBACK_COMPLETE"],
  ["nothing lets the execution say", {}, { DisableRollback: true }, "UPDATE_FAILED"],
])("%s", async (_what, planned, executed, status) => {
  await plan(planned);
  await bench.run("ExecuteChangeSet", { StackName: "shop", ChangeSetName: "next", ...executed });
  await bench.formation.engine.settled((await bench.stack()).StackId ?? "");
  expect((await bench.stack()).StackStatus).toBe(status);
});

test("DELETE is refused: it is for a stack that is created", async () => {
  await expect(plan({ OnStackFailure: "DELETE" })).rejects.toMatchObject({
    code: "ValidationError",
    message: "OnStackFailure DELETE is only valid when the ChangeSetType parameter is set to CREATE.",
  });
});
