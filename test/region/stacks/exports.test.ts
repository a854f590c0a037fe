import type { Export } from "@aws-sdk/client-cloudformation";
import { afterEach, expect, test } from "vitest";
import { openBench, Topics, type Bench } from "./support.js";

let bench: Bench;
afterEach(() => bench.close());

const producer = (value: string, exported = "net:${AWS::StackName}"): string =>
  `Resources:\n  A: { Type: AWS::SNS::Topic, Properties: { TopicName: a } }\nOutputs:\n  Shared: { Value: ${value}, Export: { Name: !Sub '${exported}' } }\n`;
const consumer =
  "Resources:\n  B: { Type: AWS::SNS::Topic, Properties: { TopicName: b, DisplayName: !ImportValue { 'Fn::Sub': 'net:net' } } }\n";

const update = async (name: string, body: string): Promise<string> => {
  const { StackId = "" } = await bench.stack(name);
  await bench.run("UpdateStack", { StackName: name, TemplateBody: body });
  await bench.formation.engine.settled(StackId);
  return (await bench.stack(name)).StackStatus ?? "";
};
const both = async (): Promise<void> => {
  bench = await openBench();
  await bench.deploy(producer("one"), { StackName: "net" });
  expect((await bench.deploy(consumer)).StackStatus).toBe("CREATE_COMPLETE");
};

test("a stack uses what another exports, and both can be listed", async () => {
  await both();
  expect(bench.scope.records.list(Topics).find(({ name }) => name === "b")?.display).toBe("one");
  const { StackId, Outputs } = await bench.stack("net");
  expect(Outputs).toEqual([{ OutputKey: "Shared", OutputValue: "one", Description: undefined, ExportName: "net:net" }]);
  expect((await bench.run<{ Exports: Export[] }>("ListExports", {})).Exports).toEqual([
    { ExportingStackId: StackId, Name: "net:net", Value: "one" },
  ]);
  expect(await bench.run("ListImports", { ExportName: "net:net" })).toMatchObject({ Imports: ["shop"] });
  await expect(bench.run("ListImports", { ExportName: "none" })).rejects.toThrow("Export 'none' does not exist.");
});

test("an export that there is not is refused before anything is created, with its place", async () => {
  bench = await openBench();
  await expect(bench.deploy(consumer)).rejects.toThrow(
    /^No export named net:net found\. \(line 2, column \d+: Resources\.B\.Properties\.DisplayName\.Fn::ImportValue\)/,
  );
});

test("an export in use can neither be changed nor removed: the update rolls back and says who uses it", async () => {
  await both();
  expect(await update("net", producer("two"))).toBe("UPDATE_ROLLBACK_COMPLETE");
  expect(await bench.events("net")).toContain(
    "net UPDATE_ROLLBACK_IN_PROGRESS Export net:net cannot be updated as it is in use by shop",
  );
  expect(await update("net", producer("one", "other"))).toBe("UPDATE_ROLLBACK_COMPLETE");
  expect(await bench.events("net")).toContain(
    "net UPDATE_ROLLBACK_IN_PROGRESS Export net:net cannot be deleted as it is in use by shop",
  );
  expect((await bench.stack("net")).Outputs?.[0]).toMatchObject({ OutputValue: "one", ExportName: "net:net" });
});

test("its stack is not deleted before the one that uses it", async () => {
  await both();
  await bench.run("DeleteStack", { StackName: "net" });
  expect(await bench.stack("net")).toMatchObject({
    StackStatus: "CREATE_COMPLETE",
    StackStatusReason: "Delete canceled. Cannot delete export net:net as it is in use by shop.",
  });
  for (const name of ["shop", "net"]) {
    const { StackId = "" } = await bench.stack(name);
    await bench.run("DeleteStack", { StackName: name });
    await bench.formation.engine.settled(StackId);
    expect((await bench.stack(StackId)).StackStatus).toBe("DELETE_COMPLETE");
  }
});

test("two stacks cannot export the same name", async () => {
  await both();
  const second = await bench.deploy(producer("two", "net:net"), { StackName: "second" });
  expect(second.StackStatus).toBe("ROLLBACK_COMPLETE");
  expect(await bench.events("second")).toContain(
    "second ROLLBACK_IN_PROGRESS Export with name net:net is already exported by stack net. Rollback requested by user.",
  );
});
