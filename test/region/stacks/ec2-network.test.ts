import { expect, test } from "vitest";
import { associationsOf } from "../../../src/region/services/ec2/networkacls.js";
import {
  DhcpOptionsSets,
  NetworkAcls,
  PrefixLists,
  RouteTables,
  SecurityGroups,
  Subnets,
  VpcEndpoints,
  VpcPeeringConnections,
  Vpcs,
} from "../../../src/region/services/ec2/records.js";
import { vpcSpec } from "../../../src/region/upkeep/vpcspec.js";
import { realStacks } from "./real.js";
import { get, ref, resource } from "./templates.js";

/** A template with everything of this half of the network; the options are what updates change. */
const network = ({ hostnames = true, port = 22, tables = ["Table"], cidrs = ["192.0.2.0/24"], name = "one" } = {}) => ({
  Resources: {
    Vpc: resource("VPC", {
      CidrBlock: "10.0.0.0/16",
      EnableDnsHostnames: hostnames,
      Tags: [{ Key: "Name", Value: name }],
    }),
    Subnet: resource("Subnet", { VpcId: ref("Vpc"), CidrBlock: "10.0.1.0/24" }),
    Options: resource("DHCPOptions", { DomainName: "shop.example", DomainNameServers: ["AmazonProvidedDNS"] }),
    GivenOptions: resource("VPCDHCPOptionsAssociation", { VpcId: ref("Vpc"), DhcpOptionsId: ref("Options") }),
    Acl: resource("NetworkAcl", { VpcId: ref("Vpc"), Tags: [{ Key: "Name", Value: name }] }),
    Entry: resource("NetworkAclEntry", {
      NetworkAclId: ref("Acl"),
      RuleNumber: 100,
      Protocol: 6,
      RuleAction: "allow",
      CidrBlock: "0.0.0.0/0",
      PortRange: { From: port, To: port },
    }),
    Edge: resource("SubnetNetworkAclAssociation", { SubnetId: ref("Subnet"), NetworkAclId: ref("Acl") }),
    Other: resource("VPC", { CidrBlock: "10.1.0.0/16" }),
    Peering: resource("VPCPeeringConnection", { VpcId: ref("Vpc"), PeerVpcId: ref("Other") }),
    Table: resource("RouteTable", { VpcId: ref("Vpc") }),
    SecondTable: resource("RouteTable", { VpcId: ref("Vpc") }),
    Endpoint: resource("VPCEndpoint", {
      VpcId: ref("Vpc"),
      ServiceName: { "Fn::Sub": "com.amazonaws.${AWS::Region}.s3" },
      RouteTableIds: tables.map(ref),
    }),
    Offices: resource("PrefixList", {
      PrefixListName: "offices",
      AddressFamily: "IPv4",
      MaxEntries: 2,
      Entries: cidrs.map((Cidr) => ({ Cidr })),
    }),
  },
  Outputs: {
    Acl: { Value: get("Vpc", "DefaultNetworkAcl") },
    Group: { Value: get("Vpc", "DefaultSecurityGroup") },
    Blocks: { Value: { "Fn::Join": [",", get("Vpc", "CidrBlockAssociations")] } },
    Version: { Value: get("Offices", "Version") },
  },
});

test("the network's resource types are made, have their attributes, and leave nothing", { timeout: 20_000 }, async () => {
  const stacks = await realStacks();
  const { records } = stacks.call;
  const stack = await stacks.deploy(network());
  expect(await stacks.failures()).toEqual([]);
  expect(stack.StackStatus).toBe("CREATE_COMPLETE");
  const ids = await stacks.ids();
  const [vpc] = records.list(Vpcs);
  expect(Object.fromEntries((stack.Outputs ?? []).map((output) => [output.OutputKey, output.OutputValue]))).toEqual({
    Acl: vpc?.defaultNetworkAclId,
    Group: vpc?.defaultGroupId,
    Blocks: `vpc-cidr-assoc-${ids["Vpc"]?.slice(4)}`,
    Version: "1",
  });
  expect(ids["GivenOptions"]).toBe(`${ids["Options"]}|${ids["Vpc"]}`);
  expect(records.get(VpcPeeringConnections, ids["Peering"] ?? "")?.state).toBe("active");
  expect(vpcSpec(records, ids["Vpc"] ?? "")).toMatchObject({
    subnets: [{ networkAclId: ids["Acl"] }],
    networkAcls: [{ ingress: [{ action: "allow", protocol: "tcp", fromPort: 22, toPort: 22 }], egress: [] }],
    peerings: [{ peeringId: ids["Peering"], peer: { vpcId: ids["Other"] } }],
    gatewayEndpoints: [{ endpointId: ids["Endpoint"] }],
  });
  await stacks.remove();
  for (const left of [
    records.list(Vpcs),
    records.list(Subnets),
    records.list(NetworkAcls),
    records.list(DhcpOptionsSets),
    records.list(RouteTables),
    records.list(SecurityGroups),
    records.list(VpcEndpoints),
    records.list(PrefixLists),
    records.list(VpcPeeringConnections).filter((peering) => peering.state !== "deleted"),
  ])
    expect(left).toEqual([]);
});

test("what AWS changes in place is changed in place", { timeout: 20_000 }, async () => {
  const stacks = await realStacks();
  const { records } = stacks.call;
  await stacks.deploy(network());
  const before = await stacks.ids();
  const stack = await stacks.deploy(
    network({
      hostnames: false,
      port: 2222,
      tables: ["SecondTable"],
      cidrs: ["198.51.100.0/24", "203.0.113.0/24"],
      name: "two",
    }),
  );
  expect(await stacks.failures()).toEqual([]);
  expect(stack.StackStatus).toBe("UPDATE_COMPLETE");
  expect(await stacks.ids()).toEqual(before);
  const vpc = records.get(Vpcs, before["Vpc"] ?? "");
  expect(vpc).toMatchObject({ enableDnsHostnames: false, tags: { Name: "two" } });
  const acl = records.get(NetworkAcls, before["Acl"] ?? "");
  expect(acl).toMatchObject({ tags: { Name: "two" }, entries: [{ fromPort: 2222, toPort: 2222 }] });
  expect(acl === undefined ? [] : associationsOf({ records }, acl)).toHaveLength(1);
  expect(records.get(VpcEndpoints, before["Endpoint"] ?? "")?.routeTableIds).toEqual([before["SecondTable"]]);
  expect(records.get(PrefixLists, before["Offices"] ?? "")).toMatchObject({
    version: 2,
    entries: [{ cidr: "198.51.100.0/24" }, { cidr: "203.0.113.0/24" }],
  });
});

test("an association that is replaced is not undone by what it replaced", { timeout: 20_000 }, async () => {
  const stacks = await realStacks();
  const { records } = stacks.call;
  const template = (acl: string, options: string) => {
    const { Resources } = network();
    return {
      Resources: {
        ...Resources,
        SecondAcl: resource("NetworkAcl", { VpcId: ref("Vpc") }),
        SecondOptions: resource("DHCPOptions", { DomainName: "two.example" }),
        Edge: resource("SubnetNetworkAclAssociation", { SubnetId: ref("Subnet"), NetworkAclId: ref(acl) }),
        GivenOptions: resource("VPCDHCPOptionsAssociation", { VpcId: ref("Vpc"), DhcpOptionsId: ref(options) }),
      },
    };
  };
  await stacks.deploy(template("Acl", "Options"));
  const stack = await stacks.deploy(template("SecondAcl", "SecondOptions"));
  expect(await stacks.failures()).toEqual([]);
  expect(stack.StackStatus).toBe("UPDATE_COMPLETE");
  const ids = await stacks.ids();
  expect(records.list(Subnets)[0]?.networkAcl?.networkAclId).toBe(ids["SecondAcl"]);
  expect(records.get(Vpcs, ids["Vpc"] ?? "")?.dhcpOptionsId).toBe(ids["SecondOptions"]);
});

test("a peering that cannot be fails the stack with AWS's words", { timeout: 20_000 }, async () => {
  const stacks = await realStacks();
  const stack = await stacks.deploy({
    Resources: {
      A: resource("VPC", { CidrBlock: "10.0.0.0/16" }),
      B: resource("VPC", { CidrBlock: "10.0.128.0/20" }),
      Peering: resource("VPCPeeringConnection", { VpcId: ref("A"), PeerVpcId: ref("B") }),
    },
  });
  expect(stack.StackStatus).toBe("ROLLBACK_COMPLETE");
  expect(await stacks.failures()).toContainEqual(expect.stringMatching(/^Peering CREATE_FAILED .*overlapping CIDR range/));
});

test("a group without a VPC is in the default VPC, and is not its default group", { timeout: 20_000 }, async () => {
  const stacks = await realStacks();
  const { records } = stacks.call;
  await stacks.deploy({ Resources: { Web: resource("SecurityGroup", { GroupDescription: "web" }) } });
  expect(await stacks.failures()).toEqual([]);
  const { Web } = await stacks.ids();
  expect(records.list(Vpcs)).toMatchObject([{ isDefault: true }]);
  expect(records.get(SecurityGroups, Web ?? "")?.groupName).not.toBe("default");
  await stacks.remove();
  expect(records.list(SecurityGroups)).toMatchObject([{ groupName: "default" }]);
});
