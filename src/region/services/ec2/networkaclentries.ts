import type { NetworkAclEntry as ApiEntry } from "@aws-sdk/client-ec2";
import { canonicalBlock } from "../../../addresses.js";
import { NotModelled, ServiceFault } from "../../operations/fault.js";
import { newId } from "./ids.js";
import type { NetworkAcl, NetworkAclEntry } from "./records.js";

/** Numbers an entry may have; 32767 is the last one, which denies what none before matched. */
export const ruleNumbers = { first: 1, last: 32_766, everythingElse: 32_767 } as const;

/** Protocols by the names the API takes beside numbers; it answers numbers. */
const numberOf: Readonly<Record<string, string>> = { all: "-1", icmp: "1", tcp: "6", udp: "17" };

export interface EntryWish {
  readonly ruleNumber: number | undefined;
  readonly egress: boolean;
  readonly action: string | undefined;
  readonly protocol: string | undefined;
  readonly cidr: string | undefined;
  readonly fromPort?: number | undefined;
  readonly toPort?: number | undefined;
  readonly icmpType?: number | undefined;
  readonly icmpCode?: number | undefined;
}

/**
 * Check one entry. Pure; throws `InvalidParameterValue` and `MissingParameter`.
 * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateNetworkAclEntry.html
 */
export function aclEntry(wish: EntryWish): NetworkAclEntry {
  const protocol = protocolOf(wish.protocol);
  const { ruleNumber, action } = wish;
  if (ruleNumber === undefined) throw missing("ruleNumber");
  if (!Number.isInteger(ruleNumber) || ruleNumber < ruleNumbers.first || ruleNumber > ruleNumbers.last)
    throw invalid(ruleNumber, "ruleNumber", `Must be between ${ruleNumbers.first} and ${ruleNumbers.last}.`);
  if (action === undefined) throw missing("ruleAction");
  if (action !== "allow" && action !== "deny") throw invalid(action, "ruleAction", "Must be allow or deny.");
  const entry = { ruleNumber, egress: wish.egress, action, protocol, cidr: canonical(wish.cidr) } as const;
  // Another protocol, or all of them, has neither ports nor types, whatever was sent.
  if (protocol === "6" || protocol === "17") return { ...entry, ...portsOf(wish) };
  return protocol === "1" ? { ...entry, ...icmpOf(wish) } : entry;
}

function protocolOf(sent: string | undefined): string {
  if (sent === undefined) throw missing("protocol");
  const protocol = numberOf[sent.toLowerCase()] ?? sent;
  if (!/^(-1|\d{1,3})$/.test(protocol) || Number(protocol) > 255)
    throw new ServiceFault("InvalidParameterValue", `Invalid value '${sent}' for IP protocol. Unknown protocol.`);
  if (protocol === "58") throw new NotModelled("ICMPv6 in a network ACL: IPv6 is not modelled");
  return protocol;
}

/** AWS makes a CIDR canonical: 100.68.0.18/18 becomes 100.68.0.0/18. */
function canonical(sent: string | undefined): string {
  if (sent === undefined) throw missing("cidrBlock");
  const cidr = canonicalBlock(sent);
  if (cidr === undefined) throw invalid(sent, "cidrBlock", "This is not a valid CIDR block.");
  return cidr;
}

function portsOf({ fromPort: from, toPort: to }: EntryWish): Pick<NetworkAclEntry, "fromPort" | "toPort"> {
  if (from === undefined || to === undefined) throw missing("portRange");
  if (from === -1 && to === -1) return { fromPort: 0, toPort: 65_535 };
  if (from < 0 || to > 65_535 || from > to)
    throw new ServiceFault("InvalidParameterValue", `Invalid TCP/UDP port range (${from}:${to})`);
  return { fromPort: from, toPort: to };
}

function icmpOf({ icmpType: type, icmpCode: code }: EntryWish): Pick<NetworkAclEntry, "icmpType" | "icmpCode"> {
  if (type === undefined || code === undefined) throw missing("icmpTypeCode");
  if (type < -1 || type > 255 || code < -1 || code > 255 || (type === -1 && code !== -1))
    throw new ServiceFault("InvalidParameterValue", `Invalid ICMP type and code (${type}:${code})`);
  return { icmpType: type, icmpCode: code };
}

/** The default network ACL of a VPC lets everything pass: https://docs.aws.amazon.com/vpc/latest/userguide/default-network-acl.html */
export const defaultNetworkAcl = (vpcId: string): NetworkAcl => ({
  networkAclId: newId("acl"),
  vpcId,
  isDefault: true,
  entries: [true, false].map((egress) => ({ ruleNumber: 100, egress, action: "allow", protocol: "-1", cidr: "0.0.0.0/0" })),
  tags: {},
});

/** Every entry as DescribeNetworkAcls shows it: in order, with the last one of each direction that denies the rest. */
export const shownEntries = (acl: NetworkAcl): readonly NetworkAclEntry[] =>
  [true, false].flatMap((egress): NetworkAclEntry[] => [
    ...inOrder(acl, egress),
    { ruleNumber: ruleNumbers.everythingElse, egress, action: "deny", protocol: "-1", cidr: "0.0.0.0/0" },
  ]);

export const inOrder = (acl: NetworkAcl, egress: boolean): readonly NetworkAclEntry[] =>
  acl.entries.filter((entry) => entry.egress === egress).sort((a, b) => a.ruleNumber - b.ruleNumber);

export const entryView = (entry: NetworkAclEntry): ApiEntry => ({
  RuleNumber: entry.ruleNumber,
  Egress: entry.egress,
  RuleAction: entry.action,
  Protocol: entry.protocol,
  CidrBlock: entry.cidr,
  ...(entry.fromPort === undefined ? {} : { PortRange: { From: entry.fromPort, To: entry.toPort } }),
  ...(entry.icmpType === undefined ? {} : { IcmpTypeCode: { Type: entry.icmpType, Code: entry.icmpCode } }),
});

const missing = (parameter: string): ServiceFault =>
  new ServiceFault("MissingParameter", `The request must contain the parameter ${parameter}`);

const invalid = (value: string | number, parameter: string, why: string): ServiceFault =>
  new ServiceFault("InvalidParameterValue", `Value (${value}) for parameter ${parameter} is invalid. ${why}`);
