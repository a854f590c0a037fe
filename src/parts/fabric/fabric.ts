import type { RegionLabel } from "../host/label.js";
import { deleteNamespaces, namespacesOf } from "../host/namespaces.js";
import { act } from "./act.js";
import { decide } from "./changes.js";
import { asApplied, type LiveFabric } from "./live.js";
import { observe } from "./observe.js";
import type { FabricPlan } from "./plan.js";
import { planInternet } from "./plan-internet.js";
import { planVpc } from "./plan-vpc.js";
import type { VpcSpec } from "./spec.js";
import { internetName } from "./vpc.js";

/**
 * The packets of one region. Level-driven: it is given the whole wish of a VPC and makes the kernel match. What the kernel has
 * is asked of it when a VPC is first seen by this process and after a failure, and is the last applied plan otherwise.
 */
export class Fabric {
  readonly #live = new Map<string, LiveFabric>();
  readonly #queues = new Map<string, Promise<unknown>>();
  #internet: Promise<void> | undefined;

  constructor(readonly label: RegionLabel) {}

  /** Make the simulated internet. Once per process; VPCs with an internet gateway ask for it themselves. */
  applyInternet(): Promise<void> {
    this.#internet ??= this.#apply(planInternet(this.label)).catch((error: unknown) => {
      this.#internet = undefined;
      throw error;
    });
    return this.#internet;
  }

  /** Resolves when the kernel has the network of this VPC as `spec` says. Throws `FabricFailed`; trying again is safe. */
  async applyVpc(spec: VpcSpec): Promise<void> {
    const plan = planVpc(spec, this.label);
    if (spec.internetGatewayId !== undefined) await this.applyInternet();
    await this.#apply(plan);
  }

  /** Remove everything of a VPC. Removing one that is gone succeeds. */
  async removeVpc(vpcId: string): Promise<void> {
    await this.#apply({ owner: vpcId, namespaces: new Map(), links: new Map() });
    this.#live.delete(vpcId);
  }

  /** Remove the simulated internet; the last thing to do. */
  async removeInternet(): Promise<void> {
    this.#internet = undefined;
    this.#live.delete("internet");
    await deleteNamespaces([internetName(this.label)]);
  }

  /**
   * Remove the namespaces of this region that neither these VPCs nor the internet want: what an interrupted change left that no
   * link leads to. When the region starts, before it applies its VPCs.
   */
  async removeStrangers(specs: readonly VpcSpec[]): Promise<void> {
    const plans = [planInternet(this.label), ...specs.map((spec) => planVpc(spec, this.label))];
    const wanted = new Set(plans.flatMap((plan) => [...plan.namespaces.keys()]));
    await deleteNamespaces((await namespacesOf(this.label)).filter((name) => !wanted.has(name)));
  }

  /** One at a time per owner. */
  #apply(plan: FabricPlan): Promise<void> {
    const turn = (this.#queues.get(plan.owner) ?? Promise.resolve()).then(async () => {
      const live = this.#live.get(plan.owner) ?? (await observe(this.label, plan));
      this.#live.delete(plan.owner);
      await act(plan.owner, decide(live, plan));
      this.#live.set(plan.owner, asApplied(plan));
    });
    const settled = turn.catch(() => undefined);
    this.#queues.set(plan.owner, settled);
    return turn;
  }
}
