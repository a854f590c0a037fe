import { spawn } from "node:child_process";
import { once } from "node:events";

/** One connection to try from inside a namespace. */
export interface ProbeWish {
  readonly namespace: string;
  /** The sender's address; the one that its routes give, unless said. */
  readonly source?: string;
  readonly protocol: "tcp" | "udp";
  readonly address: string;
  readonly port: number;
  /** How long to wait for an answer, in milliseconds. */
  readonly patience: number;
}

/**
 * What came back. `answered`: the connection was opened, or a datagram came; `refused`: whoever has the address said that nobody
 * listens there, so the packet and its answer arrived; `silence`: nothing, as security groups and network ACLs drop; `unreachable`: the
 * sender's own network has no way there.
 */
export type ProbeAnswer = "answered" | "refused" | "silence" | "unreachable";

/**
 * Send a real packet from where an interface is. A process cannot enter a namespace and come back, so a short-lived child does it.
 * A datagram that nobody answers and nobody refuses is `silence`, which a server that keeps quiet gives too.
 */
export async function probe({ namespace, ...wish }: ProbeWish): Promise<ProbeAnswer> {
  const child = spawn("nsenter", [`--net=/run/netns/${namespace}`, process.execPath, "--eval", script, JSON.stringify(wish)], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { PATH: process.env.PATH },
  });
  let said = "";
  let complaint = "";
  child.stdout.on("data", (chunk: Buffer) => (said += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (complaint += chunk.toString()));
  await once(child, "close");
  const answer = answers[said];
  if (answer === undefined) throw new Error(`no packet could be sent from ${namespace}: ${said}${complaint.trim()}`);
  return answer;
}

/** What the child says, by its own word or the system's for the error. */
const answers: Readonly<Record<string, ProbeAnswer>> = {
  answered: "answered",
  silence: "silence",
  ETIMEDOUT: "silence",
  ECONNREFUSED: "refused",
  ECONNRESET: "refused",
  ENETUNREACH: "unreachable",
  EHOSTUNREACH: "unreachable",
};

const script = `
const { protocol, address, port, source, patience } = JSON.parse(process.argv[1]);
const say = (word) => process.stdout.write(word, () => process.exit());
setTimeout(() => say("silence"), patience);
if (protocol === "tcp") {
  require("node:net").connect({ host: address, port, localAddress: source }, () => say("answered")).on("error", (error) => say(error.code));
} else {
  const socket = require("node:dgram").createSocket("udp4");
  socket.on("error", (error) => say(error.code)).on("message", () => say("answered"));
  // Only a connected socket is told that it was refused.
  socket.bind(0, source, () => socket.connect(port, address, () => socket.send("")));
}
`;
