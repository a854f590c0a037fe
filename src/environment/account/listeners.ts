import {
  type Action,
  type ElasticLoadBalancingV2Client,
  type Listener,
  paginateDescribeRules,
  type Rule,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import type { Described, Said } from "../described.js";
import type { Names } from "./names.js";
import type { Reading } from "./reading.js";
import { told } from "../told.js";

const listenerType = "AWS::ElasticLoadBalancingV2::Listener";
const ruleType = "AWS::ElasticLoadBalancingV2::ListenerRule";
const targetGroupType = "AWS::ElasticLoadBalancingV2::TargetGroup";

/** Only an application load balancer's listener has rules beside its default action. */
export const readRules = (
  client: ElasticLoadBalancingV2Client,
  reading: Reading,
  { ListenerArn, Protocol }: Listener,
): Promise<readonly Rule[]> =>
  Protocol === "HTTP" || Protocol === "HTTPS"
    ? reading.all(
        "elasticloadbalancing:DescribeRules",
        [ruleType],
        paginateDescribeRules({ client }, { ListenerArn }),
        ({ Rules }) => Rules?.filter(({ IsDefault }) => IsDefault !== true),
      )
    : Promise.resolve([]);

export const describeListener = (listener: Listener, names: Names): Described => ({
  id: names.idOf(listenerType, listener.ListenerArn),
  type: listenerType,
  physicalId: listener.ListenerArn,
  properties: told({
    LoadBalancerArn: names.ref("AWS::ElasticLoadBalancingV2::LoadBalancer", listener.LoadBalancerArn ?? ""),
    Port: listener.Port,
    Protocol: listener.Protocol,
    SslPolicy: listener.SslPolicy,
    Certificates:
      (listener.Certificates ?? []).length === 0
        ? undefined
        : (listener.Certificates ?? []).map(({ CertificateArn }) => told({ CertificateArn })),
    DefaultActions: (listener.DefaultActions ?? []).map((action) => describeAction(action, names)),
  }),
});

export const describeRules = (listener: Listener, rules: readonly Rule[], names: Names): readonly Described[] =>
  rules.map((rule) => ({
    id: names.register({ type: ruleType, physicalId: rule.RuleArn ?? "" }),
    type: ruleType,
    physicalId: rule.RuleArn,
    properties: told({
      ListenerArn: names.ref(listenerType, listener.ListenerArn ?? ""),
      Priority: rule.Priority === undefined ? undefined : Number(rule.Priority),
      Conditions: (rule.Conditions ?? []).map(({ Field, Values, HostHeaderConfig, PathPatternConfig }) =>
        told({ Field, Values: HostHeaderConfig?.Values ?? PathPatternConfig?.Values ?? Values }),
      ),
      Actions: (rule.Actions ?? []).map((action) => describeAction(action, names)),
    }),
  }));

function describeAction(action: Action, names: Names): Said {
  const { RedirectConfig: redirect, FixedResponseConfig: fixed, ForwardConfig: forward } = action;
  const group = (arn: string | undefined): Said | undefined => (arn === undefined ? undefined : names.ref(targetGroupType, arn));
  return told({
    Type: action.Type,
    Order: action.Order,
    TargetGroupArn: group(action.TargetGroupArn),
    ForwardConfig:
      forward === undefined
        ? undefined
        : {
            TargetGroups: (forward.TargetGroups ?? []).map(({ TargetGroupArn, Weight }) =>
              told({ TargetGroupArn: group(TargetGroupArn), Weight }),
            ),
          },
    RedirectConfig:
      redirect === undefined
        ? undefined
        : told({ Protocol: redirect.Protocol, Port: redirect.Port, Host: redirect.Host, StatusCode: redirect.StatusCode }),
    FixedResponseConfig: fixed === undefined ? undefined : told({ StatusCode: fixed.StatusCode }),
  });
}
