import type { End, Query, Reach } from "../../../src/analysis/reachability/answer.js";
import type { Environment } from "../../../src/environment/environment.js";
import type { VpcSpec } from "../../../src/parts/fabric/spec.js";
import { command, inNamespace, run } from "../../../src/parts/host/command.js";
import { namespaceName } from "../../../src/parts/host/label.js";
import { TestNetwork } from "../fabric/environment.js";
import type { Host } from "../fabric/hosts.js";
import { addressesOf, fabricSpecs, outside } from "./fabricspecs.js";

/**
 * How long an answer is waited for, in milliseconds. One that should come has all the time that a busy machine takes; for silence a moment
 * is enough: an answer that came later would be found by the same packet of another run.
 */
const patience = { reachable: 15_000, blocked: 700, unknown: 700 } as const;
/** So many packets are on their way at once: what is not answered is waited for. */
const atOnce = 60;

/** The running fabric as a judge: it is given the same graph as the analysis, and packets are sent through it. */
export class FabricJudge {
  readonly #network = new TestNetwork();
  readonly #hosts = new Map<string, Host>();
  #specs: readonly VpcSpec[] = [];

  private constructor(private readonly environment: Environment) {}

  static async of(environment: Environment, ports: readonly number[]): Promise<FabricJudge> {
    const judge = new FabricJudge(environment);
    try {
      await judge.#build(ports);
    } catch (error) {
      await judge.end();
      throw error;
    }
    return judge;
  }

  async #build(ports: readonly number[]): Promise<void> {
    this.#specs = fabricSpecs(this.environment);
    await this.#network.fabric.applyInternet();
    for (const spec of this.#specs) await this.#network.fabric.applyVpc(spec);
    const hosts = [...this.environment.interfaces.values()].filter(({ owner }) => owner.kind !== "natGateway");
    await Promise.all([
      ...hosts.map(async ({ id, sourceDestCheck }) => {
        if (sourceDestCheck === false) await this.#forwards(id);
        this.#hosts.set(id, await this.#network.at(id, ports));
      }),
      this.#network.internet(ports).then((host) => this.#hosts.set("internet", host)),
    ]);
  }

  /** An appliance hands on what is not for itself. */
  #forwards(id: string): Promise<string> {
    const namespace = namespaceName(this.#network.label, "eni", id);
    return run(inNamespace(namespace, command("sysctl", "-qw", "net.ipv4.ip_forward=1", "net.ipv4.conf.all.send_redirects=0")));
  }

  /** Did the one that is meant answer? Silence, a refusal, and another's answer are no. */
  async answers(packets: readonly { readonly packet: Query; readonly reach: Reach }[]): Promise<readonly boolean[]> {
    const answers: boolean[] = [];
    for (let at = 0; at < packets.length; at += atOnce) {
      const some = packets.slice(at, at + atOnce);
      answers.push(...(await Promise.all(some.map(({ packet, reach }) => this.#answers(packet, patience[reach])))));
    }
    return answers;
  }

  async #answers({ from, to, protocol, port = 0 }: Query, milliseconds: number): Promise<boolean> {
    const host = this.#hosts.get(nameOf(from));
    if (host === undefined) throw new Error(`there is no host at ${nameOf(from)}`);
    const address = this.#addressOf(from, to);
    if (address === undefined) return false;
    const answer = await send(host, address, protocol, port, milliseconds);
    return answer.startsWith(`${nameOf(to)} saw `) || answer === `0/0 from ${address}`;
  }

  /** Private inside, public from outside; undefined: it has none to be called by. */
  #addressOf(from: End, to: End): string | undefined {
    if (to.kind === "internet") return outside;
    const nic = to.kind === "interface" ? this.environment.interfaces.get(to.id) : undefined;
    if (nic === undefined) throw new Error(`there is no interface ${nameOf(to)}`);
    if (from.kind !== "internet") return addressesOf(nic)[0];
    return typeof nic.publicAddress === "string" ? nic.publicAddress : undefined;
  }

  /** What is left of it, which is nothing. */
  end(): Promise<string[]> {
    return this.#network.end(...this.#specs.map(({ vpcId }) => vpcId));
  }
}

function send(host: Host, address: string, protocol: number, port: number, milliseconds: number): Promise<string> {
  switch (protocol) {
    case 6:
      return host.call(address, port, { patience: milliseconds });
    case 17:
      return host.datagram(address, port, milliseconds);
    case 1:
      return host.ping(address, milliseconds);
    default:
      throw new Error(`no packet of protocol ${protocol} can be sent`);
  }
}

const nameOf = (end: End): string => (end.kind === "interface" ? end.id : end.kind);
