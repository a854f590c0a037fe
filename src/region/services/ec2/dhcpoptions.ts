import { createHash } from "node:crypto";
import { isAddress } from "../../../addresses.js";
import type { Call, Scope } from "../../operations/call.js";
import { NotModelled, ServiceFault } from "../../operations/fault.js";
import { put, remove } from "../../records/records.js";
import { ended } from "./associations.js";
import { newId } from "./ids.js";
import { privateDomain } from "./dnsnames.js";
import { resolverOf } from "./interfaces.js";
import { DhcpOptionsSets, Vpcs, type DhcpOptions, type DhcpOptionsAssociation, type Tags, type Vpc } from "./records.js";
import { theVpc } from "./vpcs.js";

/** What a VPC is given that wants no options at all. */
export const noOptions = "default";
const amazonProvided = "AmazonProvidedDNS";

/** Why these options are kept without effect. */
export const dhcpNotes = {
  "ntp-servers": "a machine's clock is this host's own",
  "netbios-name-servers": "no machine image here speaks NetBIOS",
  "netbios-node-type": "no machine image here speaks NetBIOS",
} as const;

/** The options of a set by AWS's keys, checked. Pure; throws `InvalidParameterValue`. */
export function dhcpConfiguration(
  sent: readonly (readonly [key: string | undefined, values: readonly string[]])[],
): DhcpOptions["options"] {
  const options: Record<string, readonly string[]> = {};
  for (const [key = "", values] of sent) {
    if (key === "ipv6-address-preferred-lease-time") throw new NotModelled("IPv6, hence no ipv6-address-preferred-lease-time");
    const wrong = values.length === 0 ? "it has no value" : check(key, values);
    if (wrong !== undefined)
      throw new ServiceFault("InvalidParameterValue", `Value (${values.join(", ")}) for parameter ${key} is invalid: ${wrong}.`);
    options[key] = values;
  }
  if (Object.keys(options).length === 0)
    throw new ServiceFault("MissingParameter", "The request must contain the parameter dhcpConfiguration");
  return options;
}

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateDhcpOptions.html */
function check(key: string, values: readonly string[]): string | undefined {
  const fourAddresses = (): string | undefined => {
    const other = values.find((value) => !isAddress(value));
    if (other !== undefined) return `${other} is not an IPv4 address`;
    return values.length > 4 ? "there are more than four" : undefined;
  };
  switch (key) {
    case "domain-name":
      return values.length > 1 ? "there is more than one" : undefined;
    case "domain-name-servers":
      return values.length === 1 && values[0] === amazonProvided ? undefined : fourAddresses();
    case "ntp-servers":
    case "netbios-name-servers":
      return fourAddresses();
    case "netbios-node-type":
      return values.length === 1 && ["1", "2", "4", "8"].includes(values[0] ?? "") ? undefined : "it is not 1, 2, 4 or 8";
    default:
      return "there is no such DHCP option";
  }
}

export function createDhcpOptions(call: Call, options: DhcpOptions["options"], tags: Tags): DhcpOptions {
  const set: DhcpOptions = { dhcpOptionsId: newId("dopt"), options, tags };
  call.commit(put(DhcpOptionsSets, set.dhcpOptionsId, set));
  return set;
}

export function deleteDhcpOptions(call: Call, dhcpOptionsId: string): void {
  theDhcpOptions(call, dhcpOptionsId);
  if (call.records.list(Vpcs).some((vpc) => dhcpOptionsIdOf(call, vpc) === dhcpOptionsId))
    throw new ServiceFault("DependencyViolation", `The dhcpOptions '${dhcpOptionsId}' has dependencies and cannot be deleted.`);
  if (dhcpOptionsId === amazonOptions(call).dhcpOptionsId)
    throw new NotModelled(`deleting ${dhcpOptionsId}, the set that AWS made`);
  call.commit(remove(DhcpOptionsSets, dhcpOptionsId));
}

/** `default` takes every option away. Machines ask when they boot for the first time. */
export function associateDhcpOptions(call: Call, vpcId: string, dhcpOptionsId: string): void {
  const vpc = theVpc(call, vpcId);
  if (dhcpOptionsId !== noOptions) theDhcpOptions(call, dhcpOptionsId);
  const { dhcpOptionsId: _before, dhcpOptionsReplaced: _forgotten, ...kept } = vpc;
  call.commit(put(Vpcs, vpcId, dhcpOptionsId === amazonOptions(call).dhcpOptionsId ? kept : { ...kept, dhcpOptionsId }));
}

/** A stack's association: it takes the place of what was stated for the VPC before and remembers it; see `associations.ts`. */
export function takeOverDhcpOptions(call: Call, vpcId: string, dhcpOptionsId: string): void {
  const vpc = theVpc(call, vpcId);
  if (dhcpOptionsId !== noOptions) theDhcpOptions(call, dhcpOptionsId);
  call.commit(put(Vpcs, vpcId, { ...vpc, dhcpOptionsId, dhcpOptionsReplaced: associationOf(vpc) }));
}

/**
 * Ends a stack's association, unless it is over: the VPC goes back to the set that it took the place of, or has no options any
 * more, as on AWS.
 */
export function endDhcpOptions(call: Call, vpcId: string, dhcpOptionsId: string): void {
  const vpc = theVpc(call, vpcId);
  const lives = ({ associationId: id }: DhcpOptionsAssociation): boolean =>
    id === noOptions || id === amazonOptions(call).dhcpOptionsId || call.records.get(DhcpOptionsSets, id) !== undefined;
  if (vpc.dhcpOptionsId === undefined) return;
  const left = ended(associationOf(vpc), dhcpOptionsId, lives);
  call.commit(put(Vpcs, vpcId, { ...vpc, dhcpOptionsId: left?.associationId ?? noOptions, dhcpOptionsReplaced: left?.replaced }));
}

const associationOf = (vpc: Vpc): DhcpOptionsAssociation | undefined =>
  vpc.dhcpOptionsId === undefined ? undefined : { associationId: vpc.dhcpOptionsId, replaced: vpc.dhcpOptionsReplaced };

export function theDhcpOptions(call: Scope, id: string | undefined): DhcpOptions {
  const own = amazonOptions(call);
  const set = id === own.dhcpOptionsId ? own : id === undefined ? undefined : call.records.get(DhcpOptionsSets, id);
  if (set === undefined) throw new ServiceFault("InvalidDhcpOptionID.NotFound", `The dhcpOption ID '${id}' does not exist`);
  return set;
}

/** The set every account has in a region, which a new VPC is given. It is no record. */
export const amazonOptions = (scope: Pick<Scope, "accountId" | "regionName">): DhcpOptions => ({
  dhcpOptionsId: `dopt-0${createHash("sha256").update(`${scope.accountId}/${scope.regionName}`).digest("hex").slice(0, 16)}`,
  options: { "domain-name": [privateDomain(scope.regionName)], "domain-name-servers": [amazonProvided] },
  tags: {},
});

export const dhcpOptionsIdOf = (scope: Pick<Scope, "accountId" | "regionName">, vpc: Vpc): string =>
  vpc.dhcpOptionsId ?? amazonOptions(scope).dhcpOptionsId;

/** What a machine of the VPC is told: where it asks for names (nobody: nowhere), and the domain it looks in. */
export function namesToldTo(
  scope: Scope,
  vpc: Vpc,
): { readonly resolvers: readonly string[]; readonly search: string | undefined } {
  if (vpc.dhcpOptionsId === noOptions) return { resolvers: [], search: undefined };
  const { options } = theDhcpOptions(scope, dhcpOptionsIdOf(scope, vpc));
  const servers = options["domain-name-servers"] ?? [];
  return {
    resolvers: servers.map((server) => (server === amazonProvided ? resolverOf(vpc.cidr) : server)),
    search: options["domain-name"]?.[0],
  };
}
