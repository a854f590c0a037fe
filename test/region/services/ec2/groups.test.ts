import type {
  AuthorizeSecurityGroupIngressResult,
  CreateManagedPrefixListResult,
  DescribeSecurityGroupRulesResult,
  DescribeSecurityGroupsResult,
  DescribeVpcsResult,
  IpPermission,
  RevokeSecurityGroupIngressResult,
  SecurityGroup,
} from "@aws-sdk/client-ec2";
import { describe, expect, test } from "vitest";
import type { Call } from "../../../../src/region/operations/call.js";
import { vpcSpec } from "../../../../src/region/upkeep/vpcspec.js";
import { recordsAlone } from "../../../support/records.js";
import { fault } from "./fault.js";
import { ec2, made, network } from "./network-support.js";

const http = (...cidrs: string[]): IpPermission => ({
  IpProtocol: "tcp",
  FromPort: 80,
  ToPort: 80,
  IpRanges: cidrs.map((CidrIp) => ({ CidrIp })),
});
const allow = (call: Call, GroupId: string, ...IpPermissions: IpPermission[]) =>
  ec2<AuthorizeSecurityGroupIngressResult>(call, "AuthorizeSecurityGroupIngress", { GroupId, IpPermissions });
const described = async (call: Call, id: string): Promise<SecurityGroup> =>
  (await ec2<DescribeSecurityGroupsResult>(call, "DescribeSecurityGroups", { GroupIds: [id] })).SecurityGroups?.[0] ?? {};

describe("a security group", () => {
  test.each([
    ["named like an id", { GroupName: "sg-mine" }, "InvalidParameterValue"],
    ["named default", { GroupName: "default" }, "InvalidGroup.Reserved"],
    ["without a description", { Description: "" }, "MissingParameter"],
    ["with words AWS does not take", { Description: "für alle" }, "InvalidParameterValue"],
    ["in no VPC", { VpcId: "vpc-1" }, "InvalidVpcID.NotFound"],
    ["that is there already", { GroupName: "there" }, "InvalidGroup.Duplicate"],
  ])("%s is refused", async (_, input, code) => {
    const { call, VpcId } = await network();
    await made.group(call, VpcId, "there");
    await expect(
      ec2(call, "CreateSecurityGroup", { VpcId, GroupName: "web", Description: "of a test", ...input }),
    ).rejects.toEqual(fault(code));
  });

  test("without a VPC is the default VPC's, where its name is enough", async () => {
    const { call } = recordsAlone();
    const id = await made.group(call, undefined, "web");
    const { Vpcs } = await ec2<DescribeVpcsResult>(call, "DescribeVpcs", { Filters: [{ Name: "is-default", Values: ["true"] }] });
    expect((await described(call, id)).VpcId).toBe(Vpcs?.[0]?.VpcId);
    const one = { GroupName: "web", IpProtocol: "tcp", FromPort: 22, ToPort: 22, CidrIp: "198.18.0.0/15" };
    await ec2(call, "AuthorizeSecurityGroupIngress", one);
    await ec2(call, "AuthorizeSecurityGroupIngress", { GroupName: "web", SourceSecurityGroupName: "default" });
    expect((await described(call, id)).IpPermissions).toMatchObject([
      { IpProtocol: "tcp", FromPort: 22, IpRanges: [{ CidrIp: "198.18.0.0/15" }] },
      { IpProtocol: "-1", UserIdGroupPairs: [{ UserId: "000000000000" }] },
    ]);
    await ec2(call, "RevokeSecurityGroupIngress", one);
    // Here alone a rule that is not there is no error.
    expect(await ec2<RevokeSecurityGroupIngressResult>(call, "RevokeSecurityGroupIngress", one)).toMatchObject({
      UnknownIpPermissions: [{ FromPort: 22 }],
      RevokedSecurityGroupRules: [],
    });
    await ec2(call, "DeleteSecurityGroup", { GroupName: "web" });
    await expect(ec2(call, "DescribeSecurityGroups", { GroupNames: ["web"] })).rejects.toEqual(
      fault("InvalidGroup.NotFound", /default VPC/),
    );
  });
});

describe("rules", () => {
  test.each<[what: string, rule: IpPermission, code: string, message?: RegExp]>([
    ["for IPv6", { IpProtocol: "tcp", FromPort: 80, ToPort: 80, Ipv6Ranges: [{ CidrIpv6: "::/0" }] }, "NotImplemented", /IPv6/],
    ["for icmpv6", { ...http("0.0.0.0/0"), IpProtocol: "icmpv6" }, "NotImplemented", /IPv6/],
    ["for nobody", { IpProtocol: "tcp", FromPort: 80, ToPort: 80 }, "MissingParameter"],
    ["for ICMP without a type", { IpProtocol: "icmp", IpRanges: [{ CidrIp: "0.0.0.0/0" }] }, "InvalidParameterValue", /ICMP/],
    ["for a code of every type", { ...http("0.0.0.0/0"), IpProtocol: "icmp", FromPort: -1, ToPort: 3 }, "InvalidParameterValue"],
    ["for a port that can't be", { ...http("0.0.0.0/0"), ToPort: 65536 }, "InvalidParameterValue", /port range/],
    ["for a protocol that can't be", { ...http("0.0.0.0/0"), IpProtocol: "256" }, "InvalidParameterValue", /protocol/],
    ["twice in a request", http("10.0.0.0/8", "10.1.2.3/8"), "InvalidParameterValue", /multiple times/],
    ["that is there", http("192.0.2.7/24"), "InvalidPermission.Duplicate", /peer: 192.0.2.0\/24, TCP, from port: 80/],
    ["with a group that is not there", { IpProtocol: "-1", UserIdGroupPairs: [{ GroupId: "sg-1" }] }, "InvalidGroup.NotFound"],
    [
      "with a list that is not there",
      { IpProtocol: "-1", PrefixListIds: [{ PrefixListId: "pl-1" }] },
      "InvalidPrefixListID.NotFound",
    ],
    [
      "with another account's group",
      { IpProtocol: "-1", UserIdGroupPairs: [{ GroupId: "sg-1", UserId: "123456789012" }] },
      "NotImplemented",
      /another account/,
    ],
    [
      "in words AWS does not take",
      { IpProtocol: "-1", IpRanges: [{ CidrIp: "10.0.0.0/8", Description: "büro" }] },
      "InvalidParameterValue",
      /description/,
    ],
    ["beyond sixty", http(...Array.from({ length: 60 }, (_, n) => `10.0.${n}.0/24`)), "RulesPerSecurityGroupLimitExceeded"],
  ])("%s are refused, and nothing is added", async (_, rule, code, message) => {
    const { call, VpcId } = await network();
    const GroupId = await made.group(call, VpcId, "web");
    await allow(call, GroupId, http("192.0.2.0/24"));
    await expect(allow(call, GroupId, rule)).rejects.toEqual(fault(code, message));
    expect((await described(call, GroupId)).IpPermissions).toHaveLength(1);
  });

  test("have ids, words and tags of their own, change in place and go by id", async () => {
    const { call, asked, VpcId } = await network();
    const GroupId = await made.group(call, VpcId, "web");
    const { SecurityGroupRules } = await ec2<AuthorizeSecurityGroupIngressResult>(call, "AuthorizeSecurityGroupIngress", {
      GroupId,
      IpPermissions: [
        http("10.0.0.0/8", "192.0.2.0/24"),
        { IpProtocol: "1", FromPort: 8, ToPort: -1, IpRanges: [{ CidrIp: "0.0.0.0/0" }] },
      ],
      TagSpecifications: [{ ResourceType: "security-group-rule", Tags: [{ Key: "of", Value: "test" }] }],
    });
    const [first = "", second = ""] = SecurityGroupRules?.map((rule) => rule.SecurityGroupRuleId ?? "") ?? [];
    const rules = async (input: object) =>
      (await ec2<DescribeSecurityGroupRulesResult>(call, "DescribeSecurityGroupRules", input)).SecurityGroupRules ?? [];
    expect(await rules({ Filters: [{ Name: "tag:of", Values: ["t*"] }] })).toHaveLength(3);
    expect(await rules({ Filters: [{ Name: "group-id", Values: [GroupId] }] })).toHaveLength(4);
    asked.length = 0;
    await ec2(call, "ModifySecurityGroupRules", {
      GroupId,
      SecurityGroupRules: [
        {
          SecurityGroupRuleId: first,
          SecurityGroupRule: { IpProtocol: "tcp", FromPort: 443, ToPort: 443, CidrIpv4: "10.0.0.0/9" },
        },
      ],
    });
    expect(asked).toEqual([`network ${VpcId}`]);
    const modify = (SecurityGroupRule: object) =>
      ec2(call, "ModifySecurityGroupRules", { GroupId, SecurityGroupRules: [{ SecurityGroupRuleId: first, SecurityGroupRule }] });
    const update = { SecurityGroupRuleId: first, SecurityGroupRule: { IpProtocol: "-1", CidrIpv4: "192.0.2.0/24" } };
    await expect(ec2(call, "ModifySecurityGroupRules", { GroupId })).rejects.toEqual(fault("MissingParameter"));
    await expect(ec2(call, "ModifySecurityGroupRules", { GroupId, SecurityGroupRules: [update, update] })).rejects.toEqual(
      fault("InvalidParameterValue", /once/),
    );
    await expect(modify({ IpProtocol: "-1", ReferencedGroupId: GroupId })).rejects.toEqual(
      fault("InvalidParameterValue", /rule type/),
    );
    await expect(modify({ IpProtocol: "tcp", FromPort: 80, ToPort: 80, CidrIpv4: "192.0.2.0/24" })).rejects.toEqual(
      fault("InvalidParameterValue", /multiple times/),
    );
    await ec2(call, "UpdateSecurityGroupRuleDescriptionsIngress", {
      GroupId,
      IpPermissions: [{ ...http(), IpRanges: [{ CidrIp: "192.0.2.0/24", Description: "an office" }] }],
    });
    await ec2(call, "UpdateSecurityGroupRuleDescriptionsIngress", {
      SecurityGroupRuleDescriptions: [{ SecurityGroupRuleId: first, Description: "within" }],
    });
    expect(await rules({ SecurityGroupRuleIds: [first] })).toMatchObject([
      { CidrIpv4: "10.0.0.0/9", FromPort: 443, Description: "within", Tags: [{ Key: "of", Value: "test" }] },
    ]);
    expect(await rules({ SecurityGroupRuleIds: [second] })).toMatchObject([{ Description: "an office" }]);
    const revoke = () => ec2(call, "RevokeSecurityGroupIngress", { GroupId, SecurityGroupRuleIds: [first] });
    await revoke();
    await expect(revoke()).rejects.toEqual(fault("InvalidSecurityGroupRuleId.NotFound"));
  });

  test("a rule for IPv6 that AWS would have made is not there to be revoked", async () => {
    const { call, VpcId } = await network();
    const GroupId = await made.group(call, VpcId, "web");
    await expect(
      ec2(call, "RevokeSecurityGroupEgress", {
        GroupId,
        IpPermissions: [{ IpProtocol: "-1", Ipv6Ranges: [{ CidrIpv6: "::/0" }] }],
      }),
    ).rejects.toEqual(fault("InvalidPermission.NotFound"));
  });

  test("a prefix list counts as its largest size, and stands for its entries", async () => {
    const { call, VpcId } = await network();
    const GroupId = await made.group(call, VpcId, "web");
    const list = async (PrefixListName: string, MaxEntries: number) =>
      (
        await ec2<CreateManagedPrefixListResult>(call, "CreateManagedPrefixList", {
          PrefixListName,
          MaxEntries,
          AddressFamily: "IPv4",
          Entries: [{ Cidr: "198.18.1.0/24" }, { Cidr: "198.18.2.0/24" }],
        })
      ).PrefixList?.PrefixListId;
    const [small, large] = [await list("small", 20), await list("large", 41)];
    const ssh = (PrefixListId?: string): IpPermission => ({
      ...http(),
      FromPort: 22,
      ToPort: 22,
      PrefixListIds: [{ PrefixListId }],
    });
    await allow(call, GroupId, ssh(small));
    await expect(allow(call, GroupId, ssh(large))).rejects.toEqual(fault("RulesPerSecurityGroupLimitExceeded"));
    const spec = vpcSpec(call.records, VpcId)?.securityGroups.find((group) => group.groupId === GroupId);
    expect(spec?.ingress.map(({ peer }) => peer)).toEqual([{ cidr: "198.18.1.0/24" }, { cidr: "198.18.2.0/24" }]);
    expect((await described(call, GroupId)).IpPermissions).toMatchObject([{ PrefixListIds: [{ PrefixListId: small }] }]);
  });

  test("a group of another VPC is named only across an active peering, whose members it then is", async () => {
    const { call, VpcId } = await network();
    const PeerVpcId = await made.vpc(call, "10.1.0.0/16");
    const [web, theirs] = [await made.group(call, VpcId, "web"), await made.group(call, PeerVpcId, "theirs")];
    const pair: IpPermission = { IpProtocol: "-1", UserIdGroupPairs: [{ GroupId: theirs }] };
    await expect(allow(call, web, pair)).rejects.toEqual(fault("InvalidGroup.NotFound", /different networks/));
    const VpcPeeringConnectionId = await made.peering(call, VpcId, PeerVpcId);
    await expect(allow(call, web, pair)).rejects.toEqual(fault("InvalidGroup.NotFound"));
    await ec2(call, "AcceptVpcPeeringConnection", { VpcPeeringConnectionId });
    await allow(call, web, pair);
    expect((await described(call, web)).IpPermissions?.[0]?.UserIdGroupPairs).toEqual([
      {
        GroupId: theirs,
        UserId: "000000000000",
        VpcId: PeerVpcId,
        VpcPeeringConnectionId,
        PeeringStatus: "active",
        Description: undefined,
      },
    ]);
    const member = await made.nic(call, await made.subnet(call, PeerVpcId, "10.1.1.0/24"), { Groups: [theirs] });
    expect(vpcSpec(call.records, VpcId)?.peerings?.[0]?.peer.groups).toEqual([{ groupId: theirs, addresses: ["10.1.1.4"] }]);
    await expect(ec2(call, "DeleteSecurityGroup", { GroupId: theirs })).rejects.toEqual(fault("DependencyViolation"));
    await ec2(call, "DeleteNetworkInterface", { NetworkInterfaceId: member });
    await ec2(call, "DeleteSecurityGroup", { GroupId: theirs });
    expect(vpcSpec(call.records, VpcId)?.peerings?.[0]?.peer.groups).toEqual([]);
  });

  test.each<[what: string, stated: object, code?: string]>([
    ["its VPC and its connection", {}],
    ["another VPC", { VpcId: "vpc-1" }, "InvalidGroup.NotFound"],
    ["another connection", { VpcPeeringConnectionId: "pcx-1" }, "InvalidParameterValue"],
    ["a connection, and is of the same VPC", { VpcId: undefined, GroupName: "own" }, "InvalidParameterValue"],
  ])("a rule says of the group that it names %s", async (_what, stated, code) => {
    const { call, VpcId } = await network();
    const PeerVpcId = await made.vpc(call, "10.1.0.0/16");
    const [web, theirs] = [await made.group(call, VpcId, "web"), await made.group(call, PeerVpcId, "theirs")];
    const VpcPeeringConnectionId = await made.peering(call, VpcId, PeerVpcId);
    await ec2(call, "AcceptVpcPeeringConnection", { VpcPeeringConnectionId });
    const GroupId = "GroupName" in stated ? web : theirs;
    const pair = { VpcId: PeerVpcId, VpcPeeringConnectionId, ...stated, GroupName: undefined, GroupId };
    const permission: IpPermission = { IpProtocol: "-1", UserIdGroupPairs: [pair] };
    if (code !== undefined) return expect(allow(call, web, permission)).rejects.toEqual(fault(code));
    await allow(call, web, permission);
    // A rule that the deletion of the connection made stale is revoked by what it said.
    await ec2(call, "DeleteVpcPeeringConnection", { VpcPeeringConnectionId });
    await ec2(call, "RevokeSecurityGroupIngress", { GroupId: web, IpPermissions: [permission] });
    expect((await described(call, web)).IpPermissions).toEqual([]);
  });

  test.each([
    ["ip-permission.cidr", "10.0.0.0/8", 1],
    ["ip-permission.from-port", "80", 1],
    ["ip-permission.protocol", "tcp", 1],
    ["egress.ip-permission.protocol", "-1", 2],
    ["group-name", "w*", 1],
    ["ip-permission.ipv6-cidr", "::/0", 0],
  ])("groups are found by %s=%s", async (Name, value, found) => {
    const { call, VpcId } = await network();
    await allow(call, await made.group(call, VpcId, "web"), http("10.0.0.0/8"));
    const { SecurityGroups } = await ec2<DescribeSecurityGroupsResult>(call, "DescribeSecurityGroups", {
      Filters: [{ Name, Values: [value] }],
    });
    expect(SecurityGroups).toHaveLength(found);
  });
});
