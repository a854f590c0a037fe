import { describe, expect, test } from "vitest";
import { ensureSpec } from "../../../scripts/compact-spec.js";
import { put } from "../../../src/region/records/records.js";
import { theImage } from "../../../src/region/services/ec2/images.js";
import { Addresses, Instances, NetworkInterfaces } from "../../../src/region/services/ec2/records.js";
import { Listeners, LoadBalancers, TargetGroups } from "../../../src/region/services/elbv2/records.js";
import { Roles } from "../../../src/region/services/iam/records.js";
import { DBParameterGroups } from "../../../src/region/services/rds/parametergrouprecords.js";
import { DBInstances, DBSubnetGroups, type DBInstance } from "../../../src/region/services/rds/records.js";
import { readParameter } from "../../../src/region/services/ssm/parameters.js";
import { canChange } from "../../../src/region/stacks/plan.js";
import { resourceProviders } from "../../../src/region/stacks/providers/index.js";
import { openSpecification } from "../../../src/region/stacks/spec/specification.js";
import { realStacks, type RealStacks } from "./real.js";
import { ref } from "./templates.js";

const specification = openSpecification(await ensureSpec());
const isTagged = (type: string): boolean => Object.hasOwn(specification.of(type)?.properties ?? {}, "Tags");

describe("the tags of a stack", () => {
  test.each(resourceProviders.filter(({ type }) => isTagged(type)).map((provider) => [provider.type, provider] as const))(
    "can change while there is a %s",
    (_type, provider) => {
      expect(provider.properties).toHaveProperty("Tags");
      expect(canChange(provider, "Tags")).toBe(true);
    },
  );

  test("change on everything that has tags, and nothing is replaced", async () => {
    const stacks = await realStacks();
    const template = everything(stacks);
    const made = await stacks.deploy(template, { Tags: [{ Key: "team", Value: "web" }] });
    expect(made.StackStatus, (await stacks.failures()).join("\n")).toBe("CREATE_COMPLETE");
    const before = await stacks.ids();
    expect(tagless(stacks, template, before, "web")).toEqual([]);
    expect((await stacks.deploy(template, { Tags: [{ Key: "team", Value: "net" }] })).StackStatus).toBe("UPDATE_COMPLETE");
    expect(await stacks.ids()).toEqual(before);
    expect(tagless(stacks, template, before, "net")).toEqual([]);
    await stacks.remove();
    await expect(stacks.failures()).rejects.toThrow("Stack with id shop does not exist");
    // What is tagged is all that there is to tag.
    const types = new Set(Object.values(template.Resources).map(({ Type }) => Type));
    const missing = resourceProviders.filter(({ type }) => isTagged(type) && !types.has(type)).map(({ type }) => type);
    expect(missing).toEqual([]);
  });
});

/** The resources with tags that do not have this one. */
const tagless = (
  { call }: RealStacks,
  { Resources }: Template,
  ids: Readonly<Record<string, string>>,
  team: string,
): readonly string[] =>
  Object.entries(Resources).flatMap(([logicalId, { Type }]) => {
    const provider = resourceProviders.find(({ type }) => type === Type);
    if (provider === undefined || !isTagged(Type)) return [];
    const id = ids[logicalId] ?? "";
    const recordId = call.records.list(Addresses).find(({ publicIp }) => publicIp === id)?.allocationId ?? id;
    const record = call.records.get(provider.record, recordId) as { tags?: Record<string, string> } | undefined;
    return record?.tags?.["team"] === team ? [] : [`${logicalId}: ${JSON.stringify(record?.tags)}`];
  });

interface Template {
  readonly Resources: Readonly<
    Record<string, { readonly Type: string; readonly Properties?: object; readonly DependsOn?: string }>
  >;
}

const imageOf = ({ call }: RealStacks): string =>
  theImage(call, readParameter(call, "/aws/service/debian/release/12/latest/amd64")).imageId;

/** One of each type with tags, and what they need. `changes` are put over the properties by logical id. */
function everything(stacks: RealStacks, changes: Readonly<Record<string, object>> = {}): Template {
  const zone = (index: number): object => ({ "Fn::Select": [index, { "Fn::GetAZs": "" }] });
  const inVpc = { VpcId: ref("Vpc") };
  const resources: Record<string, readonly [type: string, properties?: object, dependsOn?: string]> = {
    Files: ["S3::Bucket"],
    Vpc: ["EC2::VPC", { CidrBlock: "10.0.0.0/16" }],
    Peer: ["EC2::VPC", { CidrBlock: "10.1.0.0/16" }],
    Peering: ["EC2::VPCPeeringConnection", { ...inVpc, PeerVpcId: ref("Peer") }],
    Dhcp: ["EC2::DHCPOptions", { DomainNameServers: ["AmazonProvidedDNS"] }],
    A: ["EC2::Subnet", { ...inVpc, CidrBlock: "10.0.1.0/24", AvailabilityZone: zone(0) }],
    B: ["EC2::Subnet", { ...inVpc, CidrBlock: "10.0.2.0/24", AvailabilityZone: zone(1) }],
    C: ["EC2::Subnet", { ...inVpc, CidrBlock: "10.0.3.0/24", AvailabilityZone: zone(2) }],
    Igw: ["EC2::InternetGateway"],
    Attached: ["EC2::VPCGatewayAttachment", { ...inVpc, InternetGatewayId: ref("Igw") }],
    Routes: ["EC2::RouteTable", inVpc],
    S3: [
      "EC2::VPCEndpoint",
      { ...inVpc, ServiceName: { "Fn::Sub": "com.amazonaws.${AWS::Region}.s3" }, RouteTableIds: [ref("Routes")] },
    ],
    Eip: ["EC2::EIP", {}, "Attached"],
    Nat: ["EC2::NatGateway", { SubnetId: ref("A"), AllocationId: { "Fn::GetAtt": ["Eip", "AllocationId"] } }, "Attached"],
    Acl: ["EC2::NetworkAcl", inVpc],
    Group: ["EC2::SecurityGroup", { ...inVpc, GroupDescription: "one" }],
    Other: ["EC2::SecurityGroup", { ...inVpc, GroupDescription: "other" }],
    List: ["EC2::PrefixList", { PrefixListName: "list", AddressFamily: "IPv4", MaxEntries: 1 }],
    Nic: ["EC2::NetworkInterface", { SubnetId: ref("A") }],
    Role: ["IAM::Role", { AssumeRolePolicyDocument: { Statement: [] } }],
    Profile: ["IAM::InstanceProfile", { Roles: [ref("Role")] }],
    Host: [
      "EC2::Instance",
      { ImageId: imageOf(stacks), InstanceType: "t3.small", SubnetId: ref("A"), SecurityGroupIds: [ref("Group")] },
    ],
    Nlb: [
      "ElasticLoadBalancingV2::LoadBalancer",
      { Type: "network", Scheme: "internal", Subnets: [ref("A"), ref("B")], SecurityGroups: [ref("Group")] },
    ],
    Targets: [
      "ElasticLoadBalancingV2::TargetGroup",
      { Protocol: "TCP", Port: 80, ...inVpc, TargetType: "instance", Targets: [{ Id: ref("Host") }] },
    ],
    Spare: ["ElasticLoadBalancingV2::TargetGroup", { Protocol: "TCP", Port: 81, ...inVpc, TargetType: "instance" }],
    Listener: [
      "ElasticLoadBalancingV2::Listener",
      {
        LoadBalancerArn: ref("Nlb"),
        Protocol: "TCP",
        Port: 80,
        DefaultActions: [{ Type: "forward", TargetGroupArn: ref("Targets") }],
      },
    ],
    Key: ["KMS::Key"],
    Secret: ["SecretsManager::Secret", { SecretString: "one" }],
    Subnets: ["RDS::DBSubnetGroup", { DBSubnetGroupDescription: "two", SubnetIds: [ref("A"), ref("B")] }],
    Cluster: [
      "RDS::DBCluster",
      {
        Engine: "aurora-postgresql",
        MasterUsername: "master",
        MasterUserPassword: "secret-text",
        DBSubnetGroupName: ref("Subnets"),
      },
    ],
    Tuned: ["RDS::DBParameterGroup", { Family: "postgres15", Description: "tuned", Parameters: { work_mem: "5000" } }],
    Clustered: ["RDS::DBClusterParameterGroup", { Family: "postgres15", Description: "tuned", Parameters: {} }],
    Db: [
      "RDS::DBInstance",
      {
        DBParameterGroupName: ref("Tuned"),
        DBInstanceClass: "db.t3.micro",
        Engine: "postgres",
        AllocatedStorage: "20",
        MasterUsername: "master",
        MasterUserPassword: "secret-text",
        DBSubnetGroupName: ref("Subnets"),
        AvailabilityZone: zone(0),
      },
    ],
  };
  return {
    Resources: Object.fromEntries(
      Object.entries(resources).map(([logicalId, [type, properties = {}, dependsOn]]) => [
        logicalId,
        {
          Type: `AWS::${type}`,
          Properties: { ...properties, ...changes[logicalId] },
          ...(dependsOn === undefined ? {} : { DependsOn: dependsOn }),
        },
      ]),
    ),
  };
}

/** A stack of everything, then changed; gives what it was made of before. */
async function changed(
  changes: Readonly<Record<string, object>>,
  from: Readonly<Record<string, object>> = {},
): Promise<{ readonly stacks: RealStacks; readonly ids: Readonly<Record<string, string>> }> {
  const stacks = await realStacks();
  expect((await stacks.deploy(everything(stacks, from))).StackStatus).toBe("CREATE_COMPLETE");
  const ids = await stacks.ids();
  const { StackStatus } = await stacks.deploy(everything(stacks, changes));
  expect(StackStatus, (await stacks.failures()).join("\n")).toBe("UPDATE_COMPLETE");
  expect(await stacks.ids()).toEqual(ids);
  return { stacks, ids };
}

const userData = Buffer.from("#!/bin/sh\n").toString("base64");

test("an instance changes in place: groups, checks and its profile at once, type and user data with a stop", async () => {
  const { stacks, ids } = await changed({
    Host: {
      SecurityGroupIds: [ref("Other")],
      SourceDestCheck: false,
      IamInstanceProfile: ref("Profile"),
      MetadataOptions: { HttpTokens: "required" },
      InstanceType: "t3.medium",
      UserData: userData,
    },
  });
  const instance = stacks.call.records.get(Instances, ids["Host"] ?? "");
  expect(instance).toMatchObject({
    ...{ state: "running", wish: "running", instanceType: "t3.medium", userData, httpTokens: "required" },
    instanceProfileArn: expect.stringContaining(ids["Profile"] ?? "?") as unknown,
  });
  expect(instance).not.toHaveProperty("interrupted");
  const nic = stacks.call.records.get(NetworkInterfaces, instance?.interfaceId ?? "");
  expect(nic).toMatchObject({ groupIds: [ids["Other"]], sourceDestCheck: false });
  // And back to what was never stated.
  await stacks.deploy(everything(stacks));
  const back = stacks.call.records.get(Instances, ids["Host"] ?? "");
  expect(back).toMatchObject({ state: "running", instanceType: "t3.small", httpTokens: "optional" });
  expect(back).not.toHaveProperty("userData");
  expect(back).not.toHaveProperty("instanceProfileArn");
});

test("a DB instance that is being backed up is changed when it has been", async () => {
  const stacks = await realStacks();
  const { call } = stacks;
  await stacks.deploy(everything(stacks));
  const { Db = "" } = await stacks.ids();
  const becomes = (status: DBInstance["status"]): void =>
    call.commit(put(DBInstances, Db, { ...call.records.get(DBInstances, Db)!, status }));
  becomes("backing-up");
  const update = stacks.deploy(everything(stacks, { Db: { DeletionProtection: true } }));
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(call.records.get(DBInstances, Db)).toMatchObject({ status: "backing-up", deletionProtection: false });
  becomes("available");
  expect((await update).StackStatus, (await stacks.failures()).join("\n")).toBe("UPDATE_COMPLETE");
  expect(call.records.get(DBInstances, Db)).toMatchObject({ status: "available", deletionProtection: true });
});

test("an update that fails later puts a changed instance back", async () => {
  const stacks = await realStacks();
  await stacks.deploy(everything(stacks));
  const { Host = "" } = await stacks.ids();
  const worse = everything(stacks, { Host: { InstanceType: "t3.medium" }, Subnets: { SubnetIds: [ref("B"), ref("C")] } });
  expect((await stacks.deploy(worse)).StackStatus).toBe("UPDATE_ROLLBACK_COMPLETE");
  expect((await stacks.failures()).join()).toMatch(/Subnets UPDATE_FAILED .*SubnetAlreadyInUse/);
  expect(stacks.call.records.get(Instances, Host)).toMatchObject({ instanceType: "t3.small", state: "running" });
});

test("a load balancer and its listener change in place", async () => {
  const { stacks, ids } = await changed({
    Nlb: {
      SecurityGroups: [ref("Group"), ref("Other")],
      LoadBalancerAttributes: [{ Key: "load_balancing.cross_zone.enabled", Value: "true" }],
    },
    Listener: { Port: 8080, DefaultActions: [{ Type: "forward", TargetGroupArn: ref("Spare") }] },
  });
  const { records } = stacks.call;
  const balancer = records.get(LoadBalancers, ids["Nlb"] ?? "");
  expect(balancer).toMatchObject({
    groupIds: [ids["Group"], ids["Other"]],
    attributes: { "load_balancing.cross_zone.enabled": "true" },
  });
  for (const { interfaceId } of balancer?.nodes ?? [])
    expect(records.get(NetworkInterfaces, interfaceId)?.groupIds).toEqual([ids["Group"], ids["Other"]]);
  expect(records.get(Listeners, ids["Listener"] ?? "")).toMatchObject({ port: 8080, targetGroupArn: ids["Spare"] });
  expect(records.get(TargetGroups, ids["Targets"] ?? "")?.targets).toMatchObject([{ health: "registering" }]);
  await stacks.deploy(everything(stacks));
  expect(records.get(LoadBalancers, ids["Nlb"] ?? "")?.attributes).toEqual({});
});

test("a load balancer keeps its subnets: a change of them is refused by name", async () => {
  const stacks = await realStacks();
  await stacks.deploy(everything(stacks));
  await expect(stacks.deploy(everything(stacks, { Nlb: { Subnets: [ref("A"), ref("C")] } }))).rejects.toThrow(
    "Sandtable does not model changing Subnets of AWS::ElasticLoadBalancingV2::LoadBalancer (Nlb) in a stack yet",
  );
});

test("a parameter group's parameters change in place: set, reset, each at once where it can be", async () => {
  const { stacks, ids } = await changed({ Tuned: { Parameters: { temp_buffers: 2000, max_connections: "50" } } });
  expect(stacks.call.records.get(DBParameterGroups, ids["Tuned"] ?? "")?.parameters).toEqual({
    work_mem: { method: "immediate", revision: 2 },
    temp_buffers: { value: "2000", method: "immediate", revision: 2 },
    max_connections: { value: "50", method: "pending-reboot", revision: 2 },
  });
});

test("a database's subnets and a role's policies change in place", async () => {
  const { stacks, ids } = await changed({
    Subnets: { DBSubnetGroupDescription: "three", SubnetIds: [ref("A"), ref("B"), ref("C")] },
    Role: { Policies: [{ PolicyName: "read", PolicyDocument: { Statement: [] } }], MaxSessionDuration: 7200 },
  });
  const { records } = stacks.call;
  expect(records.get(DBSubnetGroups, ids["Subnets"] ?? "")).toMatchObject({
    description: "three",
    subnetIds: [ids["A"], ids["B"], ids["C"]],
  });
  expect(records.get(Roles, ids["Role"] ?? "")).toMatchObject({
    maxSessionDuration: 7200,
    inlinePolicies: { read: '{"Statement":[]}' },
  });
});
