import { EnvironmentBuilder } from "../../../src/environment/builder.js";
import type { MachineSettings } from "../../../src/environment/compute.js";
import type { Database } from "../../../src/environment/databases.js";
import type { Environment } from "../../../src/environment/environment.js";
import { Unknown, type Maybe } from "../../../src/environment/maybe.js";
import type { GroupRule } from "../../../src/environment/network.js";
import type { Objectives } from "../../../src/environment/objectives.js";

/** E1 in few words: a balancer, instances, a database, and what may be wrong with them. */
export interface Shop {
  readonly balancer?: "application" | "network";
  readonly balancerZones?: readonly string[];
  readonly scheme?: Maybe<"internet-facing" | "internal">;
  readonly instanceZones?: readonly Maybe<string>[];
  readonly scaling?: { readonly min: Maybe<number>; readonly checks: string };
  readonly healthCheck?: { readonly interval: Maybe<number>; readonly timeout: number; readonly unhealthy: number };
  readonly database?: Partial<Database> | null;
  readonly databaseAdmits?: "app" | "nobody" | "unknown";
  readonly natZones?: readonly string[];
  readonly usesS3?: boolean;
  readonly objectives?: Objectives;
  readonly region?: Maybe<string>;
  readonly elasticIps?: readonly (string | undefined)[];
}

const tags = {};
const said = { tags, type: "AWS::EC2::Thing" };

const settings: MachineSettings = {
  instanceType: "t3.micro",
  image: undefined,
  keyName: undefined,
  role: "role",
  userData: undefined,
  tokensRequired: true,
  hopLimit: 1,
  detailedMonitoring: false,
  volumes: [{ device: "/dev/xvda", size: 8, kind: "gp3", encrypted: true, deleteOnTermination: true }],
};

const zones = ["a", "b", "c"].map((letter) => `eu-west-3${letter}`);
const zoneNamed = (zone: Maybe<string>): string => (zone instanceof Unknown ? "unknown" : zone);
const group = (id: string, rules: readonly GroupRule[] = []) => ({
  ...said,
  id,
  name: id,
  type: "AWS::EC2::SecurityGroup",
  vpc: "vpc",
  rules,
});

/** The shop as a graph. Without a word it is the sound one: two zones everywhere, a Multi-AZ database with backups. */
export function shop(asked: Shop = {}): Environment {
  const {
    balancer = "application",
    balancerZones = ["eu-west-3a", "eu-west-3b"],
    instanceZones = ["eu-west-3a", "eu-west-3b"],
  } = asked;
  const { objectives = {}, region = "eu-west-3", natZones = [], scheme = "internet-facing", databaseAdmits = "app" } = asked;
  const builder = new EnvironmentBuilder();
  for (const zone of [...zones, "unknown"]) {
    builder.add("subnets", {
      ...said,
      id: `subnet ${zone}`,
      name: zone,
      vpc: "vpc",
      cidr: "10.0.0.0/24",
      zone: zone === "unknown" ? new Unknown("the parameter Zone has no value") : zone,
      mapsPublicIp: false,
      routeTable: "routes",
      acl: "acl",
    });
  }
  builder.add("routeTables", {
    ...said,
    id: "routes",
    name: "routes",
    vpc: "vpc",
    routes: natZones.map((_, index) => ({
      destination: { cidr: "0.0.0.0/0" },
      target: { kind: "natGateway", id: `nat-${index}` },
    })),
  });
  natZones.forEach((zone, index) => {
    builder.add("natGateways", {
      ...said,
      id: `nat-${index}`,
      name: `nat-${index}`,
      subnet: `subnet ${zone}`,
      connectivity: "public",
    });
    builder.add("elasticIps", { ...said, id: `nat-${index}-ip`, name: `nat-${index}-ip`, owner: `nat-${index}` });
  });
  (asked.elasticIps ?? []).forEach((owner, index) =>
    builder.add("elasticIps", { ...said, id: `ip-${index}`, name: `ip-${index}`, owner }),
  );
  builder.add("securityGroups", group("app-sg"));
  builder.add("roles", {
    ...said,
    id: "role",
    name: "role",
    trust: { statements: [] },
    policies: asked.usesS3 === true ? [{ name: "s3", document: { statements: [readsS3] } }] : [],
  });
  const face = (id: string, owner: "instance" | "autoScalingGroup" | "database", subnet: string, groups: readonly string[]) =>
    builder.add("interfaces", {
      ...said,
      id: `eni ${id}`,
      name: `eni ${id}`,
      owner: { kind: owner, id: id.split("@")[0] ?? id },
      subnets: [subnet],
      address: "10.0.0.4",
      secondaryAddresses: [],
      isPublic: false,
      groups,
      filtered: true,
      sourceDestCheck: true,
    });
  const targets = [];
  if (asked.scaling === undefined) {
    for (const [index, zone] of instanceZones.entries()) {
      const id = `app-${index + 1}`;
      builder.add("instances", { ...said, id, name: id, type: "AWS::EC2::Instance", settings, interfaces: [`eni ${id}`], zone });
      face(id, "instance", `subnet ${zoneNamed(zone)}`, ["app-sg"]);
      targets.push({ target: { node: id }, port: 80 });
    }
  } else {
    const interfaces = instanceZones.map((zone) => `eni asg@${zoneNamed(zone)}`);
    for (const zone of instanceZones) face(`asg@${zoneNamed(zone)}`, "autoScalingGroup", `subnet ${zoneNamed(zone)}`, ["app-sg"]);
    builder.add("autoScalingGroups", {
      ...said,
      id: "asg",
      name: "asg",
      settings,
      subnets: instanceZones.map((zone) => `subnet ${zoneNamed(zone)}`),
      interfaces,
      minSize: asked.scaling.min,
      maxSize: 4,
      desiredCapacity: asked.scaling.min,
      healthCheckType: asked.scaling.checks,
      healthCheckGracePeriod: 300,
      targetGroups: ["targets"],
      scalingPolicies: [],
    });
  }
  const check = asked.healthCheck ?? { interval: 30, timeout: 5, unhealthy: 2 };
  builder.add("targetGroups", {
    ...said,
    id: "targets",
    name: "targets",
    vpc: "vpc",
    protocol: "HTTP",
    port: 80,
    targetKind: "instance",
    targets,
    healthCheck: {
      protocol: "HTTP",
      port: "traffic-port",
      path: "/",
      interval: check.interval,
      timeout: check.timeout,
      healthyThreshold: 5,
      unhealthyThreshold: check.unhealthy,
    },
    preservesClient: false,
  });
  builder.add("balancers", {
    ...said,
    id: "balancer",
    name: "web",
    type: "AWS::ElasticLoadBalancingV2::LoadBalancer",
    kind: balancer,
    scheme,
    subnets: balancerZones.map((zone) => `subnet ${zone}`),
    interfaces: [],
    crossZone: true,
    deletionProtection: true,
    dropsInvalidHeaders: true,
    accessLogs: false,
    webAcl: undefined,
  });
  builder.add("listeners", {
    ...said,
    id: "listener",
    name: "listener",
    balancer: "balancer",
    port: 80,
    protocol: "HTTP",
    certificates: [],
    rules: [{ priority: "default", actions: [{ kind: "forward", targetGroups: ["targets"] }] }],
  });
  if (asked.database !== null) {
    const peer = { app: "app-sg", nobody: "other-sg", unknown: new Unknown("the import Group has no value") }[databaseAdmits];
    const rule: GroupRule = {
      direction: "ingress",
      traffic: { protocol: 6, ports: [5432, 5432] },
      peer: { kind: "group", group: peer },
    };
    builder.add("securityGroups", group("db-sg", [rule]));
    builder.add("databases", { ...database, ...asked.database });
    face("db", "database", "subnet eu-west-3a", ["db-sg"]);
  }
  return builder.build({ sources: ["shop.yaml"], from: "template", region, account: "000000000000", objectives });
}

const readsS3 = {
  effect: "Allow",
  actions: ["s3:GetObject"],
  notActions: [],
  resources: ["arn:aws:s3:::releases/*"],
  notResources: [],
  principals: undefined,
  conditions: {},
} as const;

const database: Database = {
  id: "db",
  name: "orders",
  type: "AWS::RDS::DBInstance",
  tags,
  identifier: "orders",
  engine: "postgres",
  engineVersion: undefined,
  port: 5432,
  encrypted: true,
  kmsKey: undefined,
  deletionProtection: true,
  backupRetention: 7,
  backupWindow: undefined,
  subnetGroup: undefined,
  masterPassword: "managed",
  iamAuthentication: false,
  deletionPolicy: "Snapshot",
  instanceClass: "db.t4g.micro",
  cluster: undefined,
  interfaces: ["eni db"],
  multiAz: true,
  zone: "eu-west-3a",
  publiclyAccessible: false,
  storage: 20,
  storageType: "gp3",
  replicaOf: undefined,
  monitoringInterval: 0,
  performanceInsights: false,
};

/** What E1 promises. */
export const flaskObjectives: Objectives = { availability: 99.98, rpo: 300, rto: 1800 };

/** E1 as it was: both instances in 3c, the balancer there too, a database with one server in 3b. */
export const flaskAsItWas: Shop = {
  balancer: "network",
  balancerZones: ["eu-west-3c"],
  instanceZones: ["eu-west-3c", "eu-west-3c"],
  database: { multiAz: false, zone: "eu-west-3b" },
  objectives: flaskObjectives,
};
