import { createContext, runInContext } from "node:vm";

/** A pattern as CloudFormation reads it: a regular expression of Java, held against the whole value. */
export type Pattern =
  | {
      /** Undefined: it cannot be told, as no end of the search came in sight. */
      readonly matches: (value: string) => boolean | undefined;
    }
  | { readonly why: string };

/**
 * Read a regular expression of Java. What Java has and JavaScript has not is written as JavaScript has it, or refused by name; nothing is
 * read as something else. Source: `java.util.regex.Pattern`.
 */
export function readPattern(text: string): Pattern {
  const { flags, rest } = leadingFlags(text);
  const foreign = foreignIn(rest);
  if (foreign !== undefined) return { why: `Sandtable does not model ${foreign} in an AllowedPattern yet` };
  try {
    const regExp = new RegExp(`^(?:${translated(rest)})$`, flags + (isUnicode(rest) ? "u" : ""));
    return { matches: (value) => inTime(regExp, value) };
  } catch {
    return { why: `AllowedPattern is not a regular expression: ${text}` };
  }
}

/** `(?i)` at the beginning, with those letters that JavaScript has too. */
function leadingFlags(text: string): { readonly flags: string; readonly rest: string } {
  const [whole = "", flags = ""] = /^\(\?([ims]+)\)/.exec(text) ?? [];
  return { flags: [...new Set(flags)].join(""), rest: text.slice(whole.length) };
}

/** One piece of an expression: an escaped character (with the name of its class), or a character. */
const pieces = /\\Q[^]*?(?:\\E|$)|\\[pP]\{[^}]*\}|\\[^]|[^]/g;

/** A construct that cannot be written in JavaScript. */
function foreignIn(text: string): string | undefined {
  // Without what is escaped, and what stands in classes.
  const bare = text.replaceAll(pieces, (piece) => (piece.startsWith("\\") ? "a" : piece));
  const outside = bare.replaceAll(/\[\^?\]?[^\]]*\]/g, "a");
  const flags = /\(\?[a-zA-Z-]+[:)]/.exec(outside)?.[0];
  if (flags !== undefined) return `the flags ${flags}`;
  if (outside.includes("(?>")) return "atomic groups ((?>…))";
  if (/[*+?}]\+/.test(outside)) return "possessive quantifiers (a++)";
  if (/\[[^\]]*(?:&&|\[)/.test(bare)) return "unions and intersections of character classes ([a-z&&[^b]])";
  for (const [piece] of text.matchAll(pieces)) {
    const name = /^\\[pP]\{(.*)\}$/.exec(piece)?.[1];
    if (name !== undefined && posix[name] === undefined && !categories.test(name)) return piece;
    if (/^\\[GhHRXN]$/.test(piece)) return piece;
  }
  return undefined;
}

/** Of US-ASCII, as Java has them without its flag UNICODE_CHARACTER_CLASS; written as they stand in a class. */
const posix: Readonly<Record<string, string>> = {
  Lower: "a-z",
  Upper: "A-Z",
  ASCII: String.raw`\x00-\x7F`,
  Alpha: "a-zA-Z",
  Digit: "0-9",
  Alnum: "a-zA-Z0-9",
  Punct: String.raw`!-\/:-@\[-\x60\{-~`,
  Graph: "!-~",
  Print: " -~",
  Blank: String.raw` \t`,
  Cntrl: String.raw`\x00-\x1F\x7F`,
  XDigit: "0-9a-fA-F",
  Space: String.raw` \t-\r`,
};

/** General categories of Unicode, which both languages name alike. */
const categories = /^(?:L[ultmo]?|M[nce]?|N[dlo]?|P[cdseifo]?|S[mcko]?|Z[slp]?|C[cfosn]?)$/;

const isUnicode = (text: string): boolean =>
  [...text.matchAll(pieces)].some(([piece]) => categories.test(/^\\[pP]\{(.*)\}$/.exec(piece)?.[1] ?? ""));

function translated(text: string): string {
  const strict = isUnicode(text);
  let within = false;
  return text.replaceAll(pieces, (piece) => {
    if (piece === "[") within = true;
    if (piece === "]") within = false;
    if (!piece.startsWith("\\")) return piece;
    if (piece.startsWith("\\Q"))
      return piece
        .slice(2)
        .replace(/\\E$/, "")
        .replaceAll(/[\\^$.*+?()[\]{}|/-]/g, String.raw`\$&`);
    const [, kind, name = ""] = /^\\([pP])\{(.*)\}$/.exec(piece) ?? [];
    const characters = posix[name];
    if (characters !== undefined) return within && kind === "p" ? characters : `[${kind === "P" ? "^" : ""}${characters}]`;
    if (piece === "\\A") return "^";
    if (piece === "\\z" || piece === "\\Z") return "$";
    // Where JavaScript reads classes of Unicode it escapes nothing that needs none.
    return strict && /^\\[^a-zA-Z0-9\s\\^$.*+?()[\]{}|/-]$/.test(piece) ? piece.slice(1) : piece;
  });
}

/** Milliseconds: an expression such as `(a+)+` may take longer than anybody lives, and who asks is not the only one who waits. */
const patience = 200;

/** Apart from everything: it can be ended in the middle. */
const apart = createContext({ regExp: /(?:)/, value: "" });

function inTime(regExp: RegExp, value: string): boolean | undefined {
  Object.assign(apart, { regExp, value });
  try {
    return runInContext("regExp.test(value)", apart, { timeout: patience }) as boolean;
  } catch {
    return undefined;
  }
}
