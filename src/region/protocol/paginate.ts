import { ServiceFault } from "../operations/fault.js";

/** What a client asks of a list. Services that call these Marker and MaxRecords or MaxItems pass them under these names. */
export interface PageRequest {
  readonly MaxResults?: number | undefined;
  readonly NextToken?: string | undefined;
}

export interface Page<T> {
  readonly items: readonly T[];
  /** Only when there is more. */
  readonly NextToken: string | undefined;
}

/**
 * One page of a list, in ascending order of key (a page without a limit too, so that both ways agree).
 * The token holds the last key that was given out, not a position: what is created or deleted between two pages neither repeats
 * nor hides anything else.
 * @param keyOf unique and unchanging, e.g. the resource's id; compared by code unit.
 * @param options `descending` for events (newest first); `invalid` is the service's code for a bad token (RDS: `InvalidParameterValue`).
 * @throws ServiceFault InvalidNextToken
 */
export function paginate<T>(
  items: readonly T[],
  keyOf: (item: T) => string,
  page: PageRequest,
  options: { readonly descending?: boolean; readonly invalid?: string } = {},
): Page<T> {
  const direction = options.descending ? -1 : 1;
  const compare = (a: string, b: string): number => (a === b ? 0 : a < b ? -direction : direction);
  const sorted = items.map((item) => ({ key: keyOf(item), item })).sort((a, b) => compare(a.key, b.key));
  const after = page.NextToken === undefined ? undefined : readToken(page.NextToken, options.invalid ?? "InvalidNextToken");
  const rest = after === undefined ? sorted : sorted.filter(({ key }) => compare(key, after) > 0);
  const limit = page.MaxResults ?? Infinity;
  const taken = rest.slice(0, limit);
  const last = taken.at(-1);
  return {
    items: taken.map(({ item }) => item),
    NextToken: rest.length > taken.length && last !== undefined ? writeToken(last.key) : undefined,
  };
}

const prefix = "after:";

const writeToken = (key: string): string => Buffer.from(prefix + key, "utf8").toString("base64url");

function readToken(token: string, code: string): string {
  const text = Buffer.from(token, "base64url").toString("utf8");
  // Base64 is read leniently: only what we would have written ourselves is ours.
  if (!text.startsWith(prefix) || writeToken(text.slice(prefix.length)) !== token)
    throw new ServiceFault(
      code,
      "The token for the next page is not valid. Use the token that the previous page returned, unchanged.",
    );
  return text.slice(prefix.length);
}
