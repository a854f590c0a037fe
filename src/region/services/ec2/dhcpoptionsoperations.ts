import type {
  AssociateDhcpOptionsCommandInput,
  CreateDhcpOptionsCommandInput,
  CreateDhcpOptionsCommandOutput,
  DeleteDhcpOptionsCommandInput,
  DescribeDhcpOptionsCommandInput,
  DescribeDhcpOptionsCommandOutput,
  DhcpOptions as ApiDhcpOptions,
  NewDhcpConfiguration,
} from "@aws-sdk/client-ec2";
import type { Call } from "../../operations/call.js";
import { enforced, states, within } from "../../operations/members.js";
import { operation, type Operation } from "../../operations/operation.js";
import {
  amazonOptions,
  associateDhcpOptions,
  createDhcpOptions,
  deleteDhcpOptions,
  dhcpConfiguration,
  dhcpNotes,
} from "./dhcpoptions.js";
import { describeRules, select } from "./lists.js";
import { DhcpOptionsSets, type DhcpOptions } from "./records.js";
import { tagList, tagsAtCreation, tagSpecifications } from "./tags.js";

const describe = (call: Call, set: DhcpOptions): ApiDhcpOptions => ({
  DhcpOptionsId: set.dhcpOptionsId,
  OwnerId: call.accountId,
  DhcpConfigurations: Object.entries(set.options).map(([Key, values]) => ({ Key, Values: values.map((Value) => ({ Value })) })),
  Tags: tagList(set.tags),
});

export const dhcpOptionsOperations: readonly Operation[] = [
  operation<CreateDhcpOptionsCommandInput, CreateDhcpOptionsCommandOutput>(
    "ec2",
    "CreateDhcpOptions",
    {
      DhcpConfigurations: within<NewDhcpConfiguration>({ Key: enforced, Values: enforced }),
      TagSpecifications: tagSpecifications,
      DryRun: states(false),
    },
    (call, input) => {
      const options = dhcpConfiguration((input.DhcpConfigurations ?? []).map(({ Key, Values }) => [Key, Values ?? []]));
      return {
        DhcpOptions: describe(call, createDhcpOptions(call, options, tagsAtCreation(input.TagSpecifications, "dhcp-options"))),
      };
    },
    (input) =>
      (input.DhcpConfigurations ?? []).flatMap(({ Key = "" }, index) =>
        Key in dhcpNotes
          ? [{ path: `DhcpConfigurations.${index + 1}`, because: `${Key}: ${dhcpNotes[Key as keyof typeof dhcpNotes]}` }]
          : [],
      ),
  ),
  operation<DescribeDhcpOptionsCommandInput, DescribeDhcpOptionsCommandOutput>(
    "ec2",
    "DescribeDhcpOptions",
    { ...describeRules, DhcpOptionsIds: enforced },
    (call, input) => {
      const { page, NextToken } = select([amazonOptions(call), ...call.records.list(DhcpOptionsSets)], input, {
        id: (set) => set.dhcpOptionsId,
        ids: input.DhcpOptionsIds,
        notFound: ["InvalidDhcpOptionID.NotFound", "dhcpOption ID"],
        filters: {
          "dhcp-options-id": (set) => set.dhcpOptionsId,
          key: (set) => Object.keys(set.options),
          value: (set) => Object.values(set.options).flat(),
          "owner-id": () => call.accountId,
        },
      });
      return { DhcpOptions: page.map((set) => describe(call, set)), NextToken };
    },
  ),
  operation<AssociateDhcpOptionsCommandInput, object>(
    "ec2",
    "AssociateDhcpOptions",
    { DhcpOptionsId: enforced, VpcId: enforced, DryRun: states(false) },
    (call, input) => {
      associateDhcpOptions(call, input.VpcId ?? "", input.DhcpOptionsId ?? "");
      return {};
    },
  ),
  operation<DeleteDhcpOptionsCommandInput, object>(
    "ec2",
    "DeleteDhcpOptions",
    { DhcpOptionsId: enforced, DryRun: states(false) },
    (call, input) => {
      deleteDhcpOptions(call, input.DhcpOptionsId ?? "");
      return {};
    },
  ),
];
