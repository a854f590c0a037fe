/** Helpers for nftables text. Empty maps and sets have no `elements` line: nft refuses `{ }`. */

const indent = (lines: readonly string[]): string[] => lines.map((line) => `  ${line}`);

export const block = (head: string, lines: readonly string[]): string[] => [`${head} {`, ...indent(lines), "}"];

const holder =
  (word: "map" | "set") =>
  (name: string, type: string, elements: readonly string[], flags?: string): string[] =>
    block(`${word} ${name}`, [
      `type ${type};`,
      ...(flags === undefined ? [] : [`flags ${flags};`]),
      ...(elements.length === 0 ? [] : ["elements = {", ...indent(elements.map((element) => `${element},`)), "}"]),
    ]);

export const map = holder("map");
export const set = holder("set");

export const chain = (name: string, lines: readonly string[], hook?: string): string[] =>
  block(`chain ${name}`, [...(hook === undefined ? [] : [`${hook};`]), ...lines]);

/** The text that replaces a whole table in one transaction; declaring it first makes deleting it succeed when it is new. */
export const replaceTable = (family: string, name: string, lines: readonly string[]): string =>
  [`table ${family} ${name} {}`, `delete table ${family} ${name}`, ...block(`table ${family} ${name}`, lines), ""].join("\n");
