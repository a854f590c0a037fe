import {
  type Address,
  type NetworkInterface,
  paginateDescribeNetworkInterfaces,
  DescribeAddressesCommand,
} from "@aws-sdk/client-ec2";
import type { Described, Said } from "../../described.js";
import type { Names } from "../names.js";
import { told } from "../../told.js";
import { type ReadRoom, tagsOf } from "../room.js";

const interfaceType = "AWS::EC2::NetworkInterface";
const addressType = "AWS::EC2::EIP";

/** Interfaces that are resources of their own, and Elastic IP addresses. */
export const readInterfaces: ReadRoom = async (clients, reading) => {
  const client = await clients.ec2();
  const [interfaces, answer] = await Promise.all([
    reading.all(
      "ec2:DescribeNetworkInterfaces",
      [interfaceType],
      paginateDescribeNetworkInterfaces({ client }, {}),
      (page) => page.NetworkInterfaces,
    ),
    reading.listed(
      "ec2:DescribeAddresses",
      [addressType, "AWS::EC2::EIPAssociation"],
      client.send(new DescribeAddressesCommand({})),
    ),
  ]);
  const addresses = answer?.Addresses ?? [];
  const owned = (names: Names): readonly NetworkInterface[] => interfaces.filter((each) => standsAlone(each, names));
  return {
    register: (names) => {
      for (const { NetworkInterfaceId = "", ...each } of interfaces)
        if (standsAlone({ NetworkInterfaceId, ...each }, names))
          names.register({ type: interfaceType, physicalId: NetworkInterfaceId });
      for (const { AllocationId = "", PublicIp } of addresses)
        names.register({ type: addressType, physicalId: AllocationId, also: [PublicIp] });
    },
    describe: (names) => [
      ...owned(names).flatMap((each) => describeInterface(each, names)),
      ...addresses.flatMap((address) => describeAddress(address, interfaces, names)),
    ],
  };
};

/** Services whose interfaces the graph puts in itself, from what they belong to. */
const implied = new Set([
  "nat_gateway",
  "network_load_balancer",
  "load_balancer",
  "gateway_load_balancer",
  "vpc_endpoint",
  "gateway_load_balancer_endpoint",
  "ec2_instance_connect_endpoint",
]);

/** By their descriptions: balancers' and databases' are of the common type. */
const impliedDescription =
  /^(ELB |RDSNetworkInterface|Interface for NAT Gateway|VPC Endpoint Interface|EC2 Instance Connect Endpoint)/;

/** An instance's first interface, made with it and deleted with it, is a part of the instance. */
export function standsAlone(each: NetworkInterface, names: Names): boolean {
  if (names.isOfStack(interfaceType, each.NetworkInterfaceId)) return true;
  if (each.RequesterManaged === true)
    return !implied.has(each.InterfaceType ?? "") && !impliedDescription.test(each.Description ?? "");
  const { InstanceId, DeleteOnTermination } = each.Attachment ?? {};
  return InstanceId === undefined || DeleteOnTermination !== true;
}

function describeInterface(each: NetworkInterface, names: Names): readonly Described[] {
  const { NetworkInterfaceId = "", Attachment } = each;
  const id = names.idOf(interfaceType, NetworkInterfaceId);
  const secondary = (each.PrivateIpAddresses ?? []).filter(({ Primary }) => Primary !== true);
  const described: Described = {
    id,
    type: interfaceType,
    physicalId: NetworkInterfaceId,
    ...(each.RequesterManaged === true ? { implicit: true } : {}),
    properties: told({
      SubnetId: names.ref("AWS::EC2::Subnet", each.SubnetId ?? ""),
      GroupSet: groupsOf(each.Groups, names),
      Description: each.Description,
      SourceDestCheck: each.SourceDestCheck,
      PrivateIpAddress: each.PrivateIpAddress,
      PrivateIpAddresses:
        secondary.length === 0
          ? undefined
          : (each.PrivateIpAddresses ?? []).map(({ PrivateIpAddress = "", Primary = false }) => ({ PrivateIpAddress, Primary })),
      Tags: tagsOf(each.TagSet),
    }),
    ...(each.Association?.PublicIp === undefined ? {} : { attributes: { PublicIp: each.Association.PublicIp } }),
  };
  if (Attachment?.InstanceId === undefined) return [described];
  return [
    described,
    {
      id: `${id}/attachment`,
      type: "AWS::EC2::NetworkInterfaceAttachment",
      properties: {
        NetworkInterfaceId: names.ref(interfaceType, NetworkInterfaceId),
        InstanceId: names.ref("AWS::EC2::Instance", Attachment.InstanceId),
        DeviceIndex: String(Attachment.DeviceIndex ?? 0),
      },
    },
  ];
}

export const groupsOf = (groups: readonly { GroupId?: string }[] | undefined, names: Names): readonly Said[] =>
  names.refs(
    "AWS::EC2::SecurityGroup",
    (groups ?? []).map(({ GroupId }) => GroupId),
  );

function describeAddress(address: Address, interfaces: readonly NetworkInterface[], names: Names): readonly Described[] {
  const { AllocationId = "", PublicIp } = address;
  const id = names.idOf(addressType, AllocationId);
  const holder = interfaces.find(({ NetworkInterfaceId }) => NetworkInterfaceId === address.NetworkInterfaceId);
  const of = holderOf(address, holder, names);
  return [
    {
      id,
      type: addressType,
      physicalId: AllocationId,
      properties: told({ Domain: address.Domain, Tags: tagsOf(address.Tags) }),
      ...(PublicIp === undefined ? {} : { attributes: { PublicIp } }),
    },
    ...(of === undefined
      ? []
      : [
          {
            id: `${id}/association`,
            type: "AWS::EC2::EIPAssociation",
            properties: told({
              AllocationId: names.ref(addressType, AllocationId),
              ...of,
              PrivateIpAddress: address.PrivateIpAddress,
            }),
          },
        ]),
  ];
}

/** Whose address it is, as an association says it. A NAT gateway and a balancer say themselves which addresses they have. */
function holderOf(address: Address, holder: NetworkInterface | undefined, names: Names): Record<string, Said> | undefined {
  if (address.AssociationId === undefined) return undefined;
  if (holder !== undefined && !standsAlone(holder, names)) {
    const instance = holder.Attachment?.InstanceId;
    return instance === undefined ? undefined : { InstanceId: names.ref("AWS::EC2::Instance", instance) };
  }
  const { NetworkInterfaceId } = address;
  return NetworkInterfaceId === undefined ? undefined : { NetworkInterfaceId: names.ref(interfaceType, NetworkInterfaceId) };
}
