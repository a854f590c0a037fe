/** One thing that doctor looked at. */
export interface Finding {
  readonly name: string;
  /** `optional`: missing, and the region runs without it. `unknown`: cannot be known without root. */
  readonly state: "ok" | "missing" | "optional" | "unknown";
  readonly detail: string;
  /** What to do; for what is missing. */
  readonly fix?: string;
}

export interface Diagnosis {
  /** Whether the region can run on this machine. */
  readonly ready: boolean;
  readonly findings: readonly Finding[];
  /** What of ours is on this host without belonging to anything. */
  readonly leftovers: readonly string[];
}

export const diagnosis = (findings: readonly Finding[], leftovers: readonly string[]): Diagnosis => ({
  ready: findings.every((finding) => finding.state !== "missing"),
  findings,
  leftovers,
});

/** `aws-cli/2.9.19 Python/…`: whether that version reads AWS_ENDPOINT_URL (2.13 and 1.29 brought it). Undefined: not readable. */
export function readsEndpointUrl(versionText: string): boolean | undefined {
  const [, major, minor] = /aws-cli\/(\d+)\.(\d+)/.exec(versionText) ?? [];
  if (major === undefined || minor === undefined) return undefined;
  return Number(major) > 2 || (Number(major) === 2 ? Number(minor) >= 13 : Number(minor) >= 29);
}

/** From the names below /sys/fs/cgroup. */
export function cgroupKind(names: readonly string[]): "v2" | "hybrid" | undefined {
  if (names.includes("cgroup.controllers")) return "v2";
  return names.includes("unified") && names.includes("memory") && names.includes("cpu") ? "hybrid" : undefined;
}
