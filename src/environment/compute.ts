import type { Maybe } from "./maybe.js";
import type { Node, NodeId } from "./node.js";

/** How an instance is made: said by itself, or by its launch template. */
export interface MachineSettings {
  readonly instanceType: Maybe<string>;
  readonly image: Maybe<string> | undefined;
  /** What an account calls that image, e.g. `ubuntu/images/hvm-ssd-gp3/ubuntu-noble-24.04-amd64-server-20250305`. */
  readonly imageName?: string;
  readonly keyName: Maybe<string> | undefined;
  /** The instance profile's role. */
  readonly role: Maybe<NodeId> | undefined;
  /** As text, decoded; parts that are not known stand as `${…}`. */
  readonly userData: Maybe<string> | undefined;
  /** IMDSv2 only. */
  readonly tokensRequired: Maybe<boolean>;
  readonly hopLimit: Maybe<number>;
  /** CloudWatch metrics each minute instead of each five. */
  readonly detailedMonitoring: Maybe<boolean>;
  readonly volumes: readonly Volume[];
}

export interface Volume {
  readonly device: string;
  /** GiB. */
  readonly size: Maybe<number>;
  /** e.g. `gp3`. */
  readonly kind: Maybe<string>;
  readonly encrypted: Maybe<boolean>;
  readonly deleteOnTermination: Maybe<boolean>;
}

export interface Instance extends Node {
  readonly settings: MachineSettings;
  readonly interfaces: readonly NodeId[];
  /** Of its subnet. */
  readonly zone: Maybe<string>;
}

export interface LaunchTemplate extends Node {
  readonly settings: MachineSettings;
  readonly groups: readonly Maybe<NodeId>[];
}

export interface AutoScalingGroup extends Node {
  readonly settings: MachineSettings;
  readonly subnets: readonly Maybe<NodeId>[];
  readonly interfaces: readonly NodeId[];
  readonly minSize: Maybe<number>;
  readonly maxSize: Maybe<number>;
  readonly desiredCapacity: Maybe<number>;
  /** `EC2`, `ELB`. */
  readonly healthCheckType: Maybe<string>;
  /** Seconds. */
  readonly healthCheckGracePeriod: Maybe<number>;
  readonly targetGroups: readonly Maybe<NodeId>[];
  readonly scalingPolicies: readonly NodeId[];
}

export interface ElasticIp extends Node {
  /** What it belongs to; undefined: to nothing, which costs. */
  readonly owner: Maybe<NodeId> | undefined;
}
