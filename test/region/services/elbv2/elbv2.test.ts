import type {
  CreateListenerCommandOutput,
  CreateLoadBalancerCommandOutput,
  CreateTargetGroupCommandOutput,
  DescribeLoadBalancersCommandOutput,
  DescribeTargetGroupAttributesCommandOutput,
  DescribeTargetHealthCommandOutput,
  TargetHealth as ApiTargetHealth,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { describe, expect, test } from "vitest";
import type { TargetHealth } from "../../../../src/parts/balancers/spec.js";
import type { Call } from "../../../../src/region/operations/call.js";
import { put } from "../../../../src/region/records/records.js";
import { NetworkInterfaces } from "../../../../src/region/services/ec2/records.js";
import { lastPart } from "../../../../src/region/services/elbv2/arns.js";
import { preserveClientIpNote } from "../../../../src/region/services/elbv2/attributes.js";
import { balancerNames, publishedListeners } from "../../../../src/region/services/elbv2/names.js";
import { nodeSpecs } from "../../../../src/region/services/elbv2/nodes.js";
import { observedGroups } from "../../../../src/region/services/elbv2/observed.js";
import { elbv2Operations } from "../../../../src/region/services/elbv2/operations.js";
import { LoadBalancers, TargetGroups } from "../../../../src/region/services/elbv2/records.js";
import { updateTargetGroup } from "../../../../src/region/services/elbv2/targetgroups.js";
import { recordsAlone, run } from "../../../support/records.js";
import { instance, network, setState, type TestNetwork } from "../network.js";

const elb = <O>(call: Call, name: string, input: object = {}): Promise<O> => run<O>(elbv2Operations, name, call, input);
const fault = (code: string, message: RegExp | string = /./) =>
  expect.objectContaining({ code, message: typeof message === "string" ? message : expect.stringMatching(message) });

/** A load balancer over two zones with a listener on 80 that forwards to a group. */
class Site {
  private constructor(
    readonly call: Call,
    readonly asked: string[],
    readonly where: TestNetwork,
    readonly arn: string,
    readonly group: string,
    readonly listener: string,
  ) {}

  static clock = 1_000_000;

  static async make(more: { balancer?: object; group?: object } = {}): Promise<Site> {
    const { call, asked } = recordsAlone({ now: () => Site.clock });
    const where = await network(call);
    const arn = await balancerOf(call, where, more.balancer);
    const group = await groupOf(call, where, more.group);
    const made = await elb<CreateListenerCommandOutput>(call, "CreateListener", {
      LoadBalancerArn: arn,
      Protocol: "TCP",
      Port: 80,
      DefaultActions: [{ Type: "forward", TargetGroupArn: group }],
    });
    return new Site(call, asked, where, arn, group, made.Listeners?.[0]?.ListenerArn ?? "");
  }

  register(...ids: string[]): Promise<unknown> {
    return elb(this.call, "RegisterTargets", { TargetGroupArn: this.group, Targets: ids.map((Id) => ({ Id })) });
  }

  async health(): Promise<(ApiTargetHealth | undefined)[]> {
    const answer = await elb<DescribeTargetHealthCommandOutput>(this.call, "DescribeTargetHealth", {
      TargetGroupArn: this.group,
    });
    return (answer.TargetHealthDescriptions ?? []).map(({ TargetHealth: health }) => health);
  }

  /** The nodes report: zone -> target -> state. Says what changed. */
  report(zones: Readonly<Record<string, Readonly<Record<string, TargetHealth["state"]>>>>): number {
    const reports = new Map(
      Object.entries(zones).map(([zone, targets]) => [
        `eu-west-3${zone}`,
        Object.entries(targets).map(([id, state]) => ({
          listenerId: lastPart(this.listener),
          targetId: `${id}:80`,
          state,
          reason: state,
        })),
      ]),
    );
    const groups = observedGroups(this.call.records, this.call.records.get(LoadBalancers, this.arn)!, reports, Site.clock);
    this.call.commit(...groups.map((group) => put(TargetGroups, group.arn, group)));
    return groups.length;
  }

  /** What the node of each zone would be told of its targets. */
  told(): Record<string, string[]> {
    const specs = nodeSpecs(this.call.records, this.call.records.get(LoadBalancers, this.arn)!, (id) => `ns-${id}`);
    return Object.fromEntries(
      specs.map((spec) => [
        spec.id.slice(-1),
        spec.listeners.flatMap(({ targets }) => targets.map(({ id, phase }) => `${phase} ${id}`)),
      ]),
    );
  }
}

async function balancerOf(call: Call, where: TestNetwork, more: object = {}): Promise<string> {
  const made = await elb<CreateLoadBalancerCommandOutput>(call, "CreateLoadBalancer", {
    Name: "web",
    Type: "network",
    Subnets: [...where.subnets],
    SecurityGroups: [where.groupId],
    ...more,
  });
  return made.LoadBalancers?.[0]?.LoadBalancerArn ?? "";
}

async function groupOf(call: Call, where: TestNetwork, more: object = {}): Promise<string> {
  const made = await elb<CreateTargetGroupCommandOutput>(call, "CreateTargetGroup", {
    Name: "app",
    Protocol: "TCP",
    Port: 80,
    VpcId: where.vpcId,
    HealthCheckIntervalSeconds: 10,
    ...more,
  });
  return made.TargetGroups?.[0]?.TargetGroupArn ?? "";
}

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

describe("names of a load balancer", () => {
  test("answer the nodes of healthy zones, or all when none is healthy", async () => {
    const site = await Site.make();
    const [a, b] = [instance(site.call, site.where, 0).instanceId, instance(site.call, site.where, 1).instanceId];
    await site.register(a, b);
    const [ofA, ofB] = site.call.records
      .list(NetworkInterfaces)
      .filter((nic) => nic.holder.kind === "balancer")
      .map((nic) => nic.autoPublicIp);
    const answers = (): readonly string[] | undefined => balancerNames(site.call, { view: "internet" })[0]?.addresses;
    expect(answers()).toEqual([ofA, ofB]);
    site.report({ a: { [a]: "healthy" }, b: { [b]: "unhealthy" } });
    expect(answers()).toEqual([ofA]);
    expect(balancerNames(site.call).slice(1)).toEqual([
      { name: expect.stringMatching(/^eu-west-3a\.web-/), addresses: [ofA] },
      { name: expect.stringMatching(/^eu-west-3b\.web-/), addresses: [ofB] },
    ]);
    expect(publishedListeners(site.call)).toEqual([{ loadBalancerName: "web", port: 80, publicIps: [ofA, ofB] }]);
    site.report({ a: { [a]: "unhealthy" }, b: { [b]: "healthy" } });
    expect(answers()).toEqual([ofB]);
    expect(publishedListeners(site.call)[0]?.publicIps).toEqual([ofB, ofA]);
  });
});
