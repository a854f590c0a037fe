import type { DescribeTargetGroupAttributesCommandOutput } from "@aws-sdk/client-elastic-load-balancing-v2";
import { describe, expect, test } from "vitest";
import { preserveClientIpNote } from "../../../../src/region/services/elbv2/attributes.js";
import { TargetGroups } from "../../../../src/region/services/elbv2/records.js";
import { recordsAlone } from "../../../support/records.js";
import { network } from "../network.js";

import { Site, balancerOf, elb, fault, groupOf } from "./site.js";

describe("target groups and listeners", () => {
  test("the check has AWS's defaults for a Network Load Balancer", async () => {
    const { call } = recordsAlone();
    const where = await network(call);
    const group = await groupOf(call, where, { HealthCheckIntervalSeconds: undefined });
    expect(call.records.get(TargetGroups, group)?.healthCheck).toEqual({
      protocol: "TCP",
      port: "traffic-port",
      intervalSeconds: 30,
      timeoutSeconds: 10,
      healthyThreshold: 5,
      unhealthyThreshold: 2,
    });
  });

  test.each([
    ["of another protocol", { Protocol: "HTTP" }, "NotImplemented", /HTTP/],
    ["of another type", { TargetType: "lambda" }, "NotImplemented", /lambda/],
    ["with a path on a TCP check", { HealthCheckPath: "/" }, "InvalidConfigurationRequest", /TCP/],
    ["checked too often", { HealthCheckIntervalSeconds: 1 }, "ValidationError", /interval '1'/],
    ["in a VPC that is not there", { VpcId: "vpc-0" }, "ValidationError", /vpc-0/],
  ])("a group %s is refused", async (_, more, code, message) => {
    const { call } = recordsAlone();
    const where = await network(call);
    await expect(groupOf(call, where, more)).rejects.toEqual(fault(code, message));
  });

  test("a group in use is not deleted; one that is gone is gone", async () => {
    const { call, group } = await Site.make();
    await expect(elb(call, "DeleteTargetGroup", { TargetGroupArn: group })).rejects.toEqual(
      fault("ResourceInUse", `Target group '${group}' is currently in use by a listener or a rule`),
    );
  });

  test("a port has one listener, a group one load balancer", async () => {
    const { call, arn, group, where } = await Site.make();
    const listen = (LoadBalancerArn: string, Port: number): Promise<unknown> =>
      elb(call, "CreateListener", {
        LoadBalancerArn,
        Protocol: "TCP",
        Port,
        DefaultActions: [{ Type: "forward", TargetGroupArn: group }],
      });
    await expect(listen(arn, 80)).rejects.toEqual(fault("DuplicateListener"));
    const other = await balancerOf(call, where, { Name: "other" });
    await expect(listen(other, 80)).rejects.toEqual(fault("TargetGroupAssociationLimit"));
    await expect(listen(arn, 81)).resolves.toBeDefined();
  });

  test("a client's address that is not preserved is said, unless the user says false", async () => {
    const { call, group } = await Site.make();
    const { Attributes } = await elb<DescribeTargetGroupAttributesCommandOutput>(call, "DescribeTargetGroupAttributes", {
      TargetGroupArn: group,
    });
    expect(Attributes).toContainEqual({ Key: "preserve_client_ip.enabled", Value: "true" });
    expect(preserveClientIpNote(call.records.get(TargetGroups, group)!)).toMatch(/node's address/);
    await elb(call, "ModifyTargetGroupAttributes", {
      TargetGroupArn: group,
      Attributes: [{ Key: "preserve_client_ip.enabled", Value: "false" }],
    });
    expect(preserveClientIpNote(call.records.get(TargetGroups, group)!)).toBeUndefined();
  });
});
