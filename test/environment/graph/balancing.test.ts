import { describe, expect, test } from "vitest";
import { graphWithNetwork, nodeIn, unknown } from "../../support/graphs.js";

describe("load balancers", () => {
  const balancer = (properties: string) =>
    graphWithNetwork(
      `Lb: {Type: AWS::ElasticLoadBalancingV2::LoadBalancer, Properties: {Subnets: [!Ref A, !Ref B], ${properties}}}`,
    );

  test("an application one faces the internet, crosses zones and has its VPC's default group unless it says otherwise", () => {
    const graph = balancer("Name: shop");
    expect(nodeIn(graph.balancers, "Lb")).toMatchObject({
      kind: "application",
      scheme: "internet-facing",
      interfaces: ["Lb/A", "Lb/B"],
      crossZone: true,
      deletionProtection: false,
      dropsInvalidHeaders: false,
      accessLogs: false,
    });
    expect(nodeIn(graph.interfaces, "Lb/A")).toMatchObject({
      isPublic: true,
      filtered: true,
      groups: ["Vpc/DefaultSecurityGroup"],
    });
  });

  test("a network one has no groups unless it is made with some, and keeps to its zone", () => {
    expect(nodeIn(balancer("Type: network").interfaces, "Lb/B")).toMatchObject({ filtered: false, groups: [] });
    const graph = balancer("Type: network, Scheme: internal, SecurityGroups: [!Ref Group]");
    expect(nodeIn(graph.balancers, "Lb")).toMatchObject({ kind: "network", scheme: "internal", crossZone: false });
    expect(nodeIn(graph.interfaces, "Lb/B")).toMatchObject({ filtered: true, groups: ["Group"], isPublic: false });
  });

  test("attributes are pairs of text", () => {
    expect(
      nodeIn(
        balancer(
          "LoadBalancerAttributes: [{Key: deletion_protection.enabled, Value: 'true'}, {Key: routing.http.drop_invalid_header_fields.enabled, Value: 'true'}]",
        ).balancers,
        "Lb",
      ),
    ).toMatchObject({ deletionProtection: true, dropsInvalidHeaders: true });
  });

  test("a listener has its rules by priority, the default one last", () => {
    const graph = graphWithNetwork(`
Lb: {Type: AWS::ElasticLoadBalancingV2::LoadBalancer, Properties: {Subnets: [!Ref A, !Ref B]}}
Api: {Type: AWS::ElasticLoadBalancingV2::TargetGroup, Properties: {VpcId: !Ref Vpc, Protocol: HTTP, Port: 8000}}
Https: {Type: AWS::ElasticLoadBalancingV2::Listener, Properties: {LoadBalancerArn: !Ref Lb, Port: 443, Protocol: HTTPS, Certificates: [{CertificateArn: "arn:aws:acm:1"}], DefaultActions: [{Type: fixed-response, FixedResponseConfig: {StatusCode: "404"}}]}}
Web: {Type: AWS::ElasticLoadBalancingV2::ListenerRule, Properties: {ListenerArn: !Ref Https, Priority: 200, Conditions: [], Actions: [{Type: redirect, RedirectConfig: {Protocol: HTTPS, StatusCode: HTTP_301}}]}}
ToApi: {Type: AWS::ElasticLoadBalancingV2::ListenerRule, Properties: {ListenerArn: !Ref Https, Priority: 100, Conditions: [], Actions: [{Type: authenticate-oidc}, {Type: forward, TargetGroupArn: !Ref Api}]}}
More: {Type: AWS::ElasticLoadBalancingV2::ListenerCertificate, Properties: {ListenerArn: !Ref Https, Certificates: [{CertificateArn: "arn:aws:acm:2"}]}}`);
    expect(nodeIn(graph.listeners, "Https")).toMatchObject({
      balancer: "Lb",
      port: 443,
      protocol: "HTTPS",
      certificates: ["arn:aws:acm:1", "arn:aws:acm:2"],
      rules: [
        {
          priority: 100,
          actions: [
            { kind: "other", name: "authenticate-oidc" },
            { kind: "forward", targetGroups: ["Api"] },
          ],
        },
        { priority: 200, actions: [{ kind: "redirect", protocol: "HTTPS", port: "#{port}" }] },
        { priority: "default", actions: [{ kind: "fixedResponse", status: "404" }] },
      ],
    });
  });

  test.each<[string, string, object]>([
    [
      "of HTTP",
      "Protocol: HTTP, Port: 80",
      {
        preservesClient: false,
        healthCheck: {
          protocol: "HTTP",
          port: "traffic-port",
          path: "/",
          interval: 30,
          timeout: 5,
          healthyThreshold: 5,
          unhealthyThreshold: 2,
        },
      },
    ],
    [
      "of TCP",
      "Protocol: TCP, Port: 80",
      { preservesClient: true, healthCheck: { protocol: "TCP", path: undefined, timeout: 10 } },
    ],
    [
      "of TCP, checked over HTTP",
      "Protocol: TCP, Port: 80, HealthCheckProtocol: HTTP",
      { healthCheck: { protocol: "HTTP", path: "/", timeout: 6 } },
    ],
    ["of TCP to addresses", "Protocol: TCP, Port: 80, TargetType: ip", { preservesClient: false }],
    [
      "that says so",
      "Protocol: TCP, Port: 80, TargetGroupAttributes: [{Key: preserve_client_ip.enabled, Value: 'false'}]",
      { preservesClient: false },
    ],
    [
      "with a port of its own for checks",
      "Protocol: HTTP, Port: 80, HealthCheckPort: '8080', HealthCheckIntervalSeconds: 60",
      { healthCheck: { port: 8080, interval: 60 } },
    ],
  ])("a target group %s", (_, properties, expected) => {
    const graph = graphWithNetwork(
      `T: {Type: AWS::ElasticLoadBalancingV2::TargetGroup, Properties: {VpcId: !Ref Vpc, ${properties}}}`,
    );
    expect(nodeIn(graph.targetGroups, "T")).toMatchObject(expected);
  });

  test("targets are instances and addresses", () => {
    const graph = graphWithNetwork(`
Web: {Type: AWS::EC2::Instance, Properties: {SubnetId: !Ref A}}
T: {Type: AWS::ElasticLoadBalancingV2::TargetGroup, Properties: {VpcId: !Ref Vpc, Protocol: TCP, Port: 80, Targets: [{Id: !Ref Web}, {Id: 10.0.0.9, Port: 81}, {Id: i-1}]}}`);
    expect(nodeIn(graph.targetGroups, "T").targets).toEqual([
      { target: { node: "Web" }, port: 80 },
      { target: { address: "10.0.0.9" }, port: 81 },
      { target: unknown("i-1"), port: 80 },
    ]);
  });
});
