import type { Filter } from "@aws-sdk/client-ec2";
import { ServiceFault } from "../../operations/fault.js";
import { enforced, states, within } from "../../operations/members.js";
import { paginate } from "../../protocol/paginate.js";
import { glob } from "./glob.js";
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
    /** Largest `MaxResults`; 1000 unless the operation's reference says otherwise. */
    readonly pageLimit?: number;
    /** The wire's name of the ids, where AWS refuses them together with `MaxResults`. */
    readonly unpaged?: string;
  },
): { page: readonly T[]; NextToken: string | undefined } {
  checkPage(input, how);
  checkFilters(input.Filters ?? [], how.filters);
  const known = new Set(items.map(how.id));
  const missing = (how.ids ?? []).filter((id) => !known.has(id));
  if (missing.length === 1) throw new ServiceFault(how.notFound[0], `The ${how.notFound[1]} '${missing[0]}' does not exist`);
  if (missing.length > 1) throw new ServiceFault(how.notFound[0], `The ${how.notFound[1]}s '${missing.join(", ")}' do not exist`);
  const wanted = how.ids === undefined || how.ids.length === 0 ? items : items.filter((item) => how.ids?.includes(how.id(item)));
  const kept = wanted.filter((item) => (input.Filters ?? []).every((filter) => matches(item, filter, how.filters)));
  const { items: page, NextToken } = paginate(kept, how.id, input);
  return { page, NextToken };
}

function checkPage(
  { MaxResults }: DescribeInput,
  how: { readonly ids?: readonly string[] | undefined; readonly pageLimit?: number; readonly unpaged?: string },
): void {
  if (MaxResults === undefined) return;
  const most = how.pageLimit ?? 1000;
  if (MaxResults < 5 || MaxResults > most)
    throw new ServiceFault(
      "InvalidParameterValue",
      `Value ( ${MaxResults} ) for parameter maxResults is invalid. Expecting a value ${MaxResults < 5 ? "greater than 5" : `less than ${most}`}.`,
    );
  if (how.unpaged !== undefined && (how.ids?.length ?? 0) > 0)
    throw new ServiceFault(
      "InvalidParameterCombination",
      `The parameter ${how.unpaged} cannot be used with the parameter maxResults`,
    );
}

/** https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Filtering.html#filtering-considerations */
const valuesPerCall = 200;

function checkFilters(filters: readonly Filter[], table: FilterTable<never>): void {
  for (const { Name = "" } of filters)
    if (!Name.startsWith("tag:") && Name !== "tag-key" && !Object.hasOwn(table, Name))
      throw new ServiceFault("InvalidParameterValue", `The filter '${Name}' is invalid`);
  if (filters.reduce((sum, { Values }) => sum + (Values?.length ?? 0), 0) > valuesPerCall)
    throw new ServiceFault(
      "FilterLimitExceeded",
      `The maximum number of filter values specified on a single call is ${valuesPerCall}`,
    );
}

function matches<T extends object>(item: T, filter: Filter, table: FilterTable<T>): boolean {
  const name = filter.Name ?? "";
  const values = (filter.Values ?? []).map(glob);
  const read = (): readonly (string | undefined)[] => {
    if (name.startsWith("tag:")) return [tagsOf(item)[name.slice(4)]];
    if (name === "tag-key") return Object.keys(tagsOf(item));
    const value = table[name]?.(item);
    return typeof value === "string" || value === undefined ? [value] : value;
  };
  return read().some((value) => value !== undefined && values.some((fits) => fits(value)));
}

const tagsOf = (item: object): Tags => ("tags" in item ? ((item.tags as Tags | undefined) ?? {}) : {});
