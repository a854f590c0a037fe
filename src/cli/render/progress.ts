import type { Deployment, ProgressLine } from "../up/events.js";
import type { colours } from "../output.js";

const words: Readonly<Record<string, string>> = {
  CREATE_COMPLETE: "created",
  UPDATE_COMPLETE: "updated",
  DELETE_COMPLETE: "deleted",
  DELETE_SKIPPED: "kept",
  CREATE_FAILED: "not created",
  UPDATE_FAILED: "not updated",
  DELETE_FAILED: "not deleted",
};

/** e.g. `  created      Database                 AWS::RDS::DBInstance   1.2 s`. A CDK app's own name for a resource says more than its logical id. */
export function renderLine(line: ProgressLine, c: ReturnType<typeof colours>, name: string = line.logicalId): string {
  const paint = line.mark === "failed" ? c.red : line.mark === "ok" ? c.green : c.yellow;
  const time = line.seconds === undefined ? "" : `${line.seconds.toFixed(1)} s`;
  const row = `  ${paint((words[line.status] ?? line.status).padEnd(12))} ${name.padEnd(36)} ${c.dim(line.type.padEnd(44))} ${time.padStart(7)}`;
  return (line.mark === "failed" && line.reason !== undefined ? `${row}\n    ${line.reason}` : row).trimEnd();
}

/** What is under way, for the one line that changes. */
export function renderUnderWay(deployment: Deployment, total: number | undefined): string {
  const names = [...deployment.begun.keys()];
  const shown = names.slice(0, 4).join(", ") + (names.length > 4 ? ` and ${names.length - 4} more` : "");
  return `  ${deployment.done}${total === undefined ? "" : `/${total}`} done${names.length === 0 ? "" : `; working on ${shown}`}`;
}
