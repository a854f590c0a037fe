import { tcp } from "../reaching.js";
import { recognised, recognisedIn, type Danger } from "./recognised-ports.js";

export interface NamedPorts {
  readonly danger: Danger;
  /** `TCP 22 (SSH)`. */
  readonly port: string;
}

/** Ranges wider than this are told whole: once, as what is worst in them. */
const narrow = 16;
/** So many well-known ports of a wide range are named. */
const named = 4;

const worstFirst: readonly Danger[] = ["database", "insecure", "administration", "unrecognised", "web"];

/** A range of ports in words: one by one, or a wide one whole. */
export function* namesOf(protocol: number, from: number, to: number): Generator<NamedPorts> {
  const word = protocol === tcp ? "TCP" : "UDP";
  if (to - from >= narrow) {
    const inside = recognisedIn(protocol, from, to).toSorted(
      (a, b) => worstFirst.indexOf(a.danger) - worstFirst.indexOf(b.danger),
    );
    const names = [...new Set(inside.map(({ name }) => name))];
    const range = from === 0 && to === 65535 ? `every ${word} port` : `${word} ${String(from)}-${String(to)}`;
    const told = names.length > named ? `${names.slice(0, named).join(", ")} …` : names.join(", ");
    yield { danger: inside[0]?.danger ?? "unrecognised", port: told === "" ? range : `${range} (${told})` };
    return;
  }
  for (let port = from; port <= to; port++) {
    yield { danger: recognised(protocol, port).danger, port: portText(protocol, port) };
  }
}

export function portText(protocol: number, port: number): string {
  const { name } = recognised(protocol, port);
  return `${protocol === tcp ? "TCP" : "UDP"} ${String(port)}${name === "" ? "" : ` (${name})`}`;
}
