import type {
  CreateNatGatewayCommandInput,
  CreateNatGatewayCommandOutput,
  DeleteNatGatewayCommandInput,
  DeleteNatGatewayCommandOutput,
  DescribeNatGatewaysCommandInput,
  DescribeNatGatewaysCommandOutput,
  NatGateway as ApiNatGateway,
} from "@aws-sdk/client-ec2";
import type { Call } from "../../operations/call.js";
import { ServiceFault } from "../../operations/fault.js";
import { enforced, states } from "../../operations/members.js";
import { operation, type Operation } from "../../operations/operation.js";
import { put, remove, type Commit } from "../../records/records.js";
import { theAddress } from "./elasticips.js";
import { newId } from "./ids.js";
import { decideInterface, interfaceChanges, removeInterfacesOf } from "./interfaces.js";
import { describeRules, select } from "./lists.js";
import { checkQuota, quotas } from "./quotas.js";
import { Addresses, InternetGateways, NatGateways, NetworkInterfaces, Subnets, type NatGateway } from "./records.js";
import { theSubnet } from "./subnets.js";
import { tagList, tagsAtCreation, tagSpecifications } from "./tags.js";

export interface NatGatewayWish {
  readonly subnetId: string;
  readonly allocationId: string;
  readonly privateIp?: string | undefined;
  readonly tags: Readonly<Record<string, string>>;
}

/** A deleted gateway stays visible for about an hour, in milliseconds. */
const deletedShown = 3_600_000;

/**
 * A public NAT gateway. On AWS it is `pending` for a minute or two; here it is available once the kernel has it.
 * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateNatGateway.html
 */
export async function createNatGateway(call: Call, wish: NatGatewayWish): Promise<NatGateway> {
  const subnet = theSubnet(call, wish.subnetId);
  const address = theAddress(call, wish.allocationId);
  if (address.association !== undefined)
    throw new ServiceFault("InvalidIPAddress.InUse", `Elastic IP address [${wish.allocationId}] is already associated`);
  if (!call.records.list(InternetGateways).some((gateway) => gateway.vpcId === subnet.vpcId))
    throw new ServiceFault("Gateway.NotAttached", `Network ${subnet.vpcId} has no Internet gateway attached`);
  const present = call.records.list(NatGateways).filter(({ state }) => state === "available");
  const inZone = present.filter((other) => call.records.get(Subnets, other.subnetId)?.zone === subnet.zone);
  checkQuota(quotas.natGateways, inZone.length + 1);
  const natGatewayId = newId("nat");
  const nic = decideInterface(call, {
    subnetId: subnet.subnetId,
    groupIds: [],
    noGroups: true,
    description: `Interface for NAT Gateway ${natGatewayId}`,
    holder: { kind: "nat-gateway", id: natGatewayId },
    sourceDestCheck: false,
    ...(wish.privateIp === undefined ? {} : { privateIp: wish.privateIp }),
  });
  const gateway: NatGateway = {
    natGatewayId,
    vpcId: subnet.vpcId,
    subnetId: subnet.subnetId,
    interfaceId: nic.interfaceId,
    allocationId: wish.allocationId,
    state: "available",
    createdAt: call.now(),
    tags: wish.tags,
  };
  call.commit(
    put(NatGateways, natGatewayId, gateway),
    ...forgotten(call),
    ...interfaceChanges(nic),
    put(Addresses, address.allocationId, {
      ...address,
      association: { associationId: newId("eipassoc"), interfaceId: nic.interfaceId },
    }),
  );
  await call.upkeep.network(subnet.vpcId);
  return gateway;
}

const isForgotten = (call: Call, gateway: NatGateway): boolean =>
  gateway.state === "deleted" && call.now() - (gateway.deletedAt ?? gateway.createdAt) > deletedShown;

const forgotten = (call: Call): Commit =>
  call.records
    .list(NatGateways)
    .filter((gateway) => isForgotten(call, gateway))
    .map(({ natGatewayId }) => remove(NatGateways, natGatewayId));

/** The gateway stays visible as `deleted`; its interface and its hold on the Elastic IP go. */
export async function deleteNatGateway(call: Call, natGatewayId: string): Promise<void> {
  const gateway = theNatGateway(call, natGatewayId);
  if (gateway.state === "deleted") return;
  call.commit(
    put(NatGateways, natGatewayId, { ...gateway, state: "deleted", deletedAt: call.now() }),
    ...removeInterfacesOf(call, { kind: "nat-gateway", id: natGatewayId }),
  );
  await call.upkeep.network(gateway.vpcId);
}

export function theNatGateway(call: Pick<Call, "records">, id: string | undefined): NatGateway {
  const gateway = id === undefined ? undefined : call.records.get(NatGateways, id);
  if (gateway === undefined) throw new ServiceFault("NatGatewayNotFound", `NatGateway ${id} was not found`);
  return gateway;
}

function describe(call: Call, gateway: NatGateway): ApiNatGateway {
  const nic = call.records.get(NetworkInterfaces, gateway.interfaceId);
  const address = call.records.get(Addresses, gateway.allocationId);
  return {
    NatGatewayId: gateway.natGatewayId,
    VpcId: gateway.vpcId,
    SubnetId: gateway.subnetId,
    State: gateway.state,
    ConnectivityType: "public",
    CreateTime: new Date(gateway.createdAt),
    DeleteTime: gateway.deletedAt === undefined ? undefined : new Date(gateway.deletedAt),
    NatGatewayAddresses: [
      {
        AllocationId: gateway.allocationId,
        NetworkInterfaceId: gateway.interfaceId,
        PrivateIp: nic?.privateIp,
        PublicIp: address?.publicIp,
        IsPrimary: true,
        Status: "succeeded",
        AssociationId: gateway.state === "available" ? address?.association?.associationId : undefined,
      },
    ],
    Tags: tagList(gateway.tags),
  };
}

export const natGatewayOperations: readonly Operation[] = [
  operation<CreateNatGatewayCommandInput, CreateNatGatewayCommandOutput>(
    "ec2",
    "CreateNatGateway",
    {
      SubnetId: enforced,
      AllocationId: enforced,
      PrivateIpAddress: enforced,
      ConnectivityType: states("public"),
      TagSpecifications: tagSpecifications,
      ClientToken: enforced,
      DryRun: states(false),
    },
    async (call, input) => {
      if (input.AllocationId === undefined)
        throw new ServiceFault(
          "MissingParameter",
          "The request must contain the parameter AllocationId when ConnectivityType is public",
        );
      const gateway = await createNatGateway(call, {
        subnetId: input.SubnetId ?? "",
        allocationId: input.AllocationId,
        privateIp: input.PrivateIpAddress,
        tags: tagsAtCreation(input.TagSpecifications, "natgateway"),
      });
      return { NatGateway: describe(call, gateway), ClientToken: input.ClientToken };
    },
  ),
  operation<DescribeNatGatewaysCommandInput, DescribeNatGatewaysCommandOutput>(
    "ec2",
    "DescribeNatGateways",
    { Filter: describeRules.Filters, NatGatewayIds: enforced, MaxResults: enforced, NextToken: enforced, DryRun: states(false) },
    (call, input) => {
      const { page, NextToken } = select(
        call.records.list(NatGateways).filter((gateway) => !isForgotten(call, gateway)),
        { Filters: input.Filter, MaxResults: input.MaxResults, NextToken: input.NextToken },
        {
          id: (gateway) => gateway.natGatewayId,
          ids: input.NatGatewayIds,
          notFound: ["NatGatewayNotFound", "NatGateway"],
          filters: {
            "nat-gateway-id": (gateway) => gateway.natGatewayId,
            state: (gateway) => gateway.state,
            "subnet-id": (gateway) => gateway.subnetId,
            "vpc-id": (gateway) => gateway.vpcId,
          },
        },
      );
      return { NatGateways: page.map((gateway) => describe(call, gateway)), NextToken };
    },
  ),
  operation<DeleteNatGatewayCommandInput, DeleteNatGatewayCommandOutput>(
    "ec2",
    "DeleteNatGateway",
    { NatGatewayId: enforced, DryRun: states(false) },
    async (call, input) => {
      await deleteNatGateway(call, input.NatGatewayId ?? "");
      return { NatGatewayId: input.NatGatewayId };
    },
  ),
];
