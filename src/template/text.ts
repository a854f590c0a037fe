import {
  Composer,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  Lexer,
  LineCounter,
  Parser,
  type CollectionTag,
  type CST,
  type Document,
  type Pair,
  type ParsedNode,
  type ScalarTag,
} from "yaml";
import { longForm, shortForms } from "./functions.js";
import { jsonPlaces } from "./json-places.js";
import { Problems, type Problem } from "./problems.js";
import { isList, isValues, type Path, type Place, type Value } from "./value.js";

/** A template's text as a value, with the way back from a value to its place in the text. */
export interface TemplateText {
  /** Undefined: the text could not be read at all. */
  readonly value: Value | undefined;
  /** The place of a value (of its key, where it has one), or of the nearest value around it. */
  locate(path: Path): Place;
  readonly problems: readonly Problem[];
}

// The tags only have to be known to the library: what they mean is decided in `read`, which needs the nodes as they are.
const customTags = shortForms.flatMap((name): (ScalarTag | CollectionTag)[] => [
  { tag: `!${name}`, resolve: (text) => text },
  { tag: `!${name}`, collection: "seq", resolve: (node) => node },
  { tag: `!${name}`, collection: "map", resolve: (node) => node },
]);

/** Lists and maps within one another. No template of use comes near; what walks through values afterwards does so by recursion. */
const deepest = 100;
const tooDeep = `Template format error: lists and maps may be nested ${deepest} deep at most`;

/** Read JSON or YAML. Pure; never throws. */
export function readText(text: string): TemplateText {
  const read = readEither(text);
  const beyond = read.value === undefined ? undefined : pathBeyond(read.value, deepest);
  if (beyond === undefined) return read;
  const problem = { ...read.locate(beyond), at: String(beyond[0]), message: tooDeep };
  return { ...read, value: undefined, problems: [...read.problems, problem] };
}

function readEither(text: string): TemplateText {
  const value = readJson(text);
  if (value === undefined) return readYaml(text);
  // Sound JSON is read ten times faster as such; places are looked for when one is asked for.
  let places: TemplateText["locate"] | undefined;
  return { value, locate: (path) => (places ??= jsonPlaces(text, deepest))(path), problems: [] };
}

/**
 * `parseDocument` of the library, but it stops at what is nested too deeply: the library goes through that by recursion, and an exhausted
 * stack is no mere RangeError, for V8 ends the whole process when it has to compile a regular expression just then.
 */
function parse(
  text: string,
  lineCounter: LineCounter,
): Document.Parsed | { readonly refusedAt: number; readonly message: string } {
  const parser = new Parser(lineCounter.addNewLine);
  lineCounter.addNewLine(0);
  const tokens: CST.Token[] = [];
  for (const lexeme of new Lexer().lex(text)) {
    tokens.push(...parser.next(lexeme));
    // The document and a scalar are on this stack as well; tags make values deeper, which is seen afterwards.
    if (parser.stack.length > deepest + 5) return { refusedAt: parser.offset, message: tooDeep };
  }
  tokens.push(...parser.end());
  const second = tokens.filter(({ type }) => type === "document")[1];
  if (second !== undefined)
    return { refusedAt: second.offset, message: "Template format error: YAML not well-formed: a second document begins here" };
  const composer = new Composer({ customTags, lineCounter, schema: "core", logLevel: "silent", prettyErrors: false });
  const composed = composer.compose(tokens, true, text.length).next();
  if (composed.done === true) throw new Error("the YAML library gave no document, though it was told to");
  return composed.value;
}

/** A path to what lies deeper than this. */
function pathBeyond(value: Value, depth: number): Path | undefined {
  if (!isList(value) && !isValues(value)) return undefined;
  if (depth === 0) return [];
  const entries: Iterable<[string | number, Value]> = isList(value) ? value.entries() : Object.entries(value);
  for (const [key, inner] of entries) {
    const path = pathBeyond(inner, depth - 1);
    if (path !== undefined) return [key, ...path];
  }
  return undefined;
}

function readJson(text: string): Value | undefined {
  // Numbers beyond a double's digits keep their text in YAML.
  if (!/^\s*\{/.test(text) || /[:[,]\s*-?\d{16}/.test(text)) return undefined;
  try {
    return JSON.parse(text) as Value;
  } catch {
    return undefined;
  }
}

function readYaml(text: string): TemplateText {
  const lines = new LineCounter();
  const offsets = new Map<string, number>();
  const placeOf = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const document = parse(text, lines);
  if ("refusedAt" in document) {
    const { refusedAt, message } = document;
    const place = placeOf(refusedAt);
    return { value: undefined, locate: () => place, problems: [{ ...place, at: "", message }] };
  }
  const locate = (path: Path): Place => {
    for (let length = path.length; length >= 0; length--) {
      const offset = offsets.get(keyOf(path.slice(0, length)));
      if (offset !== undefined) return placeOf(offset);
    }
    return { line: 1, column: 1 };
  };
  const problems = new Problems(locate);
  const faults = [...document.errors, ...document.warnings].map((fault) => ({
    ...placeOf(fault.pos[0]),
    at: "",
    message: `Template format error: ${wording(fault.message)}`,
  }));
  const value = document.errors.length === 0 ? read(document.contents, []) : undefined;
  return { value, locate, problems: [...faults, ...problems.found] };

  function read(node: ParsedNode | null | undefined, path: Path): Value {
    // What is deeper is refused anyway, and its long paths would fill the memory.
    if (node === null || node === undefined || path.length > deepest) return null;
    if (!offsets.has(keyOf(path))) offsets.set(keyOf(path), node.range[0]);
    if (isAlias(node)) {
      problems.add(path, "Template format error: YAML aliases are not supported in CloudFormation templates");
      return "";
    }
    const tag = node.tag?.startsWith("!") ? node.tag.slice(1) : undefined;
    if (tag !== undefined && shortForms.includes(tag)) {
      const name = longForm(tag);
      const inner = [...path, name];
      offsets.set(keyOf(inner), Math.max(text.lastIndexOf(`!${tag}`, node.range[0]), 0));
      if (tag === "GetAtt" && isScalar(node)) {
        const [resource, ...attribute] = String(node.value).split(".");
        return { [name]: attribute.length === 0 ? String(node.value) : [resource ?? "", attribute.join(".")] };
      }
      return { [name]: isScalar(node) ? scalar(node) : collection(node, inner) };
    }
    return isScalar(node) ? scalar(node) : collection(node, path);
  }

  function collection(node: ParsedNode, path: Path): Value {
    if (isSeq(node)) return node.items.map((item, index) => read(item as ParsedNode, [...path, index]));
    if (!isMap(node)) return null;
    const entries: [string, Value][] = [];
    for (const { key, value: inner } of node.items as Pair<ParsedNode, ParsedNode | null>[]) {
      const name = isScalar(key) ? String(typeof key.value === "string" ? key.value : (key.source ?? key.value)) : "";
      const at = [...path, name];
      offsets.set(keyOf(at), key.range[0]);
      if (!isScalar(key)) problems.add(at, "Template format error: a key must be a plain word");
      else if (name === "<<")
        problems.add(at, "Template format error: YAML merge keys are not supported in CloudFormation templates");
      entries.push([name, read(inner, at)]);
    }
    return Object.fromEntries(entries);
  }
}

/** `012345678901` is an account id to the one who wrote it, and no number: only its text is safe. */
function scalar(node: { value?: unknown; source?: string }): Value {
  const { value, source } = node;
  if (typeof value === "number" && source !== undefined && (/^[-+]?0\d/.test(source) || !Number.isSafeInteger(Math.trunc(value))))
    return source;
  if (typeof value === "bigint") return String(value);
  return value === null || typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? value : null;
}

const wording = (message: string): string =>
  message.startsWith("Unresolved tag: ") ? `unknown tag ${message.slice(16)}` : message;

const keyOf = (path: Path): string => path.join("\u0000");
