import type { Maybe } from "./maybe.js";
import type { Node, NodeId } from "./node.js";

export interface Alarm extends Node {
  readonly metric: Maybe<string> | undefined;
  readonly namespace: Maybe<string> | undefined;
  readonly dimensions: readonly { readonly name: string; readonly value: Maybe<string>; readonly node?: NodeId }[];
  /** e.g. `GreaterThanThreshold`. */
  readonly comparison: Maybe<string>;
  readonly threshold: Maybe<number> | undefined;
  /** e.g. `Average`, `p99`. */
  readonly statistic: Maybe<string> | undefined;
  /** Seconds. */
  readonly period: Maybe<number> | undefined;
  readonly evaluationPeriods: Maybe<number>;
  readonly datapointsToAlarm: Maybe<number> | undefined;
  readonly treatMissingData: Maybe<string>;
  readonly actionsEnabled: Maybe<boolean>;
  /** Whom it tells: the id of a node of the graph or of another resource that was read, else the ARN as written. */
  readonly alarmActions: readonly Maybe<string>[];
  readonly okActions: readonly Maybe<string>[];
  readonly insufficientDataActions: readonly Maybe<string>[];
  /** It computes over several metrics, or over other alarms. */
  readonly isComputed: boolean;
}

/** Stands for `alias/aws/sns`, which is no node. */
export const managedKey = "aws";

export interface Topic extends Node {
  readonly subscriptions: readonly {
    readonly protocol: Maybe<string>;
    readonly endpoint: Maybe<string>;
    /** An account tells that nobody has confirmed it yet: nothing is sent there. */
    readonly pending?: true;
  }[];
  readonly encrypted: Maybe<boolean>;
  /** Undefined: none. `managedKey`: AWS's own key for SNS, whose policy nobody can change. */
  readonly key: Maybe<NodeId> | undefined;
}

export interface Trail extends Node {
  readonly multiRegion: Maybe<boolean>;
  readonly validated: Maybe<boolean>;
  readonly logging: Maybe<boolean>;
}

export interface LogGroup extends Node {
  /** Days; undefined: for ever. */
  readonly retention: Maybe<number> | undefined;
}

export interface BackupPlan extends Node {
  readonly rules: readonly {
    readonly name: string;
    /** cron(…) or rate(…), in UTC. */
    readonly schedule: Maybe<string> | undefined;
    /** Days. */
    readonly deleteAfter: Maybe<number> | undefined;
    readonly continuous: Maybe<boolean>;
  }[];
  /** What it is for: nodes by ARN or reference, and tags. */
  readonly selections: readonly {
    readonly resources: readonly Maybe<string>[];
    readonly nodes: readonly NodeId[];
    readonly tags: readonly { readonly key: string; readonly value: Maybe<string> }[];
    readonly role: Maybe<NodeId> | undefined;
  }[];
}

/** EventBridge rules and Lifecycle Manager policies: what happens by the clock. */
export interface Schedule extends Node {
  readonly expression: Maybe<string> | undefined;
  /** When EventBridge Scheduler ends it, e.g. `2027-01-01T00:00:00Z`; undefined: never. */
  readonly until?: Maybe<string>;
  readonly enabled: Maybe<boolean>;
  readonly targets: number;
  /** Those that are topics. */
  readonly topics: readonly NodeId[];
}

export interface WebAcl extends Node {
  readonly associated: readonly Maybe<NodeId>[];
}
