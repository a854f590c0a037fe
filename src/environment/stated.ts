/** What drills have measured, in seconds; it takes the place of what is otherwise assumed. */
export interface Measured {
  /** From the request to restore a database until it answers. */
  readonly restore?: number;
  /** From the launch of an instance until its application answers. */
  readonly launch?: number;
}

export const measuredNames = ["restore", "launch"] as const satisfies readonly (keyof Measured)[];

/** What is paid for by use, and what one figure of it counts, for a month. */
export const usages = {
  natGb: "GB through each NAT gateway",
  balancerUnits: "capacity units (LCU) that each load balancer uses on average",
  endpointGb: "GB through each interface endpoint",
  logGb: "GB that each log group takes in",
  bucketGb: "GB that each bucket holds",
  bucketReads: "reads of each bucket",
  bucketWrites: "writes to each bucket",
  backupGb: "GB of backups of each database beyond what is free",
  auroraGb: "GB that each Aurora cluster holds",
  auroraRequests: "requests of each Aurora cluster to its storage",
  keyRequests: "requests to each KMS key",
  secretRequests: "requests for each secret",
  webAclRequests: "requests that each web ACL looks at",
  internetGb: "GB that the whole environment sends to the internet",
  zonesGb: "GB that the whole environment sends from zone to zone, counted each way",
} as const;

export type UsageName = keyof typeof usages;

export const isUsageName = (name: string): name is UsageName => Object.hasOwn(usages, name);

/** Every resource that is not named. */
export const everyOther = "*";

/**
 * The use of a month, as it is stated: a figure for each resource of the kind, or figures by a resource's id or name (`*`: every other
 * one). What is not stated stays unknown.
 */
export type Usage = { readonly [N in UsageName]?: number | Readonly<Record<string, number>> };

/** What is stated of one resource; undefined: nothing. */
export function usageOf(usage: Usage, name: UsageName, { id, name: called }: { readonly id: string; readonly name: string }) {
  const stated = usage[name];
  if (stated === undefined || typeof stated === "number") return stated;
  for (const key of [id, called, everyOther]) if (Object.hasOwn(stated, key)) return stated[key];
  return undefined;
}

/** Both together. Where both speak of the same, `over` holds; a figure of it for every resource takes the place of all. */
export function mergeUsage(under: Usage, over: Usage): Usage {
  const merged: { -readonly [N in UsageName]?: Usage[N] } = { ...under };
  for (const [name, stated] of Object.entries(over)) {
    if (!isUsageName(name)) continue;
    const before = merged[name];
    merged[name] =
      typeof stated === "number" || before === undefined
        ? stated
        : { ...(typeof before === "number" ? { [everyOther]: before } : before), ...stated };
  }
  return merged;
}
