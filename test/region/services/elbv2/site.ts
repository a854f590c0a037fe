import type {
  CreateListenerCommandOutput,
  CreateLoadBalancerCommandOutput,
  CreateTargetGroupCommandOutput,
  DescribeTargetHealthCommandOutput,
  TargetHealth as ApiTargetHealth,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { expect } from "vitest";
import type { TargetHealth } from "../../../../src/parts/balancers/spec.js";
import type { Call } from "../../../../src/region/operations/call.js";
import { put } from "../../../../src/region/records/records.js";
import { lastPart } from "../../../../src/region/services/elbv2/arns.js";
import { nodeSpecs } from "../../../../src/region/services/elbv2/nodes.js";
import { observedGroups } from "../../../../src/region/services/elbv2/observed.js";
import { elbv2Operations } from "../../../../src/region/services/elbv2/operations.js";
import { LoadBalancers, TargetGroups } from "../../../../src/region/services/elbv2/records.js";
import { recordsAlone, run } from "../../../support/records.js";
import { network, type TestNetwork } from "../network.js";

export const elb = <O>(call: Call, name: string, input: object = {}): Promise<O> => run<O>(elbv2Operations, name, call, input);
export const fault = (code: string, message: RegExp | string = /./) =>
  expect.objectContaining({ code, message: typeof message === "string" ? message : expect.stringMatching(message) });

/** zone -> target -> state */
type Zones = Readonly<Record<string, Readonly<Record<string, TargetHealth["state"]>>>>;

/** A load balancer over two zones with a listener on 80 that forwards to a group. */
export class Site {
  private constructor(
    readonly call: Call,
    readonly asked: string[],
    readonly where: TestNetwork,
    readonly arn: string,
    readonly group: string,
    readonly listener: string,
  ) {}

  static clock = 1_000_000;

  static async make(more: { balancer?: object; group?: object } = {}): Promise<Site> {
    const { call, asked } = recordsAlone({ now: () => Site.clock });
    const where = await network(call);
    const arn = await balancerOf(call, where, more.balancer);
    const group = await groupOf(call, where, more.group);
    const made = await elb<CreateListenerCommandOutput>(call, "CreateListener", {
      LoadBalancerArn: arn,
      Protocol: "TCP",
      Port: 80,
      DefaultActions: [{ Type: "forward", TargetGroupArn: group }],
    });
    return new Site(call, asked, where, arn, group, made.Listeners?.[0]?.ListenerArn ?? "");
  }

  register(...ids: string[]): Promise<unknown> {
    return elb(this.call, "RegisterTargets", { TargetGroupArn: this.group, Targets: ids.map((Id) => ({ Id })) });
  }

  async health(): Promise<(ApiTargetHealth | undefined)[]> {
    const answer = await elb<DescribeTargetHealthCommandOutput>(this.call, "DescribeTargetHealth", {
      TargetGroupArn: this.group,
    });
    return (answer.TargetHealthDescriptions ?? []).map(({ TargetHealth: health }) => health);
  }

  /** The nodes report until nothing is new, as a keeper looks. Says what changed at first. */
  report(zones: Zones): number {
    const changed = this.look(zones);
    for (let again = changed; again > 0;) again = this.look(zones);
    return changed;
  }

  /** The nodes report once. Says what changed. */
  look(zones: Zones): number {
    const reports = new Map(
      Object.entries(zones).map(([zone, targets]) => [
        `eu-west-3${zone}`,
        Object.entries(targets).map(([id, state]) => ({
          listenerId: lastPart(this.listener),
          targetId: `${id}:80`,
          state,
          reason: state,
        })),
      ]),
    );
    const groups = observedGroups(this.call.records, this.call.records.get(LoadBalancers, this.arn)!, reports, Site.clock);
    this.call.commit(...groups.map((group) => put(TargetGroups, group.arn, group)));
    return groups.length;
  }

  /** What the node of each zone would be told of its targets. */
  told(): Record<string, string[]> {
    const specs = nodeSpecs(this.call.records, this.call.records.get(LoadBalancers, this.arn)!, (id) => `ns-${id}`);
    return Object.fromEntries(
      specs.map((spec) => [
        spec.id.slice(-1),
        spec.listeners.flatMap(({ targets }) => targets.map(({ id, phase }) => `${phase} ${id}`)),
      ]),
    );
  }
}

export async function balancerOf(call: Call, where: TestNetwork, more: object = {}): Promise<string> {
  const made = await elb<CreateLoadBalancerCommandOutput>(call, "CreateLoadBalancer", {
    Name: "web",
    Type: "network",
    Subnets: [...where.subnets],
    SecurityGroups: [where.groupId],
    ...more,
  });
  return made.LoadBalancers?.[0]?.LoadBalancerArn ?? "";
}

export async function groupOf(call: Call, where: TestNetwork, more: object = {}): Promise<string> {
  const made = await elb<CreateTargetGroupCommandOutput>(call, "CreateTargetGroup", {
    Name: "app",
    Protocol: "TCP",
    Port: 80,
    VpcId: where.vpcId,
    HealthCheckIntervalSeconds: 10,
    ...more,
  });
  return made.TargetGroups?.[0]?.TargetGroupArn ?? "";
}
