import { noValue } from "./resolve.js";
import type { Value } from "./value.js";

/** What a deployment knows of its surroundings: the pseudo parameters and the zones. */
export interface Surroundings {
  readonly accountId: string;
  /** e.g. `eu-west-3`. */
  readonly regionName: string;
  readonly stackName: string;
  readonly stackId: string;
  readonly notificationArns?: readonly string[];
  /** Names of the zones of a region, e.g. `["eu-west-3a", …]`; undefined: no such region is known. */
  zones(regionName: string): readonly string[] | undefined;
  /** Exports of the account's other stacks in the region, by name. */
  exported?(name: string): string | undefined;
}

const pseudoParameters: Readonly<Record<string, (surroundings: Surroundings) => Value | typeof noValue>> = {
  "AWS::AccountId": ({ accountId }) => accountId,
  "AWS::NotificationARNs": ({ notificationArns }) => notificationArns ?? [],
  "AWS::NoValue": () => noValue,
  "AWS::Partition": ({ regionName }) => partitionOf(regionName),
  "AWS::Region": ({ regionName }) => regionName,
  "AWS::StackId": ({ stackId }) => stackId,
  "AWS::StackName": ({ stackName }) => stackName,
  "AWS::URLSuffix": ({ regionName }) => (partitionOf(regionName) === "aws-cn" ? "amazonaws.com.cn" : "amazonaws.com"),
};

export const isPseudoParameter = (name: string): boolean => Object.hasOwn(pseudoParameters, name);

export const pseudoParameter = (name: string, surroundings: Surroundings): Value | typeof noValue | undefined =>
  isPseudoParameter(name) ? pseudoParameters[name]?.(surroundings) : undefined;

const partitionOf = (regionName: string): string =>
  regionName.startsWith("cn-") ? "aws-cn" : regionName.startsWith("us-gov-") ? "aws-us-gov" : "aws";
