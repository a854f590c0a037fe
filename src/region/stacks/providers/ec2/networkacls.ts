import { enforced, within } from "../../../operations/members.js";
import {
  createEntry,
  createNetworkAcl,
  deleteEntry,
  deleteNetworkAcl,
  endAssociation,
  replaceEntry,
  takeOverAssociation,
} from "../../../services/ec2/networkacls.js";
import type { EntryWish } from "../../../services/ec2/networkaclentries.js";
import { NetworkAcls, Subnets, type Subnet } from "../../../services/ec2/records.js";
import type { Properties, ResourceProvider } from "../../provider.js";
import { optionalFlag, optionalNumber, optionalText, structure, tagRules, tagsOf, text, unlessGone } from "../properties.js";
import { retag } from "./retag.js";

export const networkAcl: ResourceProvider = {
  type: "AWS::EC2::NetworkAcl",
  record: NetworkAcls,
  properties: { VpcId: enforced, Tags: tagRules },
  attributes: { Id: (_call, id) => id },
  create: (call, properties, naming) =>
    Promise.resolve(createNetworkAcl(call, { vpcId: text(properties, "VpcId"), tags: tagsOf(properties, naming) }).networkAclId),
  update: retag,
  delete: (call, id) => unlessGone(["InvalidNetworkAclID.NotFound"], () => deleteNetworkAcl(call, id)),
};

const direction = (egress: boolean): string => (egress ? "egress" : "ingress");

function wishOf(properties: Properties): EntryWish {
  const ports: Properties = structure(properties, "PortRange") ?? {};
  const icmp: Properties = structure(properties, "Icmp") ?? {};
  return {
    ruleNumber: optionalNumber(properties, "RuleNumber"),
    egress: optionalFlag(properties, "Egress") ?? false,
    action: optionalText(properties, "RuleAction"),
    protocol: optionalText(properties, "Protocol"),
    cidr: optionalText(properties, "CidrBlock"),
    fromPort: optionalNumber(ports, "From"),
    toPort: optionalNumber(ports, "To"),
    icmpType: optionalNumber(icmp, "Type"),
    icmpCode: optionalNumber(icmp, "Code"),
  };
}

const entryId = (properties: Properties): string =>
  [
    text(properties, "NetworkAclId"),
    direction(optionalFlag(properties, "Egress") ?? false),
    optionalNumber(properties, "RuleNumber"),
  ].join("|");

/** Lives inside the network ACL's record. */
export const networkAclEntry: ResourceProvider = {
  type: "AWS::EC2::NetworkAclEntry",
  record: NetworkAcls,
  identify: (_id, _value, properties) => entryId(properties),
  properties: {
    NetworkAclId: enforced,
    RuleNumber: enforced,
    Egress: enforced,
    RuleAction: enforced,
    Protocol: enforced,
    CidrBlock: enforced,
    PortRange: within({ From: enforced, To: enforced }),
    Icmp: within({ Type: enforced, Code: enforced }),
  },
  attributes: { Id: (_call, id) => id },
  create: async (call, properties) => {
    await createEntry(call, text(properties, "NetworkAclId"), wishOf(properties));
    return entryId(properties);
  },
  update: (call, _id, { to }) => replaceEntry(call, text(to, "NetworkAclId"), wishOf(to)),
  delete: (call, id) =>
    unlessGone(["InvalidNetworkAclID.NotFound", "InvalidNetworkAclEntry.NotFound"], () => {
      const [networkAclId = "", way = "", ruleNumber = ""] = id.split("|");
      return deleteEntry(call, networkAclId, way === direction(true), Number(ruleNumber));
    }),
};

const isSubnet = (value: object): value is Subnet => "subnetId" in value;

/** Lives inside the subnet's record. Another one for the same subnet takes its place, as an update that replaces it needs. */
export const subnetNetworkAclAssociation: ResourceProvider = {
  type: "AWS::EC2::SubnetNetworkAclAssociation",
  record: Subnets,
  identify: (id, value) => (isSubnet(value) ? (value.networkAcl?.associationId ?? id) : id),
  properties: { SubnetId: enforced, NetworkAclId: enforced },
  attributes: { AssociationId: (_call, id) => id },
  create: (call, properties) => takeOverAssociation(call, text(properties, "SubnetId"), text(properties, "NetworkAclId")),
  delete: (call, id) => unlessGone(["InvalidAssociationID.NotFound"], () => endAssociation(call, id)),
};
