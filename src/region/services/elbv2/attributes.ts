import { NotModelled, ServiceFault } from "../../operations/fault.js";

/**
 * Attributes are pairs of text. `values` undefined: any that `check` lets pass; else only these, being AWS's default or
 * what the model does anyway.
 */
interface AttributeRule {
  readonly default: string;
  readonly values?: readonly string[];
  /** What a value must look like, in words, and the test for it. */
  readonly check?: readonly [words: string, test: (value: string) => boolean];
}
type AttributeTable = Readonly<Record<string, AttributeRule>>;
export type Attributes = Readonly<Record<string, string>>;

const only = (value: string): AttributeRule => ({ default: value, values: [value] });
const flag = (value: "true" | "false"): AttributeRule => ({
  default: value,
  check: ["true or false", (sent) => sent === "true" || sent === "false"],
});

/** Of a Network Load Balancer (API_LoadBalancerAttribute). */
export const loadBalancerAttributes: AttributeTable = {
  "deletion_protection.enabled": flag("false"),
  "load_balancing.cross_zone.enabled": flag("false"),
  "access_logs.s3.enabled": only("false"),
  "access_logs.s3.bucket": only(""),
  "access_logs.s3.prefix": only(""),
  "ipv6.deny_all_igw_traffic": only("false"),
  "zonal_shift.config.enabled": only("false"),
  "dns_record.client_routing_policy": only("any_availability_zone"),
  "secondary_ips.auto_assigned.per_subnet": only("0"),
};

/** Of a target group of a Network Load Balancer (API_TargetGroupAttribute). */
export const targetGroupAttributes = (targetType: "instance" | "ip"): AttributeTable => ({
  "deregistration_delay.timeout_seconds": {
    default: "300",
    check: ["a number from 0 to 3600", (sent) => /^\d{1,4}$/.test(sent) && Number(sent) <= 3600],
  },
  "deregistration_delay.connection_termination.enabled": only("false"),
  "load_balancing.cross_zone.enabled": {
    default: "use_load_balancer_configuration",
    check: [
      "true, false or use_load_balancer_configuration",
      (sent) => ["true", "false", "use_load_balancer_configuration"].includes(sent),
    ],
  },
  // Recorded: see `preserveClientIpNote`.
  "preserve_client_ip.enabled": flag(targetType === "instance" ? "true" : "false"),
  "proxy_protocol_v2.enabled": only("false"),
  "stickiness.enabled": only("false"),
  "stickiness.type": only("source_ip"),
  "target_group_health.dns_failover.minimum_healthy_targets.count": only("1"),
  "target_group_health.dns_failover.minimum_healthy_targets.percentage": only("off"),
  "target_group_health.unhealthy_state_routing.minimum_healthy_targets.count": only("1"),
  "target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage": only("off"),
  "target_health_state.unhealthy.connection_termination.enabled": only("true"),
  "target_health_state.unhealthy.draining_interval_seconds": only("0"),
});

/** Why a group that preserves client addresses does not, or undefined when it is not asked to. Pure. */
export const preserveClientIpNote = (group: {
  readonly targetType: "instance" | "ip";
  readonly attributes: Attributes;
}): string | undefined =>
  attribute(targetGroupAttributes(group.targetType), group.attributes, "preserve_client_ip.enabled") === "true"
    ? "preserve_client_ip.enabled (AWS's default for instance targets): here a target sees the load balancer node's address, not the client's; set it to false to run alike on both"
    : undefined;

/** A value in force. */
export const attribute = (table: AttributeTable, set: Attributes, key: string): string => set[key] ?? table[key]?.default ?? "";

/** All of them, for Describe. */
export const listAttributes = (table: AttributeTable, set: Attributes): { Key: string; Value: string }[] =>
  Object.keys(table).map((Key) => ({ Key, Value: attribute(table, set, Key) }));

/** `set` with what was sent put over it. Throws `ValidationError`, and `NotModelled` for what would have no effect. */
export function withAttributes(
  table: AttributeTable,
  set: Attributes,
  sent: readonly { readonly Key?: string | undefined; readonly Value?: string | undefined }[],
  noun: string,
): Attributes {
  const next: Record<string, string> = { ...set };
  for (const { Key = "", Value = "" } of sent) {
    const rule = Object.hasOwn(table, Key) ? table[Key] : undefined;
    if (rule === undefined) throw new ServiceFault("ValidationError", `${noun} attribute key '${Key}' is not recognized`);
    if (rule.check !== undefined && !rule.check[1](Value))
      throw new ServiceFault("ValidationError", `${noun} attribute '${Key}' must be ${rule.check[0]}, not '${Value}'`);
    if (rule.values !== undefined && !rule.values.includes(Value))
      throw new NotModelled(
        `the ${noun.toLowerCase()} attribute ${Key}=${Value}`,
        `Leave it at ${rule.values.map((each) => `'${each}'`).join(" or ")}.`,
      );
    next[Key] = Value;
  }
  return next;
}
