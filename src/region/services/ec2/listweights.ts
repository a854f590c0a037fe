import type { Records } from "../../records/records.js";
import { checkQuota, quotas } from "./quotas.js";
import { PrefixLists, type GroupRule, type Route } from "./records.js";

/**
 * What a rule or a route counts that names a prefix list: the list's largest number of entries, for it may grow to that; AWS's own
 * count one here. https://docs.aws.amazon.com/vpc/latest/userguide/managed-prefix-lists.html#managed-prefix-lists-rules
 */
export type SizeOf = (prefixListId: string) => number;

export const sizesNow =
  (records: Records): SizeOf =>
  (prefixListId) =>
    records.get(PrefixLists, prefixListId)?.maxEntries ?? 1;

/** The rules of one direction of a group. Throws `RulesPerSecurityGroupLimitExceeded`. */
export const checkRuleCount = (rules: readonly GroupRule[], sizeOf: SizeOf): void =>
  checkQuota(quotas.rules, sum(rules.map(({ peer }) => ("prefixListId" in peer ? sizeOf(peer.prefixListId) : 1))));

/** The routes of a table. Throws `RouteLimitExceeded`. */
export const checkRouteCount = (routes: readonly Route[], sizeOf: SizeOf): void =>
  checkQuota(quotas.routes, sum(routes.map(({ destination }) => (destination.startsWith("pl-") ? sizeOf(destination) : 1))));

const sum = (counts: readonly number[]): number => counts.reduce((all, count) => all + count, 0);
