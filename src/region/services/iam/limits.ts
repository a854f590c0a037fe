import { ServiceFault } from "../../operations/fault.js";

/** @throws ValidationError (API_CreateRole, Path) */
export function checkPath(path: string): void {
  const fault = (constraint: string): Error =>
    new ServiceFault(
      "ValidationError",
      `1 validation error detected: Value '${path}' at 'path' failed to satisfy constraint: Member must ${constraint}`,
    );
  if (!/^(?:\/|\/[!-~]+\/)$/.test(path)) throw fault("begin and end with / and have no spaces between, e.g. /team/");
  if (path.length > 512) throw fault("have length less than or equal to 512");
}

/** Seconds that a session may last: an hour to twelve. @throws ValidationError (API_CreateRole, MaxSessionDuration) */
export function checkSessionDuration(seconds: number): void {
  if (seconds >= 3600 && seconds <= 43_200) return;
  throw new ServiceFault(
    "ValidationError",
    `1 validation error detected: Value '${seconds}' at 'maxSessionDuration' failed to satisfy constraint: Member must have value between 3600 and 43200`,
  );
}
