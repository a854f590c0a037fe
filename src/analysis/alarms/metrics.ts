import type { Kind } from "../../environment/environment.js";

/** What a metric of AWS's means to somebody who waits for an alarm. */
export interface Metric {
  /** Which way is bad; `either`: both may be meant (traffic; a load that is low, too). */
  readonly bad: "high" | "low" | "either";
  /** It can be neither below nor above. */
  readonly range: readonly [least: number, most: number];
  /** Seconds between data points, whatever the monitoring. */
  readonly every?: number;
}

export interface Namespace {
  readonly metrics: ReadonlyMap<string, Metric>;
  /** Is the list whole, so that a metric which is not there does not exist? */
  readonly isWhole: boolean;
  /** Which kind of node a dimension names; `class`: not one resource, but all that are alike. */
  readonly dimensions: Readonly<Record<string, Kind | "class">>;
}

const count: Metric["range"] = [0, Infinity];
const percent: Metric["range"] = [0, 100];

const named = (bad: Metric["bad"], range: Metric["range"], names: string, every?: number): readonly [string, Metric][] =>
  names
    .trim()
    .split(/\s+/)
    .map((name) => [name, { bad, range, ...(every === undefined ? {} : { every }) }]);

/**
 * From the lists of metrics in AWS's guides: "List the available CloudWatch metrics for your instances", "Amazon CloudWatch metrics for
 * Amazon RDS" and Aurora, "CloudWatch metrics for your Application Load Balancer" and "… your Network Load Balancer", "CloudWatch
 * metrics for NAT gateways", "Amazon S3 CloudWatch metrics". What engines add to RDS's is more than is here.
 */
export const namespaces: Readonly<Record<string, Namespace>> = {
  "AWS/EC2": {
    isWhole: true,
    dimensions: { InstanceId: "instances", AutoScalingGroupName: "autoScalingGroups", InstanceType: "class", ImageId: "class" },
    metrics: new Map([
      ...named("either", percent, "CPUUtilization DedicatedHostCPUUtilization"),
      ...named(
        "high",
        [0, 1],
        "StatusCheckFailed StatusCheckFailed_Instance StatusCheckFailed_System StatusCheckFailed_AttachedEBS",
        60,
      ),
      ...named("low", count, "CPUCreditBalance", 300),
      ...named("low", percent, "EBSIOBalance% EBSByteBalance%"),
      ...named("high", count, "CPUSurplusCreditBalance CPUSurplusCreditsCharged", 300),
      ...named(
        "high",
        count,
        "MetadataNoToken MetadataNoTokenRejected InstanceEBSIOPSExceededCheck InstanceEBSThroughputExceededCheck",
      ),
      ...named("either", count, "CPUCreditUsage", 300),
      ...named(
        "either",
        count,
        "NetworkIn NetworkOut NetworkPacketsIn NetworkPacketsOut DiskReadOps DiskWriteOps DiskReadBytes DiskWriteBytes EBSReadOps EBSWriteOps EBSReadBytes EBSWriteBytes",
      ),
    ]),
  },
  "AWS/RDS": {
    isWhole: false,
    dimensions: {
      DBInstanceIdentifier: "databases",
      DBClusterIdentifier: "databaseClusters",
      DatabaseClass: "class",
      EngineName: "class",
      SourceRegion: "class",
    },
    metrics: new Map([
      ...named("low", count, "FreeStorageSpace FreeableMemory FreeLocalStorage AuroraVolumeBytesLeftTotal CPUCreditBalance"),
      ...named("low", percent, "BurstBalance EBSIOBalance% EBSByteBalance% BufferCacheHitRatio ResultSetCacheHitRatio"),
      ...named("either", percent, "CPUUtilization"),
      ...named(
        "either",
        count,
        "DatabaseConnections NetworkReceiveThroughput NetworkTransmitThroughput ReadThroughput WriteThroughput",
      ),
      ...named("either", count, "ReadIOPS WriteIOPS DBLoad DBLoadCPU DBLoadNonCPU CPUCreditUsage VolumeBytesUsed Queries"),
      ...named(
        "high",
        count,
        "SwapUsage ReadLatency WriteLatency DiskQueueDepth ReplicaLag AuroraReplicaLag TransactionLogsDiskUsage OldestReplicationSlotLag ReplicationSlotDiskUsage MaximumUsedTransactionIDs BinLogDiskUsage Deadlocks CommitLatency SelectLatency",
      ),
    ]),
  },
  "AWS/ApplicationELB": {
    isWhole: false,
    dimensions: { LoadBalancer: "balancers", TargetGroup: "targetGroups", AvailabilityZone: "class" },
    metrics: new Map([
      ...named("low", count, "HealthyHostCount"),
      ...named(
        "high",
        count,
        "UnHealthyHostCount RejectedConnectionCount TargetResponseTime TargetConnectionErrorCount ClientTLSNegotiationErrorCount TargetTLSNegotiationErrorCount HTTPCode_ELB_4XX_Count HTTPCode_ELB_5XX_Count HTTPCode_ELB_500_Count HTTPCode_ELB_502_Count HTTPCode_ELB_503_Count HTTPCode_ELB_504_Count HTTPCode_Target_4XX_Count HTTPCode_Target_5XX_Count DroppedInvalidHeaderRequestCount",
      ),
      ...named(
        "either",
        count,
        "RequestCount RequestCountPerTarget ActiveConnectionCount NewConnectionCount ProcessedBytes ConsumedLCUs PeakLCUs RuleEvaluations HTTPCode_ELB_3XX_Count HTTPCode_Target_2XX_Count HTTPCode_Target_3XX_Count HTTP_Fixed_Response_Count HTTP_Redirect_Count GrpcRequestCount IPv6RequestCount IPv6ProcessedBytes",
      ),
    ]),
  },
  "AWS/NetworkELB": {
    isWhole: false,
    dimensions: { LoadBalancer: "balancers", TargetGroup: "targetGroups", AvailabilityZone: "class" },
    metrics: new Map([
      ...named("low", count, "HealthyHostCount"),
      ...named("low", [0, 1], "ZonalHealthStatus"),
      ...named(
        "high",
        count,
        "UnHealthyHostCount PortAllocationErrorCount RejectedFlowCount RejectedFlowCount_TCP ClientTLSNegotiationErrorCount TargetTLSNegotiationErrorCount TCP_ELB_Reset_Count TCP_Target_Reset_Count",
      ),
      ...named(
        "either",
        count,
        "ActiveFlowCount ActiveFlowCount_TCP ActiveFlowCount_TLS ActiveFlowCount_UDP NewFlowCount NewFlowCount_TCP NewFlowCount_TLS NewFlowCount_UDP ProcessedBytes ProcessedBytes_TCP ProcessedBytes_TLS ProcessedBytes_UDP ProcessedPackets PeakBytesPerSecond PeakPacketsPerSecond ConsumedLCUs ConsumedLCUs_TCP ConsumedLCUs_TLS ConsumedLCUs_UDP TCP_Client_Reset_Count",
      ),
    ]),
  },
  "AWS/NATGateway": {
    isWhole: false,
    dimensions: { NatGatewayId: "natGateways" },
    metrics: new Map([
      ...named("high", count, "ErrorPortAllocation PacketsDropCount IdleTimeoutCount"),
      ...named(
        "either",
        count,
        "ActiveConnectionCount BytesInFromDestination BytesOutToDestination ConnectionAttemptCount ConnectionEstablishedCount",
      ),
    ]),
  },
  "AWS/S3": {
    isWhole: false,
    dimensions: { BucketName: "buckets", StorageType: "class", FilterId: "class" },
    metrics: new Map([
      ...named("either", count, "BucketSizeBytes NumberOfObjects", 86_400),
      ...named("high", count, "4xxErrors 5xxErrors FirstByteLatency TotalRequestLatency"),
    ]),
  },
};

/** What hosts measure inside only when an agent of theirs sends it: the metrics' names in CloudWatch's agent and in older scripts. */
export const needsAgent = (namespace: string, metric: string): boolean =>
  namespace === "CWAgent" ||
  (namespace === "AWS/EC2" && /^(?:mem|memory|swap|disk_?(?:used|space|free)|diskspace)/i.test(metric));
