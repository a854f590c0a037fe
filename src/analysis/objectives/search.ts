import { isKnown, Unknown, type Maybe } from "../../environment/maybe.js";
import type { Change } from "./changes.js";
import { compare, type Judgement, type Verdicts } from "./judge.js";
import type { ServicePath } from "./path.js";

/** Changes, and what is to be expected once all of them are made. */
export interface Plan {
  readonly changes: readonly Change[];
  /** US dollars a month more. */
  readonly monthly: Maybe<number>;
  readonly verdicts: Verdicts;
  /** What AWS's agreements then promise, as a fraction: of the worst service, at worst. */
  readonly availability: number;
  /** False where there were too many changes to try every set of them. */
  readonly exact: boolean;
}

/** How a set of changes is judged. */
export interface Judge {
  judge(paths: readonly ServicePath[]): Judgement;
  availability(paths: readonly ServicePath[]): number;
}

/** So many changes make 1,024 sets. */
const mostTried = 10;

/** What a set costs: what is known of it, and in how many members it is not. */
const costOf = (changes: readonly Change[]): { readonly unknown: number; readonly known: number } => ({
  unknown: changes.filter(({ monthly }) => monthly instanceof Unknown).length,
  known: changes.reduce((sum, { monthly }) => sum + (isKnown(monthly) ? monthly : 0), 0),
});

/** Is the first the cheaper one? A cost that is not known may be any: it comes after all that are. Of equally cheap ones the smaller. */
export function cheaper(a: readonly Change[], b: readonly Change[]): boolean {
  const [first, second] = [costOf(a), costOf(b)];
  if (first.unknown !== second.unknown) return first.unknown < second.unknown;
  // Cents apart by the order of addition are the same.
  if (Math.abs(first.known - second.known) > 1e-9) return first.known < second.known;
  return a.length < b.length;
}

interface Tried {
  readonly changes: readonly Change[];
  readonly judgement: Judgement;
  readonly availability: number;
}

const applied = (paths: readonly ServicePath[], changes: readonly Change[]): readonly ServicePath[] =>
  paths.map((path) => changes.reduce((each, change) => change.apply(each), path));

const excludeEachOther = (changes: readonly Change[]): boolean =>
  new Set(changes.map(({ group }) => group)).size < changes.length;

/** Every set of changes that can be made together, judged; of very many changes only those of one descent. */
export class Search {
  private readonly tried: readonly Tried[];
  private readonly present: Tried;
  private readonly exact: boolean;

  constructor(paths: readonly ServicePath[], changes: readonly Change[], judge: Judge) {
    const attempt = (set: readonly Change[]): Tried => {
      const changed = applied(paths, set);
      return { changes: set, judgement: judge.judge(changed), availability: judge.availability(changed) };
    };
    this.exact = changes.length <= mostTried;
    this.present = attempt([]);
    const sets = this.exact ? subsets(changes).filter((set) => !excludeEachOther(set)) : undefined;
    this.tried = sets?.map(attempt) ?? descent(changes, attempt);
  }

  /** Of all sets those that bring the objectives furthest, and of these the cheapest. Undefined where no change brings them further. */
  cheapest(): Plan | undefined {
    let best: Tried | undefined;
    for (const each of this.tried) {
      if (compare(each.judgement, this.present.judgement) <= 0) continue;
      const further = best === undefined ? 1 : compare(each.judgement, best.judgement);
      if (best === undefined || further > 0 || (further === 0 && cheaper(each.changes, best.changes))) best = each;
    }
    return best === undefined ? undefined : this.plan(best);
  }

  /**
   * What more money buys: sets of which none is both cheaper and promised more, from the cheapest to the most available. For an
   * availability that no set reaches.
   */
  steps(): readonly Plan[] {
    const steps: Tried[] = [];
    const byCost = this.tried
      .filter(({ availability, changes }) => availability > this.present.availability && costOf(changes).unknown === 0)
      .sort((a, b) => (cheaper(a.changes, b.changes) ? -1 : 1));
    for (const each of byCost) if (each.availability > (steps.at(-1)?.availability ?? 0)) steps.push(each);
    return steps.map((each) => this.plan(each));
  }

  private plan({ changes, judgement, availability }: Tried): Plan {
    const unknown = changes.map(({ monthly }) => monthly).find((monthly) => monthly instanceof Unknown);
    return { changes, monthly: unknown ?? costOf(changes).known, verdicts: judgement.verdicts, availability, exact: this.exact };
  }
}

const subsets = (changes: readonly Change[]): readonly (readonly Change[])[] =>
  Array.from({ length: 2 ** changes.length - 1 }, (_, mask) => changes.filter((__, index) => ((mask + 1) & (1 << index)) !== 0));

/** Begins with the cheapest change of each group, and gives up, the dearest first, what nothing is lost by. */
function descent(changes: readonly Change[], attempt: (set: readonly Change[]) => Tried): readonly Tried[] {
  const byCost = [...changes].sort((a, b) => (cheaper([a], [b]) ? -1 : 1));
  const first = byCost.filter((change, index) => byCost.findIndex(({ group }) => group === change.group) === index);
  const tried = [attempt(first)];
  let set = tried[0] ?? attempt(first);
  for (const change of [...first].reverse()) {
    const without = attempt(set.changes.filter((each) => each !== change));
    if (compare(without.judgement, set.judgement) < 0 || without.availability < set.availability) continue;
    tried.push(without);
    set = without;
  }
  return tried;
}
