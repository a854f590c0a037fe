import { createHash } from "node:crypto";
import { canonicalBlock } from "../../../addresses.js";
import { internet } from "../../../parts/fabric/spec.js";
import type { Call } from "../../operations/call.js";
import { ServiceFault } from "../../operations/fault.js";
import { put, remove } from "../../records/records.js";
import { newId } from "./ids.js";
import { checkRouteCount, checkRuleCount, sizesNow } from "./listweights.js";
import { PrefixLists, RouteTables, SecurityGroups, type PrefixList, type Tags } from "./records.js";

type Reading = Pick<Call, "records">;
export type Entry = PrefixList["entries"][number];

/** Where S3 answers in the simulated internet; hence all that its prefix list holds. */
export const s3Cidrs: readonly string[] = [internet.services];

/** AWS's own id of S3's list in the regions where templates are known to name it; elsewhere one is derived. */
const s3Ids: Readonly<Record<string, string>> = {
  "us-east-1": "pl-63a5400a",
  "us-west-2": "pl-68a54001",
  "eu-north-1": "pl-c3aa4faa",
  "eu-central-1": "pl-6ea54007",
  "eu-west-1": "pl-6da54004",
  "eu-west-2": "pl-7ca54015",
  "eu-west-3": "pl-23ad484a",
};

export const s3ServiceName = (regionName: string): string => `com.amazonaws.${regionName}.s3`;

export const s3PrefixListId = (regionName: string): string =>
  s3Ids[regionName] ?? `pl-${createHash("sha256").update(s3ServiceName(regionName)).digest("hex").slice(0, 8)}`;

/** AWS's own lists have ids of 8 digits, an account's have 17; of AWS's there is only S3's here. */
const isAmazons = (id: string): boolean => /^pl-[0-9a-f]{8}$/.test(id);

/** What a list holds at this moment; a list that is gone holds nothing. */
export const cidrsOf = ({ records }: Reading, prefixListId: string): readonly string[] =>
  isAmazons(prefixListId) ? s3Cidrs : (records.get(PrefixLists, prefixListId)?.entries ?? []).map(({ cidr }) => cidr);

/** Whether rules and routes may name it. */
export const prefixListExists = (call: Pick<Call, "records" | "regionName">, id: string): boolean =>
  id === s3PrefixListId(call.regionName) || call.records.get(PrefixLists, id) !== undefined;

const entriesAtOnce = 100;
const largest = 1000;

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateManagedPrefixList.html */
export function createPrefixList(
  call: Call,
  wish: { readonly name: string; readonly maxEntries: number; readonly entries: readonly Entry[]; readonly tags: Tags },
): PrefixList {
  checkName(wish.name);
  checkSize(wish.maxEntries);
  const entries = checked(wish.entries);
  if (entries.length > wish.maxEntries) throw full(wish.maxEntries);
  const list: PrefixList = {
    prefixListId: newId("pl"),
    prefixListName: wish.name,
    maxEntries: wish.maxEntries,
    version: 1,
    entries,
    tags: wish.tags,
  };
  call.commit(put(PrefixLists, list.prefixListId, list));
  return list;
}

export interface PrefixListChange {
  readonly name?: string | undefined;
  readonly maxEntries?: number | undefined;
  readonly currentVersion?: number | undefined;
  readonly add: readonly Entry[];
  readonly remove: readonly string[];
}

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyManagedPrefixList.html */
export async function modifyPrefixList(call: Call, prefixListId: string, change: PrefixListChange): Promise<PrefixList> {
  const list = thePrefixList(call, prefixListId);
  const changesEntries = change.add.length > 0 || change.remove.length > 0;
  if (change.name !== undefined) checkName(change.name);
  if (change.maxEntries !== undefined) {
    checkSize(change.maxEntries);
    if (changesEntries)
      throw new ServiceFault(
        "InvalidRequest",
        "You cannot modify the entries of a prefix list and modify the size of a prefix list at the same time.",
      );
    if (change.maxEntries < list.entries.length) throw full(change.maxEntries);
    if (change.maxEntries > list.maxEntries) checkUsers(call, prefixListId, change.maxEntries);
  }
  if (changesEntries && change.currentVersion !== list.version)
    throw new ServiceFault(
      "PrefixListVersionMismatch",
      `The prefix list has the incorrect version number: ${prefixListId} is at version ${list.version}, not ${change.currentVersion ?? "unset"}.`,
    );
  const entries = edited(list, change);
  if (entries.length > (change.maxEntries ?? list.maxEntries)) throw full(list.maxEntries);
  const changed: PrefixList = {
    ...list,
    prefixListName: change.name ?? list.prefixListName,
    maxEntries: change.maxEntries ?? list.maxEntries,
    version: changesEntries ? list.version + 1 : list.version,
    modified: true,
    entries,
  };
  call.commit(put(PrefixLists, prefixListId, changed));
  if (changesEntries) {
    const vpcs = [...new Set(usersOf(call, prefixListId).map((user) => user.vpcId))];
    await Promise.all(vpcs.map((vpcId) => call.upkeep.network(vpcId)));
  }
  return changed;
}

/** A list that may grow counts for more in the groups and route tables that name it. */
function checkUsers({ records }: Reading, prefixListId: string, maxEntries: number): void {
  const sizeOf = (id: string): number => (id === prefixListId ? maxEntries : sizesNow(records)(id));
  const users = new Set(usersOf({ records }, prefixListId).map(({ resourceId }) => resourceId));
  for (const { groupId, ingress, egress } of records.list(SecurityGroups))
    if (users.has(groupId)) for (const rules of [ingress, egress]) checkRuleCount(rules, sizeOf);
  for (const { routeTableId, routes } of records.list(RouteTables)) if (users.has(routeTableId)) checkRouteCount(routes, sizeOf);
}

/** The entries after a change; one that is added again takes the new description. */
function edited(list: PrefixList, change: PrefixListChange): readonly Entry[] {
  const added = checked(change.add);
  const gone = change.remove.map(canonical);
  const both = added.find(({ cidr }) => gone.includes(cidr));
  const unknown = gone.find((cidr) => !list.entries.some((entry) => entry.cidr === cidr));
  if (both !== undefined)
    throw new ServiceFault("InvalidParameterValue", `The CIDR ${both.cidr} cannot be added and removed in the same request.`);
  if (unknown !== undefined)
    throw new ServiceFault("InvalidParameterValue", `The CIDR ${unknown} is not an entry of prefix list ${list.prefixListId}.`);
  const kept = list.entries.filter(({ cidr }) => !gone.includes(cidr) && !added.some((entry) => entry.cidr === cidr));
  return [...kept, ...added];
}

export function deletePrefixList(call: Call, prefixListId: string): PrefixList {
  const list = thePrefixList(call, prefixListId);
  const [user] = usersOf(call, prefixListId);
  if (user !== undefined)
    throw new ServiceFault(
      "DependencyViolation",
      `The prefix list '${prefixListId}' has dependencies and cannot be deleted: ${user.resourceId} names it.`,
    );
  call.commit(remove(PrefixLists, prefixListId));
  return list;
}

/** The groups and route tables that name a list. */
export const usersOf = (
  { records }: Reading,
  prefixListId: string,
): readonly { readonly resourceId: string; readonly vpcId: string }[] => [
  ...records
    .list(SecurityGroups)
    .filter((group) =>
      [...group.ingress, ...group.egress].some(({ peer }) => "prefixListId" in peer && peer.prefixListId === prefixListId),
    )
    .map(({ groupId, vpcId }) => ({ resourceId: groupId, vpcId })),
  ...records
    .list(RouteTables)
    .filter((table) => table.routes.some((route) => route.destination === prefixListId))
    .map(({ routeTableId, vpcId }) => ({ resourceId: routeTableId, vpcId })),
];

/** A list of the account's own; AWS's cannot be changed. Throws `InvalidPrefixListID.NotFound`, `UnauthorizedOperation`. */
export function thePrefixList(call: Pick<Call, "records" | "regionName">, id: string | undefined): PrefixList {
  const list = id === undefined ? undefined : call.records.get(PrefixLists, id);
  if (list !== undefined) return list;
  if (id === s3PrefixListId(call.regionName))
    throw new ServiceFault("UnauthorizedOperation", `The prefix list ${id} is managed by AWS.`, 403);
  throw noSuchList(id);
}

export const noSuchList = (id: string | undefined): ServiceFault =>
  new ServiceFault("InvalidPrefixListID.NotFound", `The prefix list ID '${id}' does not exist`);

function checkName(name: string): void {
  if (name === "" || name.length > 255 || name.startsWith("com.amazonaws"))
    throw new ServiceFault(
      "InvalidParameterValue",
      `Value (${name}) for parameter prefixListName is invalid. It has up to 255 characters and cannot start with com.amazonaws.`,
    );
}

function checkSize(maxEntries: number): void {
  if (!Number.isInteger(maxEntries) || maxEntries < 1 || maxEntries > largest)
    throw new ServiceFault(
      "InvalidParameterValue",
      `Value (${maxEntries}) for parameter maxEntries is invalid. It is between 1 and ${largest}.`,
    );
}

function checked(entries: readonly Entry[]): readonly Entry[] {
  if (entries.length > entriesAtOnce)
    throw new ServiceFault("InvalidParameterValue", `No more than ${entriesAtOnce} entries can be given in one request.`);
  const result = entries.map((entry) => ({ ...entry, cidr: canonical(entry.cidr) }));
  const twice = result.find((entry, index) => result.findIndex((other) => other.cidr === entry.cidr) !== index);
  if (twice !== undefined) throw new ServiceFault("InvalidParameterValue", `The CIDR ${twice.cidr} is given more than once.`);
  return result;
}

function canonical(cidr: string): string {
  const block = canonicalBlock(cidr);
  if (block === undefined) throw new ServiceFault("InvalidParameterValue", `The CIDR '${cidr}' is not an IPv4 CIDR block.`);
  return block;
}

const full = (maxEntries: number): ServiceFault =>
  new ServiceFault(
    "PrefixListMaxEntriesExceeded",
    `You've reached the maximum number of entries for the prefix list (${maxEntries}).`,
  );
