import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { bundledPrices, type PriceTable } from "../../analysis/cost/prices.js";
import { folders } from "../../parts/host/folders.js";
import type { Output } from "../output.js";

/** The user's own table, as `check --update-prices` made it last: beside the images, as it can be had again. */
export const ownPrices = (): string => join(dirname(folders().images), "prices.json");

/** The user's own prices, else those that come with the program. Throws `UserFault` for a table that cannot be read. */
export async function pricesInUse(): Promise<PriceTable> {
  const file = ownPrices();
  const text = textOf(file);
  if (text === undefined) return bundledPrices();
  const { readPrices } = await import("../../analysis/cost/table.js");
  return readPrices(file, text);
}

function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}

/**
 * Read AWS's public price lists and keep a table of them, whole or not at all. Other regions keep the prices that they have.
 * `SANDTABLE_PRICE_LISTS` names another place that has them in the same form.
 */
export async function renewPrices(regions: readonly string[], output: Output): Promise<number> {
  const { awsPriceLists, updatePrices } = await import("../../analysis/cost/update/update.js");
  const base = process.env["SANDTABLE_PRICE_LISTS"] ?? awsPriceLists;
  const table = await updatePrices(await pricesInUse(), {
    fetch,
    regions,
    base,
    today: new Date().toISOString().slice(0, 10),
    onFile: (offer, region) => output.say(`reading the prices of ${offer} in ${region} …`),
  });
  const file = ownPrices();
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(`${file}.new`, `${JSON.stringify(table)}\n`);
  renameSync(`${file}.new`, file);
  const count = regions.reduce((sum, region) => sum + Object.keys(table.regions[region] ?? {}).length, 0);
  output.print(`${count} prices of ${regions.join(", ")} are in ${file}`);
  return 0;
}
