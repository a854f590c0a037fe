import type { TargetHealth } from "./spec.js";

/**
 * What `show stat` says of every checked target. Pure.
 *
 * `checking` means that no check has ended since this worker began: HAProxy takes such a target for up (or for what it was
 * before a reload), which is no news about it.
 */
export function healthOf(rows: readonly Readonly<Record<string, string>>[]): TargetHealth[] {
  return rows
    .filter((row) => row["svname"] !== "BACKEND" && row["svname"] !== "FRONTEND" && (row["check_status"] ?? "") !== "")
    .map((row) => {
      // A leading star marks a check that is under way.
      const last = (row["check_status"] ?? "").replace(/^\* /, "");
      return {
        listenerId: row["pxname"] ?? "",
        targetId: row["svname"] ?? "",
        state: last === "INI" || last === "UNK" ? "checking" : row["status"]?.startsWith("DOWN") ? "unhealthy" : "healthy",
        // e.g. `Layer4 connection problem: Connection refused`, `Layer7 wrong status 503: Service Unavailable`.
        reason: [[row["check_desc"], row["check_code"]].filter(Boolean).join(" "), row["last_chk"]]
          .filter((words) => words !== undefined && words !== "")
          .join(": "),
      };
    });
}
