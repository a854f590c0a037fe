import type { Path, Place } from "./value.js";

/** Something in a template that cannot work. */
export interface Problem extends Place {
  /** Where it is, e.g. `Resources.Vpc.Properties.CidrBlok`. */
  readonly at: string;
  readonly message: string;
  /** AWS takes it, the local region does not: no fault of the template. */
  readonly unmodelled?: true;
}

/** Collects problems, so that all of them are shown together. */
export class Problems {
  readonly found: Problem[] = [];
  readonly #locate: (path: Path) => Place;
  /** A loop may say the same thousands of times. */
  readonly #known = new Set<string>();

  constructor(locate: (path: Path) => Place) {
    this.#locate = locate;
  }

  add(path: Path, message: string): void {
    this.#add(path, message, {});
  }

  /** Something that AWS takes and the local region does not model. */
  refuse(path: Path, message: string): void {
    this.#add(path, message, { unmodelled: true });
  }

  #add(path: Path, message: string, more: Pick<Problem, "unmodelled">): void {
    const at = path.join(".");
    const key = `${at}\u0000${message}`;
    if (this.#known.has(key)) return;
    this.#known.add(key);
    this.found.push({ ...this.#locate(path), at, message, ...more });
  }
}

/** One line a problem, in the order of the text: `line 12, column 5 (Resources.Vpc.Properties.CidrBlok): …`. */
export function describeProblems(problems: readonly Problem[]): string {
  return [...problems]
    .sort((a, b) => a.line - b.line || a.column - b.column)
    .map(({ line, column, at, message }) => `line ${line}, column ${column}${at === "" ? "" : ` (${at})`}: ${message}`)
    .join("\n");
}
