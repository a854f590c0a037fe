import type { UserFault } from "../../faults.js";
import type { colours } from "../output.js";

/** What happened to which resource, why, and what to do next. */
export function renderFault(fault: Pick<UserFault, "code" | "message" | "fix" | "at">, c: ReturnType<typeof colours>): string {
  const where = fault.at === undefined || fault.message.includes(fault.at) ? "" : `${fault.at}: `;
  return `${c.red("error")} ${c.bold(fault.code)}: ${where}${fault.message}\n  ${c.green("what to do")}: ${fault.fix}`;
}
