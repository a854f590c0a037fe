import type { Maybe } from "./maybe.js";
import type { Node, NodeId } from "./node.js";

export interface DatabaseSubnetGroup extends Node {
  readonly subnets: readonly Maybe<NodeId>[];
}

interface DatabaseSettings {
  /** e.g. `postgres`, `aurora-mysql`. */
  readonly engine: Maybe<string>;
  readonly engineVersion: Maybe<string> | undefined;
  readonly port: Maybe<number>;
  readonly encrypted: Maybe<boolean>;
  readonly kmsKey: Maybe<NodeId> | undefined;
  readonly deletionProtection: Maybe<boolean>;
  /** Days; 0: no automated backups. */
  readonly backupRetention: Maybe<number>;
  readonly backupWindow: Maybe<string> | undefined;
  readonly subnetGroup: Maybe<NodeId> | undefined;
  /** A password that stands in the text; a parameter (NoEcho or not), a secret, one that RDS manages. */
  readonly masterPassword: "literal" | "parameter" | "secret" | "managed" | "unknown";
  readonly iamAuthentication: Maybe<boolean>;
  /** `Delete`, `Retain`, `Snapshot`; an account does not say. */
  readonly deletionPolicy: Maybe<string>;
}

export interface Database extends Node, DatabaseSettings {
  /** As asked for, e.g. `orders`; AWS makes one up where nothing is said. */
  readonly identifier: Maybe<string>;
  readonly instanceClass: Maybe<string>;
  readonly cluster: Maybe<NodeId> | undefined;
  readonly interfaces: readonly NodeId[];
  readonly multiAz: Maybe<boolean>;
  readonly zone: Maybe<string>;
  readonly publiclyAccessible: Maybe<boolean>;
  /** GiB. */
  readonly storage: Maybe<number> | undefined;
  readonly storageType: Maybe<string> | undefined;
  readonly replicaOf: Maybe<NodeId> | undefined;
  /** Seconds; 0: none. */
  readonly monitoringInterval: Maybe<number>;
  readonly performanceInsights: Maybe<boolean>;
}

export interface DatabaseCluster extends Node, DatabaseSettings {
  readonly identifier: Maybe<string>;
  readonly members: readonly NodeId[];
  /** A Multi-AZ DB cluster: three servers made with it; Aurora's are DB instances of their own. */
  readonly isMultiAzCluster: Maybe<boolean>;
  readonly instanceClass: Maybe<string> | undefined;
}
