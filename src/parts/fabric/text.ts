/**
 * nftables text from pieces. A namespace's ruleset is kept as tables of named pieces, so that a change of one set or one chain
 * can be told from a change of everything (`ruleset-changes.ts`).
 */
export interface Table {
  readonly family: "ip" | "netdev";
  readonly name: string;
  readonly pieces: readonly Piece[];
}

export type Piece = Holder | Chain;

/** A set or a map. */
export interface Holder {
  readonly kind: "set" | "map";
  readonly name: string;
  /** e.g. `ipv4_addr`, `ifname : verdict`. */
  readonly type: string;
  readonly flags?: string;
  /** In nft's words: `10.0.0.1`, `"e0" : goto x`. */
  readonly elements: readonly string[];
}

export interface Chain {
  readonly kind: "chain";
  readonly name: string;
  /** `type filter hook forward priority -20`; unset: reached by jumps. */
  readonly hook?: string;
  readonly comment?: string;
  readonly rules: readonly string[];
}

const holder =
  (kind: Holder["kind"]) =>
  (name: string, type: string, elements: readonly string[], flags?: string): Holder[] => [
    { kind, name, type, elements, ...(flags === undefined ? {} : { flags }) },
  ];

export const map = holder("map");
export const set = holder("set");

export const chain = (name: string, rules: readonly string[], hook?: string, comment?: string): Chain[] => [
  { kind: "chain", name, rules, ...(hook === undefined ? {} : { hook }), ...(comment === undefined ? {} : { comment }) },
];

const indent = (lines: readonly string[]): string[] => lines.map((line) => `  ${line}`);

const block = (head: string, lines: readonly string[]): string[] => [`${head} {`, ...indent(lines), "}"];

/** Empty maps and sets have no `elements` line: nft refuses `{ }`. */
const pieceText = (piece: Piece): string[] =>
  piece.kind === "chain"
    ? block(`chain ${piece.name}`, [
        ...(piece.hook === undefined ? [] : [`${piece.hook};`]),
        ...(piece.comment === undefined ? [] : [`comment "${piece.comment}"`]),
        ...piece.rules,
      ])
    : block(`${piece.kind} ${piece.name}`, [
        `type ${piece.type};`,
        ...(piece.flags === undefined ? [] : [`flags ${piece.flags};`]),
        ...(piece.elements.length === 0 ? [] : ["elements = {", ...indent(piece.elements.map((element) => `${element},`)), "}"]),
      ]);

/** The text that replaces a whole table in one transaction; declaring it first makes deleting it succeed when it is new. */
export const tableText = ({ family, name, pieces }: Table): string =>
  [
    `table ${family} ${name} {}`,
    `delete table ${family} ${name}`,
    ...block(`table ${family} ${name}`, pieces.flatMap(pieceText)),
    "",
  ].join("\n");

export const rulesetText = (tables: readonly Table[]): string => tables.map(tableText).join("\n");
