import type { DescribeSubnetsResult, DescribeTagsResult, Tag } from "@aws-sdk/client-ec2";
import { describe, expect, test } from "vitest";
import type { Call } from "../../../../src/region/operations/call.js";
import { setTags } from "../../../../src/region/services/ec2/tagging.js";
import { SecurityGroups } from "../../../../src/region/services/ec2/records.js";
import { fault } from "./fault.js";
import { ec2, made, network } from "./network-support.js";

const tagsOf = async (call: Call, id: string): Promise<Record<string, string | undefined>> => {
  const { Tags } = await ec2<DescribeTagsResult>(call, "DescribeTags", { Filters: [{ Name: "resource-id", Values: [id] }] });
  return Object.fromEntries((Tags ?? []).map(({ Key = "", Value }) => [Key, Value]));
};
const many = (count: number, from = 0): Tag[] => Array.from({ length: count }, (_, n) => ({ Key: `k${from + n}`, Value: "v" }));

describe("tags", () => {
  test.each([
    ["a key that AWS keeps for itself", [{ Key: "aws:mine", Value: "" }], "InvalidParameterValue", /reserved/],
    ["a key twice", [{ Key: "a" }, { Key: "a" }], "InvalidParameterValue", /Duplicate/],
    ["an empty key", [{ Key: "" }], "InvalidParameterValue", /empty/],
    ["a long key", [{ Key: "k".repeat(129) }], "InvalidParameterValue", /128/],
    ["a long value", [{ Key: "k", Value: "v".repeat(257) }], "InvalidParameterValue", /256/],
    ["more than fifty", many(51), "TagLimitExceeded", /maximum/],
    ["none", [], "MissingParameter", /tag/],
  ])("%s is refused", async (_, Tags, code, message) => {
    const { call, VpcId } = await network();
    await expect(ec2(call, "CreateTags", { Resources: [VpcId], Tags })).rejects.toEqual(fault(code, message));
    expect(await tagsOf(call, VpcId)).toEqual({});
  });

  test("the fifty-first is refused, another value for a key that is there is not", async () => {
    const { call, VpcId } = await network();
    await ec2(call, "CreateTags", { Resources: [VpcId], Tags: many(50) });
    await expect(ec2(call, "CreateTags", { Resources: [VpcId], Tags: many(1, 50) })).rejects.toEqual(fault("TagLimitExceeded"));
    await ec2(call, "CreateTags", { Resources: [VpcId], Tags: [{ Key: "k7", Value: "other" }] });
    expect((await tagsOf(call, VpcId))["k7"]).toBe("other");
  });

  test.each([
    ["vpc-0123456789abcdef0", "InvalidVpcID.NotFound"],
    ["eni-0123456789abcdef0", "InvalidNetworkInterfaceID.NotFound"],
    ["sgr-0123456789abcdef0", "InvalidSecurityGroupRuleId.NotFound"],
    ["thing-1", "InvalidID"],
  ])("with %s among the resources none is tagged", async (missing, code) => {
    const { call, VpcId } = await network();
    await expect(ec2(call, "CreateTags", { Resources: [VpcId, missing], Tags: many(1) })).rejects.toEqual(fault(code));
    expect(await tagsOf(call, VpcId)).toEqual({});
  });

  test("everything of the network takes them, rules of one group at once too", async () => {
    const { call, VpcId, SubnetId } = await network();
    const group = await made.group(call, VpcId, "web");
    await ec2(call, "AuthorizeSecurityGroupIngress", {
      GroupId: group,
      IpPermissions: [{ IpProtocol: "-1", IpRanges: [{ CidrIp: "10.0.0.0/8" }, { CidrIp: "192.0.2.0/24" }] }],
    });
    const Resources = [
      VpcId,
      SubnetId,
      group,
      ...(call.records.get(SecurityGroups, group)?.ingress.map((rule) => rule.ruleId) ?? []),
      await made.table(call, VpcId),
      await made.gateway(call),
      await made.address(call),
      await made.nic(call, SubnetId),
      await made.peering(call, VpcId, await made.vpc(call, "10.1.0.0/16")),
    ];
    await ec2(call, "CreateTags", { Resources, Tags: [{ Key: "of", Value: "test" }] });
    const found = await ec2<DescribeTagsResult>(call, "DescribeTags", { Filters: [{ Name: "tag:of", Values: ["test"] }] });
    expect(found.Tags?.map(({ ResourceId }) => ResourceId).sort()).toEqual(Resources.sort());
    await ec2(call, "DeleteTags", { Resources, Tags: [{ Key: "of", Value: "something else" }] });
    expect(await tagsOf(call, group)).toEqual({ of: "test" });
    await ec2(call, "DeleteTags", { Resources, Tags: [{ Key: "of" }] });
    expect((await ec2<DescribeTagsResult>(call, "DescribeTags")).Tags).toEqual([]);
  });

  test("without keys all of the user's own go, and AWS's stay", async () => {
    const { call, VpcId } = await network();
    setTags(call, VpcId, { "aws:cloudformation:stack-name": "shop", mine: "1" });
    await ec2(call, "DeleteTags", { Resources: [VpcId] });
    expect(await tagsOf(call, VpcId)).toEqual({ "aws:cloudformation:stack-name": "shop" });
  });

  test.each([
    ["tag:Name", ["pub*"], 2],
    ["tag:Name", ["publi?-1"], 1],
    ["tag:Name", ["public-1", "private"], 2],
    ["tag:Name", ["lit\\*"], 1],
    ["tag-key", ["N*"], 4],
    ["tag-key", ["nothing"], 0],
  ])("subnets are found by %s of %j", async (Name, Values, found) => {
    const { call, VpcId } = await network();
    for (const [n, name] of ["public-1", "public-2", "private", "lit*"].entries())
      await ec2(call, "CreateSubnet", {
        VpcId,
        CidrBlock: `10.0.${10 + n}.0/24`,
        TagSpecifications: [{ ResourceType: "subnet", Tags: [{ Key: "Name", Value: name }] }],
      });
    const { Subnets } = await ec2<DescribeSubnetsResult>(call, "DescribeSubnets", { Filters: [{ Name, Values }] });
    expect(Subnets).toHaveLength(found);
  });
});

describe("pages", () => {
  test.each([
    [4, "InvalidParameterValue", /greater than 5/],
    [1001, "InvalidParameterValue", /less than 1000/],
  ])("of %d are refused", async (MaxResults, code, message) => {
    const { call } = await network();
    await expect(ec2(call, "DescribeSubnets", { MaxResults })).rejects.toEqual(fault(code, message));
  });

  test("follow each other to the end, and a token of nobody's is refused", async () => {
    const { call, VpcId } = await network();
    for (let n = 2; n <= 12; n++) await made.subnet(call, VpcId, `10.0.${n}.0/24`);
    const seen: (string | undefined)[] = [];
    let NextToken: string | undefined;
    do {
      const page = await ec2<DescribeSubnetsResult>(call, "DescribeSubnets", { MaxResults: 5, NextToken });
      seen.push(...(page.Subnets ?? []).map(({ CidrBlock }) => CidrBlock));
      ({ NextToken } = page);
    } while (NextToken !== undefined);
    expect(new Set(seen).size).toBe(12);
    expect(seen).toHaveLength(12);
    await expect(ec2(call, "DescribeSubnets", { NextToken: "mine" })).rejects.toEqual(fault("InvalidNextToken"));
  });

  test("a rehearsal changes nothing", async () => {
    const { call, VpcId } = await network();
    await expect(ec2(call, "DeleteVpc", { VpcId, DryRun: true })).rejects.toEqual(
      fault("DryRunOperation", /would have succeeded/),
    );
    await expect(ec2(call, "DescribeSubnets", { DryRun: true })).rejects.toMatchObject({ status: 412 });
  });
});
