/** What a list of a bucket shows. Pure. https://docs.aws.amazon.com/AmazonS3/latest/userguide/ListingKeysUsingAPIs.html */

/** Keys are in the order of their bytes in UTF-8: that of code points, which is not that of JavaScript's code units. */
export function compareKeys(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index++) {
    const [x, y] = [a.charCodeAt(index), b.charCodeAt(index)];
    if (x !== y) return rank(x) - rank(y);
  }
  return a.length - b.length;
}

/** Surrogates stand for what comes after everything else. */
const rank = (unit: number): number => (unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit);

export interface ListRequest {
  readonly prefix: string;
  /** Keys that have it after the prefix are shown as one, up to it. */
  readonly delimiter: string | undefined;
  /** What was shown last: keys up to it are left out, and, is it a common prefix, those that it stands for. */
  readonly after: string | undefined;
  /** Keys and common prefixes together. */
  readonly most: number;
}

export interface ListPage<T> {
  readonly items: readonly T[];
  readonly commonPrefixes: readonly string[];
  /** The last key or prefix of this page, where there is more. */
  readonly next: string | undefined;
}

/** `items` in the order of their keys. */
export function listPage<T extends { readonly key: string }>(items: readonly T[], request: ListRequest): ListPage<T> {
  const { prefix, delimiter, after, most } = request;
  const shown: T[] = [];
  const commonPrefixes: string[] = [];
  let last: string | undefined;
  for (const item of items) {
    if (!item.key.startsWith(prefix)) continue;
    const common = commonPrefix(item.key, prefix, delimiter);
    if (common !== undefined && common === commonPrefixes.at(-1)) continue;
    const name = common ?? item.key;
    if (after !== undefined && (common === after || compareKeys(item.key, after) <= 0)) continue;
    if (shown.length + commonPrefixes.length >= most)
      return { items: shown, commonPrefixes, next: most === 0 ? undefined : last };
    if (common === undefined) shown.push(item);
    else commonPrefixes.push(common);
    last = name;
  }
  return { items: shown, commonPrefixes, next: undefined };
}

export function commonPrefix(key: string, prefix: string, delimiter: string | undefined): string | undefined {
  if (delimiter === undefined || delimiter === "") return undefined;
  const at = key.indexOf(delimiter, prefix.length);
  return at < 0 ? undefined : key.slice(0, at + delimiter.length);
}

/** `encoding-type=url`: as S3 writes keys then, with slashes as they are. */
export const urlEncoded = (text: string): string =>
  encodeURIComponent(text)
    .replace(/[!'()]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll("%20", "+")
    .replaceAll("%2F", "/");
