import { canonicalBlock } from "../../addresses.js";
import { isKnown, type Maybe } from "../../environment/maybe.js";
import type { Traffic } from "../../environment/network.js";
import type { SourcePlace } from "../../environment/node.js";
import type { Rule, Said } from "../finding.js";
import { ruleOn } from "../rule.js";

const placed = (place: SourcePlace | undefined): { readonly place?: SourcePlace } => (place === undefined ? {} : { place });

const blockFix = "write it as ADDRESS/PREFIX: 203.0.113.7/32 is one address, 0.0.0.0/0 all of them";
const portsFix = "state FromPort and ToPort, the lower one first, of 0 to 65535; -1 and -1 are all";

/** What EC2 answers to ports that no rule may have. What is unknown may be anything. */
function* portsRefused(title: string, traffic: Maybe<Traffic>, place: SourcePlace | undefined): Generator<Said> {
  if (!isKnown(traffic) || traffic.refused === undefined) return;
  yield {
    title: `${title}: its ports are no range`,
    reason: `InvalidParameterValue: ${traffic.refused}.`,
    fix: portsFix,
    ...placed(place),
  };
}

const malformed = (cidr: string): boolean => canonicalBlock(cidr) === undefined;

export const groupRuleRefused: Rule = ruleOn(
  "securityGroups",
  {
    id: "group-rule-refused",
    subject: "template",
    severity: "high",
    summary: "A rule of a security group that EC2 does not take: no CIDR block, or ports that are no range",
    sources: ["https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_IpPermission.html"],
  },
  function* (group): Generator<Said> {
    for (const { direction, traffic, peer, place } of group.rules) {
      const title = `EC2 refuses one of its ${direction} rules`;
      if (isKnown(peer) && peer.kind === "cidr" && malformed(peer.cidr)) {
        const reason = `InvalidParameterValue: CIDR block ${peer.cidr} is malformed.`;
        yield { title: `${title}: ${peer.cidr} is no block`, reason, fix: blockFix, ...placed(place) };
      }
      yield* portsRefused(title, traffic, place);
    }
  },
);

/** The last one, 32767, denies what none before matched. */
const numbers = { first: 1, last: 32_766 } as const;

export const aclEntryRefused: Rule = ruleOn(
  "acls",
  {
    id: "acl-entry-refused",
    subject: "template",
    severity: "high",
    summary: "An entry of a network ACL that EC2 does not take: its block, its ports or its number",
    sources: ["https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateNetworkAclEntry.html"],
  },
  function* (acl): Generator<Said> {
    for (const { direction, number, traffic, cidr, place } of acl.entries) {
      const title = `EC2 refuses one of its ${direction} entries`;
      if (isKnown(cidr) && malformed(cidr)) {
        const reason = `InvalidParameterValue: Value (${cidr}) for parameter cidrBlock is invalid. This is not a valid CIDR block.`;
        yield { title: `${title}: ${cidr} is no block`, reason, fix: blockFix, ...placed(place) };
      }
      yield* portsRefused(title, traffic, place);
      if (isKnown(number) && (!Number.isInteger(number) || number < numbers.first || number > numbers.last))
        yield {
          title: `${title}: its number is ${String(number)}`,
          reason: `InvalidParameterValue: Value (${String(number)}) for parameter ruleNumber is invalid. Must be between ${numbers.first} and ${numbers.last}.`,
          fix: "number the entries from 1 to 32766, in the order in which they are to be asked",
          ...placed(place),
        };
    }
  },
);

export const routeRefused: Rule = ruleOn(
  "routeTables",
  {
    id: "route-refused",
    subject: "template",
    severity: "high",
    summary: "A route whose destination is no CIDR block",
    sources: ["https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateRoute.html"],
  },
  function* (table): Generator<Said> {
    for (const { destination, target, place } of table.routes) {
      // A local route has the VPC's own block, of which the VPC's finding speaks.
      if (!isKnown(destination) || !("cidr" in destination) || (isKnown(target) && target.kind === "local")) continue;
      if (!malformed(destination.cidr)) continue;
      const { cidr } = destination;
      yield {
        title: `EC2 refuses its route to ${cidr}`,
        reason: `InvalidParameterValue: Value (${cidr}) for parameter destinationCidrBlock is invalid. This is not a valid CIDR block.`,
        fix: blockFix,
        ...placed(place),
      };
    }
  },
);
