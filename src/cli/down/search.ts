import type { StackResourceSummary } from "@aws-sdk/client-cloudformation";
import type { Clients } from "../aws/clients.js";

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
    return names(
      Reservations.flatMap((one) => one.Instances ?? [])
        .filter((one) => one.State?.Name !== "terminated")
        .map((one) => one.InstanceId),
    );
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
    const { paginateDescribeLoadBalancers } = await import("@aws-sdk/client-elastic-load-balancing-v2");
    const pages = paginateDescribeLoadBalancers({ client: await clients.elbv2() }, {});
    return among(ids, pages, (page) => page.LoadBalancers?.map((one) => one.LoadBalancerArn));
  },
  "AWS::ElasticLoadBalancingV2::TargetGroup": async (clients, _, ids) => {
    const { paginateDescribeTargetGroups } = await import("@aws-sdk/client-elastic-load-balancing-v2");
    const pages = paginateDescribeTargetGroups({ client: await clients.elbv2() }, {});
    return among(ids, pages, (page) => page.TargetGroups?.map((one) => one.TargetGroupArn));
  },
  "AWS::RDS::DBInstance": async (clients, _, ids) => {
    const { paginateDescribeDBInstances } = await import("@aws-sdk/client-rds");
    const pages = paginateDescribeDBInstances({ client: await clients.rds() }, {});
    return among(ids, pages, (page) => page.DBInstances?.map((one) => one.DBInstanceIdentifier));
  },
  "AWS::RDS::DBSubnetGroup": async (clients, _, ids) => {
    const { paginateDescribeDBSubnetGroups } = await import("@aws-sdk/client-rds");
    const pages = paginateDescribeDBSubnetGroups({ client: await clients.rds() }, {});
    return among(ids, pages, (page) => page.DBSubnetGroups?.map((one) => one.DBSubnetGroupName));
  },
  "AWS::IAM::Role": async (clients, _, ids) => {
    const { paginateListRoles } = await import("@aws-sdk/client-iam");
    const pages = paginateListRoles({ client: await clients.iam() }, {});
    return among(ids, pages, (page) => page.Roles?.map((one) => one.RoleName));
  },
};

async function among<Page>(
  ids: ReadonlySet<string>,
  pages: AsyncIterable<Page>,
  namesIn: (page: Page) => readonly (string | undefined)[] | undefined,
): Promise<readonly string[]> {
  const found: string[] = [];
  for await (const page of pages) found.push(...names(namesIn(page) ?? []).filter((name) => ids.has(name)));
  return found;
}
