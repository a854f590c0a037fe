/** One member of a large JSON object: where it stands, and its text. */
export interface Member {
  readonly path: readonly string[];
  readonly text: string;
}

/**
 * The members of a JSON document that `wanted` names, one after another, without ever holding the document: an offer file has hundreds of
 * megabytes, more than a string may. `wanted` is asked for every member of an object; one that it takes is given whole and not looked
 * into. The document is taken to be JSON: what it gives is parsed by the caller, who finds out if it is not.
 */
export async function* members(
  chunks: AsyncIterable<Uint8Array>,
  wanted: (path: readonly string[]) => boolean,
): AsyncGenerator<Member, void, void> {
  const decoder = new TextDecoder();
  const scanner = new Scanner(wanted);
  for await (const chunk of chunks) yield* scanner.read(decoder.decode(chunk, { stream: true }));
  yield* scanner.read(decoder.decode());
  if (!scanner.isDone) throw new SyntaxError("the JSON document ends before its last bracket");
}

/** What matters outside of strings, and inside of them: everything between is skipped at once. */
const structural = /["{}[\],:]/g;
const ending = /["\\]/g;

/** Reads piece by piece; a piece may end anywhere, also inside a string. */
class Scanner {
  isDone = false;
  /** The keys that lead here, one for each open object; an array has an empty one. */
  private readonly path: string[] = [];
  private readonly brackets: ("{" | "[")[] = [];
  private inString = false;
  private escaped = false;
  /** Of the key that is being read, as it is written. */
  private key: string | undefined;
  private expectsKey = false;
  /** The text of the member that is being taken, and how many brackets were open where it began. */
  private taken: { parts: string[]; depth: number } | undefined;

  constructor(private readonly wanted: (path: readonly string[]) => boolean) {}

  *read(piece: string): Generator<Member, void, void> {
    let from = 0;
    let at = 0;
    while (at < piece.length) {
      if (this.inString) {
        at = this.readString(piece, at);
        continue;
      }
      structural.lastIndex = at;
      const found = structural.exec(piece);
      if (found === null) break;
      const character = found[0];
      at = found.index + 1;
      if (character === '"') this.beginString();
      else if (character === ":") {
        if (this.taken === undefined && this.brackets.at(-1) === "{" && this.wanted(this.path)) {
          this.taken = { parts: [], depth: this.brackets.length };
          from = at;
        }
      } else if (character === "{" || character === "[") this.open(character);
      else {
        if (this.taken?.depth === this.brackets.length) {
          this.taken.parts.push(piece.slice(from, found.index));
          yield { path: [...this.path], text: this.taken.parts.join("") };
          this.taken = undefined;
        }
        if (character === ",") this.expectsKey = this.brackets.at(-1) === "{";
        else this.close();
      }
    }
    this.taken?.parts.push(piece.slice(from));
  }

  /** On to the string's end, or the piece's: where to go on. */
  private readString(piece: string, at: number): number {
    if (this.escaped) {
      this.escaped = false;
      if (this.key !== undefined) this.key += piece[at];
      return at + 1;
    }
    ending.lastIndex = at;
    const found = ending.exec(piece);
    const end = found?.index ?? piece.length;
    if (this.key !== undefined) this.key += piece.slice(at, end);
    if (found?.[0] === "\\") {
      this.escaped = true;
      if (this.key !== undefined) this.key += "\\";
    } else if (found !== null) this.endString();
    return end + 1;
  }

  private beginString(): void {
    this.inString = true;
    if (this.expectsKey && this.taken === undefined) this.key = "";
  }

  private endString(): void {
    this.inString = false;
    if (this.key === undefined) return;
    this.path[this.path.length - 1] = JSON.parse(`"${this.key}"`) as string;
    this.key = undefined;
    this.expectsKey = false;
  }

  private open(bracket: "{" | "["): void {
    this.brackets.push(bracket);
    if (this.taken === undefined) this.path.push("");
    this.expectsKey = bracket === "{";
  }

  private close(): void {
    this.brackets.pop();
    if (this.taken === undefined) this.path.pop();
    this.expectsKey = false;
    this.isDone = this.brackets.length === 0;
  }
}
