/**
 * The shipped log: files of the binary logs of whoever was the writer, each of which holds the transactions behind `first` up to `last`.
 * A server that took over has its own log of what it copied, so that pieces of two servers overlap, and what the first one did not ship
 * any more is in those of the second.
 */
export interface Piece {
  readonly name: string;
  readonly first: number;
  readonly last: number;
}

const digits = 15;
const padded = (sequence: number): string => String(sequence).padStart(digits, "0");

/** Its name says all there is to know of it. */
export const pieceName = (first: number, last: number, id: string): string => `${padded(first)}-${padded(last)}-${id}`;

/** Pieces among the names of a folder's files. */
export const piecesAmong = (names: readonly string[]): readonly Piece[] =>
  names.flatMap((name) => {
    const [, first, last] = /^(\d{15})-(\d{15})-/.exec(name) ?? [];
    return first === undefined || last === undefined ? [] : [{ name, first: Number(first), last: Number(last) }];
  });

export interface Step extends Piece {
  /** What is up to here was applied already. */
  readonly behind: number;
}

/** Which pieces to apply to data that go up to `from`, in which order. Pure. @throws when one is missing */
export function chainOf(pieces: readonly Piece[], from: number): readonly Step[] {
  const steps: Step[] = [];
  for (let behind = from; ;) {
    const here = behind;
    const next = pieces.filter(({ first, last }) => first <= here && last > here).sort((one, other) => other.last - one.last)[0];
    if (next === undefined) break;
    steps.push({ ...next, behind });
    behind = next.last;
  }
  const end = steps.at(-1)?.last ?? from;
  const beyond = pieces.find(({ last }) => last > end);
  if (beyond !== undefined)
    throw new Error(
      `the log is not whole: transactions ${end + 1} to ${beyond.first} are in no piece of it; restore to a moment before, or a later backup`,
    );
  return steps;
}
