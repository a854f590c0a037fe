import { describe, expect, test } from "vitest";
import type { Answer } from "../../../src/analysis/reachability/answer.js";
import { Reachability } from "../../../src/analysis/reachability/reachability.js";
import type { Action, TargetGroup } from "../../../src/environment/balancing.js";
import { Networks, outAll, rule, tcp } from "../../support/networks.js";

const node = (id: string, type: string): { id: string; type: string; name: string; tags: Record<string, never> } => ({
  id,
  type,
  name: id,
  tags: {},
});

/** An internet-facing balancer in a public subnet, with a host behind it in a private one. */
function balanced(
  {
    kind = "application",
    from = "alb-sg",
    preserves = false,
    port = 8080,
  }: { kind?: "application" | "network"; from?: string; preserves?: boolean; port?: number } = {},
  actions: readonly Action[] = [{ kind: "forward", targetGroups: ["tg"] }],
): Networks {
  const networks = new Networks()
    .vpc("v", "10.0.0.0/16")
    .internetGateway("igw", "v")
    .table("out", "v", { "0.0.0.0/0": { kind: "internetGateway", id: "igw" } })
    .subnet("public", "v", "10.0.0.0/24", { table: "out" })
    .subnet("private", "v", "10.0.1.0/24")
    .group("alb-sg", "v", rule("in", tcp(0, 65535), "0.0.0.0/0"), outAll)
    .group("app-sg", "v", rule("in", tcp(8080), from), outAll)
    .interface("lb-eni", "public", "10.0.0.10", ["alb-sg"], {
      owner: { kind: "balancer", id: "lb" },
      isPublic: true,
      publicAddress: "198.18.0.1",
    })
    .interface("app-eni", "private", "10.0.1.10", ["app-sg"]);
  const { builder } = networks;
  builder.add("balancers", {
    ...node("lb", "AWS::ElasticLoadBalancingV2::LoadBalancer"),
    kind,
    scheme: "internet-facing",
    subnets: ["public"],
    interfaces: ["lb-eni"],
    crossZone: true,
    deletionProtection: false,
    dropsInvalidHeaders: false,
    accessLogs: false,
    webAcl: undefined,
  });
  builder.add("listeners", {
    ...node("listener", "AWS::ElasticLoadBalancingV2::Listener"),
    balancer: "lb",
    port: 80,
    protocol: kind === "network" ? "TCP" : "HTTP",
    certificates: [],
    rules: [{ priority: "default", actions }],
  });
  const group: TargetGroup = {
    ...node("tg", "AWS::ElasticLoadBalancingV2::TargetGroup"),
    vpc: "v",
    protocol: kind === "network" ? "TCP" : "HTTP",
    port,
    targetKind: "ip",
    targets: [{ target: { address: "10.0.1.10" }, port }],
    healthCheck: {
      protocol: "HTTP",
      port: "traffic-port",
      path: "/",
      interval: 30,
      timeout: 5,
      healthyThreshold: 5,
      unhealthyThreshold: 2,
    },
    preservesClient: preserves,
  };
  builder.add("targetGroups", group);
  return networks;
}

const call = (networks: Networks, port = 80): Answer =>
  new Reachability(networks.environment()).query({
    from: { kind: "internet" },
    to: { kind: "interface", id: "lb-eni" },
    protocol: 6,
    port,
  });

describe("behind a load balancer", () => {
  test("the internet comes by its listener to a target that admits the balancer's group", () => {
    const { reach, hops } = call(balanced());
    expect(reach).toBe("reachable");
    expect(hops.slice(-2).map(({ step, why }) => [step, why])).toEqual([
      ["listener", "it listens for TCP 80"],
      ["target", "1 of 1 targets: app-eni (10.0.1.10) takes TCP 8080"],
    ]);
  });

  test("a port without a listener is shut, whatever the groups say", () => {
    const answer = call(balanced(), 81);
    expect(answer.hops.at(-1)?.why).toBe("it has no listener for TCP 81, only for HTTP 80");
    expect(answer.opens).toBe("add to lb a listener for TCP 81");
  });

  test("targets that take nothing on their port make a listener of no use", () => {
    const answer = call(balanced({ port: 9999 }));
    expect(answer.reach).toBe("blocked");
    expect(answer.hops.at(-1)?.why).toBe("1 of 1 targets: app-eni (10.0.1.10) does not take TCP 9999");
  });

  test("a listener that answers by itself needs no target", () => {
    expect(call(balanced({}, [{ kind: "fixedResponse", status: "404" }])).reach).toBe("reachable");
  });

  test.each([
    ["a target sees the balancer where the client's address is not kept", "10.0.0.0/24", false, "reachable"],
    ["a target sees the client where its address is kept, and must admit it", "10.0.0.0/24", true, "blocked"],
    ["a target that admits everybody admits the client", "0.0.0.0/0", true, "reachable"],
    ["a target that names the balancer's group admits what comes through it", "alb-sg", true, "reachable"],
  ] as const)("network: %s", (_, from, preserves, reach) => {
    expect(call(balanced({ kind: "network", from, preserves })).reach).toBe(reach);
  });

  test("the matrix and the opening say the same as the query", () => {
    const reachability = new Reachability(balanced().environment());
    expect(reachability.opening({ kind: "internet" }, "lb-eni").open).toEqual([{ protocol: 6, ports: [[80, 80]] }]);
    const matrix = reachability.matrix();
    const [from, to] = ["internet", "lb-eni"].map((name) => matrix.classes.findIndex((each) => each.name === name));
    expect(matrix.opening(from ?? -1, to ?? -1).open).toEqual([{ protocol: 6, ports: [[80, 80]] }]);
  });
});
