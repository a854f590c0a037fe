import type { DescribeLoadBalancersCommandOutput } from "@aws-sdk/client-elastic-load-balancing-v2";
import { describe, expect, test } from "vitest";
import { NetworkInterfaces } from "../../../../src/region/services/ec2/records.js";
import { lastPart } from "../../../../src/region/services/elbv2/arns.js";
import { balancerNames } from "../../../../src/region/services/elbv2/names.js";
import { LoadBalancers } from "../../../../src/region/services/elbv2/records.js";
import { recordsAlone } from "../../../support/records.js";
import { network, type TestNetwork } from "../network.js";

import { Site, balancerOf, elb, fault } from "./site.js";

describe("load balancers", () => {
  test("have a node with a public address in each zone, and are provisioning", async () => {
    const { call, asked } = recordsAlone();
    const where = await network(call);
    const arn = await balancerOf(call, where);
    const { LoadBalancers: [balancer] = [] } = await elb<DescribeLoadBalancersCommandOutput>(call, "DescribeLoadBalancers", {
      Names: ["web"],
    });
    expect(arn).toMatch(/^arn:aws:elasticloadbalancing:eu-west-3:000000000000:loadbalancer\/net\/web\/[0-9a-f]{16}$/);
    expect(balancer).toMatchObject({
      LoadBalancerArn: arn,
      DNSName: `web-${lastPart(arn)}.elb.eu-west-3.amazonaws.com`,
      State: { Code: "provisioning" },
      Type: "network",
      Scheme: "internet-facing",
      CanonicalHostedZoneId: "Z1CMS0P5QUZ6D5",
    });
    expect(balancer?.AvailabilityZones?.map(({ ZoneName }) => ZoneName)).toEqual(["eu-west-3a", "eu-west-3b"]);
    const nics = call.records.list(NetworkInterfaces);
    expect(nics.map((nic) => nic.holder)).toEqual([
      { kind: "balancer", id: arn },
      { kind: "balancer", id: arn },
    ]);
    expect(new Set(nics.map((nic) => nic.autoPublicIp)).size).toBe(2);
    expect(asked.slice(-2)).toEqual([`network ${where.vpcId}`, `balancer ${arn}`]);
  });

  test("internal ones need no internet gateway and have no public address", async () => {
    const { call } = recordsAlone();
    const where = await network(call, { gateway: false });
    await expect(balancerOf(call, where)).rejects.toEqual(fault("InvalidSubnet", `VPC ${where.vpcId} has no internet gateway`));
    await balancerOf(call, where, { Scheme: "internal" });
    expect(call.records.list(NetworkInterfaces).map((nic) => nic.autoPublicIp)).toEqual([undefined, undefined]);
    expect(balancerNames(call)[0]?.addresses).toEqual(["10.0.1.4", "10.0.2.4"]);
  });

  test.each<[string, (where: TestNetwork) => object, string, RegExp]>([
    ["of type application", () => ({ Type: "application" }), "NotImplemented", /type application/],
    ["of no stated type, which is application", () => ({ Type: undefined }), "NotImplemented", /AWS's default/],
    ["with a long name", () => ({ Name: "x".repeat(33) }), "ValidationError", /longer than '32'/],
    ["with a hyphen at the end", () => ({ Name: "web-" }), "ValidationError", /begin or end with '-'/],
    ["in a subnet that is not there", () => ({ Subnets: ["subnet-0"] }), "SubnetNotFound", /subnet-0/],
    [
      "twice in a zone",
      ({ subnets }) => ({ Subnets: [subnets[0], subnets[0]] }),
      "InvalidConfigurationRequest",
      /same Availability Zone/,
    ],
    ["without a security group", () => ({ SecurityGroups: [] }), "NotImplemented", /without security groups/],
    ["with a group that is not there", () => ({ SecurityGroups: ["sg-0"] }), "InvalidSecurityGroup", /sg-0/],
  ])("%s are refused", async (_, more, code, message) => {
    const { call } = recordsAlone();
    const where = await network(call);
    await expect(balancerOf(call, where, more(where))).rejects.toEqual(fault(code, message));
    expect(call.records.list(LoadBalancers)).toEqual([]);
  });

  test("asked for again are the same, or a duplicate name when the settings differ", async () => {
    const { call } = recordsAlone();
    const where = await network(call);
    const arn = await balancerOf(call, where);
    expect(await balancerOf(call, where)).toBe(arn);
    await expect(balancerOf(call, where, { Scheme: "internal" })).rejects.toEqual(fault("DuplicateLoadBalancerName"));
  });

  test("with deletion protection are not deleted", async () => {
    const { call, arn } = await Site.make();
    await elb(call, "ModifyLoadBalancerAttributes", {
      LoadBalancerArn: arn,
      Attributes: [{ Key: "deletion_protection.enabled", Value: "true" }],
    });
    await expect(elb(call, "DeleteLoadBalancer", { LoadBalancerArn: arn })).rejects.toEqual(fault("OperationNotPermitted"));
  });

  test("are gone for clients at once, and their group is free", async () => {
    const { call, arn, group } = await Site.make();
    await elb(call, "DeleteLoadBalancer", { LoadBalancerArn: arn });
    await expect(elb(call, "DescribeLoadBalancers", { LoadBalancerArns: [arn] })).rejects.toEqual(fault("LoadBalancerNotFound"));
    expect(call.records.get(LoadBalancers, arn)?.state).toBe("deleting");
    await elb(call, "DeleteTargetGroup", { TargetGroupArn: group });
    // Once more is a success, as on AWS.
    await elb(call, "DeleteLoadBalancer", { LoadBalancerArn: arn });
  });

  test("refuse attributes that would have no effect, and take what AWS has by default", async () => {
    const { call, arn } = await Site.make();
    const set = (Key: string, Value: string): Promise<unknown> =>
      elb(call, "ModifyLoadBalancerAttributes", { LoadBalancerArn: arn, Attributes: [{ Key, Value }] });
    await expect(set("access_logs.s3.enabled", "true")).rejects.toEqual(fault("NotImplemented", /access_logs\.s3\.enabled=true/));
    await expect(set("access_logs.s3.enabled", "false")).resolves.toBeDefined();
    await expect(set("nonsense", "1")).rejects.toEqual(fault("ValidationError", /nonsense/));
  });
});
