import type {
  CreateVpcEndpointCommandInput,
  CreateVpcEndpointCommandOutput,
  DeleteVpcEndpointsCommandInput,
  DeleteVpcEndpointsCommandOutput,
  DescribeVpcEndpointsCommandInput,
  DescribeVpcEndpointServicesCommandInput,
  DescribeVpcEndpointServicesCommandOutput,
  DescribeVpcEndpointsCommandOutput,
  ModifyVpcEndpointCommandInput,
  ModifyVpcEndpointCommandOutput,
  UnsuccessfulItem,
  VpcEndpoint as ApiEndpoint,
} from "@aws-sdk/client-ec2";
import type { Call } from "../../operations/call.js";
import { ServiceFault } from "../../operations/fault.js";
import { enforced, recorded, states } from "../../operations/members.js";
import { operation, type Operation } from "../../operations/operation.js";
import { createEndpoint, deleteEndpoint, fullAccess, modifyEndpoint, policyNote, tablesOf } from "./endpoints.js";
import { describeRules, select } from "./lists.js";
import { s3ServiceName } from "./prefixlists.js";
import { VpcEndpoints, type VpcEndpoint } from "./records.js";
import { tagList, tagsAtCreation, tagSpecifications } from "./tags.js";
import { zonesOf } from "./zones.js";

const describe = (call: Call, endpoint: VpcEndpoint): ApiEndpoint => ({
  VpcEndpointId: endpoint.vpcEndpointId,
  VpcEndpointType: "Gateway",
  VpcId: endpoint.vpcId,
  ServiceName: endpoint.serviceName,
  // AWS answers the state in small letters; the SDK's enumeration has it otherwise.
  State: "available" as "Available",
  PolicyDocument: endpoint.policyDocument ?? fullAccess,
  RouteTableIds: [...tablesOf(call, endpoint)],
  SubnetIds: [],
  Groups: [],
  NetworkInterfaceIds: [],
  DnsEntries: [],
  PrivateDnsEnabled: false,
  RequesterManaged: false,
  OwnerId: call.accountId,
  CreationTimestamp: new Date(endpoint.createdAt),
  Tags: tagList(endpoint.tags),
});

const create = operation<CreateVpcEndpointCommandInput, CreateVpcEndpointCommandOutput>(
  "ec2",
  "CreateVpcEndpoint",
  {
    VpcEndpointType: states("Gateway"),
    VpcId: enforced,
    ServiceName: enforced,
    RouteTableIds: enforced,
    PolicyDocument: recorded(policyNote),
    PrivateDnsEnabled: states(false),
    IpAddressType: states("ipv4"),
    SubnetIds: states([]),
    SecurityGroupIds: states([]),
    TagSpecifications: tagSpecifications,
    DryRun: states(false),
  },
  async (call, input) => {
    const endpoint = await createEndpoint(call, {
      vpcId: input.VpcId ?? "",
      serviceName: input.ServiceName ?? "",
      routeTableIds: input.RouteTableIds ?? [],
      policyDocument: input.PolicyDocument,
      tags: tagsAtCreation(input.TagSpecifications, "vpc-endpoint"),
    });
    return { VpcEndpoint: describe(call, endpoint), ClientToken: input.ClientToken };
  },
);

/** What cannot be deleted is told beside what was. */
async function deleteAll(call: Call, ids: readonly string[]): Promise<UnsuccessfulItem[]> {
  const failed: UnsuccessfulItem[] = [];
  for (const ResourceId of ids) {
    try {
      await deleteEndpoint(call, ResourceId);
    } catch (error) {
      if (!(error instanceof ServiceFault)) throw error;
      failed.push({ ResourceId, Error: { Code: error.code, Message: error.message } });
    }
  }
  return failed;
}

export const endpointOperations: readonly Operation[] = [
  create,
  operation<DescribeVpcEndpointsCommandInput, DescribeVpcEndpointsCommandOutput>(
    "ec2",
    "DescribeVpcEndpoints",
    { ...describeRules, VpcEndpointIds: enforced },
    (call, input) => {
      const { page, NextToken } = select(call.records.list(VpcEndpoints), input, {
        id: (endpoint) => endpoint.vpcEndpointId,
        ids: input.VpcEndpointIds,
        notFound: ["InvalidVpcEndpointId.NotFound", "Vpc Endpoint Id"],
        filters: {
          "vpc-endpoint-id": (endpoint) => endpoint.vpcEndpointId,
          "vpc-endpoint-state": () => "available",
          "vpc-endpoint-type": () => "Gateway",
          "vpc-id": (endpoint) => endpoint.vpcId,
          "service-name": (endpoint) => endpoint.serviceName,
          "ip-address-type": () => undefined,
        },
      });
      return { VpcEndpoints: page.map((endpoint) => describe(call, endpoint)), NextToken };
    },
  ),
  operation<ModifyVpcEndpointCommandInput, ModifyVpcEndpointCommandOutput>(
    "ec2",
    "ModifyVpcEndpoint",
    {
      VpcEndpointId: enforced,
      AddRouteTableIds: enforced,
      RemoveRouteTableIds: enforced,
      PolicyDocument: recorded(policyNote),
      ResetPolicy: enforced,
      PrivateDnsEnabled: states(false),
      DryRun: states(false),
    },
    async (call, input) => {
      await modifyEndpoint(call, input.VpcEndpointId ?? "", {
        addRouteTableIds: input.AddRouteTableIds,
        removeRouteTableIds: input.RemoveRouteTableIds,
        policyDocument: input.PolicyDocument,
        resetPolicy: input.ResetPolicy,
      });
      return { Return: true };
    },
  ),
  operation<DeleteVpcEndpointsCommandInput, DeleteVpcEndpointsCommandOutput>(
    "ec2",
    "DeleteVpcEndpoints",
    { VpcEndpointIds: enforced, DryRun: states(false) },
    async (call, input) => ({ Unsuccessful: await deleteAll(call, input.VpcEndpointIds ?? []) }),
  ),
  operation<DescribeVpcEndpointServicesCommandInput, DescribeVpcEndpointServicesCommandOutput>(
    "ec2",
    "DescribeVpcEndpointServices",
    { ...describeRules, ServiceNames: enforced },
    (call, input) => {
      const { page, NextToken } = select([{ name: s3ServiceName(call.regionName) }], input, {
        id: (service) => service.name,
        ids: input.ServiceNames,
        notFound: ["InvalidServiceName", "Vpc Endpoint Service"],
        filters: {
          owner: () => "amazon",
          "service-name": (service) => service.name,
          "service-region": () => call.regionName,
          "service-type": () => "Gateway",
          "supported-ip-address-types": () => "ipv4",
        },
      });
      return {
        ServiceNames: page.map((service) => service.name),
        ServiceDetails: page.map((service) => ({
          ServiceName: service.name,
          ServiceId: `vpce-svc-${call.regionName}-s3`,
          ServiceType: [{ ServiceType: "Gateway" }],
          ServiceRegion: call.regionName,
          AvailabilityZones: [...zonesOf(call.regionName)],
          Owner: "amazon",
          BaseEndpointDnsNames: [`s3.${call.regionName}.amazonaws.com`],
          VpcEndpointPolicySupported: true,
          AcceptanceRequired: false,
          ManagesVpcEndpoints: false,
          SupportedIpAddressTypes: ["ipv4"],
          Tags: [],
        })),
        NextToken,
      };
    },
  ),
];
