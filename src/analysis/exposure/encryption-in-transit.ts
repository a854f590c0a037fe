import type { Environment } from "../../environment/environment.js";
import type { Balancer, Listener } from "../../environment/balancing.js";
import { isKnown, isUnknown } from "../../environment/maybe.js";
import type { Rule } from "../finding.js";
import { holdsPort, tcp } from "../reaching.js";
import { notKnown, ruleOn } from "../rule.js";

const listenersOf = (environment: Environment, balancer: Balancer): readonly Listener[] =>
  [...environment.listeners.values()].filter((listener) => listener.balancer === balancer.id);

/** Does it hand requests on (or answer them) in clear text, other than by sending clients to HTTPS? */
const servesInClear = ({ rules }: Listener): boolean =>
  rules.some(({ actions }) => actions.some((action) => action.kind === "forward" || action.kind === "other"));

const opens443 = (environment: Environment, balancer: Balancer): boolean =>
  balancer.interfaces
    .flatMap((id) => environment.interfaces.get(id)?.groups ?? [])
    .filter(isKnown)
    .flatMap((id) => environment.securityGroups.get(id)?.rules ?? [])
    .some(
      ({ direction, traffic, peer }) =>
        direction === "ingress" && isKnown(peer) && peer.kind === "cidr" && isKnown(traffic) && holdsPort(traffic, tcp, 443),
    );

export const clearText: Rule = ruleOn(
  "listeners",
  {
    id: "clear-text-from-internet",
    subject: "exposure",
    severity: "medium",
    summary: "An internet-facing load balancer that takes requests without TLS, and does not redirect them",
    sources: [
      "Elastic Load Balancing User Guide: Create an HTTPS listener for your Application Load Balancer",
      "AWS Security Hub control ELB.1",
    ],
  },
  function* (listener, environment) {
    const balancer = isKnown(listener.balancer) ? environment.balancers.get(listener.balancer) : undefined;
    if (balancer === undefined || balancer.scheme === "internal" || isUnknown(listener.protocol)) return;
    const isWeb = listener.protocol === "HTTP" || (listener.protocol === "TCP" && listener.port === 80);
    if (!isWeb || !servesInClear(listener)) return;
    const others = listenersOf(environment, balancer).filter(
      ({ protocol, port }) => protocol === "HTTPS" || protocol === "TLS" || port === 443,
    );
    const why =
      others.length > 0
        ? "It also listens with TLS, but who comes by HTTP stays there: nothing sends them on."
        : `No listener of ${balancer.name} has TLS${opens443(environment, balancer) ? ", although its group opens port 443" : ""}.`;
    const said = {
      title: "takes requests from the internet in clear text",
      reason: `${why} Passwords, cookies and answers can be read and changed on the way.`,
      fix:
        balancer.kind === "network"
          ? "listen with TLS on 443 and a certificate of ACM (or pass 443 through to hosts that have one)"
          : "listen with HTTPS on 443 and a certificate of ACM, and let the listener on 80 redirect (HTTP_301) there",
    };
    yield isUnknown(balancer.scheme) ? notKnown(said, balancer.scheme) : said;
  },
);
