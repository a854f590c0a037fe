import { afterEach, describe, expect, test } from "vitest";
import { StackResources } from "../../../src/region/stacks/records.js";
import { Machines, openBench, Queues, Topics, type Bench } from "./support.js";

/** Operations that failed and were kept as they were (DisableRollback): what goes on beside the failure, and what may follow. */
let bench: Bench;
afterEach(() => bench.close());

const topic = (name: string, rest = "", properties = ""): string =>
  `  ${name}: { Type: AWS::SNS::Topic, Properties: { ${properties} }${rest} }\n`;
const queue = (name: string, delay: number, rest = "", properties = ""): string =>
  `  ${name}: { Type: AWS::SQS::Queue, Properties: { DelaySeconds: ${delay}${properties} }${rest} }\n`;
const machine = (type: string): string => `  M: { Type: AWS::EC2::Instance, Properties: { InstanceType: ${type} } }\n`;
const template = (...parts: string[]): string => `Resources:\n${parts.join("")}`;
const kept = { DisableRollback: true };

const rest = async (): Promise<string> => {
  await bench.formation.engine.settled((await bench.stack()).StackId ?? "");
  return (await bench.stack()).StackStatus ?? "";
};
const update = async (body: string, input: object = {}): Promise<string> => {
  await bench.run("UpdateStack", { StackName: "shop", TemplateBody: body, ...input });
  return rest();
};
const rollback = async (): Promise<string> => {
  await bench.run("RollbackStack", { StackName: "shop" });
  return rest();
};
const create = async (body: string, input: object = {}): Promise<string> => (await bench.deploy(body, input)).StackStatus ?? "";
const delays = (): string[] => bench.scope.records.list(Queues).map(({ name, delay }) => `${name} ${delay}`);
const topics = (): string[] => bench.scope.records.list(Topics).map(({ name, display }) => `${name}${display}`);
const machines = (): string[] => bench.scope.records.list(Machines).map(({ type }) => type);
const open = async (): Promise<void> => {
  bench = await openBench();
};

describe("with DisableRollback", () => {
  const three = (delay: number): string => template(queue("Bad", delay), topic("Good"), topic("After", ", DependsOn: Good"));

  test("what does not depend on a failure goes on to its end", async () => {
    await open();
    bench.script.failing.add("create Bad");
    bench.script.waiting.add("settle Good");
    const done = bench.deploy(three(1), kept);
    await bench.script.reached("settle Good");
    await bench.scope.until(() => bench.scope.records.list(StackResources).some(({ status }) => status === "CREATE_FAILED"));
    bench.script.release("settle Good");
    expect((await done).StackStatus).toBe("CREATE_FAILED");
    expect(topics()).toEqual(["Good", "After"]);
    expect((await bench.stack()).StackStatusReason).toBe("The following resource(s) failed to create: [Bad]. ");
  });

  test("without it, it is cancelled", async () => {
    await open();
    bench.script.failing.add("create Bad");
    expect(await create(three(1))).toBe("ROLLBACK_COMPLETE");
    expect(bench.script.told).not.toContain("create After");
  });
});

describe("a creation that failed", () => {
  const wish = template(topic("A"), topic("B", ", DependsOn: A"));

  test("may be tried again with the same template: what is there stays, what failed is made anew", async () => {
    await open();
    bench.script.failing.add("settle B");
    expect(await create(wish, kept)).toBe("CREATE_FAILED");
    expect(topics()).toEqual(["A", "B"]);
    bench.script.failing.clear();
    expect(await update(wish)).toBe("UPDATE_COMPLETE");
    expect(topics()).toEqual(["A", "B"]);
    expect(bench.script.told.filter((step) => step.startsWith("create"))).toEqual(["create A", "create B", "create B"]);
    expect(bench.script.told).toContain("delete B");
  });

  test("may go on with another template, which changes and removes what is there", async () => {
    await open();
    bench.script.failing.add("create Bad");
    expect(await create(template(queue("Q", 1), topic("Gone"), topic("Bad")), kept)).toBe("CREATE_FAILED");
    expect(await update(template(queue("Q", 2), topic("New")))).toBe("UPDATE_COMPLETE");
    expect([delays(), topics()]).toEqual([["Q 2"], ["New"]]);
  });

  test("says which resource it was when its remains cannot be removed", async () => {
    await open();
    bench.script.failing.add("settle B").add("delete B");
    expect(await create(wish, kept)).toBe("CREATE_FAILED");
    const before = (await bench.events()).length;
    expect(await update(wish, kept)).toBe("UPDATE_FAILED");
    const reason = 'Resource handler returned message: "delete B was told to fail" (Error Code: Scripted)';
    expect((await bench.events()).slice(before)).toContain(`B CREATE_FAILED ${reason}`);
    expect((await bench.stack()).StackStatusReason).toBe("The following resource(s) failed to create: [B]. ");
    bench.script.failing.clear();
    expect(await update(wish)).toBe("UPDATE_COMPLETE");
    expect(topics()).toEqual(["A", "B"]);
  });

  test("and fails again goes back to nothing, for it was never complete", async () => {
    await open();
    bench.script.failing.add("create Bad");
    const bad = template(queue("Q", 1), topic("Bad"));
    expect(await create(bad, kept)).toBe("CREATE_FAILED");
    expect(await update(template(queue("Q", 2), topic("Bad")), kept)).toBe("UPDATE_FAILED");
    expect(delays()).toEqual(["Q 2"]);
    expect(await update(bad)).toBe("ROLLBACK_COMPLETE");
    expect([delays(), topics()]).toEqual([[], []]);
  });

  test("and again can be rolled back", async () => {
    await open();
    bench.script.failing.add("create Bad");
    expect(await create(template(queue("Q", 1), topic("Bad")), kept)).toBe("CREATE_FAILED");
    expect(await update(template(queue("Q", 2), topic("Bad")), kept)).toBe("UPDATE_FAILED");
    expect(await rollback()).toBe("ROLLBACK_COMPLETE");
    expect(delays()).toEqual([]);
  });
});

describe("an update that failed", () => {
  const before = template(queue("Q", 1), machine("small"));
  const failed = async (): Promise<void> => {
    await open();
    expect(await create(before)).toBe("CREATE_COMPLETE");
    bench.script.failing.add("create Bad");
    expect(await update(template(queue("Q", 2), machine("big"), topic("Bad")), kept)).toBe("UPDATE_FAILED");
    expect([delays(), machines()]).toEqual([["Q 2"], ["small", "big"]]);
  };

  test("may be tried again, when the reason is gone", async () => {
    await failed();
    bench.script.failing.clear();
    expect(await update(template(queue("Q", 2), machine("big"), topic("Bad")))).toBe("UPDATE_COMPLETE");
    expect([delays(), machines(), topics()]).toEqual([["Q 2"], ["big"], ["Bad"]]);
  });

  test("may be followed by another: of each resource the last one stays", async () => {
    await failed();
    expect(await update(template(queue("Q", 3), machine("other"), topic("Good")))).toBe("UPDATE_COMPLETE");
    expect([delays(), machines(), topics()]).toEqual([["Q 3"], ["other"], ["Good"]]);
  });

  test("may be followed by what was before: the resources of then are taken back", async () => {
    await failed();
    const first = bench.scope.records.list(Machines)[0];
    expect(await update(before)).toBe("UPDATE_COMPLETE");
    expect([delays(), bench.scope.records.list(Machines), topics()]).toEqual([["Q 1"], [first], []]);
  });

  test("goes back to what the stack was when it was last complete, however many failed since", async () => {
    await failed();
    expect(await update(template(queue("Q", 3), machine("big"), topic("Bad")), kept)).toBe("UPDATE_FAILED");
    expect(await update(template(queue("Q", 4), machine("small"), topic("Bad")))).toBe("UPDATE_ROLLBACK_COMPLETE");
    expect([delays(), machines(), topics()]).toEqual([["Q 1"], ["small"], []]);
  });

  test("goes back without changing first what goes", async () => {
    await failed();
    const wish = (delay: number): string => template(queue("Q", 2), machine("big"), queue("New", delay), topic("Bad"));
    expect(await update(wish(1), kept)).toBe("UPDATE_FAILED");
    bench.script.failing.add("update New");
    expect(await update(wish(2))).toBe("UPDATE_ROLLBACK_COMPLETE");
    expect(bench.script.told.filter((step) => step === "update New")).toHaveLength(1);
    expect([delays(), machines(), topics()]).toEqual([["Q 1"], ["small"], []]);
  });

  test("can be deleted with everything that it left", async () => {
    await failed();
    const { StackId = "" } = await bench.stack();
    await bench.run("DeleteStack", { StackName: "shop" });
    await bench.formation.engine.settled(StackId);
    expect([delays(), machines(), topics()]).toEqual([[], [], []]);
  });

  test("goes on after a crash in the middle of the next one", async () => {
    await failed();
    bench.script.waiting.add("create Slow");
    const { StackId = "" } = await bench.stack();
    const next = template(queue("Q", 3), machine("small"), topic("Slow"));
    await bench.run("UpdateStack", { StackName: "shop", TemplateBody: next });
    await bench.script.reached("create Slow");
    bench = await bench.crash();
    bench.formation.engine.resume(bench.scope);
    await bench.formation.engine.settled(StackId);
    expect((await bench.stack()).StackStatus).toBe("UPDATE_COMPLETE");
    expect([delays(), machines(), topics()]).toEqual([["Q 3"], ["small"], ["Slow"]]);
  });
});
