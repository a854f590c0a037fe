import { createHash } from "node:crypto";
import type { BalancerNodeSpec, CheckSpec, ListenerSpec, TargetSpec } from "./spec.js";

/** Where the node's files appear in its container (a place that Debian's base system has). */
export const nodeFolder = "/srv";
export const configFile = `${nodeFolder}/haproxy.cfg`;
export const stateFile = `${nodeFolder}/servers`;
export const adminSocket = "/run/admin.sock";
/** The master's own, which lives through reloads: a command that comes during one waits in its queue. */
export const masterSocket = "/run/master.sock";

/** A Network Load Balancer forgets a TCP flow that was idle for 350 seconds (ELB network user guide, "Connection idle timeout"). */
const idleSeconds = 350;

/** Prefix of the backend that takes the traffic when no target is healthy. */
const open = "open-";

/**
 * haproxy.cfg of one node (HAProxy 2.6, https://docs.haproxy.org/2.6/configuration.html). Pure.
 *
 * As on a Network Load Balancer: a flow keeps its target; a target that refuses is not retried elsewhere before the checks
 * call it unhealthy; its sessions then end; when no target is healthy all get traffic. Draining targets are left out:
 * what they have lives on in the worker from before the reload.
 */
export function haproxyConfig(spec: BalancerNodeSpec): string {
  const body = [...defaults, ...spec.listeners.flatMap((listener) => listenerSections(spec, listener))].join("\n");
  return `${[...globals, `  description ${digest(body)}`].join("\n")}\n\n${body}\n`;
}

/** What `show info` of a process that runs this configuration answers as its description. */
export const generation = (config: string): string => /^ {2}description (\S+)$/m.exec(config)?.[1] ?? "";

const globals = [
  "global",
  `  stats socket ${adminSocket} mode 600 level admin expose-fd listeners`,
  `  server-state-file ${stateFile}`,
  // First checks begin at once: HAProxy would spread them over the interval, and a reload begins them anew.
  "  max-spread-checks 100",
  // A worker from before a reload lives as long as its flows; this bounds how many there can be.
  "  mworker-max-reloads 50",
  // As much as two of the largest segments the kernel passes on: with the default of 16 KiB each became several, and every
  // one of them goes through two routers.
  "  tune.bufsize 131072",
];

const defaults = [
  "defaults",
  "  mode tcp",
  "  balance roundrobin",
  "  retries 0",
  "  timeout connect 10s",
  `  timeout client ${idleSeconds}s`,
  `  timeout server ${idleSeconds}s`,
  "  load-server-state-from-file global",
  "",
];

function listenerSections(node: BalancerNodeSpec, listener: ListenerSpec): string[] {
  const targets = listener.targets.filter((target) => target.phase !== "draining");
  const settled = targets.filter((target) => target.phase === "settled");
  return [
    `frontend ${listener.id}-in`,
    `  bind ${node.address}:${listener.port}`,
    ...(settled.length === 0 ? [] : [`  use_backend ${open}${listener.id} if { nbsrv(${listener.id}) eq 0 }`]),
    `  default_backend ${listener.id}`,
    "",
    `backend ${listener.id}`,
    ...checkLines(listener.check, `${node.address}:${listener.port}`),
    ...targets.map((target) => serverLine(target, listener.check)),
    "",
    ...(settled.length === 0
      ? []
      : [
          `backend ${open}${listener.id}`,
          ...settled.map((target) => `  server ${target.id} ${target.address}:${target.port}`),
          "",
        ]),
  ];
}

// HAProxy gives a check's connection the smaller of `timeout connect` and the interval, and `timeout check` to the answer.
// The Host header of a check is the node's address and the listener's port (ELB network user guide, health checks).
const checkLines = (check: CheckSpec, host: string): string[] => [
  `  timeout connect ${check.timeoutSeconds}s`,
  `  timeout check ${check.timeoutSeconds}s`,
  ...(check.protocol === "TCP"
    ? []
    : [
        "  option httpchk",
        `  http-check send meth GET uri ${quoted(check.path ?? "/")} ver HTTP/1.1 hdr host ${host} hdr user-agent ELB-HealthChecker/2.0`,
        `  http-check expect status ${check.matcher ?? "200-399"}`,
      ]),
];

function serverLine(target: TargetSpec, check: CheckSpec): string {
  const port = check.port === "traffic-port" ? "" : ` port ${check.port}`;
  const pace =
    target.phase === "initial"
      ? "weight 0 inter 500ms rise 1 fall 1"
      : `weight 1 inter ${check.intervalSeconds}s rise ${check.healthyThreshold} fall ${check.unhealthyThreshold}`;
  return `  server ${target.id} ${target.address}:${target.port} check${port} ${pace} on-marked-down shutdown-sessions`;
}

const quoted = (text: string): string => `"${text.replaceAll(/[\\"$]/g, (character) => `\\${character}`)}"`;

const digest = (text: string): string => createHash("sha256").update(text).digest("hex").slice(0, 16);
