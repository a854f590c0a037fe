import type { Fabric } from "../../parts/fabric/fabric.js";
import type { Publisher } from "../../parts/fabric/publish.js";
import type { Scope } from "../operations/call.js";
import { put, recordType, remove } from "../records/records.js";
import { publishedListeners, type PublishedListener } from "../services/elbv2/names.js";

/** The loopback port a listener is published on, kept so that a bookmark works after a restart. */
interface LoopbackPort {
  readonly id: string;
  readonly port: number;
}
const LoopbackPorts = recordType<LoopbackPort>("sandtable:LoopbackPort", { global: true });

/** A listener of an internet-facing load balancer, for a browser on this host. */
export interface Published {
  readonly name: string;
  readonly url: string;
  readonly address: string;
  readonly port: number;
  readonly loadBalancer: string;
  readonly listenerPort: number;
}

const firstPort = 8080;

/** Keeps what is published on loopback like the records. */
export class PublishedListeners {
  private readonly open = new Map<string, Published>();
  private turn: Promise<void> = Promise.resolve();

  constructor(
    private readonly publisher: Publisher,
    private readonly fabric: Pick<Fabric, "applyInternet">,
    private readonly home: Scope,
    private readonly scopes: () => readonly Scope[],
  ) {}

  list(): readonly Published[] {
    return [...this.open.values()];
  }

  /** Publish what the records now have, and nothing else. */
  update(): Promise<void> {
    this.turn = this.turn.catch(() => undefined).then(() => this.once());
    return this.turn;
  }

  async close(): Promise<void> {
    await this.turn.catch(() => undefined);
    this.open.clear();
    await this.publisher.close();
  }

  private async once(): Promise<void> {
    const wanted = new Map<string, PublishedListener>(
      this.scopes().flatMap((scope) =>
        publishedListeners(scope).map(
          (listener) => [`${scope.regionName}/${listener.loadBalancerName}/${listener.port}`, listener] as const,
        ),
      ),
    );
    if (wanted.size > 0) await this.fabric.applyInternet();
    for (const id of this.open.keys()) {
      if (wanted.has(id)) continue;
      await this.publisher.unpublish(id);
      this.open.delete(id);
      this.home.commit(remove(LoopbackPorts, id));
    }
    for (const [id, listener] of wanted) {
      const targets = listener.publicIps.map((address) => ({ address, port: listener.port }));
      if (this.open.has(id)) {
        this.publisher.update(id, targets);
        continue;
      }
      const kept = this.home.records.get(LoopbackPorts, id)?.port;
      const port = await this.publisher.publish(id, { preferredPort: kept ?? this.freePort(), targets });
      if (port !== kept) this.home.commit(put(LoopbackPorts, id, { id, port }));
      const name = this.nameFor(listener, port);
      this.open.set(id, {
        name,
        url: `http://${name}.localhost:${port}/`,
        address: "127.0.0.1",
        port,
        loadBalancer: listener.loadBalancerName,
        listenerPort: listener.port,
      });
    }
  }

  /** The stack's name where that says which load balancer is meant, else the load balancer's own. */
  private nameFor({ stackName, loadBalancerName }: PublishedListener, port: number): string {
    const taken = this.list().some((other) => other.name === stackName?.toLowerCase() && other.port !== port);
    return (taken ? undefined : stackName)?.toLowerCase() ?? loadBalancerName.toLowerCase();
  }

  private freePort(): number {
    const taken = new Set(this.home.records.list(LoopbackPorts).map((known) => known.port));
    let port = firstPort;
    while (taken.has(port)) port++;
    return port;
  }
}
