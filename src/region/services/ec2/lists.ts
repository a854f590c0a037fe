import type { Filter } from "@aws-sdk/client-ec2";
import { ServiceFault } from "../../operations/fault.js";
import { enforced, states, within } from "../../operations/members.js";
import { paginate } from "../../protocol/paginate.js";
import type { Tags } from "./records.js";

/** How a value of a record is read for each filter of a Describe operation. */
export type FilterTable<T> = Readonly<Record<string, (item: T) => string | undefined | readonly (string | undefined)[]>>;

/** Rules that the Describe operations share. */
export const describeRules = {
  Filters: within<Filter>({ Name: enforced, Values: enforced }),
  MaxResults: enforced,
  NextToken: enforced,
  DryRun: states(false),
};

interface DescribeInput {
  readonly Filters?: readonly Filter[] | undefined;
  readonly MaxResults?: number | undefined;
  readonly NextToken?: string | undefined;
}

/**
 * The common course of a Describe: named ids must exist, filters narrow (values are alternatives, `*` and `?` match),
 * then one page. https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Filtering.html
 */
export function select<T extends object>(
  items: readonly T[],
  input: DescribeInput,
  how: {
    readonly id: (item: T) => string;
    readonly ids?: readonly string[] | undefined;
    /** e.g. `["InvalidVpcID.NotFound", "vpc ID"]`. */
    readonly notFound: readonly [code: string, noun: string];
    readonly filters: FilterTable<T>;
  },
): { page: readonly T[]; NextToken: string | undefined } {
  for (const { Name = "" } of input.Filters ?? []) {
    if (!Name.startsWith("tag:") && Name !== "tag-key" && !Object.hasOwn(how.filters, Name))
      throw new ServiceFault("InvalidParameterValue", `The filter '${Name}' is invalid`);
  }
  const known = new Set(items.map(how.id));
  const missing = (how.ids ?? []).filter((id) => !known.has(id));
  if (missing.length === 1) throw new ServiceFault(how.notFound[0], `The ${how.notFound[1]} '${missing[0]}' does not exist`);
  if (missing.length > 1) throw new ServiceFault(how.notFound[0], `The ${how.notFound[1]}s '${missing.join(", ")}' do not exist`);
  const wanted = how.ids === undefined || how.ids.length === 0 ? items : items.filter((item) => how.ids?.includes(how.id(item)));
  const kept = wanted.filter((item) => (input.Filters ?? []).every((filter) => matches(item, filter, how.filters)));
  const { items: page, NextToken } = paginate(kept, how.id, input);
  return { page, NextToken };
}

function matches<T extends object>(item: T, filter: Filter, table: FilterTable<T>): boolean {
  const name = filter.Name ?? "";
  const values = (filter.Values ?? []).map(wildcard);
  const read = (): readonly (string | undefined)[] => {
    if (name.startsWith("tag:")) return [tagsOf(item)[name.slice(4)]];
    if (name === "tag-key") return Object.keys(tagsOf(item));
    const value = table[name]?.(item);
    return typeof value === "string" || value === undefined ? [value] : value;
  };
  return read().some((value) => value !== undefined && values.some((pattern) => pattern.test(value)));
}

const wildcard = (pattern: string): RegExp =>
  new RegExp(
    `^${pattern
      .replace(/[.+^${}()|[\]\\]/g, "\\$&")
      .replaceAll("*", ".*")
      .replaceAll("?", ".")}$`,
    "s",
  );

const tagsOf = (item: object): Tags => ("tags" in item ? (item.tags as Tags) : {});
