import { enforced, states } from "../../../operations/members.js";
import {
  createDhcpOptions,
  deleteDhcpOptions,
  dhcpConfiguration,
  dhcpNotes,
  endDhcpOptions,
  takeOverDhcpOptions,
} from "../../../services/ec2/dhcpoptions.js";
import { DhcpOptionsSets, Vpcs } from "../../../services/ec2/records.js";
import { createVpc, deleteVpc, modifyVpc, theVpc } from "../../../services/ec2/vpcs.js";
import { cidrAssociationId } from "../../../services/ec2/vpcoperations.js";
import type { Properties, ResourceProvider } from "../../provider.js";
import { optionalFlag, optionalText, tagRules, tagsOf, text, texts, unlessGone } from "../properties.js";
import { retag } from "./retag.js";

const dnsOf = (properties: Properties) => ({
  enableDnsSupport: optionalFlag(properties, "EnableDnsSupport") ?? true,
  enableDnsHostnames: optionalFlag(properties, "EnableDnsHostnames") ?? false,
});

export const vpc: ResourceProvider = {
  type: "AWS::EC2::VPC",
  record: Vpcs,
  properties: {
    CidrBlock: enforced,
    EnableDnsSupport: enforced,
    EnableDnsHostnames: enforced,
    InstanceTenancy: states("default"),
    Tags: tagRules,
  },
  attributes: {
    VpcId: (_call, id) => id,
    CidrBlock: (call, id) => theVpc(call, id).cidr,
    CidrBlockAssociations: (call, id) => [cidrAssociationId(theVpc(call, id))],
    DefaultNetworkAcl: (call, id) => theVpc(call, id).defaultNetworkAclId ?? "",
    DefaultSecurityGroup: (call, id) => theVpc(call, id).defaultGroupId,
    Ipv6CidrBlocks: () => [],
  },
  create: async (call, properties, naming) =>
    (await createVpc(call, { cidr: text(properties, "CidrBlock"), ...dnsOf(properties), tags: tagsOf(properties, naming) }))
      .vpcId,
  update: async (call, id, change, naming, signal) => {
    modifyVpc(call, id, dnsOf(change.to));
    await retag(call, id, change, naming, signal);
  },
  delete: (call, id) => unlessGone(["InvalidVpcID.NotFound"], () => deleteVpc(call, id)),
};

export const dhcpOptions: ResourceProvider = {
  type: "AWS::EC2::DHCPOptions",
  record: DhcpOptionsSets,
  properties: {
    DomainName: enforced,
    DomainNameServers: enforced,
    // What has no effect is told by `notes`, with the reason for each.
    NtpServers: enforced,
    NetbiosNameServers: enforced,
    NetbiosNodeType: enforced,
    Tags: tagRules,
  },
  notes: (properties) =>
    unheard.flatMap(([name, key]) => (properties[name] === undefined ? [] : [{ path: name, because: dhcpNotes[key] }])),
  attributes: { DhcpOptionsId: (_call, id) => id },
  create: (call, properties, naming) => {
    const options = dhcpConfiguration(
      keys.flatMap(([name, key]) => {
        const values = valuesOf(properties, name);
        return values.length === 0 ? [] : [[key, values] as const];
      }),
    );
    return Promise.resolve(createDhcpOptions(call, options, tagsOf(properties, naming)).dhcpOptionsId);
  },
  update: retag,
  delete: (call, id) => unlessGone(["InvalidDhcpOptionID.NotFound"], () => deleteDhcpOptions(call, id)),
};

const unheard = [
  ["NtpServers", "ntp-servers"],
  ["NetbiosNameServers", "netbios-name-servers"],
  ["NetbiosNodeType", "netbios-node-type"],
] as const;
const keys = [["DomainName", "domain-name"], ["DomainNameServers", "domain-name-servers"], ...unheard] as const;

function valuesOf(properties: Properties, name: string): readonly string[] {
  if (Array.isArray(properties[name])) return texts(properties, name);
  const value = optionalText(properties, name);
  return value === undefined ? [] : [value];
}

/** Lives inside the VPC's record; the physical id is the set and the VPC. Another one for the same VPC takes its place. */
export const vpcDhcpOptionsAssociation: ResourceProvider = {
  type: "AWS::EC2::VPCDHCPOptionsAssociation",
  record: Vpcs,
  identify: (vpcId, _value, properties) => `${text(properties, "DhcpOptionsId")}|${vpcId}`,
  properties: { VpcId: enforced, DhcpOptionsId: enforced },
  attributes: {},
  create: (call, properties) => {
    const [vpcId, dhcpOptionsId] = [text(properties, "VpcId"), text(properties, "DhcpOptionsId")];
    takeOverDhcpOptions(call, vpcId, dhcpOptionsId);
    return Promise.resolve(`${dhcpOptionsId}|${vpcId}`);
  },
  delete: (call, id) =>
    unlessGone(["InvalidVpcID.NotFound"], () => {
      const [dhcpOptionsId = "", vpcId = ""] = id.split("|");
      endDhcpOptions(call, vpcId, dhcpOptionsId);
    }),
};
