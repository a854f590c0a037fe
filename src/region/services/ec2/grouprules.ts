import type { IpPermission } from "@aws-sdk/client-ec2";
import { isCanonical, parseBlock } from "../../../addresses.js";
import { ServiceFault } from "../../operations/fault.js";
import { newId } from "./ids.js";
import type { GroupRule } from "./records.js";

/** Protocols by name or number; see https://www.iana.org/assignments/protocol-numbers. */
const protocols: Readonly<Record<string, string>> = { "1": "icmp", "6": "tcp", "17": "udp", all: "-1" };

/** One rule per peer of each permission, as EC2 keeps them. */
export const rulesFrom = (permissions: readonly IpPermission[]): GroupRule[] =>
  permissions.flatMap((permission) => [
    ...(permission.IpRanges ?? []).map((range) => groupRule(permission, { cidr: range.CidrIp ?? "" }, range.Description)),
    ...(permission.UserIdGroupPairs ?? []).map((pair) =>
      groupRule(permission, { groupId: pair.GroupId ?? "" }, pair.Description),
    ),
  ]);

/** Build and check one rule. Throws `InvalidParameterValue` / `InvalidPermission.Malformed`. */
export function groupRule(
  stated: {
    readonly IpProtocol?: string | undefined;
    readonly FromPort?: number | undefined;
    readonly ToPort?: number | undefined;
  },
  peer: GroupRule["peer"],
  description?: string,
): GroupRule {
  const name = (stated.IpProtocol ?? "").toLowerCase();
  const protocol = protocols[name] ?? name;
  if (!/^(tcp|udp|icmp|-1|\d{1,3})$/.test(protocol))
    throw new ServiceFault("InvalidParameterValue", `Invalid value '${stated.IpProtocol}' for IP protocol. Unknown protocol.`);
  if ("cidr" in peer && (parseBlock(peer.cidr) === undefined || !isCanonical(peer.cidr)))
    throw new ServiceFault("InvalidParameterValue", `CIDR block ${peer.cidr} is malformed`);
  const ports = protocol === "tcp" || protocol === "udp";
  const { FromPort: from, ToPort: to } = stated;
  if (ports) {
    if (from === undefined || to === undefined)
      throw new ServiceFault(
        "InvalidParameterValue",
        `Invalid value 'Must specify both from and to ports with TCP/UDP.' for portRange.`,
      );
    if (!(from === -1 && to === -1) && (from < 0 || to > 65535 || from > to))
      throw new ServiceFault("InvalidParameterValue", `Invalid TCP/UDP port range (${from}:${to})`);
  }
  // A rule for every protocol has no ports, whatever was sent.
  const keep = ports || protocol === "icmp";
  return {
    ruleId: newId("sgr"),
    protocol,
    peer,
    ...(keep && from !== undefined ? { fromPort: ports && from === -1 ? 0 : from } : {}),
    ...(keep && to !== undefined ? { toPort: ports && to === -1 ? 65535 : to } : {}),
    ...(description === undefined ? {} : { description }),
  };
}

/** The rule every new group has: everything may leave. */
export const allowAllEgress = (): GroupRule => ({ ruleId: newId("sgr"), protocol: "-1", peer: { cidr: "0.0.0.0/0" } });

export const sameRule = (a: GroupRule, b: GroupRule): boolean => {
  const key = (rule: GroupRule): string => JSON.stringify([rule.protocol, rule.fromPort ?? -1, rule.toPort ?? -1, rule.peer]);
  return key(a) === key(b);
};

/** Rules gathered by protocol and ports, the form DescribeSecurityGroups answers in. */
export function toPermissions(accountId: string, rules: readonly GroupRule[]): IpPermission[] {
  const gathered = new Map<string, IpPermission>();
  for (const rule of rules) {
    const key = `${rule.protocol}/${rule.fromPort}/${rule.toPort}`;
    const permission: IpPermission = gathered.get(key) ?? {
      IpProtocol: rule.protocol,
      ...(rule.protocol === "-1" ? {} : { FromPort: rule.fromPort ?? -1, ToPort: rule.toPort ?? -1 }),
      IpRanges: [],
      UserIdGroupPairs: [],
      Ipv6Ranges: [],
      PrefixListIds: [],
    };
    if ("cidr" in rule.peer) permission.IpRanges?.push({ CidrIp: rule.peer.cidr, Description: rule.description });
    else if ("prefixListId" in rule.peer)
      permission.PrefixListIds?.push({ PrefixListId: rule.peer.prefixListId, Description: rule.description });
    else permission.UserIdGroupPairs?.push({ GroupId: rule.peer.groupId, UserId: accountId, Description: rule.description });
    gathered.set(key, permission);
  }
  return [...gathered.values()];
}
