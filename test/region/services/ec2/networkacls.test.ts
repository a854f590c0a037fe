import type {
  CreateNetworkAclResult,
  CreateSubnetResult,
  CreateVpcResult,
  DescribeNetworkAclsResult,
  ReplaceNetworkAclAssociationResult,
} from "@aws-sdk/client-ec2";
import { describe, expect, test } from "vitest";
import { planVpc } from "../../../../src/parts/fabric/plan-vpc.js";
import type { Call } from "../../../../src/region/operations/call.js";
import { ec2Operations } from "../../../../src/region/services/ec2/operations.js";
import { vpcSpec } from "../../../../src/region/upkeep/vpcspec.js";
import { recordsAlone, run } from "../../../support/records.js";
import { fault } from "./fault.js";

const ec2 = <O>(call: Call, name: string, input: object = {}): Promise<O> => run<O>(ec2Operations, name, call, input);

const label = { code: "0f1a5c" };

/** A VPC with a subnet, and a network ACL of its own. */
async function edge() {
  const { call } = recordsAlone();
  const VpcId = (await ec2<CreateVpcResult>(call, "CreateVpc", { CidrBlock: "10.0.0.0/16" })).Vpc?.VpcId ?? "";
  const subnet = await ec2<CreateSubnetResult>(call, "CreateSubnet", { VpcId, CidrBlock: "10.0.1.0/24" });
  const acl = await ec2<CreateNetworkAclResult>(call, "CreateNetworkAcl", { VpcId });
  const SubnetId = subnet.Subnet?.SubnetId ?? "";
  const NetworkAclId = acl.NetworkAcl?.NetworkAclId ?? "";
  const association = async (): Promise<string> => {
    const { NetworkAcls } = await ec2<DescribeNetworkAclsResult>(call, "DescribeNetworkAcls", {
      Filters: [{ Name: "association.subnet-id", Values: [SubnetId] }],
    });
    expect(NetworkAcls).toHaveLength(1);
    return NetworkAcls?.[0]?.Associations?.[0]?.NetworkAclAssociationId ?? "";
  };
  return { call, VpcId, SubnetId, NetworkAclId, association };
}

const ssh = { RuleNumber: 100, Egress: false, RuleAction: "allow", Protocol: "6", CidrBlock: "0.0.0.0/0" };
const port22 = { PortRange: { From: 22, To: 22 } };

describe("network ACLs", () => {
  test("a new one denies everything, both ways", async () => {
    const { call, NetworkAclId } = await edge();
    const { NetworkAcls } = await ec2<DescribeNetworkAclsResult>(call, "DescribeNetworkAcls", { NetworkAclIds: [NetworkAclId] });
    expect(NetworkAcls?.[0]).toMatchObject({ IsDefault: false, Associations: [] });
    expect(NetworkAcls?.[0]?.Entries).toEqual(
      [true, false].map((Egress) => ({
        Egress,
        RuleNumber: 32767,
        RuleAction: "deny",
        Protocol: "-1",
        CidrBlock: "0.0.0.0/0",
      })),
    );
  });

  test.each<[string, object, string, RegExp]>([
    ["the number 0", { ...ssh, ...port22, RuleNumber: 0 }, "InvalidParameterValue", /ruleNumber/],
    ["the number 32767", { ...ssh, ...port22, RuleNumber: 32767 }, "InvalidParameterValue", /ruleNumber/],
    ["no ports", ssh, "MissingParameter", /portRange/],
    ["ports the wrong way round", { ...ssh, PortRange: { From: 90, To: 80 } }, "InvalidParameterValue", /port range/],
    ["no ICMP type", { ...ssh, Protocol: "1" }, "MissingParameter", /icmpTypeCode/],
    ["every type but one code", { ...ssh, Protocol: "1", IcmpTypeCode: { Type: -1, Code: 3 } }, "InvalidParameterValue", /ICMP/],
    ["an unknown protocol", { ...ssh, Protocol: "smoke" }, "InvalidParameterValue", /protocol/],
    ["ICMPv6", { ...ssh, Protocol: "58" }, "NotImplemented", /IPv6/],
    ["no block", { ...ssh, ...port22, CidrBlock: undefined }, "MissingParameter", /cidrBlock/],
    ["no CIDR", { ...ssh, ...port22, CidrBlock: "10.0.0.0" }, "InvalidParameterValue", /cidrBlock/],
    ["another action", { ...ssh, ...port22, RuleAction: "maybe" }, "InvalidParameterValue", /ruleAction/],
  ])("an entry with %s is refused", async (_what, entry, code, words) => {
    const { call, NetworkAclId } = await edge();
    await expect(ec2(call, "CreateNetworkAclEntry", { NetworkAclId, ...entry })).rejects.toEqual(fault(code, words));
  });

  test.each<[object, object]>([
    [
      { Protocol: "tcp", PortRange: { From: 80, To: 443 }, CidrBlock: "10.1.2.3/8" },
      { protocol: "tcp", fromPort: 80, toPort: 443, cidr: "10.0.0.0/8" },
    ],
    [
      { Protocol: "17", PortRange: { From: 53, To: 53 }, CidrBlock: "0.0.0.0/0" },
      { protocol: "udp", fromPort: 53, toPort: 53, cidr: "0.0.0.0/0" },
    ],
    [
      { Protocol: "1", IcmpTypeCode: { Type: 8, Code: -1 }, CidrBlock: "0.0.0.0/0" },
      { protocol: "icmp", fromPort: 8, toPort: -1, cidr: "0.0.0.0/0" },
    ],
    [
      { Protocol: "47", CidrBlock: "10.2.0.0/16" },
      { protocol: "47", cidr: "10.2.0.0/16" },
    ],
    [
      { Protocol: "-1", PortRange: { From: 1, To: 2 }, CidrBlock: "10.2.0.0/16" },
      { protocol: "-1", cidr: "10.2.0.0/16" },
    ],
  ])("the entry %j becomes the fabric's rule %j", async (entry, rule) => {
    const { call, VpcId, NetworkAclId, association } = await edge();
    const AssociationId = await association();
    await ec2(call, "ReplaceNetworkAclAssociation", { AssociationId, NetworkAclId });
    await ec2(call, "CreateNetworkAclEntry", { NetworkAclId, RuleNumber: 10, Egress: true, RuleAction: "deny", ...entry });
    expect(vpcSpec(call.records, VpcId)?.networkAcls).toEqual([
      { networkAclId: NetworkAclId, ingress: [], egress: [{ action: "deny", ...rule }] },
    ]);
  });

  test("entries are in order of their numbers, replaced and deleted by them", async () => {
    const { call, VpcId, NetworkAclId, association } = await edge();
    await ec2(call, "ReplaceNetworkAclAssociation", { AssociationId: await association(), NetworkAclId });
    const entry = { ...ssh, ...port22, NetworkAclId };
    await ec2(call, "CreateNetworkAclEntry", { ...entry, RuleNumber: 200 });
    await ec2(call, "CreateNetworkAclEntry", entry);
    await expect(ec2(call, "CreateNetworkAclEntry", entry)).rejects.toEqual(fault("NetworkAclEntryAlreadyExists"));
    await ec2(call, "ReplaceNetworkAclEntry", { ...entry, RuleAction: "deny" });
    const actions = () => vpcSpec(call.records, VpcId)?.networkAcls?.[0]?.ingress.map((rule) => rule.action);
    expect(actions()).toEqual(["deny", "allow"]);
    await ec2(call, "DeleteNetworkAclEntry", { NetworkAclId, RuleNumber: 100, Egress: false });
    expect(actions()).toEqual(["allow"]);
    for (const name of ["DeleteNetworkAclEntry", "ReplaceNetworkAclEntry"])
      await expect(ec2(call, name, { ...entry, RuleNumber: 100, Egress: true })).rejects.toEqual(
        fault("InvalidNetworkAclEntry.NotFound"),
      );
  });

  test("no more than twenty entries in one direction", async () => {
    const { call, NetworkAclId } = await edge();
    const entry = { ...ssh, ...port22, NetworkAclId };
    for (let RuleNumber = 1; RuleNumber <= 20; RuleNumber++) await ec2(call, "CreateNetworkAclEntry", { ...entry, RuleNumber });
    await expect(ec2(call, "CreateNetworkAclEntry", entry)).rejects.toEqual(fault("NetworkAclEntryLimitExceeded"));
    await ec2(call, "CreateNetworkAclEntry", { ...entry, Egress: true });
  });

  test("the default one of a VPC costs nothing until it is changed", async () => {
    const { call, VpcId, SubnetId } = await edge();
    const { NetworkAcls } = await ec2<DescribeNetworkAclsResult>(call, "DescribeNetworkAcls", {
      Filters: [{ Name: "default", Values: ["true"] }],
    });
    const NetworkAclId = NetworkAcls?.[0]?.NetworkAclId;
    const before = vpcSpec(call.records, VpcId);
    if (before === undefined) throw new Error("no VPC");
    expect(planVpc(before, label)).toEqual(planVpc({ ...before, networkAcls: [] }, label));
    const entry = { ...ssh, ...port22, NetworkAclId, RuleNumber: 90, RuleAction: "deny" };
    await ec2(call, "CreateNetworkAclEntry", entry);
    const spec = vpcSpec(call.records, VpcId);
    expect(spec?.subnets).toMatchObject([{ subnetId: SubnetId, networkAclId: NetworkAclId }]);
    expect(spec?.networkAcls?.[0]?.ingress.map((rule) => rule.action)).toEqual(["deny", "allow"]);
    await expect(ec2(call, "DeleteNetworkAcl", { NetworkAclId })).rejects.toEqual(
      fault("InvalidParameterValue", /cannot delete default network ACL/),
    );
  });

  test("a subnet's association has an id from the first, and another after each replacement", async () => {
    const { call, NetworkAclId, association } = await edge();
    const first = await association();
    const { NewAssociationId } = await ec2<ReplaceNetworkAclAssociationResult>(call, "ReplaceNetworkAclAssociation", {
      AssociationId: first,
      NetworkAclId,
    });
    expect(await association()).toBe(NewAssociationId);
    await expect(ec2(call, "ReplaceNetworkAclAssociation", { AssociationId: first, NetworkAclId })).rejects.toEqual(
      fault("InvalidAssociationID.NotFound"),
    );
    await expect(ec2(call, "DeleteNetworkAcl", { NetworkAclId })).rejects.toEqual(fault("DependencyViolation"));
  });

  test("a subnet takes no network ACL of another VPC", async () => {
    const { call, association } = await edge();
    const { Vpc } = await ec2<CreateVpcResult>(call, "CreateVpc", { CidrBlock: "10.9.0.0/16" });
    const { NetworkAcl } = await ec2<CreateNetworkAclResult>(call, "CreateNetworkAcl", { VpcId: Vpc?.VpcId });
    const request = { AssociationId: await association(), NetworkAclId: NetworkAcl?.NetworkAclId };
    await expect(ec2(call, "ReplaceNetworkAclAssociation", request)).rejects.toEqual(
      fault("InvalidParameterValue", /different networks/),
    );
  });

  test.each([
    ["entry.rule-action", "deny", 2],
    ["entry.protocol", "6", 1],
    ["entry.port-range.from", "22", 1],
    ["entry.rule-number", "100", 2],
    ["default", "false", 1],
    ["vpc-id", "vpc-*", 2],
  ])("DescribeNetworkAcls with %s=%s finds %i", async (Name, value, found) => {
    const { call, NetworkAclId } = await edge();
    await ec2(call, "CreateNetworkAclEntry", { NetworkAclId, ...ssh, ...port22 });
    const { NetworkAcls } = await ec2<DescribeNetworkAclsResult>(call, "DescribeNetworkAcls", {
      Filters: [{ Name, Values: [value] }],
    });
    expect(NetworkAcls).toHaveLength(found);
  });
});
