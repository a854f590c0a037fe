import type {
  AttachInternetGatewayCommandInput,
  CreateInternetGatewayCommandInput,
  CreateInternetGatewayCommandOutput,
  DeleteInternetGatewayCommandInput,
  DescribeInternetGatewaysCommandInput,
  DescribeInternetGatewaysCommandOutput,
  DetachInternetGatewayCommandInput,
  InternetGateway as ApiInternetGateway,
} from "@aws-sdk/client-ec2";
import type { Call } from "../../operations/call.js";
import { ServiceFault } from "../../operations/fault.js";
import { enforced, states } from "../../operations/members.js";
import { operation, type Operation } from "../../operations/operation.js";
import { put, remove } from "../../records/records.js";
import { newId } from "./ids.js";
import { publicAddressesOf } from "./elasticips.js";
import { describeRules, select } from "./lists.js";
import { checkQuota, quotas } from "./quotas.js";
import { InternetGateways, type InternetGateway } from "./records.js";
import { tagList, tagsAtCreation, tagSpecifications } from "./tags.js";
import { defaultToCome, theVpc } from "./vpcs.js";

export function createInternetGateway(call: Call, tags: Readonly<Record<string, string>>): InternetGateway {
  checkQuota(quotas.internetGateways, call.records.list(InternetGateways).length + defaultToCome(call) + 1);
  const gateway: InternetGateway = { internetGatewayId: newId("igw"), tags };
  call.commit(put(InternetGateways, gateway.internetGatewayId, gateway));
  return gateway;
}

export function deleteInternetGateway(call: Call, internetGatewayId: string): void {
  if (theInternetGateway(call, internetGatewayId).vpcId !== undefined)
    throw new ServiceFault(
      "DependencyViolation",
      `The internetGateway '${internetGatewayId}' has dependencies and cannot be deleted.`,
    );
  call.commit(remove(InternetGateways, internetGatewayId));
}

export async function attachInternetGateway(call: Call, internetGatewayId: string, vpcId: string): Promise<void> {
  const gateway = theInternetGateway(call, internetGatewayId);
  const vpc = theVpc(call, vpcId);
  if (gateway.vpcId !== undefined)
    throw new ServiceFault(
      "Resource.AlreadyAssociated",
      `resource ${internetGatewayId} is already attached to network ${gateway.vpcId}`,
    );
  if (call.records.list(InternetGateways).some((other) => other.vpcId === vpc.vpcId))
    throw new ServiceFault("InvalidParameterValue", `Network ${vpc.vpcId} already has an internet gateway attached`);
  call.commit(put(InternetGateways, internetGatewayId, { ...gateway, vpcId: vpc.vpcId }));
  await call.upkeep.network(vpc.vpcId);
}

/** Refused while a public address is mapped through the gateway, as on AWS. */
export async function detachInternetGateway(call: Call, internetGatewayId: string, vpcId: string): Promise<void> {
  const gateway = theInternetGateway(call, internetGatewayId);
  if (gateway.vpcId === undefined || gateway.vpcId !== vpcId)
    throw new ServiceFault("Gateway.NotAttached", `resource ${internetGatewayId} is not attached to network ${vpcId}`);
  if (publicAddressesOf(call, vpcId).length > 0)
    throw new ServiceFault(
      "DependencyViolation",
      `Network ${vpcId} has some mapped public address(es). Please unmap those public address(es) before detaching the gateway.`,
    );
  const { vpcId: _detached, ...kept } = gateway;
  call.commit(put(InternetGateways, internetGatewayId, kept));
  await call.upkeep.network(vpcId);
}

export function theInternetGateway(call: Pick<Call, "records">, id: string | undefined): InternetGateway {
  const gateway = id === undefined ? undefined : call.records.get(InternetGateways, id);
  if (gateway === undefined)
    throw new ServiceFault("InvalidInternetGatewayID.NotFound", `The internetGateway ID '${id}' does not exist`);
  return gateway;
}

const describe = (call: Call, gateway: InternetGateway): ApiInternetGateway => ({
  InternetGatewayId: gateway.internetGatewayId,
  OwnerId: call.accountId,
  // "available" is what AWS says of an attached gateway; the SDK's enumeration has it under attachment states elsewhere.
  Attachments: gateway.vpcId === undefined ? [] : [{ VpcId: gateway.vpcId, State: "available" as "attached" }],
  Tags: tagList(gateway.tags),
});

export const internetGatewayOperations: readonly Operation[] = [
  operation<CreateInternetGatewayCommandInput, CreateInternetGatewayCommandOutput>(
    "ec2",
    "CreateInternetGateway",
    { TagSpecifications: tagSpecifications, DryRun: states(false) },
    (call, input) => ({
      InternetGateway: describe(call, createInternetGateway(call, tagsAtCreation(input.TagSpecifications, "internet-gateway"))),
    }),
  ),
  operation<DescribeInternetGatewaysCommandInput, DescribeInternetGatewaysCommandOutput>(
    "ec2",
    "DescribeInternetGateways",
    { ...describeRules, InternetGatewayIds: enforced },
    (call, input) => {
      const { page, NextToken } = select(call.records.list(InternetGateways), input, {
        id: (gateway) => gateway.internetGatewayId,
        ids: input.InternetGatewayIds,
        notFound: ["InvalidInternetGatewayID.NotFound", "internetGateway ID"],
        filters: {
          "internet-gateway-id": (gateway) => gateway.internetGatewayId,
          "owner-id": () => call.accountId,
          "attachment.vpc-id": (gateway) => gateway.vpcId,
          "attachment.state": (gateway) => (gateway.vpcId === undefined ? undefined : "available"),
        },
      });
      return { InternetGateways: page.map((gateway) => describe(call, gateway)), NextToken };
    },
  ),
  operation<AttachInternetGatewayCommandInput, object>(
    "ec2",
    "AttachInternetGateway",
    { InternetGatewayId: enforced, VpcId: enforced, DryRun: states(false) },
    async (call, input) => {
      await attachInternetGateway(call, input.InternetGatewayId ?? "", input.VpcId ?? "");
      return {};
    },
  ),
  operation<DetachInternetGatewayCommandInput, object>(
    "ec2",
    "DetachInternetGateway",
    { InternetGatewayId: enforced, VpcId: enforced, DryRun: states(false) },
    async (call, input) => {
      await detachInternetGateway(call, input.InternetGatewayId ?? "", input.VpcId ?? "");
      return {};
    },
  ),
  operation<DeleteInternetGatewayCommandInput, object>(
    "ec2",
    "DeleteInternetGateway",
    { InternetGatewayId: enforced, DryRun: states(false) },
    (call, input) => {
      deleteInternetGateway(call, input.InternetGatewayId ?? "");
      return {};
    },
  ),
];
