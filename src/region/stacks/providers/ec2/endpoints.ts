import { enforced, recorded, states } from "../../../operations/members.js";
import {
  createEndpoint,
  deleteEndpoint,
  modifyEndpoint,
  policyNote,
  tablesOf,
  theEndpoint,
} from "../../../services/ec2/endpoints.js";
import { VpcEndpoints } from "../../../services/ec2/records.js";
import type { Properties, ResourceProvider } from "../../provider.js";
import { tagRules, tagsOf, text, texts, unlessGone } from "../properties.js";
import { retag } from "./retag.js";

/** A policy is a structure or its text. */
const policyOf = ({ PolicyDocument: policy }: Properties): string | undefined =>
  policy === undefined || typeof policy === "string" ? policy : JSON.stringify(policy);

export const vpcEndpoint: ResourceProvider = {
  type: "AWS::EC2::VPCEndpoint",
  record: VpcEndpoints,
  properties: {
    VpcEndpointType: states("Gateway"),
    VpcId: enforced,
    ServiceName: enforced,
    RouteTableIds: enforced,
    PolicyDocument: recorded(policyNote),
    PrivateDnsEnabled: states(false),
    Tags: tagRules,
  },
  attributes: {
    Id: (_call, id) => id,
    CreationTimestamp: (call, id) => new Date(theEndpoint(call, id).createdAt).toUTCString(),
    DnsEntries: () => [],
    NetworkInterfaceIds: () => [],
  },
  create: async (call, properties, naming) => {
    const made = await createEndpoint(call, {
      vpcId: text(properties, "VpcId"),
      serviceName: text(properties, "ServiceName"),
      routeTableIds: texts(properties, "RouteTableIds"),
      policyDocument: policyOf(properties),
      tags: tagsOf(properties, naming),
    });
    return made.vpcEndpointId;
  },
  update: async (call, id, change, naming, signal) => {
    const now = tablesOf(call, theEndpoint(call, id));
    const wanted = texts(change.to, "RouteTableIds");
    const policyDocument = policyOf(change.to);
    await modifyEndpoint(call, id, {
      addRouteTableIds: wanted.filter((table) => !now.includes(table)),
      removeRouteTableIds: now.filter((table) => !wanted.includes(table)),
      policyDocument,
      resetPolicy: policyDocument === undefined,
    });
    await retag(call, id, change, naming, signal);
  },
  delete: (call, id) => unlessGone(["InvalidVpcEndpointId.NotFound"], () => deleteEndpoint(call, id)),
};
