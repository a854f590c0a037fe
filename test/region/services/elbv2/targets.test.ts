import type { DescribeTargetHealthCommandOutput } from "@aws-sdk/client-elastic-load-balancing-v2";
import { describe, expect, test } from "vitest";
import { TargetGroups } from "../../../../src/region/services/elbv2/records.js";
import { updateTargetGroup } from "../../../../src/region/services/elbv2/targetgroups.js";
import { instance, setState } from "../network.js";

import { Site, balancerOf, elb, fault, groupOf } from "./site.js";

describe("targets", () => {
  test("that are stopped, foreign or unknown are refused", async () => {
    const site = await Site.make();
    const stopped = instance(site.call, site.where, 0, "stopped");
    await expect(site.register(stopped.instanceId)).rejects.toEqual(
      fault(
        "InvalidTarget",
        `The following targets are not in a running state and cannot be registered: '${stopped.instanceId}'`,
      ),
    );
    await expect(site.register("i-none")).rejects.toEqual(fault("ValidationError", "Instance ID 'i-none' is not valid"));
  });

  test("go from registration to healthy by the first passed check", async () => {
    const site = await Site.make();
    const { instanceId: a } = instance(site.call, site.where, 0);
    await site.register(a);
    expect(await site.health()).toEqual([
      { State: "initial", Reason: "Elb.RegistrationInProgress", Description: "Target registration is in progress" },
    ]);
    expect(site.told()).toEqual({ a: [`initial ${a}:80`], b: [] });
    site.report({ a: { [a]: "unhealthy" } });
    expect(await site.health()).toEqual([
      { State: "initial", Reason: "Elb.InitialHealthChecking", Description: "Initial health checks in progress" },
    ]);
    // Its nodes are told that it gets traffic before anybody else is.
    site.look({ a: { [a]: "healthy" } });
    expect(site.told()).toEqual({ a: [`settled ${a}:80`], b: [] });
    expect(await site.health()).toMatchObject([{ State: "initial" }]);
    site.report({ a: { [a]: "healthy" } });
    expect(await site.health()).toEqual([{ State: "healthy" }]);
    expect(site.told()).toEqual({ a: [`settled ${a}:80`], b: [] });
    expect(site.report({ a: { [a]: "healthy" } })).toBe(0);
    expect(site.report({ a: { [a]: "checking" } })).toBe(0);
    site.report({ a: { [a]: "unhealthy" } });
    expect(await site.health()).toEqual([
      { State: "unhealthy", Reason: "Target.FailedHealthChecks", Description: "Health checks failed" },
    ]);
  });

  test("that never pass are unhealthy when AWS would have given up on them", async () => {
    const site = await Site.make();
    const { instanceId: a } = instance(site.call, site.where, 0);
    await site.register(a);
    site.report({ a: { [a]: "unhealthy" } });
    Site.clock += 2 * 10_000;
    site.report({ a: { [a]: "unhealthy" } });
    expect((await site.health())[0]?.State).toBe("unhealthy");
    // It is still waited for at the quick pace.
    expect(site.told().a).toEqual([`initial ${a}:80`]);
  });

  test("are used from their own zone only, unless told otherwise", async () => {
    const site = await Site.make();
    const [a, b] = [instance(site.call, site.where, 0).instanceId, instance(site.call, site.where, 1).instanceId];
    await site.register(a, b);
    expect(site.told()).toEqual({ a: [`initial ${a}:80`], b: [`initial ${b}:80`] });
    await elb(site.call, "ModifyLoadBalancerAttributes", {
      LoadBalancerArn: site.arn,
      Attributes: [{ Key: "load_balancing.cross_zone.enabled", Value: "true" }],
    });
    expect(site.told().b).toEqual([`initial ${a}:80`, `initial ${b}:80`]);
    await elb(site.call, "ModifyTargetGroupAttributes", {
      TargetGroupArn: site.group,
      Attributes: [{ Key: "load_balancing.cross_zone.enabled", Value: "false" }],
    });
    expect(site.told().b).toEqual([`initial ${b}:80`]);
  });

  test("in a zone that is not enabled are unused", async () => {
    const site = await Site.make();
    const { call, where } = site;
    const one = await balancerOf(call, where, { Name: "one", Subnets: [where.subnets[0]] });
    const group = await groupOf(call, where, { Name: "ones" });
    await elb(call, "CreateListener", {
      LoadBalancerArn: one,
      Protocol: "TCP",
      Port: 80,
      DefaultActions: [{ Type: "forward", TargetGroupArn: group }],
    });
    await elb(call, "RegisterTargets", { TargetGroupArn: group, Targets: [{ Id: instance(call, where, 1).instanceId }] });
    const { TargetHealthDescriptions } = await elb<DescribeTargetHealthCommandOutput>(call, "DescribeTargetHealth", {
      TargetGroupArn: group,
    });
    expect(TargetHealthDescriptions?.[0]?.TargetHealth).toEqual({
      State: "unused",
      Reason: "Target.NotInUse",
      Description: "Target is in an Availability Zone that is not enabled for the load balancer",
    });
  });

  test("that are stopped are unused and begin anew when they run again", async () => {
    const site = await Site.make();
    const a = instance(site.call, site.where, 0);
    await site.register(a.instanceId);
    site.report({ a: { [a.instanceId]: "healthy" } });
    setState(site.call, a, "stopped");
    expect(await site.health()).toEqual([
      { State: "unused", Reason: "Target.InvalidState", Description: "Target is in the stopped state" },
    ]);
    expect(site.told()).toEqual({ a: [], b: [] });
    site.report({});
    setState(site.call, a, "running");
    expect(site.told().a).toEqual([`initial ${a.instanceId}:80`]);
  });

  test("that are deregistered drain for the delay and are let go", async () => {
    const site = await Site.make();
    const { instanceId: a } = instance(site.call, site.where, 0);
    await site.register(a);
    site.report({ a: { [a]: "healthy" } });
    await elb(site.call, "ModifyTargetGroupAttributes", {
      TargetGroupArn: site.group,
      Attributes: [{ Key: "deregistration_delay.timeout_seconds", Value: "60" }],
    });
    await elb(site.call, "DeregisterTargets", { TargetGroupArn: site.group, Targets: [{ Id: a }] });
    expect((await site.health())[0]).toMatchObject({ State: "draining", Reason: "Target.DeregistrationInProgress" });
    expect(site.told().a).toEqual([`draining ${a}:80`]);
    Site.clock += 60_000;
    site.report({});
    expect(await site.health()).toEqual([]);
  });

  test("are what a changed template says: those it no longer names drain, and the same update changes nothing", async () => {
    const site = await Site.make();
    const [a, b] = [instance(site.call, site.where, 0).instanceId, instance(site.call, site.where, 1).instanceId];
    await site.register(a);
    site.report({ a: { [a]: "healthy" } });
    const wish = { healthCheck: { intervalSeconds: 20 }, attributes: [], tags: {} };
    updateTargetGroup(site.call, site.group, { ...wish, targets: [{ id: a }, { id: b }] });
    expect((await site.health()).map((health) => health?.State)).toEqual(["healthy", "initial"]);
    expect(site.call.records.get(TargetGroups, site.group)?.healthCheck.intervalSeconds).toBe(20);
    updateTargetGroup(site.call, site.group, { ...wish, targets: [{ id: b }] });
    updateTargetGroup(site.call, site.group, { ...wish, targets: [{ id: b }] });
    expect((await site.health()).map((health) => health?.State)).toEqual(["draining", "initial"]);
  });

  test("asked for by name and not registered are said not to be", async () => {
    const { call, group } = await Site.make();
    const answer = await elb<DescribeTargetHealthCommandOutput>(call, "DescribeTargetHealth", {
      TargetGroupArn: group,
      Targets: [{ Id: "i-1" }],
    });
    expect(answer.TargetHealthDescriptions?.[0]?.TargetHealth).toMatchObject({ State: "unused", Reason: "Target.NotRegistered" });
  });

  test("of a group without a listener are unused", async () => {
    const site = await Site.make();
    await site.register(instance(site.call, site.where, 0).instanceId);
    await elb(site.call, "DeleteListener", { ListenerArn: site.listener });
    expect((await site.health())[0]).toMatchObject({ State: "unused", Reason: "Target.NotInUse" });
  });
});
