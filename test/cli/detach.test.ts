import { expect, test } from "vitest";
import { Interruption } from "../../src/cli/up/detach.js";
import type { Output } from "../../src/cli/output.js";

function interruption(): { course: Interruption; told: string[] } {
  const told: string[] = [];
  const output = { say: (text: string) => told.push(text.trim().split("\n")[0] ?? "") } as unknown as Output;
  const course = new Interruption(
    () => "shop",
    "local",
    output,
    (code) => told.push(`ends with ${code}`),
  );
  return { course, told };
}

/** Other listeners of this process are none of the test's business. */
const interrupt = (): void => {
  for (const listener of process.listeners("SIGINT").slice(-1)) listener("SIGINT");
};

test("who interrupts before anything was deployed waits until what was begun is taken back, and nothing goes on", async () => {
  const { course, told } = interruption();
  await course.enter("before", async () => {
    await Promise.resolve();
    told.push("the change set is removed");
  });
  interrupt();
  const goesOn = course.enter("creating").then(() => told.push("it is executed"));
  await Promise.race([goesOn, new Promise((resolve) => setImmediate(resolve))]);
  expect(told).toEqual(["the change set is removed", "Stopped before anything was deployed.", "ends with 130"]);
});

test("what could not be taken back does not keep it from ending", async () => {
  const { course, told } = interruption();
  await course.enter("before", () => Promise.reject(new Error("no answer")));
  interrupt();
  await new Promise((resolve) => setImmediate(resolve));
  expect(told).toEqual(["Stopped before anything was deployed.", "ends with 130"]);
});

test("once CloudFormation goes on it is left alone", async () => {
  const { course, told } = interruption();
  await course.enter("updating");
  interrupt();
  expect(told).toEqual(["Detached: CloudFormation goes on with stack shop.", "ends with 130"]);
  course.end();
});
