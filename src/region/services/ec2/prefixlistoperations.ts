import type {
  AddPrefixListEntry,
  CreateManagedPrefixListCommandInput,
  CreateManagedPrefixListCommandOutput,
  DeleteManagedPrefixListCommandInput,
  DeleteManagedPrefixListCommandOutput,
  DescribeManagedPrefixListsCommandInput,
  DescribeManagedPrefixListsCommandOutput,
  DescribePrefixListsCommandInput,
  DescribePrefixListsCommandOutput,
  GetManagedPrefixListAssociationsCommandInput,
  GetManagedPrefixListAssociationsCommandOutput,
  GetManagedPrefixListEntriesCommandInput,
  GetManagedPrefixListEntriesCommandOutput,
  ManagedPrefixList,
  ModifyManagedPrefixListCommandInput,
  ModifyManagedPrefixListCommandOutput,
  RemovePrefixListEntry,
} from "@aws-sdk/client-ec2";
import type { Call } from "../../operations/call.js";
import { NotModelled, ServiceFault } from "../../operations/fault.js";
import { enforced, states, within } from "../../operations/members.js";
import { operation, type Operation } from "../../operations/operation.js";
import { describeRules, select } from "./lists.js";
import {
  createPrefixList,
  deletePrefixList,
  modifyPrefixList,
  noSuchList,
  s3Cidrs,
  s3PrefixListId,
  s3ServiceName,
  thePrefixList,
  usersOf,
  type Entry,
} from "./prefixlists.js";
import { PrefixLists, type PrefixList } from "./records.js";
import { tagList, tagsAtCreation, tagSpecifications } from "./tags.js";

/** AWS's own list of S3, in the form of one of the account's. It is no record, and has no greatest size. */
const s3List = (call: Call): PrefixList => ({
  prefixListId: s3PrefixListId(call.regionName),
  prefixListName: s3ServiceName(call.regionName),
  maxEntries: 0,
  version: 1,
  entries: s3Cidrs.map((cidr) => ({ cidr })),
  tags: {},
});

const isS3s = (call: Call, list: PrefixList): boolean => list.prefixListId === s3PrefixListId(call.regionName);
const ownerOf = (call: Call, list: PrefixList): string => (isS3s(call, list) ? "AWS" : call.accountId);

const describe = (call: Call, list: PrefixList, state?: "delete-complete"): ManagedPrefixList => ({
  PrefixListId: list.prefixListId,
  PrefixListArn: `arn:aws:ec2:${call.regionName}:${isS3s(call, list) ? "aws" : call.accountId}:prefix-list/${list.prefixListId}`,
  PrefixListName: list.prefixListName,
  AddressFamily: "IPv4",
  State: state ?? (list.modified === true ? "modify-complete" : "create-complete"),
  OwnerId: ownerOf(call, list),
  ...(isS3s(call, list) ? {} : { MaxEntries: list.maxEntries, Version: list.version }),
  Tags: tagList(list.tags),
});

const entriesOf = (sent: readonly AddPrefixListEntry[] | undefined): Entry[] =>
  (sent ?? []).map(({ Cidr, Description }) => ({
    cidr: Cidr ?? "",
    ...(Description === undefined ? {} : { description: Description }),
  }));

/** A list as it is now: of older versions nothing is kept. */
function atVersion(call: Call, id: string | undefined, version: number | undefined): PrefixList {
  const list = id === s3PrefixListId(call.regionName) ? s3List(call) : thePrefixList(call, id);
  if (version === undefined || version === list.version) return list;
  if (version > list.version || version < 1)
    throw new ServiceFault("InvalidParameterValue", `Prefix list ${list.prefixListId} has no version ${version}.`);
  throw new NotModelled(`older versions of a prefix list (${version} of ${list.prefixListId}, which is at ${list.version})`);
}

const addRules = within<AddPrefixListEntry>({ Cidr: enforced, Description: enforced });

export const prefixListOperations: readonly Operation[] = [
  operation<CreateManagedPrefixListCommandInput, CreateManagedPrefixListCommandOutput>(
    "ec2",
    "CreateManagedPrefixList",
    {
      PrefixListName: enforced,
      Entries: addRules,
      MaxEntries: enforced,
      AddressFamily: states("IPv4"),
      TagSpecifications: tagSpecifications,
      DryRun: states(false),
    },
    (call, input) => {
      if (input.MaxEntries === undefined)
        throw new ServiceFault("MissingParameter", "The request must contain the parameter MaxEntries");
      const list = createPrefixList(call, {
        name: input.PrefixListName ?? "",
        maxEntries: input.MaxEntries,
        entries: entriesOf(input.Entries),
        tags: tagsAtCreation(input.TagSpecifications, "prefix-list"),
      });
      return { PrefixList: describe(call, list) };
    },
  ),
  operation<ModifyManagedPrefixListCommandInput, ModifyManagedPrefixListCommandOutput>(
    "ec2",
    "ModifyManagedPrefixList",
    {
      PrefixListId: enforced,
      CurrentVersion: enforced,
      PrefixListName: enforced,
      AddEntries: addRules,
      RemoveEntries: within<RemovePrefixListEntry>({ Cidr: enforced }),
      MaxEntries: enforced,
      DryRun: states(false),
    },
    async (call, input) => ({
      PrefixList: describe(
        call,
        await modifyPrefixList(call, input.PrefixListId ?? "", {
          name: input.PrefixListName,
          maxEntries: input.MaxEntries,
          currentVersion: input.CurrentVersion,
          add: entriesOf(input.AddEntries),
          remove: (input.RemoveEntries ?? []).map(({ Cidr }) => Cidr ?? ""),
        }),
      ),
    }),
  ),
  operation<DeleteManagedPrefixListCommandInput, DeleteManagedPrefixListCommandOutput>(
    "ec2",
    "DeleteManagedPrefixList",
    { PrefixListId: enforced, DryRun: states(false) },
    (call, input) => ({ PrefixList: describe(call, deletePrefixList(call, input.PrefixListId ?? ""), "delete-complete") }),
  ),
  operation<DescribeManagedPrefixListsCommandInput, DescribeManagedPrefixListsCommandOutput>(
    "ec2",
    "DescribeManagedPrefixLists",
    { ...describeRules, PrefixListIds: enforced },
    (call, input) => {
      const { page, NextToken } = select([s3List(call), ...call.records.list(PrefixLists)], input, {
        id: (list) => list.prefixListId,
        ids: input.PrefixListIds,
        notFound: ["InvalidPrefixListID.NotFound", "prefix list ID"],
        filters: {
          "prefix-list-id": (list) => list.prefixListId,
          "prefix-list-name": (list) => list.prefixListName,
          "owner-id": (list) => ownerOf(call, list),
        },
      });
      return { PrefixLists: page.map((list) => describe(call, list)), NextToken };
    },
  ),
  operation<GetManagedPrefixListEntriesCommandInput, GetManagedPrefixListEntriesCommandOutput>(
    "ec2",
    "GetManagedPrefixListEntries",
    { PrefixListId: enforced, TargetVersion: enforced, MaxResults: enforced, NextToken: enforced, DryRun: states(false) },
    (call, input) => {
      const list = atVersion(call, input.PrefixListId, input.TargetVersion);
      const { page, NextToken } = select(list.entries, input, {
        id: (entry) => entry.cidr,
        notFound: ["InvalidParameterValue", "entry"],
        filters: {},
      });
      return { Entries: page.map(({ cidr, description }) => ({ Cidr: cidr, Description: description })), NextToken };
    },
  ),
  operation<GetManagedPrefixListAssociationsCommandInput, GetManagedPrefixListAssociationsCommandOutput>(
    "ec2",
    "GetManagedPrefixListAssociations",
    { PrefixListId: enforced, MaxResults: enforced, NextToken: enforced, DryRun: states(false) },
    (call, input) => {
      const { prefixListId } = atVersion(call, input.PrefixListId, undefined);
      const { page, NextToken } = select(usersOf(call, prefixListId), input, {
        id: (user) => user.resourceId,
        notFound: ["InvalidParameterValue", "resource"],
        filters: {},
      });
      return {
        PrefixListAssociations: page.map((user) => ({ ResourceId: user.resourceId, ResourceOwner: call.accountId })),
        NextToken,
      };
    },
  ),
  operation<DescribePrefixListsCommandInput, DescribePrefixListsCommandOutput>(
    "ec2",
    "DescribePrefixLists",
    { ...describeRules, PrefixListIds: enforced },
    (call, input) => {
      const unknown = input.PrefixListIds?.find((id) => id !== s3PrefixListId(call.regionName));
      if (unknown !== undefined) throw noSuchList(unknown);
      // Of AWS's own services alone: the account's lists are managed prefix lists.
      const { page, NextToken } = select([s3List(call)], input, {
        id: (list) => list.prefixListId,
        ids: input.PrefixListIds,
        notFound: ["InvalidPrefixListID.NotFound", "prefix list ID"],
        filters: { "prefix-list-id": (list) => list.prefixListId, "prefix-list-name": (list) => list.prefixListName },
      });
      return {
        PrefixLists: page.map((list) => ({
          PrefixListId: list.prefixListId,
          PrefixListName: list.prefixListName,
          Cidrs: list.entries.map(({ cidr }) => cidr),
        })),
        NextToken,
      };
    },
  ),
];
