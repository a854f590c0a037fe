import type { End, Query } from "../../../src/analysis/reachability/answer.js";
import type { Environment } from "../../../src/environment/environment.js";
import type { VpcSpec } from "../../../src/parts/fabric/spec.js";
import { TestNetwork } from "../fabric/environment.js";
import type { Host } from "../fabric/hosts.js";
import { addressesOf, fabricSpecs, outside } from "./fabricspecs.js";

/** A query whose every field is a number, so that it is one packet. */
export type Packet = Query & { readonly port: number; readonly sourcePort: number };

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
      ...hosts.map(async ({ id }) => this.#hosts.set(id, await this.#network.at(id, ports))),
      this.#network.internet(ports).then((host) => this.#hosts.set("internet", host)),
    ]);
  }

  /** Did the one that is meant answer? Silence, a refusal, and another's answer are no. */
  async answers({ from, to, protocol, port, sourcePort }: Packet): Promise<boolean> {
    const host = this.#hosts.get(nameOf(from));
    if (host === undefined) throw new Error(`there is no host at ${nameOf(from)}`);
    const address = this.#addressOf(from, to);
    if (address === undefined) return false;
    const answer = await this.#send(host, address, { protocol, port, sourcePort });
    return answer.startsWith(`${nameOf(to)} saw `) || answer === `0/0 from ${address}`;
  }

  #send(host: Host, address: string, packet: Pick<Packet, "protocol" | "port" | "sourcePort">): Promise<string> {
    switch (packet.protocol) {
      case 6:
        return host.call(address, packet.port, { fromPort: packet.sourcePort, patience });
      case 17:
        return host.datagram(address, packet.port, patience, packet.sourcePort);
      case 1:
        return host.ping(address, patience);
      default:
        throw new Error(`no packet of protocol ${packet.protocol} can be sent`);
    }
  }

  /** Private inside, public from outside; undefined: it has none to be called by. */
  #addressOf(from: End, to: End): string | undefined {
    if (to.kind === "internet") return outside;
    if (to.kind === "address") return to.address;
    const nic = this.environment.interfaces.get(to.id);
    if (nic === undefined) throw new Error(`there is no interface ${to.id}`);
    if (from.kind !== "internet") return addressesOf(nic)[0];
    return typeof nic.publicAddress === "string" ? nic.publicAddress : undefined;
  }

  /** What is left of it, which is nothing. */
  end(): Promise<string[]> {
    return this.#network.end(...this.#specs.map(({ vpcId }) => vpcId));
  }
}

/** Any answer inside one machine has come by then. Milliseconds. */
const patience = 600;

const nameOf = (end: End): string => (end.kind === "interface" ? end.id : end.kind);
