import { z } from "zod";
import { UserFault } from "../../faults.js";
import type { PriceTable } from "./prices.js";

const row = z.union([
  z.tuple([z.number().nonnegative(), z.string(), z.string()]),
  z.tuple([z.number().nonnegative(), z.string(), z.string(), z.string()]),
]);

const tableShape = z.object({
  built: z.string(),
  sources: z.record(z.string(), z.object({ what: z.string(), where: z.string() })),
  regions: z.record(z.string(), z.record(z.string(), row)),
});

/** A table of prices from a file that `--update-prices` wrote, or a user did. */
export function readPrices(file: string, text: string): PriceTable {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw broken(file, "it is no JSON", cause);
  }
  const read = tableShape.safeParse(value);
  if (!read.success) {
    const [issue] = read.error.issues;
    throw broken(file, `${issue?.path.join(".") ?? ""}: ${issue?.message ?? "it has another form"}`);
  }
  return read.data;
}

const broken = (file: string, why: string, cause?: unknown): UserFault =>
  new UserFault("PricesUnreadable", {
    at: file,
    message: `the table of prices cannot be read: ${why}`,
    fix: "remove the file to use the prices that come with Sandtable, or make it anew with sandtable check --update-prices",
    cause,
  });
