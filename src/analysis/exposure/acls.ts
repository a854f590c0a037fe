import type { Environment } from "../../environment/environment.js";
import { isKnown, isUnknown, type Maybe } from "../../environment/maybe.js";
import type { AclEntry, NetworkAcl } from "../../environment/network.js";
import type { Rule, Said } from "../finding.js";
import { holdsPort, tcp } from "../reaching.js";
import { listed, notKnown, ruleOn } from "../rule.js";

/** A port that clients of every system take for their end: Linux 32768-60999, Windows and NAT gateways 1024 or 49152 and up. */
const clientPort = 50000;

/** Does it let answers of (or to) anybody on the internet in (or out)? Entries for parts of the internet do not decide that. */
function letsAnswers(acl: NetworkAcl, direction: AclEntry["direction"]): Maybe<boolean> {
  const entries = acl.entries.filter((entry) => entry.direction === direction);
  const order = ({ number }: AclEntry): number => (isKnown(number) ? number : 0);
  for (const entry of [...entries].sort((a, b) => order(a) - order(b))) {
    const unsure = [entry.number, entry.cidr, entry.traffic, entry.action].find(isUnknown);
    if (unsure !== undefined) return unsure;
    const isForAll = isKnown(entry.cidr) && entry.cidr.endsWith("/0");
    if (isForAll && isKnown(entry.traffic) && holdsPort(entry.traffic, tcp, clientPort)) return entry.action === "allow";
  }
  return false;
}

/** Does an entry let anybody on the internet begin a connection to a server's port? */
const letsRequestsIn = (acl: NetworkAcl): boolean =>
  acl.entries.some(
    ({ direction, action, cidr, traffic }) =>
      direction === "ingress" &&
      action === "allow" &&
      isKnown(cidr) &&
      cidr.endsWith("/0") &&
      isKnown(traffic) &&
      (traffic.protocol === tcp || traffic.protocol === "all") &&
      (traffic.ports === undefined || traffic.ports[0] < firstClientPort),
  );

/** Ports below are servers'. */
const firstClientPort = 1024;

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
    summary: "A network ACL that lets no answers from the internet in, or none to it out, on subnets that have a way there",
    sources: ["Amazon VPC User Guide: Network ACLs (stateless; ephemeral ports)"],
  },
  function* (acl, environment) {
    const subnets = subnetsWithWayOut(environment, acl);
    if (subnets.length === 0) return;
    yield* requestsWithoutAnswer(acl, subnets);
    const lets = letsAnswers(acl, "ingress");
    if (lets === true) return;
    const said = {
      title: "lets no answers from the internet back in",
      reason: `${listed(subnets)} ${subnets.length === 1 ? "has" : "have"} a route to the internet, but an ACL is stateless: an answer comes to a client's port (1024-65535) and meets the inbound entries like anything else. Package mirrors, AWS's own endpoints and users are all out of reach.`,
      fix: "allow TCP (and UDP) 1024-65535 inbound from 0.0.0.0/0, and let security groups, which are stateful, decide who may connect",
    };
    yield isUnknown(lets) ? notKnown({ ...said, title: "perhaps lets no answers from the internet back in" }, lets) : said;
  },
);

function* requestsWithoutAnswer(acl: NetworkAcl, subnets: readonly string[]): Generator<Said> {
  const lets = letsAnswers(acl, "egress");
  if (lets === true || !letsRequestsIn(acl)) return;
  const said = {
    title: "lets requests from the internet in, and no answers out",
    reason: `Its inbound entries admit connections from anywhere to ${listed(subnets)}, but an ACL is stateless: an answer goes to a client's port (1024-65535), and no outbound entry lets it pass. Every client waits in vain.`,
    fix: "allow TCP (and UDP) 1024-65535 outbound to 0.0.0.0/0",
  };
  yield isUnknown(lets)
    ? notKnown({ ...said, title: "lets requests from the internet in, and perhaps no answers out" }, lets)
    : said;
}
