import { TestRunner, type RunnerTask, type RunnerTestFile } from "vitest";

/**
 * Runs the tests that need the real kernel, or skips every one of them where the machine cannot: `npm test` asks
 * `sandtable doctor` and hands the reason over in `SANDTABLE_SKIP_ROOTED`; run on its own, not being root is one.
 */
export default class RootedRunner extends TestRunner {
  onCollected(files: RunnerTestFile[]): void {
    const reason = process.env.SANDTABLE_SKIP_ROOTED ?? (process.getuid?.() === 0 ? "" : "needs root");
    if (reason === "") return;
    for (const file of files) {
      console.log(`skipped: ${file.name}: ${reason}`);
      skip(file);
    }
  }
}

function skip(task: RunnerTask): void {
  task.mode = "skip";
  if ("tasks" in task) task.tasks.forEach(skip);
}
