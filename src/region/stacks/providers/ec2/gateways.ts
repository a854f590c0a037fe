import type { Call } from "../../../operations/call.js";
import { enforced } from "../../../operations/members.js";
import {
  attachInternetGateway,
  createInternetGateway,
  deleteInternetGateway,
  detachInternetGateway,
} from "../../../services/ec2/internetgateways.js";
import { InternetGateways, type InternetGateway } from "../../../services/ec2/records.js";
import type { ResourceProvider } from "../../provider.js";
import { tagRules, tagsOf, text, unlessGone } from "../properties.js";
import { retag } from "./retag.js";

export const internetGateway: ResourceProvider = {
  type: "AWS::EC2::InternetGateway",
  record: InternetGateways,
  properties: { Tags: tagRules },
  attributes: { InternetGatewayId: (_call, id) => id },
  create: (call, properties, naming) =>
    Promise.resolve(createInternetGateway(call, tagsOf(properties, naming)).internetGatewayId),
  update: retag,
  delete: (call, id) => unlessGone(["InvalidInternetGatewayID.NotFound"], () => deleteInternetGateway(call, id)),
};

/** Lives inside the gateway's record; AWS's physical id is `IGW|vpc-…`. */
export const vpcGatewayAttachment: ResourceProvider = {
  type: "AWS::EC2::VPCGatewayAttachment",
  record: InternetGateways,
  identify: (id, value) => `IGW|${"vpcId" in value ? String(value.vpcId) : id}`,
  properties: { VpcId: enforced, InternetGatewayId: enforced },
  attributes: { AttachmentType: () => "IGW" },
  create: async (call, properties) => {
    const vpcId = text(properties, "VpcId");
    await attachInternetGateway(call, text(properties, "InternetGatewayId"), vpcId);
    return `IGW|${vpcId}`;
  },
  update: async (call, _id, { to }) => {
    const [vpcId, wanted] = [text(to, "VpcId"), text(to, "InternetGatewayId")];
    const attached = attachedGateway(call, vpcId);
    if (attached?.internetGatewayId === wanted) return;
    if (attached !== undefined) await detachInternetGateway(call, attached.internetGatewayId, vpcId);
    await attachInternetGateway(call, wanted, vpcId);
  },
  delete: async (call, id) => {
    const vpcId = id.slice(id.indexOf("|") + 1);
    const attached = attachedGateway(call, vpcId);
    if (attached !== undefined) await detachInternetGateway(call, attached.internetGatewayId, vpcId);
  },
};

const attachedGateway = (call: Call, vpcId: string): InternetGateway | undefined =>
  call.records.list(InternetGateways).find((gateway) => gateway.vpcId === vpcId);
