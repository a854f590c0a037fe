import { afterEach, describe, expect, test } from "vitest";
import { StackResources } from "../../../src/region/stacks/records.js";
import { openBench, type Bench } from "./support.js";

/** Signals are for the attempt that waits for them, and for no later one. */
let bench: Bench;
afterEach(() => bench.close());

const signal = (UniqueId: string, Status = "SUCCESS"): Promise<unknown> =>
  bench.run("SignalResource", { StackName: "shop", LogicalResourceId: "W", UniqueId, Status });
/** A stack whose machine has had its signal. */
const deployed = async (template: string): Promise<void> => {
  bench = await openBench();
  const done = bench.deploy(template);
  await bench.scope.until(() => bench.scope.records.list(StackResources).some(({ physicalId }) => physicalId !== undefined));
  await signal("first");
  await done;
};

describe("a replacement that waits for signals", () => {
  const machine = (type: string): string =>
    `Resources:\n  W: { Type: AWS::EC2::Instance, Properties: { InstanceType: ${type} },` +
    " CreationPolicy: { ResourceSignal: { Count: 1, Timeout: PT1H } } }\n";
  const rest = async (): Promise<string> => {
    await bench.formation.engine.settled((await bench.stack()).StackId ?? "");
    return (await bench.stack()).StackStatus ?? "";
  };
  /** Begin to put another machine in the place of the one there is. */
  const replace = async (input: object = {}): Promise<void> => {
    await bench.run("UpdateStack", { StackName: "shop", TemplateBody: machine("big"), ...input });
    await bench.scope.until(() =>
      bench.scope.records
        .list(StackResources)
        .some(
          ({ former, physicalId, status }) => former !== undefined && physicalId !== undefined && status.endsWith("PROGRESS"),
        ),
    );
  };

  test.each<[string, object, string]>([
    ["rolled back", {}, "UPDATE_ROLLBACK_COMPLETE"],
    ["kept", { DisableRollback: true }, "UPDATE_FAILED"],
  ])("has not those of an attempt that failed and was %s", async (_how, input, failed) => {
    await deployed(machine("small"));
    await replace(input);
    await signal("second", "FAILURE");
    expect(await rest()).toBe(failed);
    expect(bench.scope.records.list(StackResources).filter((entry) => "signals" in entry || "awaits" in entry)).toEqual([]);
    await bench.run("UpdateStack", { StackName: "shop", TemplateBody: machine("big") });
    await bench.scope.until(() => {
      const [entry] = bench.scope.records.list(StackResources);
      return entry?.status !== "UPDATE_IN_PROGRESS" || entry.physicalId !== undefined;
    });
    await signal("second");
    expect(await rest()).toBe("UPDATE_COMPLETE");
  });

  test("is no longer to be signaled when it was cancelled by a crash and a rollback", async () => {
    await deployed(machine("small"));
    await replace();
    await bench.run("CancelUpdateStack", { StackName: "shop" });
    const { StackId = "" } = await bench.stack();
    bench = await bench.crash();
    bench.formation.engine.resume(bench.scope);
    await bench.formation.engine.settled(StackId);
    expect((await bench.stack()).StackStatus).toBe("UPDATE_ROLLBACK_COMPLETE");
    expect(bench.scope.records.list(StackResources).filter((entry) => "awaits" in entry)).toEqual([]);
  });
});
