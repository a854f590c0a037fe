import type { IpPermission, UserIdGroupPair } from "@aws-sdk/client-ec2";
import { canonicalBlock } from "../../../addresses.js";
import { NotModelled, ServiceFault } from "../../operations/fault.js";
import { newId } from "./ids.js";
import type { GroupRule } from "./records.js";

/** Protocols by name or number; see https://www.iana.org/assignments/protocol-numbers. */
const protocols: Readonly<Record<string, string>> = { "1": "icmp", "6": "tcp", "17": "udp", all: "-1" };

/** What a rule says of protocol and ports, by the API's names. */
export interface StatedPorts {
  readonly IpProtocol?: string | undefined;
  readonly FromPort?: number | undefined;
  readonly ToPort?: number | undefined;
}

/** One rule per peer of each permission, as EC2 keeps them. Groups must be named by id. */
export const rulesFrom = (permissions: readonly IpPermission[]): GroupRule[] =>
  permissions.flatMap((permission) => {
    refuseIpv6(permission);
    const rules = [
      ...(permission.IpRanges ?? []).map((range) => groupRule(permission, { cidr: range.CidrIp ?? "" }, range.Description)),
      ...(permission.UserIdGroupPairs ?? []).map((pair) =>
        groupRule(permission, { groupId: pair.GroupId ?? "" }, pair.Description),
      ),
      ...(permission.PrefixListIds ?? []).map((list) =>
        groupRule(permission, { prefixListId: list.PrefixListId ?? "" }, list.Description),
      ),
    ];
    if (rules.length === 0)
      throw new ServiceFault(
        "MissingParameter",
        "The request must contain a CIDR block, a prefix list or a group for each rule.",
      );
    return rules;
  });

function refuseIpv6({ Ipv6Ranges }: IpPermission): void {
  if (Ipv6Ranges !== undefined && Ipv6Ranges.length > 0)
    throw new NotModelled(`IPv6 in security groups (${Ipv6Ranges.map(({ CidrIpv6 }) => CidrIpv6).join(", ")})`);
}

/** Build and check one rule. Throws `InvalidParameterValue`. */
export function groupRule(stated: StatedPorts, peer: GroupRule["peer"], description?: string): GroupRule {
  return {
    ruleId: newId("sgr"),
    ...protocolAndPorts(stated),
    peer: "cidr" in peer ? { cidr: checkedCidr(peer.cidr) } : peer,
    ...(description === undefined || description === "" ? {} : { description: checkedDescription(description) }),
  };
}

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_IpPermission.html */
function protocolAndPorts(stated: StatedPorts): Pick<GroupRule, "protocol" | "fromPort" | "toPort"> {
  const name = (stated.IpProtocol ?? "").toLowerCase();
  const protocol = protocols[name] ?? name;
  if (protocol === "icmpv6" || protocol === "58") throw new NotModelled("IPv6 in security groups (icmpv6)");
  if (!/^(tcp|udp|icmp|-1)$/.test(protocol) && !(/^\d{1,3}$/.test(protocol) && Number(protocol) <= 255))
    throw new ServiceFault("InvalidParameterValue", `Invalid value '${stated.IpProtocol}' for IP protocol. Unknown protocol.`);
  // A rule for every protocol, or for one without ports, has none, whatever was sent.
  if (protocol !== "tcp" && protocol !== "udp" && protocol !== "icmp") return { protocol };
  const { FromPort: from, ToPort: to } = stated;
  const kind = protocol === "icmp" ? "ICMP" : "TCP/UDP";
  if (from === undefined || to === undefined)
    throw new ServiceFault(
      "InvalidParameterValue",
      `Invalid value 'Must specify both from and to ports with ${kind}.' for portRange.`,
    );
  if (protocol === "icmp") {
    if (from < -1 || from > 255 || to < -1 || to > 255 || (from === -1 && to !== -1))
      throw new ServiceFault("InvalidParameterValue", `ICMP code (${to}) and type (${from}) are not valid together.`);
    return { protocol, fromPort: from, toPort: to };
  }
  if (from === -1 && to === -1) return { protocol, fromPort: 0, toPort: 65535 };
  if (from < 0 || to > 65535 || from > to)
    throw new ServiceFault("InvalidParameterValue", `Invalid TCP/UDP port range (${from}:${to})`);
  return { protocol, fromPort: from, toPort: to };
}

function checkedCidr(cidr: string): string {
  if (cidr.includes(":")) throw new NotModelled(`IPv6 in security groups (${cidr})`);
  // A bare address is not taken for a /32.
  const canonical = canonicalBlock(cidr);
  if (canonical === undefined) throw new ServiceFault("InvalidParameterValue", `CIDR block ${cidr} is malformed`);
  return canonical;
}

export function checkedDescription(description: string): string {
  if (!/^[a-zA-Z0-9. _\-:/()#,@[\]+=&;{}!$*]{0,255}$/.test(description))
    throw new ServiceFault(
      "InvalidParameterValue",
      "Invalid rule description. Valid descriptions are strings less than 256 characters from the following set: a-zA-Z0-9. _-:/()#,@[]+=&;{}!$*",
    );
  return description;
}

/** The rule every new group has: everything may leave. */
export const allowAllEgress = (): GroupRule => ({ ruleId: newId("sgr"), protocol: "-1", peer: { cidr: "0.0.0.0/0" } });

/** Descriptions and tags make no difference. */
export const sameRule = (a: GroupRule, b: GroupRule): boolean => ruleKey(a) === ruleKey(b);

const ruleKey = (rule: GroupRule): string => JSON.stringify([rule.protocol, rule.fromPort ?? -1, rule.toPort ?? -1, rule.peer]);

/** AWS's words for a rule, in its error messages. */
export const ruleText = ({ peer, protocol, fromPort, toPort }: GroupRule): string => {
  const other = "cidr" in peer ? peer.cidr : "groupId" in peer ? peer.groupId : peer.prefixListId;
  const ports = fromPort === undefined ? "" : `, from port: ${fromPort}, to port: ${toPort}`;
  return `peer: ${other}, ${protocol === "-1" ? "ALL" : protocol.toUpperCase()}${ports}, ALLOW`;
};

/**
 * Rules gathered by protocol and ports, the form DescribeSecurityGroups answers in.
 * @param pairOf what to say of another group, without the description
 */
export function toPermissions(rules: readonly GroupRule[], pairOf: (groupId: string) => UserIdGroupPair): IpPermission[] {
  const gathered = new Map<string, IpPermission>();
  for (const rule of rules) {
    const key = `${rule.protocol}/${rule.fromPort}/${rule.toPort}`;
    const permission: IpPermission = gathered.get(key) ?? {
      IpProtocol: rule.protocol,
      ...(rule.fromPort === undefined ? {} : { FromPort: rule.fromPort, ToPort: rule.toPort }),
      IpRanges: [],
      UserIdGroupPairs: [],
      Ipv6Ranges: [],
      PrefixListIds: [],
    };
    const Description = rule.description;
    if ("cidr" in rule.peer) permission.IpRanges?.push({ CidrIp: rule.peer.cidr, Description });
    else if ("prefixListId" in rule.peer) permission.PrefixListIds?.push({ PrefixListId: rule.peer.prefixListId, Description });
    else permission.UserIdGroupPairs?.push({ ...pairOf(rule.peer.groupId), Description });
    gathered.set(key, permission);
  }
  return [...gathered.values()];
}
