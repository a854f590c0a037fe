import type { Balancers } from "../../parts/balancers/balancers.js";
import type { TargetHealth } from "../../parts/balancers/spec.js";
import { namespaceName, type RegionLabel } from "../../parts/host/label.js";
import type { Scope } from "../operations/call.js";
import { put, remove, type Commit } from "../records/records.js";
import { removeInterfacesOf } from "../services/ec2/interfaces.js";
import { nodeId } from "../services/elbv2/loadbalancers.js";
import { healthyZones } from "../services/elbv2/names.js";
import { nodeSpecs } from "../services/elbv2/nodes.js";
import { observedGroups } from "../services/elbv2/observed.js";
import { Listeners, LoadBalancers, TargetGroups, type LoadBalancer } from "../services/elbv2/records.js";
import type { Keeper } from "./keeper.js";
import { internetOwner } from "./upkeep.js";

/** Nodes that do not come up this often while the load balancer is provisioned make it `failed`. */
const attemptsAtCreation = 3;
/** Milliseconds between looks: while a target's first check is awaited, while it keeps failing that, and otherwise. */
const pace = { initial: 500, failing: 1000, settled: 2000 } as const;

/** Keeps the nodes of load balancers, and records what they find of their targets. */
export class BalancerKeeper implements Keeper {
  readonly kind = "balancer";
  private readonly failures = new Map<string, number>();

  constructor(
    private readonly label: RegionLabel,
    private readonly balancers: Balancers,
  ) {}

  owners(scope: Scope): readonly string[] {
    return scope.records.list(LoadBalancers).map((balancer) => balancer.arn);
  }

  async attend(scope: Scope, arn: string): Promise<number | void> {
    const balancer = scope.records.get(LoadBalancers, arn);
    if (balancer === undefined || balancer.state === "failed") return;
    if (balancer.state === "deleting") return this.deleted(scope, balancer);
    const { reports, trouble } = await this.work(scope, balancer);
    // Who waits for it calls it by its name.
    if (balancer.state === "provisioning" && trouble === undefined) await scope.upkeep.names(balancer.vpcId);
    const now = scope.records.get(LoadBalancers, arn);
    if (now === undefined || now.state === "deleting") return 0;
    const changed = this.record(scope, now, reports, trouble);
    if (trouble !== undefined) throw trouble;
    // A target that has settled is checked at another pace: the nodes are told at once.
    return changed ? 0 : nextLook(scope, arn);
  }

  /** Make every node run what it must and ask it for its targets; one that fails does not hold up the others. */
  private async work(
    scope: Scope,
    balancer: LoadBalancer,
  ): Promise<{ reports: ReadonlyMap<string, readonly TargetHealth[]>; trouble: Error | undefined }> {
    const specs = nodeSpecs(scope.records, balancer, (id) => namespaceName(this.label, "eni", id));
    // Nodes live in the namespaces of their interfaces, which a start of the region may have to make again.
    if (specs.some((spec) => !this.balancers.observe(spec.id))) await scope.upkeep.network(balancer.vpcId);
    const reports = new Map<string, readonly TargetHealth[]>();
    const ended = await Promise.allSettled(
      balancer.nodes.map(async (node) => {
        const id = nodeId(balancer, node.zone);
        const spec = specs.find((each) => each.id === id);
        if (spec === undefined) return;
        await this.balancers.apply(spec);
        reports.set(node.zone, await this.balancers.health(id));
      }),
    );
    const [failed] = ended.flatMap((end) => (end.status === "rejected" ? [end.reason as unknown] : []));
    return { reports, trouble: failed === undefined || failed instanceof Error ? failed : new Error(String(failed)) };
  }

  /** Commit what was seen; says whether that changed anything. */
  private record(
    scope: Scope,
    balancer: LoadBalancer,
    reports: ReadonlyMap<string, readonly TargetHealth[]>,
    trouble: Error | undefined,
  ): boolean {
    const before = [...healthyZones(scope.records, balancer)].join();
    const changes: Commit = [
      ...observedGroups(scope.records, balancer, reports, scope.now()).map((group) => put(TargetGroups, group.arn, group)),
      ...this.progress(balancer, trouble).map((next) => put(LoadBalancers, balancer.arn, next)),
    ];
    if (changes.length === 0) return false;
    scope.commit(...changes);
    if (before !== [...healthyZones(scope.records, balancer)].join()) nudgeNames(scope, balancer);
    return true;
  }

  private progress(balancer: LoadBalancer, trouble: Error | undefined): LoadBalancer[] {
    if (trouble === undefined) {
      this.failures.delete(balancer.arn);
      return balancer.state === "provisioning" ? [{ ...balancer, state: "active" }] : [];
    }
    const failures = (this.failures.get(balancer.arn) ?? 0) + 1;
    this.failures.set(balancer.arn, failures);
    return balancer.state === "provisioning" && failures >= attemptsAtCreation
      ? [{ ...balancer, state: "failed", stateReason: trouble.message }]
      : [];
  }

  /** The record goes last, so that a death on the way leaves an owner that is attended to again. */
  private async deleted(scope: Scope, balancer: LoadBalancer): Promise<void> {
    await Promise.all(balancer.nodes.map((node) => this.balancers.remove(nodeId(balancer, node.zone))));
    this.failures.delete(balancer.arn);
    scope.commit(remove(LoadBalancers, balancer.arn), ...removeInterfacesOf(scope, { kind: "balancer", id: balancer.arn }));
    await scope.upkeep.network(balancer.vpcId);
    nudgeNames(scope, balancer);
  }
}

function nudgeNames(scope: Scope, balancer: LoadBalancer): void {
  scope.upkeep.nudge("names", balancer.vpcId);
  scope.upkeep.nudge("names", internetOwner);
}

/** Milliseconds until the targets of a load balancer are worth another look. */
function nextLook(scope: Scope, arn: string): number {
  const groups = new Set(
    scope.records.list(Listeners).flatMap((each) => (each.loadBalancerArn === arn ? [each.targetGroupArn] : [])),
  );
  const targets = [...groups].flatMap((group) => scope.records.get(TargetGroups, group)?.targets ?? []);
  const looks = targets.map((target) => {
    if (target.drainedAt !== undefined) return Math.max(0, target.drainedAt - scope.now());
    if (target.settled) return pace.settled;
    return target.health === "unhealthy" ? pace.failing : pace.initial;
  });
  return Math.min(pace.settled, ...looks);
}
