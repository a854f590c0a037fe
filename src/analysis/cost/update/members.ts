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
    for (let at = 0; at < piece.length; at++) {
      const character = piece[at];
      if (this.inString) {
        if (this.key !== undefined && (this.escaped || character !== '"')) this.key += character;
        if (this.escaped) this.escaped = false;
        else if (character === "\\") this.escaped = true;
        else if (character === '"') this.endString();
        continue;
      }
      if (character === '"') this.beginString();
      else if (character === ":" && this.taken === undefined && this.brackets.at(-1) === "{") {
        if (this.wanted(this.path)) {
          this.taken = { parts: [], depth: this.brackets.length };
          from = at + 1;
        }
      } else if (character === "{" || character === "[") this.open(character);
      else if (character === "}" || character === "]" || character === ",") {
        if (this.taken?.depth === this.brackets.length) {
          this.taken.parts.push(piece.slice(from, at));
          yield { path: [...this.path], text: this.taken.parts.join("") };
          this.taken = undefined;
        }
        if (character === ",") this.expectsKey = this.brackets.at(-1) === "{";
        else this.close();
      }
    }
    this.taken?.parts.push(piece.slice(from));
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
