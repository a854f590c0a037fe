import type { StackResourceSummary } from "@aws-sdk/client-cloudformation";
import type { Clients } from "./clients.js";

/** One registered target of a target group, and what the load balancer's checks say of it. */
export interface TargetView {
  readonly targetGroup: string;
  readonly targetId: string;
  readonly port: number;
  /** AWS's words: initial, healthy, unhealthy, unused, draining. */
  readonly state: string;
  readonly reason?: string;
  readonly description?: string;
}

/** The targets of every target group among a stack's resources. */
export async function targetsOf(clients: Clients, resources: readonly StackResourceSummary[]): Promise<readonly TargetView[]> {
  const groups = resources.filter((r) => r.ResourceType === "AWS::ElasticLoadBalancingV2::TargetGroup" && r.PhysicalResourceId);
  if (groups.length === 0) return [];
  const { DescribeTargetHealthCommand } = await import("@aws-sdk/client-elastic-load-balancing-v2");
  const client = await clients.elbv2();
  const views = await Promise.all(
    groups.map(async (group) => {
      const { TargetHealthDescriptions } = await client.send(
        new DescribeTargetHealthCommand({ TargetGroupArn: group.PhysicalResourceId ?? "" }),
      );
      return (TargetHealthDescriptions ?? []).map((found): TargetView => ({
        targetGroup: group.LogicalResourceId ?? "",
        targetId: found.Target?.Id ?? "",
        port: found.Target?.Port ?? 0,
        state: found.TargetHealth?.State ?? "unknown",
        ...(found.TargetHealth?.Reason === undefined ? {} : { reason: found.TargetHealth.Reason }),
        ...(found.TargetHealth?.Description === undefined ? {} : { description: found.TargetHealth.Description }),
      }));
    }),
  );
  return views.flat();
}

/** What the checks will not change by themselves: `unused` targets get no checks and `draining` ones are leaving. */
export const isWaitedFor = (target: TargetView): boolean =>
  target.state !== "healthy" && target.state !== "unused" && target.state !== "draining";
