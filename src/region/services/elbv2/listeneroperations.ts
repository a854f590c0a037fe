import type {
  Action,
  CreateListenerCommandInput,
  CreateListenerCommandOutput,
  DeleteListenerCommandInput,
  DescribeListenersCommandInput,
  DescribeListenersCommandOutput,
  ForwardActionConfig,
  Listener as ApiListener,
  ModifyListenerCommandInput,
  ModifyListenerCommandOutput,
  TargetGroupTuple,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import type { Call } from "../../operations/call.js";
import { enforced, states, within } from "../../operations/members.js";
import { operation, type Operation, type Output } from "../../operations/operation.js";
import { paginate } from "../../protocol/paginate.js";
import { createListener, deleteListener, modifyListener, theListener, type ActionWish } from "./listeners.js";
import { theLoadBalancer } from "./loadbalancers.js";
import { Listeners, type Listener } from "./records.js";
import { fromTags, tagRules } from "./tags.js";

const service = "elasticloadbalancing";

export const describeListener = (listener: Listener): ApiListener => ({
  ListenerArn: listener.arn,
  LoadBalancerArn: listener.loadBalancerArn,
  Protocol: listener.protocol,
  Port: listener.port,
  DefaultActions: [
    {
      Type: "forward",
      TargetGroupArn: listener.targetGroupArn,
      ForwardConfig: { TargetGroups: [{ TargetGroupArn: listener.targetGroupArn }] },
    },
  ],
});

/** Rules of the default actions; CloudFormation has the same members. */
export const actionRules = within<Action>({
  Type: enforced,
  TargetGroupArn: enforced,
  // There is one action, so any order is the same.
  Order: enforced,
  // One target group takes all, whatever its weight.
  ForwardConfig: within<ForwardActionConfig>({
    TargetGroups: within<TargetGroupTuple>({ TargetGroupArn: enforced, Weight: enforced }),
  }),
});

const actionsOf = (actions: readonly Action[]): readonly ActionWish[] =>
  actions.map((action) => ({
    type: action.Type,
    targetGroupArn: action.TargetGroupArn,
    forwardTo: action.ForwardConfig?.TargetGroups?.map((group) => group.TargetGroupArn),
  }));

function describe(call: Call, input: DescribeListenersCommandInput): Output<DescribeListenersCommandOutput> {
  if (input.LoadBalancerArn !== undefined) theLoadBalancer(call, input.LoadBalancerArn);
  const named = input.ListenerArns ?? [];
  for (const arn of named) theListener(call, arn);
  const kept = call.records
    .list(Listeners)
    .filter(
      (listener) =>
        (named.length === 0 || named.includes(listener.arn)) &&
        (input.LoadBalancerArn === undefined || listener.loadBalancerArn === input.LoadBalancerArn),
    );
  const page = paginate(kept, (listener) => listener.arn, { MaxResults: input.PageSize, NextToken: input.Marker });
  return { Listeners: page.items.map(describeListener), NextMarker: page.NextToken };
}

export const listenerOperations: readonly Operation[] = [
  operation<CreateListenerCommandInput, CreateListenerCommandOutput>(
    service,
    "CreateListener",
    {
      LoadBalancerArn: enforced,
      Protocol: enforced,
      Port: enforced,
      DefaultActions: actionRules,
      AlpnPolicy: states([]),
      Certificates: states([]),
      Tags: tagRules,
    },
    (call, input) => ({
      Listeners: [
        describeListener(
          createListener(call, {
            loadBalancerArn: input.LoadBalancerArn ?? "",
            protocol: input.Protocol,
            port: input.Port,
            actions: actionsOf(input.DefaultActions ?? []),
            tags: fromTags(input.Tags),
          }),
        ),
      ],
    }),
  ),
  operation<DescribeListenersCommandInput, DescribeListenersCommandOutput>(
    service,
    "DescribeListeners",
    { LoadBalancerArn: enforced, ListenerArns: enforced, PageSize: enforced, Marker: enforced },
    describe,
  ),
  operation<ModifyListenerCommandInput, ModifyListenerCommandOutput>(
    service,
    "ModifyListener",
    {
      ListenerArn: enforced,
      Protocol: enforced,
      Port: enforced,
      DefaultActions: actionRules,
      AlpnPolicy: states([]),
      Certificates: states([]),
    },
    (call, input) => ({
      Listeners: [
        describeListener(
          modifyListener(call, input.ListenerArn ?? "", {
            protocol: input.Protocol,
            port: input.Port,
            ...(input.DefaultActions === undefined ? {} : { actions: actionsOf(input.DefaultActions) }),
          }),
        ),
      ],
    }),
  ),
  operation<DeleteListenerCommandInput, object>(service, "DeleteListener", { ListenerArn: enforced }, (call, input) => {
    deleteListener(call, input.ListenerArn ?? "");
    return {};
  }),
];
