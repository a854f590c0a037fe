import type { Deployment, Item } from "../prices.js";

/** A product of an offer file: AWS's own names for what it sells. */
export interface Product {
  readonly sku: string;
  readonly productFamily?: string;
  readonly attributes: Readonly<Record<string, string>>;
}

/** The offers that hold what our table has, by AWS's service codes. */
export const offerCodes = [
  "AmazonEC2",
  "AmazonRDS",
  "AWSELB",
  "AmazonVPC",
  "AmazonS3",
  "AmazonCloudWatch",
  "AWSSecretsManager",
  "awskms",
  "awswaf",
  "AWSDataTransfer",
] as const;
export type OfferCode = (typeof offerCodes)[number];

/** `EUW3-NatGateway-Hours` is `NatGateway-Hours` in Paris; us-east-1 has no prefix, and KMS writes the region in full. */
const withoutRegion = (usage: string): string => usage.replace(/^(?:[A-Z]{2,4}\d{0,2}|[a-z]{2}(?:-[a-z]+)+-\d)-/, "");

/** What one unit of usage is, where its name alone decides. */
const byUsage: { readonly [C in OfferCode]?: Readonly<Record<string, Item>> } = {
  AmazonEC2: { "NatGateway-Hours": "nat:hour", "NatGateway-Bytes": "nat:data" },
  AmazonVPC: {
    "PublicIPv4:InUseAddress": "address:in-use",
    "PublicIPv4:IdleAddress": "address:idle",
    "VpcEndpoint-Hours": "endpoint:hour",
    "VpcEndpoint-Bytes": "endpoint:data",
  },
  AmazonRDS: {
    "RDS:ChargedBackupUsage": "database-backup",
    "Aurora:StorageUsage": "aurora-storage",
    "Aurora:StorageIOUsage": "aurora-requests",
    "Aurora:BackupUsage": "aurora-backup",
  },
  AmazonS3: { "Requests-Tier1": "bucket:writes", "Requests-Tier2": "bucket:reads" },
  AmazonCloudWatch: {
    "CW:AlarmMonitorUsage": "alarm:standard",
    "CW:HighResAlarmMonitorUsage": "alarm:high-resolution",
    "CW:CompositeAlarmMonitorUsage": "alarm:composite",
    "CW:MetricMonitorUsage": "metric:month",
    "DataProcessing-Bytes": "logs:ingestion",
    "TimedStorage-ByteHrs": "logs:storage",
  },
  AWSSecretsManager: { "AWSSecretsManager-Secrets": "secret:month", AWSSecretsManagerAPIRequest: "secret:requests" },
  awskms: { "KMS-Keys": "key:month", "KMS-Requests": "key:requests" },
  awswaf: { WebACLV2: "web-acl:month", RuleV2: "web-acl:rule", "RequestV2-Tier1": "web-acl:requests" },
  AWSDataTransfer: { "DataTransfer-Out-Bytes": "transfer:internet", "DataTransfer-Regional-Bytes": "transfer:zones" },
};

/** What a product is in our table; undefined for all that no node of the graph is paid with. */
export function itemOf(offer: OfferCode, { productFamily = "", attributes }: Product): Item | undefined {
  const usage = withoutRegion(attributes["usagetype"] ?? "");
  const table = byUsage[offer];
  if (table !== undefined && Object.hasOwn(table, usage)) return table[usage];
  switch (offer) {
    case "AmazonEC2":
      return computeItem(productFamily, attributes, usage);
    case "AmazonRDS":
      return databaseItem(productFamily, attributes, usage);
    case "AWSELB":
      return balancerItem(productFamily, usage);
    case "AmazonS3":
      return usage === "TimedStorage-ByteHrs" && attributes["volumeType"] === "Standard" ? "bucket:storage" : undefined;
    default:
      return undefined;
  }
}

/** Linux on shared hardware, On-Demand, without software of its own: what an instance of a definition is unless it says otherwise. */
function computeItem(family: string, attributes: Product["attributes"], usage: string): Item | undefined {
  if (family === "Storage")
    return attributes["volumeApiName"] === undefined ? undefined : `volume:${attributes["volumeApiName"]}`;
  if (!family.startsWith("Compute Instance") || !usage.startsWith("BoxUsage")) return undefined;
  const plain =
    attributes["operatingSystem"] === "Linux" &&
    attributes["tenancy"] === "Shared" &&
    attributes["preInstalledSw"] === "NA" &&
    (attributes["capacitystatus"] ?? "Used") === "Used";
  return plain && attributes["instanceType"] !== undefined ? `instance:${attributes["instanceType"]}` : undefined;
}

const engines: Readonly<Record<string, string>> = {
  PostgreSQL: "postgres",
  MySQL: "mysql",
  MariaDB: "mariadb",
  "Aurora MySQL": "aurora-mysql",
  "Aurora PostgreSQL": "aurora-postgresql",
};

const deployments: Readonly<Record<string, Deployment>> = {
  "Single-AZ": "single",
  "Multi-AZ": "multi",
  "Multi-AZ (readable standbys)": "cluster",
};

const storages: Readonly<Record<string, string>> = { GP2: "gp2", GP3: "gp3", PIOPS: "io1" };

function databaseItem(family: string, attributes: Product["attributes"], usage: string): Item | undefined {
  if (family === "Database Instance") {
    const engine = engines[attributes["databaseEngine"] ?? ""];
    const deployment = deployments[attributes["deploymentOption"] ?? ""];
    const server = attributes["instanceType"];
    // Aurora's other price, without a charge for requests, has the same class and engine.
    if (engine === undefined || deployment === undefined || server === undefined || usage.includes("IOOptimized"))
      return undefined;
    return `database:${engine}:${server}:${deployment}`;
  }
  const storage = /^RDS:(Multi-AZ-|Multi-AZCluster-)?(GP2|GP3|PIOPS)-Storage$/.exec(usage);
  if (storage === null) return undefined;
  const deployment = storage[1] === undefined ? "single" : storage[1] === "Multi-AZ-" ? "multi" : "cluster";
  const kind = storages[storage[2] ?? ""];
  return kind === undefined ? undefined : `database-storage:${kind}:${deployment}`;
}

function balancerItem(family: string, usage: string): Item | undefined {
  const kind = /^Load Balancer-(Application|Network|Gateway)$/.exec(family)?.[1]?.toLowerCase();
  if (kind !== "application" && kind !== "network" && kind !== "gateway") return undefined;
  if (usage === "LoadBalancerUsage") return `balancer:${kind}:hour`;
  return usage === "LCUUsage" ? `balancer:${kind}:units` : undefined;
}
