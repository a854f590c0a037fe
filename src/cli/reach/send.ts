import * as z from "zod";
import type { Answer, End, Reach } from "../../analysis/reachability/answer.js";
import { nodesOf, type Environment } from "../../environment/environment.js";
import { isUnknown } from "../../environment/maybe.js";
import type { NetworkInterface } from "../../environment/network.js";
import { UserFault } from "../../faults.js";
import { folders } from "../../parts/host/folders.js";
import type { Colours } from "../check/forms/findings.js";
import { ask } from "../control.js";
import type { Service } from "./ends.js";

/** What came of a real packet, beside what the analysis says of it. */
export interface Sent {
  /** Where it was sent to. */
  readonly address: string;
  /** As the region's `probe` has it: `refused` means that it arrived, and that nobody listens there. */
  readonly answer: "answered" | "refused" | "silence" | "unreachable";
  /** Does the running model do as the analysis says? `undecided`: the analysis does not know, or silence proves nothing. */
  readonly agrees: "yes" | "no" | "undecided";
}

const said = z.object({ address: z.string(), answer: z.enum(["answered", "refused", "silence", "unreachable"]) });
const protocols: Readonly<Record<number, string>> = { 6: "tcp", 17: "udp" };

/** Send the packet in the running model. Throws `UserFault` where there is none that could be sent. */
export async function send(
  environment: Environment,
  { from, to, service, answer }: { readonly from: End; readonly to: End; readonly service: Service; readonly answer: Answer },
): Promise<Sent> {
  const protocol = protocols[service.protocol];
  if (protocol === undefined)
    throw new UserFault("NotModelled", {
      message: "--send does not send ICMP messages",
      fix: "name a port of TCP or UDP, or leave --send out",
    });
  const result = await ask(folders().state, {
    verb: "send",
    protocol,
    port: service.port,
    from: senderOf(environment, from),
    to: receiverOf(environment, to),
  });
  const { address, answer: what } = said.parse(result);
  return { address, answer: what, agrees: agreement(answer.reach, what, protocol) };
}

/** Silence of a datagram proves nothing where it should have arrived: many servers keep quiet. Pure. */
export function agreement(reach: Reach, answer: Sent["answer"], protocol: string): Sent["agrees"] {
  const arrived = answer === "answered" || answer === "refused";
  if (reach === "unknown" || (reach === "reachable" && answer === "silence" && protocol === "udp")) return "undecided";
  return (reach === "reachable") === arrived ? "yes" : "no";
}

/** An interface, as the region finds it: by what the graph knows of it. */
interface Meant {
  readonly subnetId?: string;
  readonly address?: string;
  readonly holder?: string;
}

const senderOf = (environment: Environment, from: End): "internet" | Meant =>
  from.kind === "internet" ? "internet" : meant(environment, interfaceOf(environment, from));

function receiverOf(environment: Environment, to: End): string | Meant {
  if (to.kind === "internet") return to.address ?? "internet";
  return to.kind === "address" ? to.address : meant(environment, interfaceOf(environment, to));
}

function interfaceOf(environment: Environment, end: End): NetworkInterface {
  const found =
    end.kind === "interface"
      ? environment.interfaces.get(end.id)
      : [...environment.interfaces.values()].find(({ address }) => end.kind === "address" && address === end.address);
  if (found !== undefined) return found;
  throw new UserFault("NotFound", {
    message: `nothing that --send could send from or to is at ${end.kind === "address" ? end.address : end.kind}`,
    fix: "name an instance, a balancer, a database or `internet`",
  });
}

function meant(environment: Environment, { subnets, address, owner }: NetworkInterface): Meant {
  const [subnetId, ...others] = subnets.flatMap((id) => environment.subnets.get(id)?.physicalId ?? []);
  const holder = [...nodesOf(environment)].find(({ id }) => id === owner.id)?.physicalId;
  return {
    ...(subnetId === undefined || others.length > 0 ? {} : { subnetId }),
    ...(isUnknown(address) ? {} : { address }),
    ...(holder === undefined ? {} : { holder }),
  };
}

const came: Readonly<Record<Sent["answer"], string>> = {
  answered: "was answered",
  refused: "arrived, and nobody listens there",
  silence: "came to nothing",
  unreachable: "found no way out of the sender's own network",
};

const agreements: Readonly<Record<Sent["agrees"], string>> = {
  yes: "as the analysis says",
  no: "NOT as the analysis says: please report this, with the template",
  undecided: "which decides nothing here",
};

export function renderSent({ address, answer, agrees }: Sent, c: Colours): string {
  const paint = { yes: c.green, no: c.red, undecided: c.magenta }[agrees];
  return `  the packet to ${address} ${came[answer]}, ${paint(agreements[agrees])}`;
}
