import type { EndClass, Matrix, OpenPorts, Opening } from "../../analysis/reachability/answer.js";
import { table } from "../render/table.js";

/** One pair of classes between which something can be opened, or perhaps can. */
export interface MatrixRow {
  readonly from: string;
  readonly to: string;
  readonly open: readonly OpenPorts[];
  readonly unknown: readonly OpenPorts[];
}

/** Every pair between which anything is, or may be, open; a class with itself only where it has several members. */
export function matrixRows(matrix: Matrix): readonly MatrixRow[] {
  const isSelf = (a: EndClass, b: EndClass): boolean => a === b && a.members.length < 2;
  return matrix.classes.flatMap((from, i) =>
    matrix.classes.flatMap((to, j) => {
      // What the internet does with itself is not ours.
      if (isSelf(from, to) || (from.members.length === 0 && to.members.length === 0)) return [];
      const { open, unknown }: Opening = matrix.opening(i, j);
      return open.length + unknown.length === 0 ? [] : [{ from: from.name, to: to.name, open, unknown }];
    }),
  );
}

export function renderMatrix(matrix: Matrix): string {
  const rows = matrixRows(matrix).map(({ from, to, open, unknown }) => [from, to, portsText(open) || "–", portsText(unknown)]);
  const alike = matrix.classes
    .filter(({ members }) => members.length > 1)
    .map(({ name, members }) => `  ${name}: ${members.join(", ")}`);
  const heads = ["from", "to", "open", "perhaps"];
  return [
    rows.length === 0 ? "nothing can be opened between any two" : table(rows, heads),
    ...(alike.length === 0 ? [] : ["", "alike:", ...alike]),
  ].join("\n");
}

const names: Readonly<Record<number, string>> = { 1: "icmp", 6: "tcp", 17: "udp" };

/** `tcp 22, 8000-8080; udp all` */
export function portsText(sets: readonly OpenPorts[]): string {
  return sets
    .map(({ protocol, ports, icmp }) => {
      const name = typeof protocol === "number" ? (names[protocol] ?? `protocol ${protocol}`) : protocol;
      const ranges = ports?.map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`)).join(", ");
      const messages = icmp?.map(([type, code]) => `${type === -1 ? "*" : type}/${code === -1 ? "*" : code}`).join(", ");
      return [name, ranges ?? messages].filter((part) => part !== undefined).join(" ");
    })
    .join("; ");
}
