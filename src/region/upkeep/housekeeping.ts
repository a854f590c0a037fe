import type { Scope } from "../operations/call.js";
import type { Keeper } from "./keeper.js";
import type { NetworkKeeper } from "./network.js";
import { OwnerQueue } from "./queue.js";
import type { OwnerKind, Upkeep } from "./upkeep.js";

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
      nudge: (kind, id) => this.ask(scope, kind, id),
      engineParameters: this.engineParameters,
    };
  }

  /** Look after everything there are records of, as after a start. */
  begin(scopes: readonly Scope[]): void {
    for (const scope of scopes)
      for (const keeper of this.keepers.values()) for (const id of keeper.owners(scope)) this.ask(scope, keeper.kind, id);
  }

  troubles(): readonly Trouble[] {
    return [...this.network.troubles(), ...this.troubled.values()];
  }

  /** No further work; resolves when what is under way has ended. */
  async close(): Promise<void> {
    this.closed = true;
    await Promise.all([this.network.close(), ...[...this.queues.values()].map((queue) => queue.close())]);
  }

  private ask(scope: Scope, kind: OwnerKind, id: string): void {
    const keeper = this.keepers.get(kind);
    if (keeper === undefined || this.closed) return;
    const key = `${kind}/${scope.accountId}/${scope.regionName}/${id}`;
    let queue = this.queues.get(key);
    if (queue === undefined) {
      queue = new OwnerQueue(
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
    }
    queue.ask();
  }
}
