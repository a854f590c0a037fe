import { expect, test } from "vitest";
import { redundancyRules } from "../../../src/analysis/redundancy/rules.js";
import { anyone, group, host, judged, network, tcpFrom, userData } from "../../support/analysed.js";

type Resources = Parameters<typeof judged>[2];

const second: Resources = {
  Public2: ["EC2::Subnet", { VpcId: { Ref: "Vpc" }, CidrBlock: "10.0.2.0/24", AvailabilityZone: "eu-west-3b" }],
};
/** Two hosts behind a balancer. */
const service = (
  subnets: readonly [string, string],
  more: Resources = {},
  balancerSubnets: readonly string[] = ["Public", "Public2"],
): Resources => ({
  ...network,
  ...second,
  Group: group(tcpFrom(80, "10.0.0.0/16")),
  One: host(subnets[0]),
  Two: host(subnets[1]),
  Targets: [
    "ElasticLoadBalancingV2::TargetGroup",
    {
      VpcId: { Ref: "Vpc" },
      Protocol: "TCP",
      Port: 80,
      TargetType: "instance",
      Targets: [{ Id: { Ref: "One" } }, { Id: { Ref: "Two" } }],
    },
  ],
  Balancer: [
    "ElasticLoadBalancingV2::LoadBalancer",
    { Type: "network", Scheme: "internet-facing", Subnets: balancerSubnets.map((Ref) => ({ Ref })) },
  ],
  Listener: [
    "ElasticLoadBalancingV2::Listener",
    {
      LoadBalancerArn: { Ref: "Balancer" },
      Port: 80,
      Protocol: "TCP",
      DefaultActions: [{ Type: "forward", TargetGroupArn: { Ref: "Targets" } }],
    },
  ],
  ...more,
});
const database = (properties: object): Resources => ({
  Subnets: ["RDS::DBSubnetGroup", { DBSubnetGroupDescription: "d", SubnetIds: [{ Ref: "Public" }, { Ref: "Private" }] }],
  Db: [
    "RDS::DBInstance",
    {
      Engine: "mysql",
      DBInstanceClass: "db.t3.micro",
      AllocatedStorage: "20",
      MasterUsername: "u",
      ManageMasterUserPassword: true,
      DBSubnetGroupName: { Ref: "Subnets" },
      ...properties,
    },
  ],
});
const scaling = (properties: object, more: Resources = {}): Resources => ({
  ...service(["Public", "Private"]),
  Template: ["EC2::LaunchTemplate", { LaunchTemplateData: { ImageId: "ami-1", InstanceType: "t3.micro" } }],
  Asg: [
    "AutoScaling::AutoScalingGroup",
    {
      LaunchTemplate: { LaunchTemplateId: { Ref: "Template" }, Version: "1" },
      VPCZoneIdentifier: [{ Ref: "Private" }],
      MinSize: "1",
      MaxSize: "3",
      TargetGroupARNs: [{ Ref: "Targets" }],
      ...properties,
    },
  ],
  ...more,
});
const runs = (text: string, more: object = {}): Resources => ({
  ...network,
  Group: group(),
  Host: host("Private", { ...userData(text), ...more }),
});
const checked = (properties: object): Resources => ({
  Targets: ["ElasticLoadBalancingV2::TargetGroup", { Protocol: "HTTP", Port: 80, ...properties }],
});

type Case = readonly [name: string, rule: string, resources: Resources, found: readonly string[], objectives?: object];

const cases: readonly Case[] = [
  ["both in one zone", "service-in-one-zone", service(["Public", "Public"]), ["Targets fails"]],
  ["one in each zone", "service-in-one-zone", service(["Public", "Private"]), []],
  [
    "a zone that nobody knows",
    "service-in-one-zone",
    service(["Public", "Public"], {
      Public: ["EC2::Subnet", { VpcId: { Ref: "Vpc" }, CidrBlock: "10.0.0.0/24", AvailabilityZone: anyone }],
    }),
    ["Targets unknown"],
  ],
  ["a load balancer in one zone", "balancer-in-one-zone", service(["Public", "Private"], {}, ["Public"]), ["Balancer fails"]],
  ["a load balancer in two", "balancer-in-one-zone", service(["Public", "Private"]), []],
  [
    "a promise without a standby",
    "database-in-one-zone",
    { ...network, ...database({ MultiAZ: false }) },
    ["Db fails"],
    { Availability: 99.9 },
  ],
  [
    "a promise with a standby",
    "database-in-one-zone",
    { ...network, ...database({ MultiAZ: true }) },
    [],
    { Availability: 99.9 },
  ],
  [
    "a promise, and who knows",
    "database-in-one-zone",
    { ...network, ...database({ MultiAZ: anyone }) },
    ["Db unknown"],
    { Availability: 99.9 },
  ],
  ["no promise", "database-in-one-zone", { ...network, ...database({}) }, []],
  [
    "a service in two zones and its database in one",
    "database-in-one-zone",
    { ...service(["Public", "Private"]), ...database({ MultiAZ: false }) },
    ["Db fails"],
  ],
  [
    "Multi-AZ over subnets of one zone",
    "multi-az-in-one-zone",
    {
      ...network,
      ...database({ MultiAZ: true }),
      Subnets: ["RDS::DBSubnetGroup", { DBSubnetGroupDescription: "d", SubnetIds: [{ Ref: "Public" }] }],
    },
    ["Db fails"],
  ],
  ["Multi-AZ over two zones", "multi-az-in-one-zone", { ...network, ...database({ MultiAZ: true }) }, []],
  [
    "application here, database there",
    "application-and-database-in-different-zones",
    { ...service(["Public", "Public"]), ...database({ MultiAZ: false, AvailabilityZone: "eu-west-3b" }) },
    ["Db fails"],
  ],
  [
    "application and database in one zone",
    "application-and-database-in-different-zones",
    { ...service(["Public", "Public"]), ...database({ MultiAZ: false, AvailabilityZone: "eu-west-3a" }) },
    [],
  ],
  ["only hosts are looked at", "dead-application-is-not-replaced", scaling({}), ["Asg fails"]],
  ["applications are looked at", "dead-application-is-not-replaced", scaling({ HealthCheckType: "ELB" }), []],
  ["who knows what is looked at", "dead-application-is-not-replaced", scaling({ HealthCheckType: anyone }), ["Asg unknown"]],
  ["room to grow, and nothing that makes it", "auto-scaling-group-never-scales", scaling({}), ["Asg fails"]],
  ["no room to grow", "auto-scaling-group-never-scales", scaling({ MaxSize: "1" }), []],
  [
    "something makes it grow",
    "auto-scaling-group-never-scales",
    scaling(
      {},
      { Policy: ["AutoScaling::ScalingPolicy", { AutoScalingGroupName: { Ref: "Asg" }, PolicyType: "SimpleScaling" }] },
    ),
    [],
  ],
  [
    "five minutes to be well",
    "health-check-slow",
    checked({ HealthyThresholdCount: 5, HealthCheckIntervalSeconds: 60 }),
    ["Targets fails"],
  ],
  ["AWS's defaults", "health-check-slow", checked({}), []],
  ["who knows how long", "health-check-slow", checked({ HealthCheckIntervalSeconds: anyone }), ["Targets unknown"]],
  ["a health check that gets through", "health-check-port-closed", service(["Public", "Private"]), []],
  [
    "a health check that a group stops",
    "health-check-port-closed",
    service(["Public", "Private"], { Group: group(tcpFrom(8080, "10.0.0.0/16")) }),
    ["Targets fails"],
  ],
  [
    "a health check through who knows which group",
    "health-check-port-closed",
    service(["Public", "Private"], { Group: group(tcpFrom(80, anyone)) }),
    ["Targets unknown"],
  ],
  ["a development server", "application-is-no-service", runs("#!/bin/bash\npython3 /home/app.py"), ["Host fails"]],
  [
    "a development server in the background",
    "application-is-no-service",
    runs("#!/bin/bash\nnohup flask run --host 0.0.0.0 &"),
    ["Host fails"],
  ],
  ["a service", "application-is-no-service", runs("#!/bin/bash\npython3 -m venv /opt/app\nsystemctl enable --now app"), []],
  ["a set-up that ends", "application-is-no-service", runs("#!/bin/bash\npython3 manage.py migrate"), []],
  [
    "a container that stays down",
    "container-without-restart-policy",
    runs("#!/bin/bash\ndocker run -d nginx:1.27"),
    ["Host fails"],
  ],
  [
    "a container that comes back",
    "container-without-restart-policy",
    runs("#!/bin/bash\ndocker run -d --restart always nginx:1.27"),
    [],
  ],
  [
    "user data that nobody knows",
    "container-without-restart-policy",
    { ...network, Group: group(), Host: host("Private", { UserData: anyone }) },
    ["Host unknown"],
  ],
  [
    "awscli on noble",
    "package-not-in-image",
    runs("#!/bin/bash\napt-get install -y awscli", { ImageId: "ubuntu-noble-24.04" }),
    ["Host fails"],
  ],
  [
    "awscli on jammy",
    "package-not-in-image",
    runs("#!/bin/bash\napt-get install -y awscli", { ImageId: "ubuntu-jammy-22.04" }),
    [],
  ],
  ["awscli on who knows what", "package-not-in-image", runs("#!/bin/bash\napt-get install -y awscli"), ["Host unknown"]],
];

test.each(cases.map(([name, rule, resources, found, objectives]) => ({ name, rule, resources, found, objectives })))(
  "$name ($rule)",
  ({ rule, resources, found, objectives }) => {
    expect(judged(redundancyRules, rule, resources, objectives)).toEqual(found);
  },
);
