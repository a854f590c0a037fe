import type { Passing } from "./filters.js";
import type { HeaderSpace } from "./headers.js";
import { Pairs } from "./pairs.js";

/** Pairs of sets by number, as `HeaderSpace` has sets; two of them are met or joined by a look-up. */
export class Passings {
  private readonly passings: Passing[] = [];
  private readonly numbers = new Pairs();
  private readonly met: Int32Array[] = [];
  private readonly joined = new Pairs();
  readonly none: number;
  readonly all: number;

  constructor(private readonly space: HeaderSpace) {
    this.none = this.numberOf({ sure: space.none, may: space.none });
    this.all = this.numberOf({ sure: space.all, may: space.all });
  }

  get count(): number {
    return this.passings.length;
  }

  get(number: number): Passing {
    return this.passings[number] ?? { sure: this.space.none, may: this.space.none };
  }

  numberOf(passing: Passing): number {
    const known = this.numbers.get(passing.sure, passing.may);
    if (known !== undefined) return known;
    this.passings.push(passing);
    this.numbers.set(passing.sure, passing.may, this.passings.length - 1);
    return this.passings.length - 1;
  }

  /** What passes both. */
  meet(a: number, b: number): number {
    const row = this.rowOf(a, b);
    const known = row[b] ?? 0;
    if (known > 0) return known - 1;
    const number = this.worked(a, b);
    row[b] = number + 1;
    return number;
  }

  private worked(a: number, b: number): number {
    if (a === b || b === this.all) return a;
    if (a === this.all) return b;
    const [x, y] = [this.get(a), this.get(b)];
    return this.numberOf({ sure: this.space.intersection(x.sure, y.sure), may: this.space.intersection(x.may, y.may) });
  }

  /** Numbers, plus one, of what passes `a` and another; 0 (or nothing) where nobody has asked yet. For loops over very many. */
  known(a: number): Int32Array {
    return this.met[a] ?? this.rowOf(a, 0);
  }

  private rowOf(a: number, other: number): Int32Array {
    const row = this.met[a];
    if (row !== undefined && other < row.length) return row;
    const longer = new Int32Array(Math.max(256, 2 ** Math.ceil(Math.log2(other + 1))));
    if (row !== undefined) longer.set(row);
    this.met[a] = longer;
    return longer;
  }

  /** What passes one of them. */
  join(a: number, b: number): number {
    if (a === b || b === this.none || a === this.all) return a;
    if (a === this.none || b === this.all) return b;
    const [low, high] = a < b ? [a, b] : [b, a];
    const known = this.joined.get(low, high);
    if (known !== undefined) return known;
    const [x, y] = [this.get(a), this.get(b)];
    const number = this.numberOf({ sure: this.space.union(x.sure, y.sure), may: this.space.union(x.may, y.may) });
    this.joined.set(low, high, number);
    return number;
  }

  /** What passes, where it is one of them and not known which. */
  either(a: number, b: number): number {
    if (a === b) return a;
    const [x, y] = [this.get(a), this.get(b)];
    return this.numberOf({ sure: this.space.intersection(x.sure, y.sure), may: this.space.union(x.may, y.may) });
  }
}
