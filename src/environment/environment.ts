import type { Balancer, Listener, TargetGroup } from "./balancing.js";
import type { AutoScalingGroup, ElasticIp, Instance, LaunchTemplate } from "./compute.js";
import type { Database, DatabaseCluster, DatabaseSubnetGroup } from "./databases.js";
import type { IdentityProvider, ManagedPolicy, Role, User, UserGroup } from "./identity.js";
import type { Maybe } from "./maybe.js";
import type {
  GatewayEndpoint,
  InternetGateway,
  NatGateway,
  NetworkAcl,
  NetworkInterface,
  Peering,
  RouteTable,
  SecurityGroup,
  Subnet,
  Vpc,
} from "./network.js";
import type { Assumed, Node, NodeId, Unexamined } from "./node.js";
import type { Objectives } from "./objectives.js";
import type { Bucket, EncryptionKey, Secret } from "./storage.js";
import type { Alarm, BackupPlan, LogGroup, Schedule, Topic, Trail, WebAcl } from "./watching.js";

/** What each kind of node is. */
export interface NodeKinds {
  vpcs: Vpc;
  subnets: Subnet;
  routeTables: RouteTable;
  internetGateways: InternetGateway;
  natGateways: NatGateway;
  securityGroups: SecurityGroup;
  acls: NetworkAcl;
  peerings: Peering;
  gatewayEndpoints: GatewayEndpoint;
  interfaces: NetworkInterface;
  elasticIps: ElasticIp;
  instances: Instance;
  launchTemplates: LaunchTemplate;
  autoScalingGroups: AutoScalingGroup;
  balancers: Balancer;
  listeners: Listener;
  targetGroups: TargetGroup;
  databases: Database;
  databaseClusters: DatabaseCluster;
  databaseSubnetGroups: DatabaseSubnetGroup;
  buckets: Bucket;
  keys: EncryptionKey;
  secrets: Secret;
  roles: Role;
  users: User;
  userGroups: UserGroup;
  managedPolicies: ManagedPolicy;
  identityProviders: IdentityProvider;
  alarms: Alarm;
  topics: Topic;
  trails: Trail;
  logGroups: LogGroup;
  backupPlans: BackupPlan;
  schedules: Schedule;
  webAcls: WebAcl;
}

export type Kind = keyof NodeKinds;

export type Nodes = { readonly [K in Kind]: ReadonlyMap<NodeId, NodeKinds[K]> };

/** The typed graph that every judge reads, whatever it was made from. */
export interface Environment extends Nodes {
  /** Where it was read: the names of files, or `live`. */
  readonly sources: readonly string[];
  readonly from: "template" | "plan" | "account";
  readonly region: Maybe<string>;
  readonly account: Maybe<string>;
  readonly objectives: Objectives;
  /** What is taken to be so, although the source does not say it for sure. */
  readonly assumed?: readonly Assumed[];
  /** Resources of types that the graph does not hold. */
  readonly unexamined: readonly Unexamined[];
}

const kindTable: { readonly [K in Kind]: true } = {
  vpcs: true,
  subnets: true,
  routeTables: true,
  internetGateways: true,
  natGateways: true,
  securityGroups: true,
  acls: true,
  peerings: true,
  gatewayEndpoints: true,
  interfaces: true,
  elasticIps: true,
  instances: true,
  launchTemplates: true,
  autoScalingGroups: true,
  balancers: true,
  listeners: true,
  targetGroups: true,
  databases: true,
  databaseClusters: true,
  databaseSubnetGroups: true,
  buckets: true,
  keys: true,
  secrets: true,
  roles: true,
  users: true,
  userGroups: true,
  managedPolicies: true,
  identityProviders: true,
  alarms: true,
  topics: true,
  trails: true,
  logGroups: true,
  backupPlans: true,
  schedules: true,
  webAcls: true,
};

export const kinds = Object.keys(kindTable) as readonly Kind[];

/** Every node, whatever its kind. */
export function* nodesOf(environment: Environment): Generator<Node> {
  for (const kind of kinds) yield* environment[kind].values();
}
