import { isKnown, isUnknown } from "../../environment/maybe.js";
import type { GroupRule } from "../../environment/network.js";
import type { Environment } from "../../environment/environment.js";
import type { Rule } from "../finding.js";
import { containersOf } from "../hosts/containers.js";
import { ruleOnUserData, type Host } from "../hosts/hosts.js";
import type { Script } from "../hosts/script.js";
import { holdsPort, tcp } from "../reaching.js";
import { listed } from "../rule.js";

const unread = {
  title: "ports that its user data publishes may not be those that its groups open",
  reason: "The user data is not known here.",
  fix: "open the ports that something listens on, and no other",
};

/** Rules that let connections to the host in; undefined where some group is not known. */
function ingressOf(host: Host, environment: Environment): readonly GroupRule[] | undefined {
  const groups = host.interfaces.flatMap((id) => environment.interfaces.get(id)?.groups ?? []);
  const rules = groups.filter(isKnown).flatMap((id) => environment.securityGroups.get(id)?.rules ?? []);
  return groups.length === 0 || groups.some(isUnknown) ? undefined : rules.filter(({ direction }) => direction === "ingress");
}

/** Servers that a package brings and starts by itself. */
const servers = /^(?:nginx|apache2|httpd|caddy|haproxy|mysql-server|mariadb-server|postgresql|redis-server|tomcat\d*)$/;

/** Is what the containers publish all that listens, as far as the text tells? */
const isAllThatListens = (script: Script): boolean =>
  containersOf(script).length > 0 &&
  containersOf(script).every(({ usesHostNetwork }) => !usesHostNetwork) &&
  !script.packages.some((name) => servers.test(name)) &&
  !script.commands.some(({ words }) => words.some((word) => servers.test(word)) && words.includes("install"));

export const closedPublishedPort: Rule = ruleOnUserData(
  {
    id: "published-port-closed",
    subject: "exposure",
    severity: "low",
    summary: "A container's port is published on the host, and no group opens it",
    sources: ["Docker documentation: Port publishing and mapping"],
  },
  unread,
  function* (script, _text, host, environment) {
    const rules = ingressOf(host, environment);
    if (rules === undefined) return;
    for (const { published, line, image } of containersOf(script)) {
      const shut = published.filter((port) => !rules.some(({ traffic }) => isUnknown(traffic) || holdsPort(traffic, tcp, port)));
      if (shut.length === 0) continue;
      yield {
        title: `publishes port ${listed(shut.map(String))} of ${image ?? "a container"}, and none of its groups opens it`,
        reason: `Line ${String(line)} of the user data publishes it on the host; nobody outside the host gets there.`,
        fix: "open the port in a group for those who need it, or do not publish it",
      };
    }
  },
);

/** Ports that the host's groups open one by one, and on which nothing that its user data starts listens, as far as the text tells. */
export function idlePortsOf(script: Script, host: Host, environment: Environment): readonly number[] {
  const rules = ingressOf(host, environment);
  if (rules === undefined || !isAllThatListens(script)) return [];
  const published = containersOf(script).flatMap((container) => container.published);
  return rules.flatMap(({ traffic }) => {
    if (isUnknown(traffic) || traffic.protocol !== tcp || traffic.ports === undefined || traffic.ports[0] !== traffic.ports[1])
      return [];
    const [port] = traffic.ports;
    // Each image has an SSH server of its own.
    return port === 22 || published.includes(port) ? [] : [port];
  });
}

export const openUnpublishedPort: Rule = ruleOnUserData(
  {
    id: "open-port-with-nothing-behind",
    subject: "exposure",
    severity: "info",
    summary: "A group opens a port of a host on which nothing that its user data starts listens",
    sources: ["AWS Well-Architected Framework: SEC05-BP02 Control traffic flow within your network layers"],
  },
  unread,
  function* (script, _text, host, environment) {
    const idle = idlePortsOf(script, host, environment);
    const published = containersOf(script).flatMap((container) => container.published);
    if (idle.length === 0) return;
    yield {
      title: `TCP ${listed([...new Set(idle)].map(String))} ${new Set(idle).size === 1 ? "is" : "are"} open, with nothing behind`,
      reason: `The user data publishes ${published.length === 0 ? "no port" : listed(published.map(String))} and starts no other server.`,
      fix: "close what nothing answers on: the next program that listens there is open to all at once",
    };
  },
);
