import type { Instance as ApiInstance, InstanceNetworkInterface, InstanceState, _InstanceType } from "@aws-sdk/client-ec2";
import type { Call } from "../../operations/call.js";
import { interfacesOf } from "./attachments.js";
import { privateDnsName, publicDnsName } from "./dnsnames.js";
import { publicIpOf } from "./elasticips.js";
import { addressesOf } from "./interfaces.js";
import type { FilterTable } from "./lists.js";
import { attachmentView, groupsOf, privateAddresses } from "./networkinterfaceview.js";
import { NetworkInterfaces, Vpcs, type Instance, type NetworkInterface } from "./records.js";
import { tagList } from "./tags.js";

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_InstanceState.html */
const codes = { pending: 0, running: 16, "shutting-down": 32, terminated: 48, stopping: 64, stopped: 80 } as const;

export const stateOf = (instance: Instance): InstanceState => ({ Code: codes[instance.state], Name: instance.state });

export function describeInstance(call: Call, instance: Instance): ApiInstance {
  const nic = call.records.get(NetworkInterfaces, instance.interfaceId);
  const vpc = call.records.get(Vpcs, instance.vpcId);
  const publicIp = nic === undefined ? undefined : publicIpOf(call, nic.interfaceId);
  const groups = nic === undefined ? [] : groupsOf(call, nic);
  const privateName = nic === undefined ? "" : privateDnsName(call.regionName, nic.privateIp);
  const publicName = publicIp === undefined || vpc?.enableDnsHostnames !== true ? "" : publicDnsName(call.regionName, publicIp);
  return {
    InstanceId: instance.instanceId,
    ImageId: instance.imageId,
    State: stateOf(instance),
    StateReason:
      instance.stateReason === undefined ? undefined : { Code: instance.stateReason.code, Message: instance.stateReason.message },
    StateTransitionReason: instance.stateReason?.code === "Client.UserInitiatedShutdown" ? "User initiated" : "",
    InstanceType: instance.instanceType as _InstanceType,
    LaunchTime: new Date(instance.launchedAt),
    Placement: { AvailabilityZone: instance.zone, Tenancy: "default", GroupName: "" },
    Monitoring: { State: instance.monitoring ? "enabled" : "disabled" },
    Architecture: "x86_64",
    Hypervisor: "xen",
    VirtualizationType: "hvm",
    RootDeviceType: "ebs",
    RootDeviceName: "/dev/xvda",
    EbsOptimized: false,
    AmiLaunchIndex: 0,
    PrivateDnsName: privateName,
    PublicDnsName: publicName,
    ...(instance.state === "terminated" || nic === undefined
      ? {}
      : {
          PrivateIpAddress: nic.privateIp,
          PublicIpAddress: publicIp,
          VpcId: instance.vpcId,
          SubnetId: instance.subnetId,
          SourceDestCheck: nic.sourceDestCheck,
          NetworkInterfaces: interfacesOf(call, instance.instanceId).map((each) => interfaceView(call, each)),
        }),
    SecurityGroups: groups,
    BlockDeviceMappings: [],
    IamInstanceProfile: instance.instanceProfileArn === undefined ? undefined : { Arn: instance.instanceProfileArn },
    MetadataOptions: {
      State: "applied",
      HttpTokens: instance.httpTokens,
      HttpEndpoint: "enabled",
      HttpPutResponseHopLimit: instance.httpPutResponseHopLimit,
      HttpProtocolIpv6: "disabled",
      InstanceMetadataTags: "disabled",
    },
    ClientToken: instance.clientToken ?? "",
    Tags: tagList(instance.tags),
  };
}

function interfaceView(call: Call, nic: NetworkInterface): InstanceNetworkInterface {
  const { NetworkCardIndex, DeviceIndex, AttachmentId, Status, DeleteOnTermination, AttachTime } =
    attachmentView(call, nic) ?? {};
  const addresses = privateAddresses(call, nic);
  return {
    NetworkInterfaceId: nic.interfaceId,
    PrivateIpAddress: nic.privateIp,
    PrivateDnsName: privateDnsName(call.regionName, nic.privateIp),
    MacAddress: nic.mac,
    SubnetId: nic.subnetId,
    VpcId: nic.vpcId,
    OwnerId: call.accountId,
    Status: "in-use",
    SourceDestCheck: nic.sourceDestCheck,
    InterfaceType: "interface",
    Groups: groupsOf(call, nic),
    Description: nic.description,
    Attachment: { NetworkCardIndex, DeviceIndex, AttachmentId, Status, DeleteOnTermination, AttachTime },
    PrivateIpAddresses: addresses,
    Association: addresses[0]?.Association,
  };
}

export const instanceFilters = (call: Call): FilterTable<Instance> => ({
  "instance-id": (instance) => instance.instanceId,
  "instance-state-name": (instance) => instance.state,
  "instance-state-code": (instance) => String(codes[instance.state]),
  "instance-type": (instance) => instance.instanceType,
  "image-id": (instance) => instance.imageId,
  "vpc-id": (instance) => instance.vpcId,
  "subnet-id": (instance) => instance.subnetId,
  "availability-zone": (instance) => instance.zone,
  "reservation-id": (instance) => instance.reservationId,
  "client-token": (instance) => instance.clientToken,
  "private-ip-address": (instance) => call.records.get(NetworkInterfaces, instance.interfaceId)?.privateIp,
  "ip-address": (instance) => publicIpOf(call, instance.interfaceId),
  "network-interface.network-interface-id": (instance) => interfacesOf(call, instance.instanceId).map((nic) => nic.interfaceId),
  "network-interface.addresses.private-ip-address": (instance) => interfacesOf(call, instance.instanceId).flatMap(addressesOf),
  "instance.group-id": (instance) => call.records.get(NetworkInterfaces, instance.interfaceId)?.groupIds ?? [],
  "iam-instance-profile.arn": (instance) => instance.instanceProfileArn,
});
