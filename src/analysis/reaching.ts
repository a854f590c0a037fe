import type { Environment } from "../environment/environment.js";
import type { NodeId } from "../environment/node.js";
import type { Traffic } from "../environment/network.js";
import type { Opening, OpenPorts } from "./reachability/answer.js";
import { Reachability } from "./reachability/reachability.js";

/** What is asked of one environment by many rules is worked out once; it is forgotten with the environment. */
const asked = new WeakMap<Environment, { readonly reachability: Reachability; readonly fromInternet: Map<NodeId, Opening> }>();

function memoryOf(environment: Environment) {
  let memory = asked.get(environment);
  if (memory === undefined) {
    memory = { reachability: new Reachability(environment), fromInternet: new Map() };
    asked.set(environment, memory);
  }
  return memory;
}

export const reachabilityOf = (environment: Environment): Reachability => memoryOf(environment).reachability;

/** What anybody on the internet can open to an interface. */
export function fromInternet(environment: Environment, id: NodeId): Opening {
  const { reachability, fromInternet: known } = memoryOf(environment);
  let opening = known.get(id);
  if (opening === undefined) {
    opening = reachability.opening({ kind: "internet" }, id);
    known.set(id, opening);
  }
  return opening;
}

export const tcp = 6;
export const udp = 17;

const everyPort: readonly (readonly [number, number])[] = [[0, 65535]];

/** The ranges of destination ports of TCP or UDP in a set of what is open. */
export const rangesOf = (open: readonly OpenPorts[], protocol: number): readonly (readonly [from: number, to: number])[] =>
  open.flatMap((each) => (each.protocol === protocol || each.protocol === "all" ? (each.ports ?? everyPort) : []));

/** Is a port in what is open (`open`), perhaps in it (`unknown`), or not? */
export function portIn({ open, unknown }: Opening, protocol: number, port: number): "open" | "unknown" | "closed" {
  const has = (ports: readonly OpenPorts[]) => rangesOf(ports, protocol).some(([from, to]) => from <= port && port <= to);
  return has(open) ? "open" : has(unknown) ? "unknown" : "closed";
}

/** Does a rule's traffic hold a port? */
export const holdsPort = (traffic: Traffic, protocol: number, port: number): boolean =>
  (traffic.protocol === "all" || traffic.protocol === protocol) &&
  (traffic.ports === undefined || (traffic.ports[0] <= port && port <= traffic.ports[1]));
