import type { Scope } from "../operations/call.js";
import type { Keeper } from "./keeper.js";
import type { NetworkKeeper } from "./network.js";
import { OwnerQueue } from "./queue.js";
import { internetOwner, type OwnerKind, type Upkeep } from "./upkeep.js";

/** An owner that could not be looked after the last time; for `region status` and the log. */
export interface Trouble {
  readonly kind: OwnerKind | "network";
  readonly id: string;
  readonly message: string;
  readonly failures: number;
}

/** All keepers with their queues. */
export class Housekeeping {
  private readonly keepers = new Map<OwnerKind, Keeper>();
  private readonly queues = new Map<string, OwnerQueue>();
  private readonly troubled = new Map<string, Trouble>();
  private closed = false;

  constructor(
    private readonly network: NetworkKeeper,
    private readonly log: (entry: object) => void,
    private readonly engineParameters: Upkeep["engineParameters"],
  ) {}

  add(keeper: Keeper): void {
    this.keepers.set(keeper.kind, keeper);
  }

  /** What handlers and keepers of one scope see. */
  upkeepOf(scope: Scope): Upkeep {
    return {
      network: (vpcId) => this.network.apply(scope, vpcId),
      networks: () => this.network.upToDate(scope),
      names: async (vpcId) => {
        await this.queueOf(scope, "names", vpcId)?.turn();
        await this.queueOf(scope, "names", internetOwner)?.turn();
      },
      nudge: (kind, id) => this.queueOf(scope, kind, id)?.ask(),
      engineParameters: this.engineParameters,
    };
  }

  /** Look after everything there are records of, as after a start. */
  begin(scopes: readonly Scope[]): void {
    for (const scope of scopes)
      for (const keeper of this.keepers.values())
        for (const id of keeper.owners(scope)) this.queueOf(scope, keeper.kind, id)?.ask();
  }

  troubles(): readonly Trouble[] {
    return [...this.network.troubles(), ...this.troubled.values()];
  }

  /** No further work; resolves when what is under way has ended. */
  async close(): Promise<void> {
    this.closed = true;
    await Promise.all([this.network.close(), ...[...this.queues.values()].map((queue) => queue.close())]);
  }

  private queueOf(scope: Scope, kind: OwnerKind, id: string): OwnerQueue | undefined {
    const keeper = this.keepers.get(kind);
    if (keeper === undefined || this.closed) return undefined;
    const key = `${kind}/${scope.accountId}/${scope.regionName}/${id}`;
    const known = this.queues.get(key);
    if (known !== undefined) return known;
    const queue = new OwnerQueue(
      async () => {
        const next = await keeper.attend(scope, id);
        this.troubled.delete(key);
        return next;
      },
      (error, failures) => {
        const message = error instanceof Error ? error.message : String(error);
        this.troubled.set(key, { kind, id, message, failures });
        this.log({ upkeep: kind, id, failures, message, stack: error instanceof Error ? error.stack : undefined });
      },
    );
    this.queues.set(key, queue);
    return queue;
  }
}
