import { setImmediate as turn } from "node:timers/promises";
import type { RegionLabel } from "../host/label.js";
import { deleteNamespaces, namespacesOf } from "../host/namespaces.js";
import { act } from "./act.js";
import { Callers } from "./callers.js";
import { decide, type FabricChanges } from "./changes.js";
import { asApplied, type LiveFabric } from "./live.js";
import { requireNetem } from "./netem.js";
import { observe } from "./observe.js";
import { planNoPeering, planPeering } from "./plan-peering.js";
import type { FabricPlan } from "./plan.js";
import { planInternet } from "./plan-internet.js";
import { planServices } from "./plan-services.js";
import { planVpc } from "./plan-vpc.js";
import { Sessions } from "./sessions.js";
import type { VpcSpec } from "./spec.js";
import { internetName, servicesName } from "./vpc.js";

/**
 * The packets of one region. Level-driven: it is given the whole wish of a VPC and makes the kernel match. What the kernel has
 * is asked of it when a VPC is first seen by this process and after a failure, and is the last applied plan otherwise.
 */
export class Fabric {
  readonly #live = new Map<string, LiveFabric>();
  readonly #sessions = new Sessions();
  readonly #queues = new Map<string, Promise<unknown>>();
  /** What each VPC was last wished to be, and those of them that the kernel has. */
  readonly #wishes = new Map<string, VpcSpec>();
  readonly #applied = new Map<string, VpcSpec>();
  /** Who calls the services behind gateway endpoints, from which addresses. */
  readonly callers = new Callers();
  #internet: Promise<void> | undefined;
  #services: Promise<void> | undefined;

  constructor(readonly label: RegionLabel) {}

  /** Make the simulated internet. Once per process; VPCs with an internet gateway ask for it themselves. */
  applyInternet(): Promise<void> {
    this.#internet ??= this.#apply(planInternet(this.label)).then(
      () => undefined,
      (error: unknown) => {
        this.#internet = undefined;
        throw error;
      },
    );
    return this.#internet;
  }

  /** The same for the namespace behind gateway endpoints; VPCs that have one ask for it themselves. */
  applyServices(): Promise<void> {
    this.#services ??= this.#apply(planServices(this.label)).then(
      () => undefined,
      (error: unknown) => {
        this.#services = undefined;
        throw error;
      },
    );
    return this.#services;
  }

  /**
   * Resolves when the kernel has the network of this VPC as `spec` says, and its peering connections with those VPCs that were
   * applied and name them, too. Throws `FabricFailed`; trying again is safe.
   */
  async applyVpc(spec: VpcSpec): Promise<void> {
    if (spec.faults?.some(({ kind }) => kind === "latency") === true) await requireNetem(spec.vpcId);
    const plan = planVpc(spec, this.label, this.callers.take(spec));
    const before = this.#wishes.get(spec.vpcId);
    this.#wishes.set(spec.vpcId, spec);
    if (spec.internetGatewayId !== undefined) await this.applyInternet();
    if ((spec.gatewayEndpoints ?? []).length > 0) await this.applyServices();
    const peerings = peeringIds(before, spec);
    if (peerings.length === 0) {
      await this.#apply(plan);
      this.#applied.set(spec.vpcId, spec);
      return;
    }
    await this.#inTurn("peerings", async () => {
      const changes = await this.#apply(plan);
      this.#applied.set(spec.vpcId, spec);
      // Links leave with their router: what was known of the connections is not true any more.
      if (changes === undefined || touchesRouters(changes)) for (const id of peerings) this.#live.delete(id);
      for (const id of peerings) await this.#connect(id, spec);
    });
  }

  /** Remove everything of a VPC. Removing one that is gone succeeds. */
  async removeVpc(vpcId: string): Promise<void> {
    const before = this.#wishes.get(vpcId);
    this.#wishes.delete(vpcId);
    this.callers.release(vpcId);
    const remove = async (): Promise<void> => {
      for (const id of peeringIds(before)) await this.#disconnect(id);
      this.#applied.delete(vpcId);
      await this.#apply({ owner: vpcId, namespaces: new Map(), links: new Map() });
      this.#live.delete(vpcId);
    };
    await (peeringIds(before).length === 0 ? remove() : this.#inTurn("peerings", remove));
  }

  /** Remove the simulated internet and the services' namespace; the last thing to do. */
  async removeInternet(): Promise<void> {
    this.#internet = this.#services = undefined;
    for (const owner of ["internet", "services"]) this.#live.delete(owner);
    await this.#sessions.end([internetName(this.label), servicesName(this.label)]);
    await deleteNamespaces([internetName(this.label), servicesName(this.label)]);
  }

  /**
   * Remove the namespaces of this region that neither these VPCs nor the internet want: what an interrupted change left that no
   * link leads to. When the region starts, before it applies its VPCs. A VPC that cannot be planned says so when it is applied; until
   * then nothing is known to be a stranger.
   */
  async removeStrangers(specs: readonly VpcSpec[]): Promise<void> {
    const plans = [planInternet(this.label), planServices(this.label)];
    try {
      plans.push(...specs.map((spec) => planVpc(spec, this.label)));
    } catch {
      return;
    }
    const wanted = new Set(plans.flatMap((plan) => [...plan.namespaces.keys()]));
    await deleteNamespaces((await namespacesOf(this.label)).filter((name) => !wanted.has(name)));
  }

  /** A peering connection is made when the second of its VPCs has been applied, and unmade when the first no longer names it. */
  async #connect(peeringId: string, spec: VpcSpec): Promise<void> {
    const peering = spec.peerings?.find((each) => each.peeringId === peeringId);
    const other = peering === undefined ? undefined : this.#applied.get(peering.peer.vpcId);
    if (other?.peerings?.some((each) => each.peeringId === peeringId) === true)
      await this.#apply(planPeering(peeringId, spec, other, this.label));
    else if (peering === undefined || other !== undefined) await this.#disconnect(peeringId);
    // Otherwise the other VPC has yet to be applied by this process: what is there is left as it is.
  }

  async #disconnect(peeringId: string): Promise<void> {
    await this.#apply(planNoPeering(peeringId, [...this.#applied.values()], this.label));
    this.#live.delete(peeringId);
  }

  /** Gives what was done, or nothing when it was not known before what was there. */
  #apply(plan: FabricPlan): Promise<FabricChanges | undefined> {
    return this.#inTurn(plan.owner, async () => {
      const known = this.#live.get(plan.owner);
      const changes = decide(known ?? (await observe(this.label, plan)), plan);
      this.#live.delete(plan.owner);
      // Written down while the kernel's programs work.
      const applied = turn().then(() => asApplied(plan));
      await act(plan.owner, changes, this.#sessions);
      this.#live.set(plan.owner, await applied);
      return known === undefined ? undefined : changes;
    });
  }

  /** One at a time per owner. */
  #inTurn<T>(owner: string, work: () => Promise<T>): Promise<T> {
    const turn = (this.#queues.get(owner) ?? Promise.resolve()).then(work);
    this.#queues.set(
      owner,
      turn.catch(() => undefined),
    );
    return turn;
  }
}

const peeringIds = (...specs: (VpcSpec | undefined)[]): string[] => [
  ...new Set(specs.flatMap((spec) => (spec?.peerings ?? []).map(({ peeringId }) => peeringId))),
];

const touchesRouters = ({ newNamespaces, oldNamespaces, brokenLinks }: FabricChanges): boolean =>
  brokenLinks.length > 0 || oldNamespaces.length > 0 || newNamespaces.some(({ kind }) => kind === "router");
