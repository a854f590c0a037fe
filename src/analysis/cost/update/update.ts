import { z } from "zod";
import { UserFault } from "../../../faults.js";
import type { PriceTable } from "../prices.js";
import { offerCodes, type OfferCode } from "./items.js";
import { readOffer, unreadable } from "./offer.js";

/** Where AWS publishes its price lists; they need no credentials. */
export const awsPriceLists = "https://pricing.us-east-1.amazonaws.com";

/** As much of `fetch` as is needed. */
export type Fetch = (url: string) => Promise<{
  readonly ok: boolean;
  readonly status: number;
  readonly body: AsyncIterable<Uint8Array> | null;
  json(): Promise<unknown>;
}>;

export interface UpdateOptions {
  readonly fetch: Fetch;
  /** Regions whose prices are wanted, e.g. `eu-west-3`. */
  readonly regions: readonly string[];
  /** The day of the update, as `2026-11-22`. */
  readonly today: string;
  readonly base?: string;
  /** Told before each file is read. */
  readonly onFile?: (offer: string, region: string) => void;
}

const regionIndexShape = z.object({ regions: z.record(z.string(), z.object({ currentVersionUrl: z.string() })) });

const sourceName = "aws-bulk";

/**
 * A table with today's prices of these regions, read from AWS's bulk price lists: for each service its region index, then the region's
 * file. What AWS does not list any more keeps its old price and date, so nothing known is forgotten; a region that AWS does not know is refused.
 * See "Finding prices: the service region index file" in the AWS Billing user guide.
 */
export async function updatePrices(table: PriceTable, options: UpdateOptions): Promise<PriceTable> {
  const base = (options.base ?? awsPriceLists).replace(/\/+$/, "");
  const regions: Record<string, Record<string, readonly [number, string, string, string?]>> = {};
  for (const region of options.regions) regions[region] = { ...table.regions[region] };
  for (const offer of offerCodes) {
    const index = await regionIndex(options.fetch, base, offer);
    for (const region of options.regions) {
      const file = index.regions[region]?.currentVersionUrl;
      if (file === undefined) {
        if (offer === "AmazonEC2") throw noSuchRegion(region, Object.keys(index.regions));
        continue;
      }
      options.onFile?.(offer, region);
      const url = new URL(file, `${base}/`).href;
      const { body } = await get(options.fetch, url);
      if (body === null) throw unreadable(url, "the answer is empty");
      const { published, prices } = await readOffer(offer, url, body);
      for (const [item, usd] of prices) (regions[region] ??= {})[item] = [usd, sourceName, published];
    }
  }
  return {
    built: options.today,
    sources: {
      ...table.sources,
      [sourceName]: { what: "AWS Price List Bulk API, On-Demand", where: `${base}/offers/v1.0/aws/` },
    },
    regions: { ...table.regions, ...Object.fromEntries(Object.entries(regions).map(([region, rows]) => [region, sorted(rows)])) },
  };
}

const sorted = <T>(rows: Readonly<Record<string, T>>): Record<string, T> =>
  Object.fromEntries(Object.entries(rows).sort(([a], [b]) => (a < b ? -1 : 1)));

async function regionIndex(fetch: Fetch, base: string, offer: OfferCode): Promise<z.infer<typeof regionIndexShape>> {
  const url = `${base}/offers/v1.0/aws/${offer}/current/region_index.json`;
  const answer = await get(fetch, url);
  const read = regionIndexShape.safeParse(await answer.json().catch(() => undefined));
  if (!read.success) throw unreadable(url, "it is no region index");
  return read.data;
}

async function get(fetch: Fetch, url: string): ReturnType<Fetch> {
  const failed = (why: string, cause?: unknown): UserFault =>
    new UserFault("PriceListUnreachable", {
      at: url,
      message: `AWS's price list was not given: ${why}`,
      fix: "check the connection to the internet and try again; the present prices are kept",
      cause,
    });
  const answer = await fetch(url).catch((cause: unknown) => {
    throw failed(cause instanceof Error ? cause.message : String(cause), cause);
  });
  if (!answer.ok) throw failed(`the server answered ${answer.status}`);
  return answer;
}

const noSuchRegion = (region: string, known: readonly string[]): UserFault =>
  new UserFault("NoSuchRegion", {
    at: region,
    message: `AWS lists no prices for the region ${region}`,
    fix: `name one of ${[...known].sort().join(", ")}`,
  });
