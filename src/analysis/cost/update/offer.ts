import { z } from "zod";
import { UserFault } from "../../../faults.js";
import type { Item } from "../prices.js";
import { itemOf, type OfferCode, type Product } from "./items.js";
import { members } from "./members.js";

const productShape = z.object({
  sku: z.string(),
  productFamily: z.string().optional(),
  attributes: z.record(z.string(), z.string()),
});

const termsShape = z.record(
  z.string(),
  z.object({
    priceDimensions: z.record(
      z.string(),
      z.object({ beginRange: z.string().optional(), pricePerUnit: z.record(z.string(), z.string()) }),
    ),
  }),
);

/** What an offer file says of our items. */
export interface OfferPrices {
  /** The day AWS published it. */
  readonly published: string;
  /** Dollars by item, with how sure their product names them: the price for every engine wins over one engine's. */
  readonly prices: ReadonlyMap<Item, number>;
}

/**
 * Reads one service's price list of one region (JSON, `aws_v1`: products by SKU, then terms by kind and SKU), piece by piece. Only
 * On-Demand terms count; of tiers the first that costs anything does.
 * See "Reading the service price list file for an AWS service" in the AWS Billing user guide.
 */
export async function readOffer(offer: OfferCode, file: string, chunks: AsyncIterable<Uint8Array>): Promise<OfferPrices> {
  const products = new Map<string, { item: Item; general: boolean }>();
  const prices = new Map<Item, { usd: number; general: boolean }>();
  let published = "";
  const wanted = (path: readonly string[]): boolean =>
    (path.length === 2 && path[0] === "products") ||
    (path.length === 3 && path[0] === "terms" && path[1] === "OnDemand" && products.has(path[2] ?? "")) ||
    (path.length === 1 && path[0] === "publicationDate");
  try {
    for await (const { path, text } of members(chunks, wanted)) {
      if (path[0] === "publicationDate") published = z.string().parse(JSON.parse(text)).slice(0, 10);
      else if (path[0] === "products") {
        const product: Product = productShape.parse(JSON.parse(text));
        const item = itemOf(offer, product);
        if (item !== undefined) products.set(product.sku, { item, general: isGeneral(product) });
      } else {
        const product = products.get(path[2] ?? "");
        const usd = firstPaid(termsShape.parse(JSON.parse(text)));
        if (product === undefined || usd === undefined) continue;
        const before = prices.get(product.item);
        if (before === undefined || (product.general && !before.general))
          prices.set(product.item, { usd, general: product.general });
      }
    }
  } catch (cause) {
    if (!(cause instanceof SyntaxError || cause instanceof z.ZodError)) throw cause;
    throw unreadable(file, cause.message, cause);
  }
  if (published === "") throw unreadable(file, "it has no publicationDate");
  return { published, prices: new Map([...prices].map(([item, { usd }]) => [item, usd])) };
}

const isGeneral = ({ attributes }: Product): boolean => (attributes["databaseEngine"] ?? "Any") === "Any";

function firstPaid(terms: z.infer<typeof termsShape>): number | undefined {
  const tiers = Object.values(terms)
    .flatMap(({ priceDimensions }) => Object.values(priceDimensions))
    .map(({ beginRange = "0", pricePerUnit }) => ({ begin: Number(beginRange), usd: Number(pricePerUnit["USD"]) }))
    .filter(({ begin, usd }) => Number.isFinite(begin) && Number.isFinite(usd) && usd > 0)
    .sort((a, b) => a.begin - b.begin);
  return tiers[0]?.usd;
}

/** A file that is not what AWS's documentation says. */
export const unreadable = (file: string, why: string, cause?: unknown): UserFault =>
  new UserFault("PriceListUnreadable", {
    at: file,
    message: `the price list cannot be read: ${why}`,
    fix: "try again; if it stays so, AWS has changed its format and Sandtable needs a newer version. The present prices are kept.",
    cause,
  });
