import { parse } from "yaml";

/** One simple command of a script: its words without quotes, and the line (from 1) it begins on. */
export interface Command {
  readonly words: readonly string[];
  readonly line: number;
}

/** A text that the script writes, e.g. by a here-document. */
export interface WrittenText {
  readonly lines: readonly { readonly text: string; readonly line: number }[];
}

/** What user data does, as far as reading it tells. Branches and functions are not followed: all of their commands count. */
export interface Script {
  readonly commands: readonly Command[];
  readonly written: readonly WrittenText[];
  /** Of `#cloud-config`. */
  readonly packages: readonly string[];
}

const hereDocument = /<<-?\s*(?:'([^']+)'|"([^"]+)"|\\?([A-Za-z_][\w.-]*))/;
const separator = /^(?:&&|\|\||;;?|\||&)$/;

/** Shell words of one logical line; operators stand alone, quotes are gone, what follows an unquoted `#` is left out. */
function wordsOf(line: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  let quote: string | undefined;
  const finish = () => {
    if (word !== undefined) words.push(word);
    word = undefined;
  };
  for (let index = 0; index < line.length; index += 1) {
    const letter = line.charAt(index);
    if (quote !== undefined) {
      if (letter === quote) quote = undefined;
      else if (letter === "\\" && quote === '"') word = `${word ?? ""}${line.charAt(++index)}`;
      else word = `${word ?? ""}${letter}`;
    } else if (letter === "'" || letter === '"') {
      quote = letter;
      word ??= "";
    } else if (letter === "\\") word = `${word ?? ""}${line.charAt(++index)}`;
    else if (letter === "#" && word === undefined) break;
    else if (/\s/.test(letter)) finish();
    else if (/[;|&]/.test(letter)) {
      // `2>&1` and `&>` belong to a redirection, not to a list of commands.
      if (letter === "&" && (line.charAt(index + 1) === ">" || word?.endsWith(">") === true)) {
        word = `${word ?? ""}&`;
        continue;
      }
      finish();
      const doubled = line.charAt(index + 1) === letter;
      words.push(doubled ? letter + letter : letter);
      if (doubled) index += 1;
    } else word = `${word ?? ""}${letter}`;
  }
  finish();
  return words;
}

function* commandsIn(line: string, at: number): Generator<Command> {
  let words: string[] = [];
  for (const word of [...wordsOf(line), ";"]) {
    if (!separator.test(word)) words.push(word);
    else {
      // `&` keeps its meaning for those who ask whether a command stays in the foreground.
      if (words.length > 0) yield { words: word === "&" ? [...words, "&"] : words, line: at };
      words = [];
    }
  }
}

function readShell(text: string): Script {
  const commands: Command[] = [];
  const written: WrittenText[] = [];
  const lines = text.split(/\r?\n/);
  for (let index = 0; index < lines.length; index += 1) {
    const begin = index;
    let line = lines[index] ?? "";
    while (line.endsWith("\\") && index + 1 < lines.length) line = `${line.slice(0, -1)} ${lines[++index] ?? ""}`;
    commands.push(...commandsIn(line, begin + 1));
    const document = hereDocument.exec(line);
    const end = document?.[1] ?? document?.[2] ?? document?.[3];
    if (end === undefined) continue;
    const body: { text: string; line: number }[] = [];
    for (index += 1; index < lines.length && lines[index]?.trim() !== end; index += 1)
      body.push({ text: lines[index] ?? "", line: index + 1 });
    written.push({ lines: body });
  }
  return { commands, written, packages: [] };
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const textsOf = (value: unknown): readonly string[] =>
  (Array.isArray(value) ? value : []).flatMap((item: unknown) => (typeof item === "string" ? [item] : []));

function readCloudConfig(text: string): Script {
  const config: unknown = parse(text, { logLevel: "silent" });
  if (!isRecord(config)) return { commands: [], written: [], packages: [] };
  const run: readonly unknown[] = [config.bootcmd, config.runcmd].flatMap((list: unknown) => (Array.isArray(list) ? list : []));
  const lineOf = (words: string): number => text.slice(0, Math.max(0, text.indexOf(words))).split("\n").length;
  const commands = run.flatMap((entry) => {
    if (typeof entry === "string") return readShell(entry).commands.map(({ words }) => ({ words, line: lineOf(entry) }));
    const words = textsOf(entry);
    return words.length === 0 ? [] : [{ words, line: lineOf(words[0] ?? "") }];
  });
  const files: readonly unknown[] = Array.isArray(config.write_files) ? config.write_files : [];
  const written = files.flatMap((file) => {
    if (!isRecord(file) || typeof file.content !== "string") return [];
    const first = lineOf(file.content.split("\n")[0] ?? "");
    return [{ lines: file.content.split("\n").map((line, index) => ({ text: line, line: first + index })) }];
  });
  return { commands, written, packages: textsOf(config.packages) };
}

/** Reads user data: a shell script, or `#cloud-config`. One that cannot be read does nothing that we could name. */
export function readScript(text: string): Script {
  if (!/^#cloud-config\b/.test(text)) return readShell(text);
  try {
    return readCloudConfig(text);
  } catch {
    return { commands: [], written: [], packages: [] };
  }
}
