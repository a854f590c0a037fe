import { describe, expect, test } from "vitest";
import { generation, haproxyConfig } from "../../../src/parts/balancers/config.js";
import type { BalancerNodeSpec, TargetSpec } from "../../../src/parts/balancers/spec.js";

const target = (phase: TargetSpec["phase"], number: number): TargetSpec => ({
  id: `i-${number}:80`,
  address: `10.0.2.${number}`,
  port: 80,
  phase,
});

const node = (...targets: TargetSpec[]): BalancerNodeSpec => ({
  id: "0123456789abcdef-eu-west-3a",
  namespace: "st-000000-eni-eni-1",
  address: "10.0.1.10",
  listeners: [
    {
      id: "fedcba9876543210",
      port: 80,
      targets,
      check: {
        protocol: "TCP",
        port: "traffic-port",
        intervalSeconds: 10,
        timeoutSeconds: 10,
        healthyThreshold: 5,
        unhealthyThreshold: 2,
      },
    },
  ],
});

const bodyOf = (spec: BalancerNodeSpec): string => haproxyConfig(spec).split("\n\n").slice(1).join("\n\n");

describe("haproxy.cfg of a node", () => {
  test("one settled, one initial and one draining target behind a TCP listener", async () => {
    await expect(haproxyConfig(node(target("settled", 11), target("initial", 12), target("draining", 13)))).toMatchFileSnapshot(
      "tcp.cfg",
    );
  });

  test("an HTTP check on a port of its own", async () => {
    const [listener] = node(target("settled", 11)).listeners;
    const spec: BalancerNodeSpec = {
      ...node(),
      listeners: [
        {
          ...listener!,
          check: {
            ...listener!.check,
            protocol: "HTTP",
            port: 8080,
            path: '/health?a="$b',
            matcher: "200,300-399",
            timeoutSeconds: 6,
          },
        },
      ],
    };
    await expect(haproxyConfig(spec)).toMatchFileSnapshot("http.cfg");
  });

  test("the generation tells two configurations apart and is the same for the same", () => {
    const one = generation(haproxyConfig(node(target("settled", 11))));
    expect(one).toMatch(/^[0-9a-f]{16}$/);
    expect(generation(haproxyConfig(node(target("settled", 11))))).toBe(one);
    expect(generation(haproxyConfig(node(target("initial", 11))))).not.toBe(one);
  });

  test("a draining target is not there, so its going changes nothing", () => {
    expect(bodyOf(node(target("settled", 11), target("draining", 12)))).toBe(bodyOf(node(target("settled", 11))));
  });
});
