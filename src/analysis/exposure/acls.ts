import type { Environment } from "../../environment/environment.js";
import { isKnown, isUnknown, type Maybe } from "../../environment/maybe.js";
import type { AclEntry, NetworkAcl } from "../../environment/network.js";
import type { Rule } from "../finding.js";
import { holdsPort, tcp } from "../reaching.js";
import { listed, notKnown, ruleOn } from "../rule.js";

/** A port that clients of every system take for their end: Linux 32768-60999, Windows and NAT gateways 1024 or 49152 and up. */
const clientPort = 50000;

/** Does it let answers of a server anywhere on the internet in? Entries for parts of the internet do not decide that. */
function letsAnswersIn(acl: NetworkAcl): Maybe<boolean> {
  const entries = acl.entries.filter(({ direction }) => direction === "ingress");
  const order = ({ number }: AclEntry): number => (isKnown(number) ? number : 0);
  for (const entry of [...entries].sort((a, b) => order(a) - order(b))) {
    const unsure = [entry.number, entry.cidr, entry.traffic, entry.action].find(isUnknown);
    if (unsure !== undefined) return unsure;
    const isForAll = isKnown(entry.cidr) && entry.cidr.endsWith("/0");
    if (isForAll && isKnown(entry.traffic) && holdsPort(entry.traffic, tcp, clientPort)) return entry.action === "allow";
  }
  return false;
}

const subnetsWithWayOut = (environment: Environment, acl: NetworkAcl): readonly string[] =>
  [...environment.subnets.values()]
    .filter((subnet) => subnet.acl === acl.id && isKnown(subnet.routeTable))
    .filter(({ routeTable }) =>
      (isKnown(routeTable) ? (environment.routeTables.get(routeTable)?.routes ?? []) : []).some(
        ({ destination, target }) =>
          isKnown(destination) &&
          "cidr" in destination &&
          destination.cidr === "0.0.0.0/0" &&
          isKnown(target) &&
          (target.kind === "internetGateway" || target.kind === "natGateway"),
      ),
    )
    .map(({ name }) => name);

export const blockedAnswers: Rule = ruleOn(
  "acls",
  {
    id: "acl-blocks-answers",
    subject: "reachability",
    severity: "high",
    summary: "A network ACL that lets no answers from the internet back in, on subnets that have a way out",
    sources: ["Amazon VPC User Guide: Network ACLs (stateless; ephemeral ports)"],
  },
  function* (acl, environment) {
    const subnets = subnetsWithWayOut(environment, acl);
    const lets = letsAnswersIn(acl);
    if (subnets.length === 0 || lets === true) return;
    const said = {
      title: "lets no answers from the internet back in",
      reason: `${listed(subnets)} ${subnets.length === 1 ? "has" : "have"} a route to the internet, but an ACL is stateless: an answer comes to a client's port (1024-65535) and meets the inbound entries like anything else. Package mirrors, AWS's own endpoints and users are all out of reach.`,
      fix: "allow TCP (and UDP) 1024-65535 inbound from 0.0.0.0/0, and let security groups, which are stateful, decide who may connect",
    };
    yield isUnknown(lets) ? notKnown(said, lets) : said;
  },
);
