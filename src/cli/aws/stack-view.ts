import type { Stack } from "@aws-sdk/client-cloudformation";
import type { StackView } from "../render/stack.js";
import type { Clients } from "./clients.js";
import { askPublished, askRecorded } from "./local-facts.js";
import { listResources, outputsOf } from "./stacks.js";
import type { Target } from "./target.js";
import { targetsOf } from "./targets.js";

/** Everything there is to show of a stack. */
export async function viewStack(target: Target, clients: Clients, stack: Stack): Promise<StackView> {
  const name = stack.StackName ?? "";
  const resources = await listResources(clients, name);
  const balancers = new Set(
    resources
      .filter((r) => r.ResourceType === "AWS::ElasticLoadBalancingV2::LoadBalancer")
      .map((r) => r.PhysicalResourceId ?? ""),
  );
  const [targets, published, recorded] = await Promise.all([
    targetsOf(clients, resources),
    target.name === "local" && balancers.size > 0 ? askPublished(target.state) : [],
    target.name === "local" ? askRecorded(target.state, name) : [],
  ]);
  return {
    name,
    id: stack.StackId ?? "",
    status: stack.StackStatus ?? "",
    ...(stack.StackStatusReason === undefined ? {} : { statusReason: stack.StackStatusReason }),
    resources: resources.map((r) => ({
      logicalId: r.LogicalResourceId ?? "",
      type: r.ResourceType ?? "",
      physicalId: r.PhysicalResourceId ?? "",
      status: r.ResourceStatus ?? "",
    })),
    outputs: outputsOf(stack),
    targets,
    published: published.filter(
      (one) => balancers.has(one.loadBalancer) || [...balancers].some((arn) => arn.includes(`/${one.loadBalancer}/`)),
    ),
    recorded,
  };
}
