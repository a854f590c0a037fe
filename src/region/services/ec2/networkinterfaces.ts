import type {
  DescribeNetworkInterfacesCommandInput,
  DescribeNetworkInterfacesCommandOutput,
  NetworkInterface as ApiNetworkInterface,
} from "@aws-sdk/client-ec2";
import type { Call } from "../../operations/call.js";
import { enforced } from "../../operations/members.js";
import { operation, type Operation } from "../../operations/operation.js";
import { publicIpOf } from "./elasticips.js";
import { privateDnsName } from "./instanceview.js";
import { describeRules, select } from "./lists.js";
import { NetworkInterfaces, SecurityGroups, type NetworkInterface } from "./records.js";

/** What AWS calls an interface that a service made for itself; the SDK's enumeration is behind AWS here. */
const types = {
  instance: "interface",
  "nat-gateway": "nat_gateway",
  database: "interface",
  balancer: "network_load_balancer",
  none: "interface",
} as const;

function describe(call: Call, nic: NetworkInterface): ApiNetworkInterface {
  const publicIp = publicIpOf(call, nic.interfaceId);
  return {
    NetworkInterfaceId: nic.interfaceId,
    Description: nic.description,
    Status: "in-use",
    InterfaceType: types[nic.holder.kind] as ApiNetworkInterface["InterfaceType"],
    RequesterManaged: nic.holder.kind !== "instance",
    VpcId: nic.vpcId,
    SubnetId: nic.subnetId,
    AvailabilityZone: nic.zone,
    OwnerId: call.accountId,
    MacAddress: nic.mac,
    PrivateIpAddress: nic.privateIp,
    PrivateDnsName: privateDnsName(call.regionName, nic.privateIp),
    PrivateIpAddresses: [{ PrivateIpAddress: nic.privateIp, Primary: true }],
    SourceDestCheck: nic.sourceDestCheck,
    Groups: nic.groupIds.map((GroupId) => ({ GroupId, GroupName: call.records.get(SecurityGroups, GroupId)?.groupName })),
    Attachment:
      nic.holder.kind === "instance"
        ? {
            InstanceId: nic.holder.id,
            DeviceIndex: 0,
            Status: "attached",
            DeleteOnTermination: true,
            InstanceOwnerId: call.accountId,
          }
        : { DeviceIndex: 1, Status: "attached", DeleteOnTermination: false },
    ...(publicIp === undefined
      ? {}
      : { Association: { PublicIp: publicIp, IpOwnerId: nic.autoPublicIp === undefined ? call.accountId : "amazon" } }),
    TagSet: [],
  };
}

export const networkInterfaceOperations: readonly Operation[] = [
  operation<DescribeNetworkInterfacesCommandInput, DescribeNetworkInterfacesCommandOutput>(
    "ec2",
    "DescribeNetworkInterfaces",
    { ...describeRules, NetworkInterfaceIds: enforced },
    (call, input) => {
      const { page, NextToken } = select(call.records.list(NetworkInterfaces), input, {
        id: (nic) => nic.interfaceId,
        ids: input.NetworkInterfaceIds,
        notFound: ["InvalidNetworkInterfaceID.NotFound", "networkInterface ID"],
        filters: {
          "network-interface-id": (nic) => nic.interfaceId,
          "vpc-id": (nic) => nic.vpcId,
          "subnet-id": (nic) => nic.subnetId,
          "availability-zone": (nic) => nic.zone,
          "group-id": (nic) => nic.groupIds,
          description: (nic) => nic.description,
          status: () => "in-use",
          "interface-type": (nic) => types[nic.holder.kind],
          "private-ip-address": (nic) => nic.privateIp,
          "addresses.private-ip-address": (nic) => nic.privateIp,
          "association.public-ip": (nic) => publicIpOf(call, nic.interfaceId),
          "attachment.instance-id": (nic) => (nic.holder.kind === "instance" ? nic.holder.id : undefined),
        },
      });
      return { NetworkInterfaces: page.map((nic) => describe(call, nic)), NextToken };
    },
  ),
];
