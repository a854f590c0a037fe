import type { PublicAddressSpec } from "../../../parts/fabric/spec.js";
import type { Call } from "../../operations/call.js";
import { ServiceFault } from "../../operations/fault.js";
import { put, remove } from "../../records/records.js";
import { ended, isIn } from "./associations.js";
import { newId } from "./ids.js";
import { addressesOf, ownInterface } from "./interfaces.js";
import { freePublicAddress, releasePublicAddress, takePublicAddress } from "./publicaddresses.js";
import { checkQuota, quotas } from "./quotas.js";
import {
  Addresses,
  InternetGateways,
  NetworkInterfaces,
  type Address,
  type AddressAssociation,
  type NetworkInterface,
} from "./records.js";

type Reads = Pick<Call, "records">;

export function allocateAddress(call: Call, tags: Readonly<Record<string, string>>): Address {
  checkQuota(quotas.addresses, call.records.list(Addresses).length + 1);
  const address: Address = { allocationId: newId("eipalloc"), publicIp: freePublicAddress(call), tags };
  call.commit(put(Addresses, address.allocationId, address), takePublicAddress(address.publicIp));
  return address;
}

export function releaseAddress(call: Call, allocationId: string): void {
  const address = theAddress(call, allocationId);
  if (address.association !== undefined)
    throw new ServiceFault(
      "InvalidIPAddress.InUse",
      `Address ${address.publicIp} is in use by ${address.association.interfaceId}.`,
    );
  call.commit(remove(Addresses, allocationId), releasePublicAddress(address.publicIp));
}

export interface AssociationWish {
  readonly interfaceId: string;
  /** One of the interface's private addresses; unset: its primary one. */
  readonly privateIp?: string | undefined;
  /** False: fail where the Elastic IP, or the private address, is associated already. */
  readonly reassociate?: boolean | undefined;
  /** A stack's association: always a new one, which remembers what it takes the place of until `endAssociation`. */
  readonly takesOver?: boolean;
}

/**
 * Maps the address to a private address of an interface, one to one. The VPC must have an internet gateway. A private address that
 * has another Elastic IP gives it up; an address that was assigned automatically gives way for good, as on AWS.
 */
export async function associateAddress(call: Call, allocationId: string, wish: AssociationWish): Promise<string> {
  const address = theAddress(call, allocationId);
  const nic = ownInterface(call, wish.interfaceId);
  if (wish.privateIp !== undefined && !addressesOf(nic).includes(wish.privateIp))
    throw new ServiceFault(
      "InvalidParameterValue",
      `You must specify an IP address which is associated with the network interface: ${wish.privateIp} is not of ${nic.interfaceId}.`,
    );
  if (!call.records.list(InternetGateways).some((gateway) => gateway.vpcId === nic.vpcId))
    throw new ServiceFault("Gateway.NotAttached", `Network ${nic.vpcId} is not attached to any internet gateway`);
  const primary = wish.privateIp === undefined || wish.privateIp === nic.privateIp;
  const privateIp = primary ? undefined : wish.privateIp;
  const here = { interfaceId: nic.interfaceId, ...(privateIp === undefined ? {} : { privateIp }) };
  if (address.association !== undefined && samePlace(address.association, here) && wish.takesOver !== true)
    return address.association.associationId;
  const displaced = call.records
    .list(Addresses)
    .filter((other) => other !== address && other.association !== undefined && samePlace(other.association, here));
  if (address.association !== undefined && wish.reassociate === false)
    throw new ServiceFault(
      "Resource.AlreadyAssociated",
      `resource ${allocationId} is already associated with associate-id ${address.association.associationId}`,
    );
  if (displaced[0]?.association !== undefined && wish.reassociate === false)
    throw new ServiceFault(
      "Resource.AlreadyAssociated",
      `resource ${nic.interfaceId} is already associated with associate-id ${displaced[0].association.associationId}`,
    );
  const from = address.association && ownInterface(call, address.association.interfaceId);
  const associationId = newId("eipassoc");
  const { autoPublicIp, ...kept } = nic;
  const replaced = wish.takesOver === true ? (address.association ?? address.displaced?.association) : undefined;
  call.commit(
    put(Addresses, allocationId, { ...address, association: { associationId, ...here, replaced }, displaced: undefined }),
    ...displaced.map(({ association, ...other }) =>
      put(Addresses, other.allocationId, {
        ...other,
        displaced: wish.takesOver === true && association !== undefined ? { by: associationId, association } : undefined,
      }),
    ),
    ...(autoPublicIp === undefined || !primary
      ? []
      : [put(NetworkInterfaces, nic.interfaceId, kept), releasePublicAddress(autoPublicIp)]),
  );
  await call.upkeep.network(nic.vpcId);
  if (from !== undefined && from.vpcId !== nic.vpcId) await call.upkeep.network(from.vpcId);
  return associationId;
}

export async function disassociateAddress(call: Call, associationId: string): Promise<void> {
  const address = call.records.list(Addresses).find((candidate) => candidate.association?.associationId === associationId);
  if (address?.association === undefined) throw noSuchAssociation(associationId);
  const nic = ownInterface(call, address.association.interfaceId);
  const { association: _gone, ...kept } = address;
  call.commit(put(Addresses, address.allocationId, kept));
  await call.upkeep.network(nic.vpcId);
}

/**
 * Ends a stack's association: what it took the place of, of this Elastic IP or of others, is in force again. Where another
 * association has the private address by now, that one must end first.
 */
export async function endAssociation(call: Call, associationId: string): Promise<void> {
  const addresses = call.records.list(Addresses);
  const before = addresses.filter(
    ({ association, displaced }) =>
      isIn(association, associationId) || isIn(displaced?.association, associationId) || displaced?.by === associationId,
  );
  if (before.length === 0) throw noSuchAssociation(associationId);
  const staying = addresses.flatMap(({ association }) =>
    association === undefined || association.associationId === associationId ? [] : [association],
  );
  const lives = ({ interfaceId, privateIp }: AddressAssociation): boolean => {
    const nic = call.records.get(NetworkInterfaces, interfaceId);
    return nic !== undefined && (privateIp === undefined || addressesOf(nic).includes(privateIp));
  };
  const after = before.map(({ association, displaced, ...address }): Address => {
    const due = ended(association ?? displaced?.association, associationId, lives);
    if (due === undefined || staying.includes(association ?? due)) return { ...address, association: due };
    const by = staying.find((other) => samePlace(other, due))?.associationId;
    return by === undefined ? { ...address, association: due } : { ...address, displaced: { by, association: due } };
  });
  call.commit(...after.map((address) => put(Addresses, address.allocationId, address)));
  const nics = [...before, ...after].map(({ association }) =>
    call.records.get(NetworkInterfaces, association?.interfaceId ?? ""),
  );
  await Promise.all([...new Set(nics.flatMap((nic) => nic?.vpcId ?? []))].map((vpcId) => call.upkeep.network(vpcId)));
}

const samePlace = (one: Pick<AddressAssociation, "interfaceId" | "privateIp">, other: typeof one): boolean =>
  one.interfaceId === other.interfaceId && one.privateIp === other.privateIp;

const noSuchAssociation = (associationId: string): ServiceFault =>
  new ServiceFault("InvalidAssociationID.NotFound", `The association ID '${associationId}' does not exist`);

export function theAddress(call: Reads, allocationId: string | undefined): Address {
  const address = allocationId === undefined ? undefined : call.records.get(Addresses, allocationId);
  if (address === undefined)
    throw new ServiceFault("InvalidAllocationID.NotFound", `The allocation ID '${allocationId}' does not exist`);
  return address;
}

/** Every public address in force in a VPC: Elastic IPs and those that came with an interface. */
export function publicAddressesOf(call: Reads, vpcId: string): readonly PublicAddressSpec[] {
  const elastic = call.records.list(Addresses).flatMap(({ publicIp, association }) =>
    association !== undefined && call.records.get(NetworkInterfaces, association.interfaceId)?.vpcId === vpcId
      ? [
          {
            publicIp,
            interfaceId: association.interfaceId,
            ...(association.privateIp === undefined ? {} : { privateIp: association.privateIp }),
          },
        ]
      : [],
  );
  const mapped = new Set(elastic.filter((known) => !("privateIp" in known)).map((known) => known.interfaceId));
  const automatic = call.records
    .list(NetworkInterfaces)
    .flatMap(({ vpcId: its, interfaceId, autoPublicIp }) =>
      its === vpcId && autoPublicIp !== undefined && !mapped.has(interfaceId) ? [{ publicIp: autoPublicIp, interfaceId }] : [],
    );
  return [...elastic, ...automatic];
}

/** The Elastic IP of one private address of an interface; of its primary one where none is named. */
export const elasticIpOf = (call: Reads, nic: NetworkInterface, privateIp = nic.privateIp): Address | undefined =>
  call.records
    .list(Addresses)
    .find(
      ({ association }) => association?.interfaceId === nic.interfaceId && (association.privateIp ?? nic.privateIp) === privateIp,
    );

/** The public address of an interface's primary address. */
export function publicIpOf(call: Reads, interfaceId: string): string | undefined {
  const nic = call.records.get(NetworkInterfaces, interfaceId);
  return nic === undefined ? undefined : (elasticIpOf(call, nic)?.publicIp ?? nic.autoPublicIp);
}
