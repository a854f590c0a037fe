import { FabricFailed } from "../../parts/fabric/failure.js";
import type { Fabric } from "../../parts/fabric/fabric.js";
import type { Scope } from "../operations/call.js";
import { ServiceFault } from "../operations/fault.js";
import type { Trouble } from "./housekeeping.js";
import { peeringSpecs, peersOf } from "./peeringspec.js";
import { OwnerQueue } from "./queue.js";
import { vpcSpec } from "./vpcspec.js";

/**
 * Networks are acknowledged after the kernel has them, so callers wait. One application per VPC at a time; those who ask
 * at once, or while it runs, share the next one, which reads the records when it begins. One that failed is tried again by itself until
 * the kernel has what the records say: those who waited for it have committed their change.
 */
export class NetworkKeeper {
  private readonly turns = new Map<string, Turn>();
  /** What each VPC was last told of those it is peered with. */
  private readonly told = new Map<string, string>();
  private closed = false;

  constructor(
    private readonly fabric: Pick<Fabric, "applyVpc" | "removeVpc">,
    private readonly onApplied: (scope: Scope, vpcId: string) => void,
    private readonly log: (entry: object) => void,
  ) {}

  /**
   * Applies the VPC, and those peered with it where what they know of it (its subnets, the members of its groups) is no longer so.
   * @throws ServiceFault InternalFailure (500) where the kernel would not have it this time.
   */
  async apply(scope: Scope, vpcId: string): Promise<void> {
    const others = peersOf(scope.records, vpcId).map((otherId) =>
      this.told.get(otherId) === JSON.stringify(peeringSpecs(scope.records, otherId))
        ? this.turns.get(otherId)?.underWay()
        : this.queued(scope, otherId),
    );
    await Promise.all([this.queued(scope, vpcId), ...others]);
  }

  /**
   * Resolves when the kernel has every VPC of this scope as it was last asked for; one that failed is tried once more, now.
   * At once where nothing is under way. @throws as `apply`
   */
  async upToDate(scope: Scope): Promise<void> {
    const mine = [...this.turns].filter(([, turn]) => turn.scope === scope);
    await Promise.all(
      mine.map(async ([vpcId, turn]) => (turn.trouble === undefined ? turn.underWay() : this.queued(scope, vpcId))),
    );
  }

  /** Resolves when nothing is being applied to the VPC, however it ended: the kernel is not in the middle of a change. */
  async settled(vpcId: string): Promise<void> {
    for (let under = this.turns.get(vpcId)?.underWay(); under !== undefined; under = this.turns.get(vpcId)?.underWay())
      await under.catch(() => undefined);
  }

  /** VPCs that the kernel does not have as the records say. */
  troubles(): readonly Trouble[] {
    return [...this.turns.values()].flatMap(({ trouble }) => trouble ?? []);
  }

  /** No further work; resolves when what is under way has ended. Those who wait for more are refused. */
  async close(): Promise<void> {
    this.closed = true;
    const turns = [...this.turns.values()];
    await Promise.all(turns.map((turn) => turn.queue.close()));
    for (const turn of turns) turn.next?.reject(stopping());
  }

  private queued(scope: Scope, vpcId: string): Promise<void> {
    if (this.closed) return Promise.reject(stopping());
    let turn = this.turns.get(vpcId);
    if (turn === undefined) this.turns.set(vpcId, (turn = this.turnOf(scope, vpcId)));
    turn.next ??= settling();
    const { promise } = turn.next;
    turn.queue.ask();
    return promise;
  }

  private turnOf(scope: Scope, vpcId: string): Turn {
    const turn = new Turn(
      scope,
      async () => {
        await gathering();
        // Those who asked while others gathered were answered with them.
        if (turn.next === undefined && turn.trouble === undefined) return;
        const asked = turn.begin();
        try {
          await this.once(scope, vpcId);
        } catch (error) {
          asked.reject(asFault(error));
          throw error;
        } finally {
          turn.current = undefined;
        }
        turn.trouble = undefined;
        asked.resolve();
        // Known again when it is asked for again: VPCs that are gone are not kept.
        if (turn.next === undefined) this.turns.delete(vpcId);
      },
      (error, failures) => {
        const message = error instanceof Error ? error.message : String(error);
        turn.trouble = { kind: "network", id: vpcId, message, failures };
        this.log({ upkeep: "network", id: vpcId, failures, message, stack: error instanceof Error ? error.stack : undefined });
      },
    );
    return turn;
  }

  private async once(scope: Scope, vpcId: string): Promise<void> {
    const spec = vpcSpec(scope.records, vpcId);
    if (spec === undefined) this.told.delete(vpcId);
    else this.told.set(vpcId, JSON.stringify(spec.peerings ?? []));
    try {
      if (spec === undefined) await this.fabric.removeVpc(vpcId);
      else await this.fabric.applyVpc(spec);
    } catch (error) {
      this.told.delete(vpcId);
      throw error;
    }
    this.onApplied(scope, vpcId);
  }
}

/** One VPC: what is being applied, what comes after it, and whether the last application failed. */
class Turn {
  readonly queue: OwnerQueue;
  current: Settling | undefined;
  next: Settling | undefined;
  trouble: Trouble | undefined;

  constructor(
    readonly scope: Scope,
    work: () => Promise<void>,
    onFailure: (error: unknown, failures: number) => void,
  ) {
    this.queue = new OwnerQueue(work, onFailure);
  }

  /** Whoever asked until now is answered by the application that begins. */
  begin(): Settling {
    this.current = this.next ?? settling();
    this.next = undefined;
    return this.current;
  }

  underWay(): Promise<void> | undefined {
    return (this.next ?? this.current)?.promise;
  }
}

/**
 * What a stack does at once (nine subnets, a gateway and the routes beside it) shares one application: the first to ask does not
 * get one of its own.
 */
const gathering = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

interface Settling {
  readonly promise: Promise<void>;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/** `Promise.withResolvers`, which Node 20 lacks. Nobody may be waiting: then its failure is nobody's. */
function settling(): Settling {
  let resolve!: () => void;
  let reject!: (error: Error) => void;
  const promise = new Promise<void>((resolved, rejected) => ([resolve, reject] = [resolved, rejected]));
  promise.catch(() => undefined);
  return { promise, resolve, reject };
}

/** As an answer: clients may repeat the request, and are told how it stands. */
function asFault(error: unknown): Error {
  if (!(error instanceof FabricFailed)) return error instanceof Error ? error : new Error(String(error));
  const fault = new ServiceFault(
    "InternalFailure",
    `${error.message}. What was asked for is kept, and is tried again until the kernel has it; until then ` +
      "`sandtable region status --json` lists it among the troubles. The request may be repeated.",
    500,
  );
  fault.cause = error;
  return fault;
}

const stopping = (): ServiceFault => new ServiceFault("ServiceUnavailable", "The region is stopping.", 503);
