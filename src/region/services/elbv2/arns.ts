import { randomBytes } from "node:crypto";
import type { Scope } from "../../operations/call.js";

/** ARNs and ids of Elastic Load Balancing (https://docs.aws.amazon.com/service-authorization/latest/reference/list_awselasticloadbalancingv2.html). */
type Where = Pick<Scope, "accountId" | "regionName">;

/** 16 hexadecimal digits. */
export const newPart = (): string => randomBytes(8).toString("hex");

const arn = (where: Where, resource: string): string =>
  `arn:aws:elasticloadbalancing:${where.regionName}:${where.accountId}:${resource}`;

export const loadBalancerArn = (where: Where, name: string, part: string): string =>
  arn(where, `loadbalancer/net/${name}/${part}`);

export const targetGroupArn = (where: Where, name: string): string => arn(where, `targetgroup/${name}/${newPart()}`);

export const listenerArn = (loadBalancer: string): string =>
  `${loadBalancer.replace(":loadbalancer/", ":listener/")}/${newPart()}`;

/** The last part: unique, and short enough to name things by. */
export const lastPart = (someArn: string): string => someArn.slice(someArn.lastIndexOf("/") + 1);

/** `net/NAME/PART` of a load balancer, `targetgroup/NAME/PART` of a target group, as CloudWatch's dimensions have them. */
export const fullName = (someArn: string): string => (someArn.split(":")[5] ?? "").replace(/^loadbalancer\//, "");
