import type {
  AssociateAddressResult,
  CreateNatGatewayResult,
  DescribeAddressesAttributeResult,
  DescribeAddressesResult,
  DescribeNatGatewaysResult,
} from "@aws-sdk/client-ec2";
import { describe, expect, test } from "vitest";
import { put } from "../../../../src/region/records/records.js";
import { NetworkInterfaces } from "../../../../src/region/services/ec2/records.js";
import { vpcSpec } from "../../../../src/region/upkeep/vpcspec.js";
import { recordsAlone } from "../../../support/records.js";
import { fault } from "./fault.js";
import { ec2, made, network } from "./network-support.js";

describe("Elastic IPs", () => {
  test("need an internet gateway, move between interfaces, and are freed when theirs is deleted", async () => {
    const { call, VpcId, SubnetId } = await network();
    const [one, two] = [await made.nic(call, SubnetId), await made.nic(call, SubnetId)];
    const AllocationId = await made.address(call);
    const associate = (NetworkInterfaceId: string, more: object = {}) =>
      ec2<AssociateAddressResult>(call, "AssociateAddress", { AllocationId, NetworkInterfaceId, ...more });
    await expect(associate(one)).rejects.toEqual(fault("Gateway.NotAttached"));
    const InternetGatewayId = await made.gateway(call, VpcId);
    const first = await associate(one);
    expect(await associate(one)).toEqual(first);
    await expect(associate(two, { AllowReassociation: false })).rejects.toEqual(fault("Resource.AlreadyAssociated"));
    await expect(associate(two, { PrivateIpAddress: "10.0.1.99" })).rejects.toEqual(fault("InvalidParameterValue"));
    await associate(two);
    await expect(ec2(call, "DisassociateAddress", first)).rejects.toEqual(fault("InvalidAssociationID.NotFound"));
    expect(vpcSpec(call.records, VpcId)?.publicAddresses).toMatchObject([{ interfaceId: two }]);
    await expect(ec2(call, "ReleaseAddress", { AllocationId })).rejects.toEqual(fault("InvalidIPAddress.InUse"));
    await expect(ec2(call, "DetachInternetGateway", { InternetGatewayId, VpcId })).rejects.toEqual(fault("DependencyViolation"));
    await ec2(call, "DeleteNetworkInterface", { NetworkInterfaceId: two });
    const { Addresses } = await ec2<DescribeAddressesResult>(call, "DescribeAddresses", { AllocationIds: [AllocationId] });
    expect(Addresses?.[0]?.AssociationId).toBeUndefined();
    await ec2(call, "ReleaseAddress", { AllocationId });
    await expect(ec2(call, "ReleaseAddress", { AllocationId })).rejects.toEqual(fault("InvalidAllocationID.NotFound"));
  });

  test("another one on the same address takes the place of the first", async () => {
    const { call, VpcId, SubnetId } = await network();
    await made.gateway(call, VpcId);
    const NetworkInterfaceId = await made.nic(call, SubnetId);
    const [one, two] = [await made.address(call), await made.address(call)];
    await ec2(call, "AssociateAddress", { AllocationId: one, NetworkInterfaceId });
    await expect(
      ec2(call, "AssociateAddress", { AllocationId: two, NetworkInterfaceId, AllowReassociation: false }),
    ).rejects.toEqual(fault("Resource.AlreadyAssociated"));
    await ec2(call, "AssociateAddress", { AllocationId: two, NetworkInterfaceId });
    const { Addresses } = await ec2<DescribeAddressesResult>(call, "DescribeAddresses", {
      Filters: [{ Name: "network-interface-id", Values: [NetworkInterfaceId] }],
    });
    expect(Addresses).toMatchObject([{ AllocationId: two, PrivateIpAddress: "10.0.1.4" }]);
  });

  test.each([
    { kind: "database", id: "app" },
    { kind: "balancer", id: "arn:of-a-balancer" },
  ] as const)("are not for the interface of a $kind", async (holder) => {
    const { call, VpcId, SubnetId } = await network();
    await made.gateway(call, VpcId);
    const NetworkInterfaceId = await made.nic(call, SubnetId);
    const AllocationId = await made.address(call);
    const nic = call.records.get(NetworkInterfaces, NetworkInterfaceId);
    if (nic === undefined) throw new Error("no interface");
    call.commit(put(NetworkInterfaces, NetworkInterfaceId, { ...nic, holder }));
    await expect(ec2(call, "AssociateAddress", { AllocationId, NetworkInterfaceId })).rejects.toEqual(
      fault("AuthFailure", /belongs to/),
    );
  });

  test.each([
    ["AssociateAddress", ["PublicIp"], "public IP or allocation id"],
    ["AssociateAddress", ["InstanceId"], "instance id or network interface id"],
    ["ReleaseAddress", ["PublicIp"], "public IP or allocation id"],
    ["DisassociateAddress", ["PublicIp"], "public IP or association id"],
  ])("%s with %s too, which might be another's, is refused", async (operation, more, which) => {
    const { call, VpcId, SubnetId } = await network();
    await made.gateway(call, VpcId);
    const AllocationId = await made.address(call);
    const NetworkInterfaceId = await made.nic(call, SubnetId);
    const { AssociationId } = await ec2<AssociateAddressResult>(call, "AssociateAddress", { AllocationId, NetworkInterfaceId });
    const stated = {
      AssociateAddress: { AllocationId, NetworkInterfaceId },
      ReleaseAddress: { AllocationId },
      DisassociateAddress: { AssociationId },
    }[operation];
    const { Addresses } = await ec2<DescribeAddressesResult>(call, "DescribeAddresses");
    const all = { PublicIp: Addresses?.[0]?.PublicIp, InstanceId: "i-0123456789abcdef0" };
    const extra = Object.fromEntries(Object.entries(all).filter(([name]) => more.includes(name)));
    await expect(ec2(call, operation, { ...stated, ...extra })).rejects.toEqual(
      fault("InvalidParameterCombination", new RegExp(`You may specify ${which}, but not both`)),
    );
  });

  test("five there are in a region, in the region's border group, without reverse names", async () => {
    const { call } = recordsAlone();
    const AllocationIds: string[] = [];
    for (let count = 0; count < 5; count++) AllocationIds.push(await made.address(call));
    await expect(made.address(call)).rejects.toEqual(fault("AddressLimitExceeded"));
    await expect(ec2(call, "AllocateAddress", { NetworkBorderGroup: "us-east-1-wl1" })).rejects.toEqual(
      fault("InvalidParameterValue"),
    );
    expect(
      await ec2<DescribeAddressesAttributeResult>(call, "DescribeAddressesAttribute", {
        AllocationIds,
        Attribute: "domain-name",
      }),
    ).toEqual({ Addresses: [] });
    await expect(ec2(call, "DescribeAddresses", { PublicIps: ["198.18.200.1"] })).rejects.toEqual(
      fault("InvalidAddress.NotFound"),
    );
  });
});

describe("NAT gateways", () => {
  test("hold their Elastic IP and interface against everybody, and are shown for an hour once deleted", async () => {
    let now = Date.now();
    const { call } = recordsAlone({ now: () => now });
    const VpcId = await made.vpc(call);
    const SubnetId = await made.subnet(call, VpcId);
    await made.gateway(call, VpcId);
    const AllocationId = await made.address(call);
    const { NatGateway } = await ec2<CreateNatGatewayResult>(call, "CreateNatGateway", {
      SubnetId,
      AllocationId,
      PrivateIpAddress: "10.0.1.20",
    });
    const NatGatewayId = NatGateway?.NatGatewayId ?? "";
    const [address] = NatGateway?.NatGatewayAddresses ?? [];
    expect(address).toMatchObject({ PrivateIp: "10.0.1.20", IsPrimary: true, Status: "succeeded" });
    const NetworkInterfaceId = address?.NetworkInterfaceId ?? "";
    await expect(ec2(call, "CreateNatGateway", { SubnetId, AllocationId })).rejects.toEqual(fault("InvalidIPAddress.InUse"));
    await expect(ec2(call, "DisassociateAddress", { AssociationId: address?.AssociationId })).rejects.toEqual(
      fault("AuthFailure"),
    );
    await expect(
      ec2(call, "ModifyNetworkInterfaceAttribute", { NetworkInterfaceId, Description: { Value: "mine" } }),
    ).rejects.toEqual(fault("AuthFailure"));
    await expect(ec2(call, "DeleteNetworkInterface", { NetworkInterfaceId })).rejects.toEqual(fault("InvalidParameterValue"));
    await ec2(call, "DeleteNatGateway", { NatGatewayId });
    await ec2(call, "ReleaseAddress", { AllocationId });
    const shown = () => ec2<DescribeNatGatewaysResult>(call, "DescribeNatGateways");
    expect((await shown()).NatGateways).toMatchObject([{ NatGatewayId, State: "deleted" }]);
    now += 3_600_001;
    expect((await shown()).NatGateways).toEqual([]);
  });
});
