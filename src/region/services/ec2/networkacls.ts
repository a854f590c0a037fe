import type { Call } from "../../operations/call.js";
import { ServiceFault } from "../../operations/fault.js";
import { put, remove } from "../../records/records.js";
import { ended, isIn } from "./associations.js";
import { newId } from "./ids.js";
import { aclEntry, type EntryWish } from "./networkaclentries.js";
import { checkQuota, quotas } from "./quotas.js";
import {
  NetworkAcls,
  Subnets,
  Vpcs,
  type NetworkAcl,
  type NetworkAclAssociation,
  type NetworkAclEntry,
  type Subnet,
  type Tags,
} from "./records.js";
import { theSubnet } from "./subnets.js";
import { theVpc } from "./vpcs.js";

type Reading = Pick<Call, "records">;

/** A new network ACL has no entries, so it denies everything both ways. */
export function createNetworkAcl(call: Call, wish: { readonly vpcId: string; readonly tags: Tags }): NetworkAcl {
  const { vpcId } = theVpc(call, wish.vpcId);
  checkQuota(quotas.networkAcls, call.records.list(NetworkAcls).filter((other) => other.vpcId === vpcId).length + 1);
  const acl: NetworkAcl = {
    networkAclId: newId("acl"),
    vpcId,
    isDefault: false,
    entries: [],
    tags: wish.tags,
  };
  call.commit(put(NetworkAcls, acl.networkAclId, acl));
  return acl;
}

export function deleteNetworkAcl(call: Call, networkAclId: string): void {
  const acl = theNetworkAcl(call, networkAclId);
  if (acl.isDefault) throw new ServiceFault("InvalidParameterValue", `cannot delete default network ACL ${networkAclId}`);
  if (associationsOf(call, acl).length > 0)
    throw new ServiceFault("DependencyViolation", `The networkAcl '${networkAclId}' has dependencies and cannot be deleted.`);
  call.commit(remove(NetworkAcls, networkAclId));
}

export async function createEntry(call: Call, networkAclId: string, wish: EntryWish): Promise<NetworkAclEntry> {
  const acl = theNetworkAcl(call, networkAclId);
  const entry = aclEntry(wish);
  if (find(acl, entry.egress, entry.ruleNumber) !== undefined)
    throw new ServiceFault(
      "NetworkAclEntryAlreadyExists",
      `The network acl entry identified by ${entry.ruleNumber} already exists.`,
    );
  checkQuota(quotas.networkAclEntries, acl.entries.filter((known) => known.egress === entry.egress).length + 1);
  await change(call, acl, [...acl.entries, entry]);
  return entry;
}

export async function replaceEntry(call: Call, networkAclId: string, wish: EntryWish): Promise<void> {
  const acl = theNetworkAcl(call, networkAclId);
  const entry = aclEntry(wish);
  const before = theEntry(acl, entry.egress, entry.ruleNumber);
  await change(
    call,
    acl,
    acl.entries.map((known) => (known === before ? entry : known)),
  );
}

export async function deleteEntry(call: Call, networkAclId: string, egress: boolean, ruleNumber: number): Promise<void> {
  const acl = theNetworkAcl(call, networkAclId);
  const gone = theEntry(acl, egress, ruleNumber);
  await change(
    call,
    acl,
    acl.entries.filter((known) => known !== gone),
  );
}

async function change(call: Call, acl: NetworkAcl, entries: readonly NetworkAclEntry[]): Promise<void> {
  call.commit(put(NetworkAcls, acl.networkAclId, { ...acl, entries }));
  await call.upkeep.network(acl.vpcId);
}

/** Give the subnet of an association another network ACL; returns the new association's id. */
export async function replaceAssociation(call: Call, associationId: string, networkAclId: string): Promise<string> {
  const subnet = call.records.list(Subnets).find((each) => associationOf(call, each)?.associationId === associationId);
  if (subnet === undefined) throw noSuchAssociation(associationId);
  return associate(call, subnet, networkAclId);
}

/** A stack's association: it takes the place of what was stated for the subnet before and remembers it; see `associations.ts`. */
export const takeOverAssociation = (call: Call, subnetId: string, networkAclId: string): Promise<string> => {
  const subnet = theSubnet(call, subnetId);
  return associate(call, subnet, networkAclId, subnet.networkAcl);
};

/** Ends a stack's association: the subnet goes back to what it took the place of, or to the VPC's default network ACL. */
export async function endAssociation(call: Call, associationId: string): Promise<void> {
  const subnet = call.records.list(Subnets).find(({ networkAcl }) => isIn(networkAcl, associationId));
  if (subnet === undefined) throw noSuchAssociation(associationId);
  const lives = ({ networkAclId }: NetworkAclAssociation): boolean => call.records.get(NetworkAcls, networkAclId) !== undefined;
  const networkAcl = ended(subnet.networkAcl, associationId, lives) ?? defaultAssociation(call, subnet);
  call.commit(put(Subnets, subnet.subnetId, { ...subnet, networkAcl }));
  await call.upkeep.network(subnet.vpcId);
}

/** A new association with the VPC's default network ACL: the subnet's first one does not come back. */
function defaultAssociation({ records }: Reading, subnet: Subnet): NetworkAclAssociation | undefined {
  const networkAclId = records.get(Vpcs, subnet.vpcId)?.defaultNetworkAclId;
  return networkAclId === undefined ? undefined : { networkAclId, associationId: newId("aclassoc") };
}

async function associate(call: Call, subnet: Subnet, networkAclId: string, replaced?: NetworkAclAssociation): Promise<string> {
  const acl = theNetworkAcl(call, networkAclId);
  if (acl.vpcId !== subnet.vpcId)
    throw new ServiceFault(
      "InvalidParameterValue",
      `Network ACL ${networkAclId} and subnet ${subnet.subnetId} belong to different networks`,
    );
  const associationId = newId("aclassoc");
  call.commit(put(Subnets, subnet.subnetId, { ...subnet, networkAcl: { networkAclId, associationId, replaced } }));
  await call.upkeep.network(subnet.vpcId);
  return associationId;
}

/** The network ACL of a subnet: the VPC's default one until another is named. Its association has an id from the subnet's first day on. */
export function associationOf(
  { records }: Reading,
  subnet: Subnet,
): { readonly networkAclId: string; readonly associationId: string } | undefined {
  if (subnet.networkAcl !== undefined) return subnet.networkAcl;
  const networkAclId = records.get(Vpcs, subnet.vpcId)?.defaultNetworkAclId;
  return networkAclId === undefined
    ? undefined
    : { networkAclId, associationId: `aclassoc-${subnet.subnetId.slice("subnet-".length)}` };
}

export const associationsOf = (call: Reading, acl: NetworkAcl) =>
  call.records.list(Subnets).flatMap((subnet) => {
    const association = subnet.vpcId === acl.vpcId ? associationOf(call, subnet) : undefined;
    return association?.networkAclId === acl.networkAclId ? [{ ...association, subnetId: subnet.subnetId }] : [];
  });

export function theNetworkAcl(call: Reading, id: string | undefined): NetworkAcl {
  const acl = id === undefined ? undefined : call.records.get(NetworkAcls, id);
  if (acl === undefined) throw new ServiceFault("InvalidNetworkAclID.NotFound", `The networkAcl ID '${id}' does not exist`);
  return acl;
}

const noSuchAssociation = (associationId: string): ServiceFault =>
  new ServiceFault("InvalidAssociationID.NotFound", `The association ID '${associationId}' does not exist`);

const find = (acl: NetworkAcl, egress: boolean, ruleNumber: number): NetworkAclEntry | undefined =>
  acl.entries.find((known) => known.egress === egress && known.ruleNumber === ruleNumber);

function theEntry(acl: NetworkAcl, egress: boolean, ruleNumber: number): NetworkAclEntry {
  const entry = find(acl, egress, ruleNumber);
  if (entry === undefined)
    throw new ServiceFault(
      "InvalidNetworkAclEntry.NotFound",
      `The ${egress ? "egress" : "ingress"} entry with rule number ${ruleNumber} does not exist in network ACL ${acl.networkAclId}.`,
    );
  return entry;
}
