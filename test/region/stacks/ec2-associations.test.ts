import { describe, expect, test } from "vitest";
import type { Call } from "../../../src/region/operations/call.js";
import { NetworkAcls, RouteTables, Subnets, Vpcs, Addresses, DhcpOptionsSets } from "../../../src/region/services/ec2/records.js";
import { vpcSpec } from "../../../src/region/upkeep/vpcspec.js";
import { ec2, made } from "../services/ec2/network-support.js";
import { realStacks } from "./real.js";
import { get, ref, resource } from "./templates.js";

const associated = ["RoutesOf", "AclOf", "OptionsOf", "AddressOf", "OtherAddressOf"];

/** A subnet, a VPC and two addresses, each associated with one of two things. */
const network = ({ side = "A", other = "B", broken = false, only = associated } = {}) => {
  const associations: Record<string, object> = {
    RoutesOf: resource("SubnetRouteTableAssociation", { SubnetId: ref("Subnet"), RouteTableId: ref(`Table${side}`) }),
    AclOf: resource("SubnetNetworkAclAssociation", { SubnetId: ref("Subnet"), NetworkAclId: ref(`Acl${side}`) }),
    OptionsOf: resource("VPCDHCPOptionsAssociation", { VpcId: ref("Vpc"), DhcpOptionsId: ref(`Options${side}`) }),
    AddressOf: resource("EIPAssociation", {
      AllocationId: get("Address", "AllocationId"),
      NetworkInterfaceId: ref(`Interface${side}`),
    }),
    // After an update that swaps the sides, each has the other's interface.
    OtherAddressOf: resource("EIPAssociation", {
      AllocationId: get("OtherAddress", "AllocationId"),
      NetworkInterfaceId: ref(`Interface${other}`),
    }),
  };
  const both = (name: string, type: string, properties: (side: string) => object) =>
    Object.fromEntries(["A", "B"].map((each) => [`${name}${each}`, resource(type, properties(each))]));
  return {
    Resources: {
      Vpc: resource("VPC", { CidrBlock: "10.0.0.0/16" }),
      Subnet: resource("Subnet", { VpcId: ref("Vpc"), CidrBlock: "10.0.1.0/24" }),
      Gateway: resource("InternetGateway"),
      Attachment: resource("VPCGatewayAttachment", { VpcId: ref("Vpc"), InternetGatewayId: ref("Gateway") }),
      Address: resource("EIP", {}, { DependsOn: "Attachment" }),
      OtherAddress: resource("EIP", {}, { DependsOn: "Attachment" }),
      ...both("Table", "RouteTable", () => ({ VpcId: ref("Vpc") })),
      ...both("Acl", "NetworkAcl", () => ({ VpcId: ref("Vpc") })),
      ...both("Options", "DHCPOptions", (each) => ({ DomainName: `${each.toLowerCase()}.example` })),
      ...both("Interface", "NetworkInterface", () => ({ SubnetId: ref("Subnet") })),
      ...Object.fromEntries(only.map((name) => [name, associations[name]])),
      ...(broken ? { Broken: resource("Subnet", { VpcId: ref("Vpc"), CidrBlock: "10.0.1.0/24" }, { DependsOn: only }) } : {}),
    },
  };
};

/** What is associated with what, and nothing of how it came about. */
const inForce = (call: Call) => ({
  subnets: call.records.list(Subnets).map(({ routeTable, networkAcl }) => [routeTable, networkAcl]),
  options: call.records.list(Vpcs).map(({ dhcpOptionsId, dhcpOptionsReplaced }) => [dhcpOptionsId, dhcpOptionsReplaced]),
  addresses: call.records.list(Addresses).map(({ association, displaced }) => [association, displaced]),
});

describe("associations that a stack replaces", () => {
  test.each<[what: string, change: object, of?: object]>([
    ["one each by another", {}, { only: associated.slice(0, 4) }],
    ["two Elastic IPs that change places", { other: "A" }],
    ["an Elastic IP by another on its interface", { only: ["OtherAddressOf"], other: "A" }, { only: ["AddressOf"] }],
  ])("are back when the update fails: %s", { timeout: 30_000 }, async (_what, change, of = {}) => {
    const stacks = await realStacks();
    await stacks.deploy(network(of));
    expect(await stacks.failures()).toEqual([]);
    const [before, ids] = [inForce(stacks.call), await stacks.ids()];
    const stack = await stacks.deploy(network({ side: "B", ...of, ...change, broken: true }));
    expect(stack.StackStatus).toBe("UPDATE_ROLLBACK_COMPLETE");
    expect((await stacks.failures())[0]).toMatch(/^Broken CREATE_FAILED/);
    expect(inForce(stacks.call)).toEqual(before);
    expect(await stacks.ids()).toEqual(ids);
    await stacks.remove();
    expect(stacks.call.records.list(Vpcs)).toEqual([]);
  });

  test("are forgotten when the update succeeds, and gone with the stack", { timeout: 30_000 }, async () => {
    const stacks = await realStacks();
    const { records } = stacks.call;
    await stacks.deploy(network());
    await stacks.deploy(network({ side: "B", other: "A" }));
    expect(await stacks.failures()).toEqual([]);
    const ids = await stacks.ids();
    expect(inForce(stacks.call)).toEqual({
      subnets: [
        [
          { routeTableId: ids["TableB"], associationId: ids["RoutesOf"], replaced: undefined },
          { networkAclId: ids["AclB"], associationId: ids["AclOf"], replaced: undefined },
        ],
      ],
      options: [[ids["OptionsB"], undefined]],
      addresses: [
        [{ interfaceId: ids["InterfaceB"], associationId: ids["AddressOf"], replaced: undefined }, undefined],
        [{ interfaceId: ids["InterfaceA"], associationId: ids["OtherAddressOf"], replaced: undefined }, undefined],
      ],
    });
    await stacks.deploy(network({ only: [] }));
    expect(await stacks.failures()).toEqual([]);
    expect(records.list(Subnets)[0]?.routeTable).toBeUndefined();
    expect(records.list(Subnets)[0]?.networkAcl?.networkAclId).toBe(records.list(Vpcs)[0]?.defaultNetworkAclId);
    expect(records.list(Vpcs)[0]?.dhcpOptionsId).toBe("default");
    expect(records.list(Addresses).map(({ association }) => association)).toEqual([undefined, undefined]);
  });

  test("go to what the VPC has of its own when what they replaced is gone by then", { timeout: 30_000 }, async () => {
    const stacks = await realStacks();
    const { call } = stacks;
    await stacks.deploy(network({ only: [] }));
    const { Subnet: SubnetId, Vpc: VpcId = "" } = await stacks.ids();
    const api = <O>(name: string, input: object): Promise<O> => ec2<O>(call, name, input);
    const RouteTableId = await made.table(call, VpcId);
    await api("AssociateRouteTable", { SubnetId, RouteTableId });
    const { NetworkAcl } = await api<{ NetworkAcl: { NetworkAclId: string } }>("CreateNetworkAcl", { VpcId });
    const { NetworkAcls: acls } = await api<{ NetworkAcls: { Associations: { NetworkAclAssociationId: string }[] }[] }>(
      "DescribeNetworkAcls",
      { Filters: [{ Name: "association.subnet-id", Values: [SubnetId] }] },
    );
    const AssociationId = acls[0]?.Associations[0]?.NetworkAclAssociationId;
    await api("ReplaceNetworkAclAssociation", { AssociationId, NetworkAclId: NetworkAcl.NetworkAclId });
    const { DhcpOptions } = await api<{ DhcpOptions: { DhcpOptionsId: string } }>("CreateDhcpOptions", {
      DhcpConfigurations: [{ Key: "domain-name", Values: ["c.example"] }],
    });
    await api("AssociateDhcpOptions", { VpcId, DhcpOptionsId: DhcpOptions.DhcpOptionsId });
    const NetworkInterfaceId = await made.nic(call, SubnetId ?? "");
    const AllocationId = call.records.list(Addresses)[0]?.allocationId;
    await api("AssociateAddress", { AllocationId, NetworkInterfaceId });

    await stacks.deploy(network());
    await api("DeleteRouteTable", { RouteTableId });
    await api("DeleteNetworkAcl", { NetworkAclId: NetworkAcl.NetworkAclId });
    await api("DeleteDhcpOptions", { DhcpOptionsId: DhcpOptions.DhcpOptionsId });
    await api("DeleteNetworkInterface", { NetworkInterfaceId });
    await stacks.deploy(network({ only: [] }));
    expect(await stacks.failures()).toEqual([]);

    const [vpc] = call.records.list(Vpcs);
    expect(vpc?.dhcpOptionsId).toBe("default");
    expect(call.records.list(Subnets)[0]?.networkAcl?.networkAclId).toBe(vpc?.defaultNetworkAclId);
    expect(call.records.list(Addresses).map(({ association }) => association)).toEqual([undefined, undefined]);
    expect(vpcSpec(call.records, VpcId)?.subnets[0]?.routeTableId).toBe(vpc?.mainRouteTableId);
    await stacks.remove();
    for (const type of [Vpcs, RouteTables, NetworkAcls, DhcpOptionsSets]) expect(call.records.list<object>(type)).toEqual([]);
  });

  test("of the API are in force again when the stack's end", { timeout: 30_000 }, async () => {
    const stacks = await realStacks();
    const { call } = stacks;
    await stacks.deploy(network({ only: [] }));
    const { Subnet: SubnetId = "", Vpc: VpcId = "" } = await stacks.ids();
    const RouteTableId = await made.table(call, VpcId);
    await ec2(call, "AssociateRouteTable", { SubnetId, RouteTableId });
    const before = inForce(call);
    await stacks.deploy(network({ only: ["RoutesOf"] }));
    await stacks.deploy(network({ only: ["RoutesOf"], side: "B" }));
    await stacks.deploy(network({ only: [] }));
    expect(inForce(call)).toEqual(before);
  });
});
