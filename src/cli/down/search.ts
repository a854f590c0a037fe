import type { StackResourceSummary } from "@aws-sdk/client-cloudformation";
import type { Clients } from "../aws/clients.js";
import type { Target } from "../aws/target.js";

/** Something of a deleted stack that still exists. */
export interface Left {
  /** e.g. `AWS::EC2::Instance`, or `on this host`. */
  readonly kind: string;
  /** Its id, or what the host calls it. */
  readonly name: string;
}

/**
 * What still exists of a stack's resources, asked of the services themselves rather than of CloudFormation: by the tag
 * that CloudFormation puts on what EC2 holds, and by name for what has no such filter. Retained resources are found too.
 */
export async function stillThere(
  target: Target,
  clients: Clients,
  stackName: string,
  resources: readonly StackResourceSummary[],
): Promise<readonly Left[]> {
  const kinds = [...new Set(resources.map((one) => one.ResourceType ?? ""))];
  const found = await Promise.all(
    kinds.map(async (kind) => {
      const probe = probes[kind];
      if (probe === undefined) return [];
      const ids = new Set(resources.filter((one) => one.ResourceType === kind).map((one) => one.PhysicalResourceId ?? ""));
      const names = await probe(clients, stackName, ids);
      return names.map((name): Left => ({ kind, name }));
    }),
  );
  return found.flat();
}

/** Names of what still exists: with the stack's tag, or among the ids it had. */
type Probe = (clients: Clients, stackName: string, ids: ReadonlySet<string>) => Promise<readonly string[]>;

const tagged = (stackName: string) => [{ Name: "tag:aws:cloudformation:stack-name", Values: [stackName] }];

const names = (values: readonly (string | undefined)[]): readonly string[] => values.filter((value) => value !== undefined);

const probes: Readonly<Record<string, Probe>> = {
  "AWS::EC2::VPC": async (clients, stackName) => {
    const { DescribeVpcsCommand } = await import("@aws-sdk/client-ec2");
    const { Vpcs = [] } = await (await clients.ec2()).send(new DescribeVpcsCommand({ Filters: tagged(stackName) }));
    return names(Vpcs.map((one) => one.VpcId));
  },
  "AWS::EC2::Instance": async (clients, stackName) => {
    const { DescribeInstancesCommand } = await import("@aws-sdk/client-ec2");
    const { Reservations = [] } = await (await clients.ec2()).send(new DescribeInstancesCommand({ Filters: tagged(stackName) }));
    // A terminated instance stays visible for a while: it is gone.
    return names(Reservations.flatMap((one) => one.Instances ?? []).filter((one) => one.State?.Name !== "terminated").map((one) => one.InstanceId)); // prettier-ignore
  },
  "AWS::EC2::EIP": async (clients, stackName) => {
    const { DescribeAddressesCommand } = await import("@aws-sdk/client-ec2");
    const { Addresses = [] } = await (await clients.ec2()).send(new DescribeAddressesCommand({ Filters: tagged(stackName) }));
    return names(Addresses.map((one) => one.AllocationId));
  },
  "AWS::EC2::NatGateway": async (clients, stackName) => {
    const { DescribeNatGatewaysCommand } = await import("@aws-sdk/client-ec2");
    const { NatGateways = [] } = await (await clients.ec2()).send(new DescribeNatGatewaysCommand({ Filter: tagged(stackName) }));
    return names(NatGateways.filter((one) => one.State !== "deleted").map((one) => one.NatGatewayId));
  },
  "AWS::EC2::InternetGateway": async (clients, stackName) => {
    const { DescribeInternetGatewaysCommand } = await import("@aws-sdk/client-ec2");
    const { InternetGateways = [] } = await (
      await clients.ec2()
    ).send(new DescribeInternetGatewaysCommand({ Filters: tagged(stackName) }));
    return names(InternetGateways.map((one) => one.InternetGatewayId));
  },
  "AWS::EC2::SecurityGroup": async (clients, stackName) => {
    const { DescribeSecurityGroupsCommand } = await import("@aws-sdk/client-ec2");
    const { SecurityGroups = [] } = await (
      await clients.ec2()
    ).send(new DescribeSecurityGroupsCommand({ Filters: tagged(stackName) }));
    return names(SecurityGroups.map((one) => one.GroupId));
  },
  "AWS::ElasticLoadBalancingV2::LoadBalancer": async (clients, _, ids) => {
    const { DescribeLoadBalancersCommand } = await import("@aws-sdk/client-elastic-load-balancing-v2");
    const { LoadBalancers = [] } = await (await clients.elbv2()).send(new DescribeLoadBalancersCommand({}));
    return names(LoadBalancers.map((one) => one.LoadBalancerArn)).filter((arn) => ids.has(arn));
  },
  "AWS::ElasticLoadBalancingV2::TargetGroup": async (clients, _, ids) => {
    const { DescribeTargetGroupsCommand } = await import("@aws-sdk/client-elastic-load-balancing-v2");
    const { TargetGroups = [] } = await (await clients.elbv2()).send(new DescribeTargetGroupsCommand({}));
    return names(TargetGroups.map((one) => one.TargetGroupArn)).filter((arn) => ids.has(arn));
  },
  "AWS::RDS::DBInstance": async (clients, _, ids) => {
    const { DescribeDBInstancesCommand } = await import("@aws-sdk/client-rds");
    const { DBInstances = [] } = await (await clients.rds()).send(new DescribeDBInstancesCommand({}));
    return names(DBInstances.map((one) => one.DBInstanceIdentifier)).filter((name) => ids.has(name));
  },
  "AWS::RDS::DBSubnetGroup": async (clients, _, ids) => {
    const { DescribeDBSubnetGroupsCommand } = await import("@aws-sdk/client-rds");
    const { DBSubnetGroups = [] } = await (await clients.rds()).send(new DescribeDBSubnetGroupsCommand({}));
    return names(DBSubnetGroups.map((one) => one.DBSubnetGroupName)).filter((name) => ids.has(name));
  },
  "AWS::IAM::Role": async (clients, _, ids) => {
    const { ListRolesCommand } = await import("@aws-sdk/client-iam");
    const { Roles = [] } = await (await clients.iam()).send(new ListRolesCommand({}));
    return names(Roles.map((one) => one.RoleName)).filter((name) => ids.has(name));
  },
};
