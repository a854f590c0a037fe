import { Unknown, type Maybe } from "../../environment/maybe.js";
import type { Node } from "../../environment/node.js";
import { usageOf, type Usage, type UsageName } from "../../environment/stated.js";
import { unitOf, type Item, type Price, type Pricing, type Unit } from "./prices.js";

/** Hours of an average month, as AWS's own calculator counts: 365 × 24 / 12. */
export const hoursOfMonth = 730;

/** One position of the bill, for a month. */
export interface CostLine {
  readonly resource: { readonly id: string; readonly type: string; readonly name: string };
  /** What is paid for, e.g. `2 × t3.micro, Linux On-Demand`. */
  readonly what: string;
  /** Not known where its class, size or kind is not. */
  readonly item: Maybe<Item>;
  readonly unit: Unit | undefined;
  /** Units a month; unknown where the source, or the use, does not say. */
  readonly quantity: Maybe<number>;
  readonly price: Maybe<Price>;
  /** US dollars a month: quantity × price. */
  readonly amount: Maybe<number>;
  /** Depends on what is sent, stored and asked, which no definition says. */
  readonly usage: boolean;
  /** Under which name the use is stated, where the line depends on it. */
  readonly by?: UsageName;
}

/** What lines are made with. */
export interface Pricer {
  readonly pricing: Pricing;
  readonly usage: Usage;
}

const about = ({ id, type, name }: Pick<Node, "id" | "type" | "name">): CostLine["resource"] => ({ id, type, name });

/** What is paid for by standing there. */
export function standing(
  { pricing }: Pricer,
  node: Pick<Node, "id" | "type" | "name">,
  what: string,
  item: Maybe<Item>,
  quantity: Maybe<number>,
): CostLine {
  const price = item instanceof Unknown ? item : pricing.price(item);
  const unit = item instanceof Unknown ? undefined : unitOf(item);
  return { resource: about(node), what, item, unit, quantity, price, amount: product(quantity, price), usage: false };
}

/** What is paid for by use. */
export function used(
  { pricing, usage }: Pricer,
  node: Pick<Node, "id" | "type" | "name">,
  what: string,
  item: Item,
  by: UsageName,
  times = 1,
): CostLine {
  const stated = usageOf(usage, by, node);
  const quantity = stated === undefined ? new Unknown(`it depends on use: ${by} is not stated`) : stated * times;
  const price = pricing.price(item);
  return {
    resource: about(node),
    what,
    item,
    unit: unitOf(item),
    quantity,
    price,
    amount: product(quantity, price),
    usage: true,
    by,
  };
}

function product(quantity: Maybe<number>, price: Maybe<Price>): Maybe<number> {
  // Nothing of something costs nothing, whatever one of it would.
  if (quantity === 0) return 0;
  if (quantity instanceof Unknown) return quantity;
  if (price instanceof Unknown) return price;
  return quantity * price.usd;
}

/** What lines come to: what is known of it, and the lines that are not. */
export interface Total {
  /** US dollars a month. */
  readonly known: number;
  readonly unknown: readonly CostLine[];
}

export function totalOf(lines: readonly CostLine[]): Total {
  let known = 0;
  const unknown: CostLine[] = [];
  for (const line of lines) {
    if (line.amount instanceof Unknown) unknown.push(line);
    else known += line.amount;
  }
  return { known, unknown };
}

/** What the lines that do not depend on use come to; unknown where one of them is. */
export function monthly(lines: readonly CostLine[]): Maybe<number> {
  const { known, unknown } = totalOf(lines.filter(({ usage }) => !usage));
  const [first] = unknown;
  return first === undefined ? known : new Unknown(`${first.what}: ${whyUnknown(first)}`);
}

/** Why a line has no amount. */
export const whyUnknown = ({ quantity, price }: CostLine): string =>
  quantity instanceof Unknown ? quantity.why : price instanceof Unknown ? price.why : "";

/** What changes when the first lines become the second ones; those in both cancel out, even where their price is not known. */
export function difference(before: readonly CostLine[], after: readonly CostLine[]): Maybe<number> {
  const known = (value: Maybe<Item | number>): string => (value instanceof Unknown ? `?${value.why}` : String(value));
  const key = (line: CostLine): string => [line.resource.id, line.what, known(line.item), known(line.quantity)].join("\n");
  const rest = new Map<string, CostLine[]>();
  for (const line of before) rest.set(key(line), [...(rest.get(key(line)) ?? []), line]);
  const added = after.filter((line) => rest.get(key(line))?.pop() === undefined);
  const more = monthly(added);
  const less = monthly([...rest.values()].flat());
  return more instanceof Unknown ? more : less instanceof Unknown ? less : more - less;
}

/** `$12.34`; an amount below a cent keeps the digits that matter. */
export const dollars = (amount: number): string =>
  `${amount < 0 ? "-" : ""}$${Math.abs(amount) > 0 && Math.abs(amount) < 0.01 ? Math.abs(amount).toPrecision(2) : Math.abs(amount).toFixed(2)}`;

/** The line's arithmetic: `730 hours × $0.0118 = $8.61 (paris-cv, 2026-09-24)`. */
export function arithmetic(line: CostLine): string {
  const { quantity, unit, price, amount } = line;
  const count = quantity instanceof Unknown ? "?" : Number(quantity.toFixed(4));
  const each = price instanceof Unknown ? "?" : `$${price.usd}`;
  const result = amount instanceof Unknown ? `unknown: ${whyUnknown(line)}` : dollars(amount);
  const source =
    price instanceof Unknown
      ? ""
      : ` (${[price.source, price.date, ...(price.note === undefined ? [] : [price.note])].join(", ")})`;
  return `${count} × ${each}${unit === undefined ? "" : ` per ${unit}`} = ${result}${source}`;
}
