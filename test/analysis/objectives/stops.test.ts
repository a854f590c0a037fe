import { expect, test } from "vitest";
import { objectiveRules } from "../../../src/analysis/objectives/rules.js";
import { keeps, span } from "../../../src/analysis/objectives/span.js";
import { anyone, findings, group, host, network, tcpFrom } from "../../support/analysed.js";

type Resources = Parameters<typeof findings>[2];

/** Two hosts behind a load balancer that faces the internet. */
const service = (subnets: readonly string[], port: number, from: unknown, more: object = {}): Resources => ({
  ...network,
  Group: group(tcpFrom(port, from)),
  One: host("Public"),
  Two: host("Private"),
  Targets: [
    "ElasticLoadBalancingV2::TargetGroup",
    {
      ...{ VpcId: { Ref: "Vpc" }, Protocol: "TCP", Port: 80, TargetType: "instance" },
      Targets: [{ Id: { Ref: "One" } }, { Id: { Ref: "Two" } }],
      ...more,
    },
  ],
  Balancer: [
    "ElasticLoadBalancingV2::LoadBalancer",
    { Type: "network", Scheme: "internet-facing", Subnets: subnets.map((Ref) => ({ Ref })) },
  ],
  Listener: [
    "ElasticLoadBalancingV2::Listener",
    {
      ...{ LoadBalancerArn: { Ref: "Balancer" }, Port: 80, Protocol: "TCP" },
      DefaultActions: [{ Type: "forward", TargetGroupArn: { Ref: "Targets" } }],
    },
  ],
});

test.each<readonly [name: string, resources: Resources, found: readonly string[]]>([
  ["whose requests get through keeps its promise", service(["Public"], 80, "0.0.0.0/0"), []],
  [
    "whose health checks are stopped keeps none",
    service(["Public"], 80, "0.0.0.0/0", { HealthCheckPort: "9000" }),
    ["fails health-check-port-closed"],
  ],
  ["that the internet does not reach keeps none", service(["Private"], 80, "0.0.0.0/0"), ["fails listener-out-of-reach"]],
  ["whose groups nobody knows keeps it perhaps", service(["Public"], 80, anyone), ["unknown listener-out-of-reach"]],
])("a service %s", (_, resources, found) => {
  const said = findings(objectiveRules, "objective-availability", resources, { Availability: 90 });
  const rules = /health-check-port-closed|listener-out-of-reach/;
  expect(said.map(({ verdict, reason }) => `${verdict} ${rules.exec(reason)?.[0] ?? "-"}`)).toEqual(found);
});

test.each([
  [299, "not achievable"],
  [300, "unknown"],
  [301, "achievable"],
] as const)("of an upload of logs every 300 s, which may be late, an RPO of %i s is %s", (rpo, verdict) => {
  expect(keeps({ ...span(0, 300), recurs: true }, rpo)).toBe(verdict);
});
