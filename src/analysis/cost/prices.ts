import { readFileSync } from "node:fs";
import { Unknown, type Maybe } from "../../environment/maybe.js";

/** How a DB instance is deployed, as its prices tell it apart. `cluster` is a Multi-AZ DB cluster, for one of its three servers. */
export type Deployment = "single" | "multi" | "cluster";

/** What AWS asks money for, in the words of our table. Prices are On-Demand, in US dollars. */
export type Item =
  | `instance:${string}`
  | `volume:${string}`
  | `balancer:${"application" | "network" | "gateway"}:${"hour" | "units"}`
  | `nat:${"hour" | "data"}`
  | `endpoint:${"hour" | "data"}`
  | `address:${"in-use" | "idle"}`
  | `database:${string}:${string}:${Deployment}`
  | `database-storage:${string}:${Deployment}`
  | "database-backup"
  | `aurora-${"storage" | "requests" | "backup"}`
  | `key:${"month" | "requests"}`
  | `secret:${"month" | "requests"}`
  | `alarm:${"standard" | "high-resolution" | "composite"}`
  | "metric:month"
  | `logs:${"ingestion" | "storage"}`
  | `bucket:${"storage" | "reads" | "writes"}`
  | `web-acl:${"month" | "rule" | "requests"}`
  | `transfer:${"internet" | "zones" | "regions"}`;

/** What an item is counted in. */
export type Unit = "hour" | "GB-month" | "GB" | "month" | "capacity unit hour" | "request";

/** An item's unit follows from what it is: every source of prices is brought into it. */
export function unitOf(item: Item): Unit {
  const [kind = "", detail = ""] = item.split(":");
  const last = item.split(":").at(-1) ?? "";
  if (["volume", "database-storage", "database-backup", "aurora-storage", "aurora-backup"].includes(kind)) return "GB-month";
  if (["instance", "database", "address"].includes(kind) || last === "hour") return "hour";
  if (last === "units") return "capacity unit hour";
  if (kind === "transfer" || detail === "data" || detail === "ingestion") return "GB";
  if (detail === "storage") return "GB-month";
  if (kind === "aurora-requests" || ["requests", "reads", "writes"].includes(detail)) return "request";
  return "month";
}

/** A price with where it was read. */
export interface Price {
  /** US dollars for one unit. */
  readonly usd: number;
  /** A key of the table's sources. */
  readonly source: string;
  /** When it was so: a day, or only the year that its source tells. */
  readonly date: string;
  /** Said where it was not read as it stands: derived, or of another engine. */
  readonly note?: string;
}

export interface PriceTable {
  /** The day on which the table was made. */
  readonly built: string;
  readonly sources: Readonly<Record<string, { readonly what: string; readonly where: string }>>;
  /** By region, then by item: dollars, source, date, and a note where there is one. */
  readonly regions: Readonly<Record<string, Readonly<Record<string, readonly [number, string, string, string?]>>>>;
}

let bundled: PriceTable | undefined;

/** The table that comes with the program, read once. `sandtable check --update-prices` makes a newer one. */
export function bundledPrices(): PriceTable {
  // Ours, and held against its form by a test: reading it does not wait for the library that checks the user's own.
  bundled ??= JSON.parse(readFileSync(new URL("./data/prices.json", import.meta.url), "utf8")) as PriceTable;
  return bundled;
}

/** One region's prices. What is asked for and not there is unknown, never nothing, and never another region's in silence. */
export interface Pricing {
  readonly table: PriceTable;
  readonly region: Maybe<string>;
  /** Where prices are taken from, when the user asked for another region's. */
  readonly borrowedFrom: string | undefined;
  price(item: Item): Maybe<Price>;
}

/**
 * Prices for an environment in `region`. With `borrowedFrom` all of them are that region's, and each one says so.
 */
export function pricingFor(table: PriceTable, region: Maybe<string>, borrowedFrom?: string): Pricing {
  const asked = borrowedFrom ?? region;
  return {
    table,
    region,
    borrowedFrom,
    price(item) {
      if (asked instanceof Unknown) return new Unknown(`the region is not known (${asked.why}), and prices are a region's own`);
      const found = rowOf(table, asked, item) ?? doubled(table, asked, item);
      if (found === undefined) return new Unknown(`the table of prices has none for ${item} in ${asked}`);
      const [usd, source, date, note] = found;
      const notes = [
        ...(note === undefined ? [] : [note]),
        ...(borrowedFrom === undefined ? [] : [`a price of ${borrowedFrom}`]),
      ];
      return { usd, source, date, ...(notes.length === 0 ? {} : { note: notes.join("; ") }) };
    },
  };
}

const rowOf = (table: PriceTable, region: string, item: Item): readonly [number, string, string, string?] | undefined => {
  const rows = Object.hasOwn(table.regions, region) ? table.regions[region] : undefined;
  return rows !== undefined && Object.hasOwn(rows, item) ? rows[item] : undefined;
};

/**
 * A Multi-AZ DB instance is two servers with two volumes, and costs twice a Single-AZ one: so it is, to the last published digit, in
 * all 109 pairs that the table has of eu-west-1.
 */
function doubled(table: PriceTable, region: string, item: Item): readonly [number, string, string, string?] | undefined {
  const single = /^(database(?:-storage)?:.*):multi$/.exec(item)?.[1];
  if (single === undefined || single.startsWith("database:aurora")) return undefined;
  const row = rowOf(table, region, `${single}:single` as Item);
  if (row === undefined) return undefined;
  const [usd, source, date, note] = row;
  const how = "derived: twice the Single-AZ price";
  return [usd * 2, source, date, note === undefined ? how : `${how}, itself ${note}`];
}
