import { expect, test } from "vitest";
import { createLoadBalancer, existing } from "../../../src/region/services/elbv2/loadbalancers.js";
import { TargetGroups } from "../../../src/region/services/elbv2/records.js";
import { createTargetGroup } from "../../../src/region/services/elbv2/targetgroups.js";
import { realStacks } from "./real.js";
import { ref, resource } from "./templates.js";

const template = (more: object) => ({
  Resources: {
    Vpc: resource("VPC", { CidrBlock: "10.0.0.0/16" }),
    A: resource("Subnet", { VpcId: ref("Vpc"), CidrBlock: "10.0.1.0/24", AvailabilityZone: "eu-west-3a" }),
    B: resource("Subnet", { VpcId: ref("Vpc"), CidrBlock: "10.0.2.0/24", AvailabilityZone: "eu-west-3b" }),
    Group: resource("SecurityGroup", { GroupDescription: "of the balancer", VpcId: ref("Vpc") }),
    ...more,
  },
});

const named = {
  LoadBalancer: {
    Type: "AWS::ElasticLoadBalancingV2::LoadBalancer",
    Properties: {
      Name: "shop",
      Type: "network",
      Scheme: "internal",
      Subnets: [ref("A"), ref("B")],
      SecurityGroups: [ref("Group")],
    },
  },
  TargetGroup: {
    Type: "AWS::ElasticLoadBalancingV2::TargetGroup",
    Properties: { Name: "shop", Protocol: "TCP", Port: 80, VpcId: ref("Vpc") },
  },
};

test("a stack does not take over a load balancer or a target group of the same name and settings, nor delete it", async () => {
  const stacks = await realStacks();
  await stacks.deploy(template({}));
  const { call } = stacks;
  const { A = "", B = "", Group = "", Vpc = "" } = await stacks.ids();
  const attributes: [] = [];
  const [balancer, group] = [
    await createLoadBalancer(call, {
      ...{ name: "shop", type: "network", scheme: "internal", attributes, tags: {} },
      subnets: [{ subnetId: A }, { subnetId: B }],
      groupIds: [Group],
    }),
    createTargetGroup(call, {
      ...{ name: "shop", protocol: "TCP", port: 80, vpcId: Vpc, healthCheck: {}, attributes, targets: [], tags: {} },
    }),
  ];
  for (const [kind, properties] of Object.entries(named)) {
    await stacks.deploy(template({ Own: properties }));
    expect(await stacks.failures()).toContain(
      `Own CREATE_FAILED Resource handler returned message: "Resource of type 'AWS::ElasticLoadBalancingV2::${kind}' with identifier 'shop' already exists." (Error Code: AlreadyExists)`,
    );
  }
  expect(existing(call).map(({ arn }) => arn)).toEqual([balancer.arn]);
  expect(call.records.get(TargetGroups, group.arn)).toEqual(group);
});
