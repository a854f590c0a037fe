/** A published figure, and where it was read. */
export interface Fact {
  readonly value: number;
  readonly source: string;
}

const slaList = "AWS service level agreements, as listed in mikaelvesavuori/cloud-sla (2023-01-08)";
const rdsSla = "Amazon RDS Service Level Agreement (2024-01-22)";
const auroraSla = "Amazon Aurora Service Level Agreement (2022-05-19)";

const fact = (value: number, source: string): Fact => ({ value, source });

/** Monthly availability that AWS's agreements promise, as a fraction. */
export const promises = {
  balancer: fact(0.9999, `${slaList}: Elastic Load Balancing`),
  /** Instances in two zones or more. */
  instancesInZones: fact(0.9999, `${slaList}: EC2, region`),
  instance: fact(0.995, `${slaList}: EC2, single instance`),
  databaseMultiAz: fact(0.9995, `${rdsSla}: Multi-AZ`),
  databaseSingleAz: fact(0.995, `${rdsSla}: Single-DB Instance`),
  auroraInZones: fact(0.9999, `${auroraSla}: Multi-AZ`),
  auroraInZone: fact(0.999, `${auroraSla}: Single-AZ`),
  bucket: fact(0.999, `${slaList}: S3`),
  natGateway: fact(0.999, `${slaList}: NAT gateway`),
  names: fact(1, `${slaList}: Route 53`),
} as const;

const failoverGuide = "RDS user guide, Concepts.MultiAZ.Failover";
const restoreGuide = "RDS user guide, USER_PIT";

/** Times, in seconds. */
export const times = {
  multiAzFailoverLeast: fact(60, failoverGuide),
  multiAzFailoverMost: fact(120, failoverGuide),
  clusterFailover: fact(35, "RDS API reference, FailoverDBCluster"),
  auroraFailoverLeast: fact(30, "Amazon Aurora MySQL Database Administrator's Handbook: typically within 30 seconds"),
  auroraFailoverMost: fact(60, "Amazon Aurora FAQs: restart in less than 60 seconds in most cases"),
  /** Clients are told to cache the name of an endpoint for less. */
  endpointCache: fact(30, "RDS user guide (2023): clients should cache DNS for less than 30 seconds"),
  /** A Single-AZ instance whose server failed. */
  singleAzRecovery: fact(600, "measured by users: 10 minutes single-AZ against 2 minutes Multi-AZ (public write-ups)"),
  logUpload: fact(300, restoreGuide),
} as const;

/** What nobody publishes, and what we take instead. A verdict that rests on one is unknown until a drill has measured it. */
export const assumptions = {
  /** From the request to `available`, before the size is counted. */
  restoreLeast: fact(600, "assumed: a restore makes a new DB instance, which takes 10 to 20 minutes"),
  restoreMost: fact(1200, "assumed: a restore makes a new DB instance, which takes 10 to 20 minutes"),
  /** Bytes are loaded lazily after `available`; at worst all of them are waited for. */
  restoreRate: fact(100, "assumed: storage is loaded at 100 MiB a second or faster"),
  launchLeast: fact(60, "assumed: an instance boots and starts its application in 1 to 10 minutes"),
  launchMost: fact(600, "assumed: an instance boots and starts its application in 1 to 10 minutes"),
  /** How long outages are taken to last in the simulation; the mean availability does not depend on it, its spread over months does. */
  balancerOutage: fact(600, "assumed: an outage of a load balancer or of a region's EC2 lasts 10 minutes"),
  serverOutage: fact(3600, "assumed: an instance is down for an hour"),
  continuousUpload: fact(
    10,
    "assumed: logs that are uploaded continuously are at most 10 seconds old (RDS user guide, USER_PIT names no figure)",
  ),
} as const;

/** Seconds of an average month: 730 hours. */
export const secondsOfMonth = 730 * 3600;
