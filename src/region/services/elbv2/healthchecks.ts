import { NotModelled, ServiceFault } from "../../operations/fault.js";
import type { HealthCheck } from "./records.js";

/** A health check as it is asked for; what is left out keeps its value, or AWS's default. */
export interface HealthCheckWish {
  readonly protocol?: string;
  readonly port?: string;
  readonly path?: string;
  readonly matcher?: string;
  readonly intervalSeconds?: number;
  readonly timeoutSeconds?: number;
  readonly healthyThreshold?: number;
  readonly unhealthyThreshold?: number;
}

/**
 * The check of a target group of a Network Load Balancer. Defaults as the API reference has them (2026): TCP, every 30 s,
 * 10 s (HTTP 6 s), healthy after 5, unhealthy after 2. `before` is the check in force when it is modified.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateTargetGroup.html
 */
export function decideHealthCheck(wish: HealthCheckWish, before?: HealthCheck): HealthCheck {
  const protocol = wish.protocol ?? before?.protocol ?? "TCP";
  if (protocol === "HTTPS") throw new NotModelled("HTTPS health checks", "Check with TCP or HTTP.");
  if (protocol !== "TCP" && protocol !== "HTTP")
    throw new ServiceFault("ValidationError", `Health check protocol '${protocol}' must be one of 'HTTP', 'HTTPS' or 'TCP'`);
  if (protocol === "TCP" && (wish.path !== undefined || wish.matcher !== undefined))
    throw new ServiceFault(
      "InvalidConfigurationRequest",
      "You cannot specify a health check path or matcher for a target group with the TCP health check protocol",
    );
  const http = protocol === "HTTP";
  const check: HealthCheck = {
    protocol,
    port: portOf(wish.port) ?? before?.port ?? "traffic-port",
    ...(http ? { path: wish.path ?? before?.path ?? "/", matcher: wish.matcher ?? before?.matcher ?? "200-399" } : {}),
    intervalSeconds: within("interval", wish.intervalSeconds ?? before?.intervalSeconds ?? 30, 5, 300),
    timeoutSeconds: within("timeout", wish.timeoutSeconds ?? before?.timeoutSeconds ?? (http ? 6 : 10), 2, 120),
    healthyThreshold: within("healthy threshold count", wish.healthyThreshold ?? before?.healthyThreshold ?? 5, 2, 10),
    unhealthyThreshold: within("unhealthy threshold count", wish.unhealthyThreshold ?? before?.unhealthyThreshold ?? 2, 2, 10),
  };
  if (check.timeoutSeconds > check.intervalSeconds)
    throw new ServiceFault("ValidationError", "Health check interval must be greater than the timeout.");
  if (check.path !== undefined && (!check.path.startsWith("/") || check.path.length > 1024 || /[\s\p{Cc}]/u.test(check.path)))
    throw new ServiceFault(
      "ValidationError",
      `Health check path '${check.path}' must begin with '/' and hold at most 1024 characters without blanks`,
    );
  if (check.matcher !== undefined && !/^[2-5]\d\d(-[2-5]\d\d)?(,[2-5]\d\d(-[2-5]\d\d)?)*$/.test(check.matcher))
    throw new ServiceFault(
      "ValidationError",
      `Health check matcher HTTP code '${check.matcher}' must be within '200-599' inclusive`,
    );
  return check;
}

function portOf(port: string | undefined): number | "traffic-port" | undefined {
  if (port === undefined || port === "traffic-port") return port;
  if (!/^\d{1,5}$/.test(port) || Number(port) < 1 || Number(port) > 65535)
    throw new ServiceFault("ValidationError", `Health check port '${port}' must be 'traffic-port' or a number from 1 to 65535`);
  return Number(port);
}

function within(noun: string, value: number, least: number, most: number): number {
  if (!Number.isInteger(value) || value < least || value > most)
    throw new ServiceFault("ValidationError", `Health check ${noun} '${value}' must be within '${least}-${most}' inclusive`);
  return value;
}
