import { rulesetText, tableText, type Chain, type Holder, type Piece, type Table } from "./text.js";

/** How a ruleset is brought from one state to another: one transaction in any case. */
export interface RulesetChange {
  /** `line`: commands on one line, for an open `nft -i`; `file`: text for `nft -f`, which replaces whole tables. */
  readonly kind: "line" | "file";
  readonly text: string;
}

/**
 * Longer lines are not given to an open session: what was written of a line when its writer is killed is carried out by nft as if it
 * were whole, and only a write that fits into the socket's buffer is all or nothing.
 */
const longestLine = 64 * 1024;

/** Undefined where nothing differs. `there` undefined: unknown, everything is written. */
export function rulesetChange(there: readonly Table[] | undefined, wanted: readonly Table[]): RulesetChange | undefined {
  if (there === undefined) return wanted.length === 0 ? undefined : { kind: "file", text: rulesetText(wanted) };
  const before = new Map(there.map((table) => [nameOf(table), table]));
  const after = new Set(wanted.map(nameOf));
  const commands: string[] = [];
  const whole: string[] = [];
  for (const table of wanted) {
    const known = before.get(nameOf(table));
    const difference = known === undefined ? undefined : tableDifference(known, table);
    if (difference === undefined) whole.push(tableText(table));
    else commands.push(...difference);
  }
  for (const table of there) if (!after.has(nameOf(table))) commands.push(`delete table ${nameOf(table)}`);
  if (whole.length === 0 && commands.length === 0) return undefined;
  const line = commands.join("; ");
  if (whole.length === 0 && line.length <= longestLine) return { kind: "line", text: line };
  return { kind: "file", text: [...commands, ...whole].join("\n") };
}

const nameOf = ({ family, name }: Table): string => `${family} ${name}`;

/**
 * Commands from one table to another, in an order in which nothing is named before it is there or taken away while it is named.
 * Undefined where the table is to be replaced as a whole: what cannot be changed on a piece has changed, or it hangs on devices,
 * whose chains leave with them unasked.
 */
function tableDifference(before: Table, after: Table): string[] | undefined {
  const was = new Map(before.pieces.map((piece) => [piece.name, piece]));
  const stays = new Set(after.pieces.map((piece) => piece.name));
  const at = nameOf(after);
  const made: string[] = [];
  const emptied: string[] = [];
  const flushed: string[] = [];
  const ruled: string[] = [];
  const filled: string[] = [];
  const removedChains: string[] = [];
  const removedHolders: string[] = [];

  for (const piece of after.pieces) {
    const known = was.get(piece.name);
    if (known === piece) continue;
    if (known !== undefined && !sameShape(known, piece)) return undefined;
    if (piece.kind === "chain") {
      if (known === undefined) made.push(newChain(at, piece));
      const rules = known?.kind === "chain" ? known.rules : [];
      if (same(rules, piece.rules)) continue;
      if (rules.length > 0) flushed.push(`flush chain ${at} ${piece.name}`);
      ruled.push(...piece.rules.map((rule) => `add rule ${at} ${piece.name} ${rule}`));
    } else {
      if (known === undefined) made.push(newHolder(at, piece));
      const elements = known !== undefined && known.kind !== "chain" ? known.elements : [];
      if (same(elements, piece.elements)) continue;
      const there = new Set(elements);
      const wanted = new Set(piece.elements);
      const gone = elements.filter((element) => !wanted.has(element));
      const come = piece.elements.filter((element) => !there.has(element));
      if (gone.length > 0) emptied.push(`delete element ${at} ${piece.name} { ${gone.join(", ")} }`);
      if (come.length > 0) filled.push(`add element ${at} ${piece.name} { ${come.join(", ")} }`);
    }
  }
  for (const piece of before.pieces) {
    if (stays.has(piece.name)) continue;
    if (piece.kind === "chain") {
      flushed.push(`flush chain ${at} ${piece.name}`);
      removedChains.push(`delete chain ${at} ${piece.name}`);
    } else {
      if (piece.elements.length > 0) emptied.push(`flush ${piece.kind} ${at} ${piece.name}`);
      removedHolders.push(`delete ${piece.kind} ${at} ${piece.name}`);
    }
  }
  const commands = [...made, ...emptied, ...flushed, ...ruled, ...filled, ...removedChains, ...removedHolders];
  return commands.length > 0 && after.family === "netdev" ? undefined : commands;
}

const same = (one: readonly string[], other: readonly string[]): boolean =>
  one.length === other.length && one.every((text, index) => text === other[index]);

function sameShape(one: Piece, other: Piece): boolean {
  if (one.kind === "chain") return other.kind === "chain" && one.hook === other.hook && one.comment === other.comment;
  return other.kind === one.kind && one.type === other.type && one.flags === other.flags;
}

const newChain = (at: string, { name, hook, comment }: Chain): string => {
  const words = [...(hook === undefined ? [] : [`${hook};`]), ...(comment === undefined ? [] : [`comment "${comment}";`])];
  return `add chain ${at} ${name}${words.length === 0 ? "" : ` { ${words.join(" ")} }`}`;
};

const newHolder = (at: string, { kind, name, type, flags }: Holder): string =>
  `add ${kind} ${at} ${name} { type ${type};${flags === undefined ? "" : ` flags ${flags};`} }`;
