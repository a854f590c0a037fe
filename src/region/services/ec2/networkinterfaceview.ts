import type { NetworkInterface as ApiNetworkInterface, NetworkInterfaceAttachment } from "@aws-sdk/client-ec2";
import type { Call } from "../../operations/call.js";
import { elasticIpOf, publicIpOf } from "./elasticips.js";
import { privateDnsName, publicDnsName } from "./dnsnames.js";
import { addressesOf } from "./interfaces.js";
import type { FilterTable } from "./lists.js";
import { attachmentOf } from "./attachments.js";
import { SecurityGroups, Vpcs, type NetworkInterface } from "./records.js";
import { tagList } from "./tags.js";
import { zoneId } from "./zones.js";

/** What AWS calls an interface that a service made for itself; the SDK's enumeration is behind AWS here. */
const types = {
  instance: "interface",
  none: "interface",
  "nat-gateway": "nat_gateway",
  database: "interface",
  balancer: "network_load_balancer",
} as const;

/** The account name in which AWS's services hold interfaces. */
const owners = { "nat-gateway": "amazon-aws", database: "amazon-rds", balancer: "amazon-elb" } as const;

const isOfService = (nic: NetworkInterface): boolean => nic.holder.kind !== "instance" && nic.holder.kind !== "none";

function association(call: Call, nic: NetworkInterface, privateIp: string): ApiNetworkInterface["Association"] {
  const elastic = elasticIpOf(call, nic, privateIp);
  const publicIp = elastic?.publicIp ?? (privateIp === nic.privateIp ? nic.autoPublicIp : undefined);
  if (publicIp === undefined) return undefined;
  const named = call.records.get(Vpcs, nic.vpcId)?.enableDnsHostnames === true;
  return {
    PublicIp: publicIp,
    PublicDnsName: named ? publicDnsName(call.regionName, publicIp) : "",
    IpOwnerId: elastic === undefined ? "amazon" : call.accountId,
    ...(elastic === undefined ? {} : { AllocationId: elastic.allocationId, AssociationId: elastic.association?.associationId }),
  };
}

export function attachmentView(call: Call, nic: NetworkInterface): NetworkInterfaceAttachment | undefined {
  const { kind, id } = nic.holder;
  if (kind === "none") return undefined;
  const { attachmentId, deviceIndex, deleteOnTermination, attachedAt } = attachmentOf(call, nic);
  return {
    AttachmentId: attachmentId,
    DeviceIndex: deviceIndex,
    NetworkCardIndex: 0,
    Status: "attached",
    DeleteOnTermination: deleteOnTermination,
    ...(kind === "instance"
      ? { InstanceId: id, InstanceOwnerId: call.accountId, AttachTime: new Date(attachedAt) }
      : { InstanceOwnerId: owners[kind] }),
  };
}

export const groupsOf = (call: Call, nic: NetworkInterface): { GroupId: string; GroupName: string | undefined }[] =>
  nic.groupIds.map((GroupId) => ({ GroupId, GroupName: call.records.get(SecurityGroups, GroupId)?.groupName }));

export const privateAddresses = (call: Call, nic: NetworkInterface): NonNullable<ApiNetworkInterface["PrivateIpAddresses"]> =>
  addressesOf(nic).map((address) => ({
    PrivateIpAddress: address,
    PrivateDnsName: privateDnsName(call.regionName, address),
    Primary: address === nic.privateIp,
    Association: association(call, nic, address),
  }));

export const describeInterface = (call: Call, nic: NetworkInterface): ApiNetworkInterface => ({
  NetworkInterfaceId: nic.interfaceId,
  Description: nic.description,
  Status: nic.holder.kind === "none" ? "available" : "in-use",
  InterfaceType: types[nic.holder.kind] as ApiNetworkInterface["InterfaceType"],
  RequesterManaged: isOfService(nic),
  RequesterId: isOfService(nic) ? nic.holder.id : undefined,
  VpcId: nic.vpcId,
  SubnetId: nic.subnetId,
  AvailabilityZone: nic.zone,
  AvailabilityZoneId: zoneId(nic.zone),
  OwnerId: call.accountId,
  MacAddress: nic.mac,
  PrivateIpAddress: nic.privateIp,
  PrivateDnsName: privateDnsName(call.regionName, nic.privateIp),
  PrivateIpAddresses: privateAddresses(call, nic),
  Ipv6Addresses: [],
  SourceDestCheck: nic.sourceDestCheck,
  Groups: groupsOf(call, nic),
  Attachment: attachmentView(call, nic),
  Association: association(call, nic, nic.privateIp),
  TagSet: tagList(nic.tags),
});

export const interfaceFilters = (call: Call): FilterTable<NetworkInterface> => {
  const attached =
    (read: (attachment: NetworkInterfaceAttachment) => unknown) =>
    (nic: NetworkInterface): string | undefined => {
      const attachment = attachmentView(call, nic);
      const value = attachment === undefined ? undefined : read(attachment);
      return value === undefined ? undefined : String(value as string | number | boolean);
    };
  const associated =
    (read: (known: NonNullable<ApiNetworkInterface["Association"]>) => string | undefined) =>
    (nic: NetworkInterface): readonly (string | undefined)[] =>
      addressesOf(nic).map((address) => {
        const known = association(call, nic, address);
        return known === undefined ? undefined : read(known);
      });
  return {
    "network-interface-id": (nic) => nic.interfaceId,
    "vpc-id": (nic) => nic.vpcId,
    "subnet-id": (nic) => nic.subnetId,
    "availability-zone": (nic) => nic.zone,
    "availability-zone-id": (nic) => zoneId(nic.zone),
    "group-id": (nic) => nic.groupIds,
    "group-name": (nic) => groupsOf(call, nic).map(({ GroupName }) => GroupName),
    description: (nic) => nic.description,
    status: (nic) => (nic.holder.kind === "none" ? "available" : "in-use"),
    "interface-type": (nic) => types[nic.holder.kind],
    "mac-address": (nic) => nic.mac,
    "owner-id": () => call.accountId,
    "requester-managed": (nic) => String(isOfService(nic)),
    "requester-id": (nic) => (isOfService(nic) ? nic.holder.id : undefined),
    "source-dest-check": (nic) => String(nic.sourceDestCheck),
    "private-dns-name": (nic) => privateDnsName(call.regionName, nic.privateIp),
    "private-ip-address": (nic) => nic.privateIp,
    "addresses.private-ip-address": addressesOf,
    "addresses.primary": (nic) => privateAddresses(call, nic).map(({ Primary }) => String(Primary)),
    "addresses.association.public-ip": associated((known) => known.PublicIp),
    "addresses.association.owner-id": associated((known) => known.IpOwnerId),
    "association.public-ip": (nic) => publicIpOf(call, nic.interfaceId),
    "association.allocation-id": associated((known) => known.AllocationId),
    "association.association-id": associated((known) => known.AssociationId),
    "association.ip-owner-id": associated((known) => known.IpOwnerId),
    "association.public-dns-name": associated((known) => known.PublicDnsName),
    "attachment.attachment-id": attached((attachment) => attachment.AttachmentId),
    "attachment.instance-id": attached((attachment) => attachment.InstanceId),
    "attachment.instance-owner-id": attached((attachment) => attachment.InstanceOwnerId),
    "attachment.device-index": attached((attachment) => attachment.DeviceIndex),
    "attachment.status": attached((attachment) => attachment.Status),
    "attachment.delete-on-termination": attached((attachment) => attachment.DeleteOnTermination),
    "ipv6-addresses.ipv6-address": () => undefined,
  };
};
