import { isKnown, Unknown, type Maybe } from "../../environment/maybe.js";
import type { Change } from "./changes.js";
import { rankOf, type Verdicts } from "./judge.js";
import type { ServicePath } from "./path.js";

/** The changes that bring the objectives as far as changes can, at the least cost. */
export interface Plan {
  readonly changes: readonly Change[];
  /** US dollars a month more. */
  readonly monthly: Maybe<number>;
  /** What the objectives are once all is changed. */
  readonly verdicts: Verdicts;
  /** False where there were too many changes to try every set of them. */
  readonly exact: boolean;
}

/** So many changes make 4,096 sets. */
const mostTried = 12;

/** What a set costs: what is known of it, and in how many members it is not. */
interface Cost {
  readonly unknown: number;
  readonly known: number;
  readonly size: number;
}

const costOf = (changes: readonly Change[]): Cost => ({
  unknown: changes.filter(({ monthly }) => monthly instanceof Unknown).length,
  known: changes.reduce((sum, { monthly }) => sum + (isKnown(monthly) ? monthly : 0), 0),
  size: changes.length,
});

/** A cost that is not known may be any: it comes after all that are. */
export function cheaper(a: readonly Change[], b: readonly Change[]): boolean {
  const [first, second] = [costOf(a), costOf(b)];
  if (first.unknown !== second.unknown) return first.unknown < second.unknown;
  // Cents apart by the order of addition are the same.
  if (Math.abs(first.known - second.known) > 1e-9) return first.known < second.known;
  return first.size < second.size;
}

const excludeEachOther = (changes: readonly Change[]): boolean =>
  new Set(changes.map(({ group }) => group)).size < changes.length;

const applied = (paths: readonly ServicePath[], changes: readonly Change[]): readonly ServicePath[] =>
  paths.map((path) => changes.reduce((each, change) => change.apply(each), path));

/**
 * Of all sets of changes, those that bring the objectives furthest, and of these the cheapest; of equally cheap ones the smallest.
 * Undefined where no change brings them any further.
 */
export function cheapest(
  paths: readonly ServicePath[],
  changes: readonly Change[],
  verdictsOf: (paths: readonly ServicePath[]) => Verdicts,
): Plan | undefined {
  const exact = changes.length <= mostTried;
  const sets = exact ? subsets(changes) : narrowing(paths, changes, verdictsOf);
  let best: { changes: readonly Change[]; rank: number; verdicts: Verdicts } | undefined;
  const present = rankOf(verdictsOf(paths));
  for (const set of sets) {
    if (excludeEachOther(set)) continue;
    const verdicts = verdictsOf(applied(paths, set));
    const rank = rankOf(verdicts);
    if (rank <= present || (best !== undefined && rank < best.rank)) continue;
    if (best === undefined || rank > best.rank || cheaper(set, best.changes)) best = { changes: set, rank, verdicts };
  }
  if (best === undefined) return undefined;
  return { changes: best.changes, monthly: sumOf(best.changes), verdicts: best.verdicts, exact };
}

function sumOf(changes: readonly Change[]): Maybe<number> {
  const unknown = changes.find(({ monthly }) => monthly instanceof Unknown);
  return unknown?.monthly instanceof Unknown ? unknown.monthly : costOf(changes).known;
}

function* subsets(changes: readonly Change[]): Generator<readonly Change[]> {
  for (let mask = 1; mask < 2 ** changes.length; mask++) yield changes.filter((_, index) => (mask & (1 << index)) !== 0);
}

/** Too many to try all: begin with one of each kind, and give up the dearest that nothing is lost by. */
function* narrowing(
  paths: readonly ServicePath[],
  changes: readonly Change[],
  verdictsOf: (paths: readonly ServicePath[]) => Verdicts,
): Generator<readonly Change[]> {
  const byCost = [...changes].sort((a, b) => (cheaper([a], [b]) ? -1 : 1));
  let set = byCost.filter((change, index) => byCost.findIndex(({ group }) => group === change.group) === index);
  const rank = rankOf(verdictsOf(applied(paths, set)));
  for (const change of [...set].reverse()) {
    const without = set.filter((each) => each !== change);
    if (rankOf(verdictsOf(applied(paths, without))) === rank) set = without;
  }
  yield set;
}
