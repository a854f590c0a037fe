import type {
  CreateListenerCommandOutput,
  CreateLoadBalancerCommandOutput,
  CreateTargetGroupCommandOutput,
  DescribeTargetHealthCommandOutput,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import type { CreateRouteTableResult, InternetGateway } from "@aws-sdk/client-ec2";
import type { DescribeDBInstancesCommandOutput } from "@aws-sdk/client-rds";
import type { ChildProcess } from "node:child_process";
import { afterAll, beforeAll, expect, test } from "vitest";
import { command, inNamespace, run as runCommand } from "../../../src/parts/host/command.js";
import { engineRoot } from "../../../src/parts/images/images.js";
import { folders } from "../../../src/parts/host/folders.js";
import { ec2Operations } from "../../../src/region/services/ec2/operations.js";
import { InternetGateways, NetworkInterfaces, type Instance } from "../../../src/region/services/ec2/records.js";
import { balancerNames } from "../../../src/region/services/elbv2/names.js";
import { elbv2Operations } from "../../../src/region/services/elbv2/operations.js";
import { LoadBalancers } from "../../../src/region/services/elbv2/records.js";
import { rdsOperations } from "../../../src/region/services/rds/operations.js";
import { DBInstances } from "../../../src/region/services/rds/records.js";
import { run } from "../../support/records.js";
import { instance, network, setState, type TestNetwork } from "../../region/services/network.js";
import { TestRegion } from "./region.js";

let region: TestRegion;
let where: TestNetwork;
let a: Instance;
let b: Instance;
let servers: ChildProcess[];
let arn: string;
let group: string;

const ec2 = <O>(name: string, input: object): Promise<O> => run<O>(ec2Operations, name, region.call, input);
const elb = <O>(name: string, input: object): Promise<O> => run<O>(elbv2Operations, name, region.call, input);
const rds = <O>(name: string, input: object): Promise<O> => run<O>(rdsOperations, name, region.call, input);
const publicIps = (): string[] =>
  region.call.records.list(NetworkInterfaces).flatMap((nic) => (nic.holder.kind === "balancer" ? (nic.autoPublicIp ?? []) : []));
const states = async (): Promise<(string | undefined)[]> =>
  (await elb<DescribeTargetHealthCommandOutput>("DescribeTargetHealth", { TargetGroupArn: group })).TargetHealthDescriptions!.map(
    ({ TargetHealth }) => TargetHealth?.State,
  );
async function statesBecome(...wanted: string[]): Promise<void> {
  for (let tries = 0; (await states()).join() !== wanted.join(); tries += 1) {
    if (tries > 1000) throw new Error(`targets are ${(await states()).join()}, not ${wanted.join()}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

beforeAll(async () => {
  region = await TestRegion.begin();
  where = await network(region.call);
  const table = await ec2<CreateRouteTableResult>("CreateRouteTable", { VpcId: where.vpcId });
  const [gateway] = region.call.records.list(InternetGateways);
  const RouteTableId = table.RouteTable?.RouteTableId;
  const GatewayId: InternetGateway["InternetGatewayId"] = gateway?.internetGatewayId;
  await ec2("CreateRoute", { RouteTableId, DestinationCidrBlock: "0.0.0.0/0", GatewayId });
  for (const SubnetId of where.subnets) await ec2("AssociateRouteTable", { RouteTableId, SubnetId });
  const IpPermissions = [
    { IpProtocol: "tcp", FromPort: 80, ToPort: 80, IpRanges: [{ CidrIp: "0.0.0.0/0" }] },
    { IpProtocol: "tcp", FromPort: 5432, ToPort: 5432, UserIdGroupPairs: [{ GroupId: where.groupId }] },
  ];
  await ec2("AuthorizeSecurityGroupIngress", { GroupId: where.groupId, IpPermissions });
  [a, b] = [instance(region.call, where, 0), instance(region.call, where, 1)];
  await region.call.upkeep.network(where.vpcId);
  servers = [region.serve(a.interfaceId, "a"), region.serve(b.interfaceId, "b")];
});
afterAll(async () => {
  expect(await region.end()).toEqual([]);
});

test("a load balancer becomes active and its targets healthy", async () => {
  const balancer = await elb<CreateLoadBalancerCommandOutput>("CreateLoadBalancer", {
    Name: "web",
    Type: "network",
    Subnets: where.subnets,
    SecurityGroups: [where.groupId],
  });
  arn = balancer.LoadBalancers?.[0]?.LoadBalancerArn ?? "";
  const made = await elb<CreateTargetGroupCommandOutput>("CreateTargetGroup", {
    Name: "app",
    Protocol: "TCP",
    Port: 80,
    VpcId: where.vpcId,
    HealthCheckIntervalSeconds: 5,
    HealthCheckTimeoutSeconds: 2,
    HealthyThresholdCount: 2,
  });
  group = made.TargetGroups?.[0]?.TargetGroupArn ?? "";
  await elb("RegisterTargets", { TargetGroupArn: group, Targets: [{ Id: a.instanceId }, { Id: b.instanceId }] });
  expect(await states()).toEqual(["unused", "unused"]);
  await elb<CreateListenerCommandOutput>("CreateListener", {
    LoadBalancerArn: arn,
    Protocol: "TCP",
    Port: 80,
    DefaultActions: [{ Type: "forward", TargetGroupArn: group }],
  });
  await statesBecome("healthy", "healthy");
  expect(region.call.records.get(LoadBalancers, arn)?.state).toBe("active");
});

test("each node is reached from the internet and uses its own zone, until cross-zone is on", async () => {
  const [first = "", second = ""] = publicIps();
  expect(await region.connect(region.namespace(), first, 4)).toEqual({ a: 4 });
  expect(await region.connect(region.namespace(), second, 4)).toEqual({ b: 4 });
  await elb("ModifyLoadBalancerAttributes", {
    LoadBalancerArn: arn,
    Attributes: [{ Key: "load_balancing.cross_zone.enabled", Value: "true" }],
  });
  for (let tries = 0; Object.keys(await region.connect(region.namespace(), first, 4)).length < 2; tries += 1)
    if (tries > 100) throw new Error("cross-zone traffic does not come");
  expect(Object.keys(await region.connect(region.namespace(), second, 10)).sort()).toEqual(["a", "b"]);
});

test("a target whose server dies is unhealthy, and its zone leaves the name", async () => {
  await elb("ModifyLoadBalancerAttributes", {
    LoadBalancerArn: arn,
    Attributes: [{ Key: "load_balancing.cross_zone.enabled", Value: "false" }],
  });
  servers[0]?.kill("SIGKILL");
  await statesBecome("unhealthy", "healthy");
  expect(balancerNames(region.call, { view: "internet" })[0]?.addresses).toEqual([publicIps()[1]]);
  region.serve(a.interfaceId, "a");
  await statesBecome("healthy", "healthy");
  expect(balancerNames(region.call, { view: "internet" })[0]?.addresses).toHaveLength(2);
});

test("a stopped instance is unused, and begins anew when it runs again", async () => {
  setState(region.call, b, "stopped");
  await statesBecome("healthy", "unused");
  setState(region.call, b, "running");
  await statesBecome("healthy", "healthy");
});

test("a deregistered target drains and is let go", async () => {
  await elb("ModifyTargetGroupAttributes", {
    TargetGroupArn: group,
    Attributes: [{ Key: "deregistration_delay.timeout_seconds", Value: "1" }],
  });
  await elb("DeregisterTargets", { TargetGroupArn: group, Targets: [{ Id: b.instanceId }] });
  expect(await states()).toEqual(["healthy", "draining"]);
  await statesBecome("healthy");
});

test("a DB instance becomes available and answers its group only", async () => {
  await rds("CreateDBSubnetGroup", { DBSubnetGroupName: "data", DBSubnetGroupDescription: "d", SubnetIds: where.subnets });
  await rds("CreateDBInstance", {
    DBInstanceIdentifier: "app",
    DBInstanceClass: "db.t4g.micro",
    Engine: "postgres",
    MasterUsername: "flask",
    MasterUserPassword: "correct-horse",
    AllocatedStorage: 20,
    DBName: "app",
    DBSubnetGroupName: "data",
    VpcSecurityGroupIds: [where.groupId],
  });
  await region.call.until(() => region.call.records.get(DBInstances, "app")?.status === "available");
  const { DBInstances: [db] = [] } = await rds<DescribeDBInstancesCommandOutput>("DescribeDBInstances", {
    DBInstanceIdentifier: "app",
  });
  expect(db?.Endpoint?.Port).toBe(5432);
  const nic = region.call.records.get(NetworkInterfaces, region.call.records.get(DBInstances, "app")!.server.interfaceId)!;
  const from = (namespace: string): Promise<string> => {
    const to = `host=${nic.privateIp} user=flask dbname=app connect_timeout=2`;
    const psql = command("chroot", engineRoot(folders()), "psql", "-qAt", "-c", "select 1", to);
    return runCommand(inNamespace(namespace, psql), { env: { PGPASSWORD: "correct-horse", LC_ALL: "C.UTF-8" } });
  };
  expect(await from(region.namespace(a.interfaceId))).toBe("1");
  await expect(from(region.namespace())).rejects.toThrow(/timeout|unreachable/i);
});

test("it stops, starts and reboots", async () => {
  const status = (wanted: string): Promise<void> =>
    region.call.until(() => region.call.records.get(DBInstances, "app")?.status === wanted);
  await rds("StopDBInstance", { DBInstanceIdentifier: "app" });
  await status("stopped");
  await rds("StartDBInstance", { DBInstanceIdentifier: "app" });
  await status("available");
  await rds("RebootDBInstance", { DBInstanceIdentifier: "app" });
  await status("available");
  expect(region.call.records.get(DBInstances, "app")?.rebootWished).toBeUndefined();
});

test("deleted, both are gone with their interfaces, and nothing else is", async () => {
  await rds("DeleteDBInstance", { DBInstanceIdentifier: "app", SkipFinalSnapshot: true });
  await elb("DeleteLoadBalancer", { LoadBalancerArn: arn });
  await region.call.until(() => region.call.records.get(DBInstances, "app") === undefined);
  await region.call.until(() => region.call.records.get(LoadBalancers, arn) === undefined);
  expect(region.call.records.list(NetworkInterfaces).map((nic) => nic.holder.kind)).toEqual(["instance", "instance"]);
  await rds("DeleteDBSubnetGroup", { DBSubnetGroupName: "data" });
  await elb("DeleteTargetGroup", { TargetGroupArn: group });
});
