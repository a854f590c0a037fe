import { ServiceFault } from "../../operations/fault.js";

/** How many there may be, and what AWS says when there are. */
export interface Quota {
  readonly most: number;
  /** Of what, e.g. `in a region`. */
  readonly per: string;
  readonly code: string;
  readonly message: string;
}

/**
 * AWS's default quotas; an account may have had some of them raised.
 * https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html
 * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
 */
export const quotas = {
  vpcs: {
    most: 5,
    per: "in a region",
    code: "VpcLimitExceeded",
    message: "The maximum number of VPCs has been reached.",
  },
  subnets: {
    most: 200,
    per: "in a VPC",
    code: "SubnetLimitExceeded",
    message: "The maximum number of subnets has been reached.",
  },
  internetGateways: {
    most: 5,
    per: "in a region",
    code: "InternetGatewayLimitExceeded",
    message: "The maximum number of internet gateways has been reached.",
  },
  natGateways: {
    most: 5,
    per: "in an Availability Zone",
    code: "NatGatewayLimitExceeded",
    message: "Performing this operation would exceed the limit of 5 NAT gateways.",
  },
  /** https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/elastic-ip-addresses-eip.html#using-instance-addressing-limit */
  addresses: {
    most: 5,
    per: "in a region",
    code: "AddressLimitExceeded",
    message: "The maximum number of addresses has been reached.",
  },
  routeTables: {
    most: 200,
    per: "in a VPC",
    code: "RouteTableLimitExceeded",
    message: "The maximum number of route tables has been reached.",
  },
  /** A route to a prefix list counts as the list's largest number of entries. */
  routes: {
    most: 500,
    per: "in a route table",
    code: "RouteLimitExceeded",
    message: "The maximum number of routes has been reached.",
  },
  networkAcls: {
    most: 200,
    per: "in a VPC",
    code: "NetworkAclLimitExceeded",
    message: "The maximum number of network ACLs has been reached.",
  },
  networkAclEntries: {
    most: 20,
    per: "in one direction of a network ACL",
    code: "NetworkAclEntryLimitExceeded",
    message: "The maximum number of network acl entries has been reached.",
  },
  groups: {
    most: 2500,
    per: "in a region",
    code: "SecurityGroupLimitExceeded",
    message: "The maximum number of security groups has been reached.",
  },
  /** A rule that names a prefix list counts as the list's largest number of entries. */
  rules: {
    most: 60,
    per: "in one direction of a security group",
    code: "RulesPerSecurityGroupLimitExceeded",
    message: "The maximum number of rules per security group has been reached.",
  },
  groupsPerInterface: {
    most: 5,
    per: "of a network interface",
    code: "SecurityGroupsPerInterfaceLimitExceeded",
    message: "The maximum number of security groups per interface has been reached.",
  },
  interfaces: {
    most: 5000,
    per: "in a region",
    code: "NetworkInterfaceLimitExceeded",
    message: "The maximum number of network interfaces has been reached.",
  },
} as const satisfies Readonly<Record<string, Quota>>;

/** @param count how many there would be. Throws the quota's own code. */
export function checkQuota({ most, per, code, message }: Quota, count: number): void {
  if (count > most)
    throw new ServiceFault(
      code,
      `${message} AWS's default is ${most} ${per}: delete what is not needed, or have the quota raised before you deploy to AWS; here it can't be.`,
    );
}
