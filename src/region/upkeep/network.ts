import type { Fabric } from "../../parts/fabric/fabric.js";
import type { Scope } from "../operations/call.js";
import { peeringSpecs, peersOf } from "./peeringspec.js";
import { vpcSpec } from "./vpcspec.js";

/**
 * Networks are acknowledged after the kernel has them, so callers wait. One application per VPC at a time; those who ask
 * while it runs share the next one, which reads the records when it begins.
 */
export class NetworkKeeper {
  private readonly turns = new Map<string, { current: Promise<void>; next?: Promise<void> }>();
  /** What each VPC was last told of those it is peered with. */
  private readonly told = new Map<string, string>();

  constructor(
    private readonly fabric: Pick<Fabric, "applyVpc" | "removeVpc">,
    private readonly onApplied: (scope: Scope, vpcId: string) => void,
  ) {}

  /** Applies the VPC, and those peered with it where what they know of it (its subnets, the members of its groups) is no longer so. */
  async apply(scope: Scope, vpcId: string): Promise<void> {
    const others = peersOf(scope.records, vpcId).map((otherId) =>
      this.told.get(otherId) === JSON.stringify(peeringSpecs(scope.records, otherId))
        ? this.underWay(otherId)
        : this.queued(scope, otherId),
    );
    await Promise.all([this.queued(scope, vpcId), ...others]);
  }

  private queued(scope: Scope, vpcId: string): Promise<void> {
    const turn = this.turns.get(vpcId);
    if (turn === undefined) {
      const current = this.once(scope, vpcId);
      this.turns.set(vpcId, { current });
      return this.tracked(vpcId, current);
    }
    turn.next ??= turn.current
      .catch(() => undefined)
      .then(() => {
        const current = this.once(scope, vpcId);
        this.turns.set(vpcId, { current });
        return this.tracked(vpcId, current);
      });
    return turn.next;
  }

  private underWay(vpcId: string): Promise<void> | undefined {
    const turn = this.turns.get(vpcId);
    return turn?.next ?? turn?.current;
  }

  /** Resolves when nothing is being applied to the VPC, however it ended: the kernel is not in the middle of a change. */
  async settled(vpcId: string): Promise<void> {
    for (let turn = this.turns.get(vpcId); turn !== undefined; turn = this.turns.get(vpcId))
      await (turn.next ?? turn.current).catch(() => undefined);
  }

  private async tracked(vpcId: string, current: Promise<void>): Promise<void> {
    try {
      await current;
    } finally {
      const turn = this.turns.get(vpcId);
      if (turn?.current === current && turn.next === undefined) this.turns.delete(vpcId);
    }
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
