import type {
  CreateNetworkAclCommandInput,
  CreateNetworkAclCommandOutput,
  CreateNetworkAclEntryCommandInput,
  DeleteNetworkAclCommandInput,
  DeleteNetworkAclEntryCommandInput,
  DescribeNetworkAclsCommandInput,
  DescribeNetworkAclsCommandOutput,
  NetworkAcl as ApiNetworkAcl,
  ReplaceNetworkAclAssociationCommandInput,
  ReplaceNetworkAclAssociationCommandOutput,
  ReplaceNetworkAclEntryCommandInput,
} from "@aws-sdk/client-ec2";
import type { Call } from "../../operations/call.js";
import { enforced, states, within } from "../../operations/members.js";
import { operation, type Operation } from "../../operations/operation.js";
import { describeRules, select } from "./lists.js";
import { entryView, shownEntries, type EntryWish } from "./networkaclentries.js";
import {
  associationsOf,
  createEntry,
  createNetworkAcl,
  deleteEntry,
  deleteNetworkAcl,
  replaceAssociation,
  replaceEntry,
} from "./networkacls.js";
import { NetworkAcls, type NetworkAcl, type NetworkAclEntry } from "./records.js";
import { tagList, tagsAtCreation, tagSpecifications } from "./tags.js";

const describe = (call: Call, acl: NetworkAcl): ApiNetworkAcl => ({
  NetworkAclId: acl.networkAclId,
  VpcId: acl.vpcId,
  OwnerId: call.accountId,
  IsDefault: acl.isDefault,
  Entries: shownEntries(acl).map(entryView),
  Associations: associationsOf(call, acl).map((association) => ({
    NetworkAclAssociationId: association.associationId,
    NetworkAclId: association.networkAclId,
    SubnetId: association.subnetId,
  })),
  Tags: tagList(acl.tags),
});

// An IPv6 block is refused by name, being without a rule.
const entryRules = {
  NetworkAclId: enforced,
  RuleNumber: enforced,
  Egress: enforced,
  RuleAction: enforced,
  Protocol: enforced,
  CidrBlock: enforced,
  PortRange: within({ From: enforced, To: enforced }),
  IcmpTypeCode: within({ Type: enforced, Code: enforced }),
  DryRun: states(false),
};

const entryOf = (input: CreateNetworkAclEntryCommandInput): EntryWish => ({
  ruleNumber: input.RuleNumber,
  egress: input.Egress ?? false,
  action: input.RuleAction,
  protocol: input.Protocol,
  cidr: input.CidrBlock,
  fromPort: input.PortRange?.From,
  toPort: input.PortRange?.To,
  icmpType: input.IcmpTypeCode?.Type,
  icmpCode: input.IcmpTypeCode?.Code,
});

const ofEntries =
  (read: (entry: NetworkAclEntry) => string | number | boolean | undefined) =>
  (acl: NetworkAcl): string[] =>
    shownEntries(acl).flatMap((entry) => {
      const value = read(entry);
      return value === undefined ? [] : [String(value)];
    });

export const networkAclOperations: readonly Operation[] = [
  operation<CreateNetworkAclCommandInput, CreateNetworkAclCommandOutput>(
    "ec2",
    "CreateNetworkAcl",
    { VpcId: enforced, TagSpecifications: tagSpecifications, DryRun: states(false) },
    (call, input) => ({
      NetworkAcl: describe(
        call,
        createNetworkAcl(call, { vpcId: input.VpcId ?? "", tags: tagsAtCreation(input.TagSpecifications, "network-acl") }),
      ),
    }),
  ),
  operation<DeleteNetworkAclCommandInput, object>(
    "ec2",
    "DeleteNetworkAcl",
    { NetworkAclId: enforced, DryRun: states(false) },
    (call, input) => {
      deleteNetworkAcl(call, input.NetworkAclId ?? "");
      return {};
    },
  ),
  operation<DescribeNetworkAclsCommandInput, DescribeNetworkAclsCommandOutput>(
    "ec2",
    "DescribeNetworkAcls",
    { ...describeRules, NetworkAclIds: enforced },
    (call, input) => {
      const { page, NextToken } = select(call.records.list(NetworkAcls), input, {
        id: (acl) => acl.networkAclId,
        ids: input.NetworkAclIds,
        notFound: ["InvalidNetworkAclID.NotFound", "networkAcl ID"],
        filters: {
          "network-acl-id": (acl) => acl.networkAclId,
          "vpc-id": (acl) => acl.vpcId,
          "owner-id": () => call.accountId,
          default: (acl) => String(acl.isDefault),
          "association.association-id": (acl) => associationsOf(call, acl).map((each) => each.associationId),
          "association.network-acl-id": (acl) => associationsOf(call, acl).map((each) => each.networkAclId),
          "association.subnet-id": (acl) => associationsOf(call, acl).map((each) => each.subnetId),
          "entry.cidr": ofEntries((entry) => entry.cidr),
          "entry.egress": ofEntries((entry) => entry.egress),
          "entry.icmp.code": ofEntries((entry) => entry.icmpCode),
          "entry.icmp.type": ofEntries((entry) => entry.icmpType),
          "entry.ipv6-cidr": () => undefined,
          "entry.port-range.from": ofEntries((entry) => entry.fromPort),
          "entry.port-range.to": ofEntries((entry) => entry.toPort),
          "entry.protocol": ofEntries((entry) => entry.protocol),
          "entry.rule-action": ofEntries((entry) => entry.action),
          "entry.rule-number": ofEntries((entry) => entry.ruleNumber),
        },
      });
      return { NetworkAcls: page.map((acl) => describe(call, acl)), NextToken };
    },
  ),
  operation<CreateNetworkAclEntryCommandInput, object>("ec2", "CreateNetworkAclEntry", entryRules, async (call, input) => {
    await createEntry(call, input.NetworkAclId ?? "", entryOf(input));
    return {};
  }),
  operation<ReplaceNetworkAclEntryCommandInput, object>("ec2", "ReplaceNetworkAclEntry", entryRules, async (call, input) => {
    await replaceEntry(call, input.NetworkAclId ?? "", entryOf(input));
    return {};
  }),
  operation<DeleteNetworkAclEntryCommandInput, object>(
    "ec2",
    "DeleteNetworkAclEntry",
    { NetworkAclId: enforced, RuleNumber: enforced, Egress: enforced, DryRun: states(false) },
    async (call, input) => {
      await deleteEntry(call, input.NetworkAclId ?? "", input.Egress ?? false, input.RuleNumber ?? 0);
      return {};
    },
  ),
  operation<ReplaceNetworkAclAssociationCommandInput, ReplaceNetworkAclAssociationCommandOutput>(
    "ec2",
    "ReplaceNetworkAclAssociation",
    { AssociationId: enforced, NetworkAclId: enforced, DryRun: states(false) },
    async (call, input) => ({
      NewAssociationId: await replaceAssociation(call, input.AssociationId ?? "", input.NetworkAclId ?? ""),
    }),
  ),
];
