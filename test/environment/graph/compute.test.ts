import { describe, expect, test } from "vitest";
import { anyUnknown, graphOfResources, nodeIn, unknown } from "../../support/graphs.js";

const network = `
Vpc: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.0.0.0/16}}
Public: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref Vpc, CidrBlock: 10.0.0.0/24, AvailabilityZone: eu-west-3a, MapPublicIpOnLaunch: true}}
Private: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref Vpc, CidrBlock: 10.0.1.0/24, AvailabilityZone: eu-west-3b}}
Group: {Type: AWS::EC2::SecurityGroup, Properties: {VpcId: !Ref Vpc, GroupDescription: d}}
`;
const withNetwork = (resources: string) => graphOfResources(network + resources);

describe("an instance says how it is made, or AWS does", () => {
  test("AWS's defaults", () => {
    const graph = withNetwork("Web: {Type: AWS::EC2::Instance, Properties: {SubnetId: !Ref Private}}");
    expect(nodeIn(graph.instances, "Web")).toMatchObject({
      zone: "eu-west-3b",
      interfaces: ["Web/eth0"],
      settings: { instanceType: "m1.small", tokensRequired: false, hopLimit: 1, detailedMonitoring: false, volumes: [] },
    });
    expect(nodeIn(graph.interfaces, "Web/eth0")).toMatchObject({
      owner: { kind: "instance", id: "Web" },
      subnets: ["Private"],
      address: anyUnknown,
      isPublic: false,
      groups: ["Vpc/DefaultSecurityGroup"],
      filtered: true,
      sourceDestCheck: true,
    });
  });

  test("all that it states", () => {
    const graph = withNetwork(`
Role: {Type: AWS::IAM::Role, Properties: {AssumeRolePolicyDocument: {}}}
Profile: {Type: AWS::IAM::InstanceProfile, Properties: {Roles: [!Ref Role]}}
Data: {Type: AWS::EC2::Volume, Properties: {Size: 100, Encrypted: true, AvailabilityZone: eu-west-3b}}
DataOfWeb: {Type: AWS::EC2::VolumeAttachment, Properties: {InstanceId: !Ref Web, VolumeId: !Ref Data, Device: /dev/sdf}}
Web:
  Type: AWS::EC2::Instance
  Properties:
    SubnetId: !Ref Private
    SecurityGroupIds: [!Ref Group]
    PrivateIpAddress: 10.0.1.10
    InstanceType: t3.micro
    IamInstanceProfile: !Ref Profile
    Monitoring: true
    SourceDestCheck: false
    MetadataOptions: {HttpTokens: required, HttpPutResponseHopLimit: 2}
    UserData: !Base64 "#!/bin/sh"
    BlockDeviceMappings: [{DeviceName: /dev/xvda, Ebs: {VolumeSize: 20, VolumeType: gp3}}]
    Tags: [{Key: Name, Value: web-1}]`);
    expect(nodeIn(graph.instances, "Web")).toMatchObject({
      name: "web-1",
      tags: { Name: "web-1" },
      settings: {
        instanceType: "t3.micro",
        role: "Role",
        userData: "#!/bin/sh",
        tokensRequired: true,
        hopLimit: 2,
        detailedMonitoring: true,
        volumes: [
          { device: "/dev/xvda", size: 20, kind: "gp3", encrypted: false, deleteOnTermination: true },
          { device: "/dev/sdf", size: 100, kind: "gp2", encrypted: true, deleteOnTermination: false },
        ],
      },
    });
    expect(nodeIn(graph.interfaces, "Web/eth0")).toMatchObject({
      address: "10.0.1.10",
      groups: ["Group"],
      sourceDestCheck: false,
    });
    expect(graph.unexamined).toEqual([]);
  });

  test("what it does not say it takes from its launch template", () => {
    const graph = withNetwork(`
Base: {Type: AWS::EC2::LaunchTemplate, Properties: {LaunchTemplateData: {InstanceType: t3.large, ImageId: ami-1, SecurityGroupIds: [!Ref Group], MetadataOptions: {HttpTokens: required}}}}
Web: {Type: AWS::EC2::Instance, Properties: {SubnetId: !Ref Private, InstanceType: t3.micro, LaunchTemplate: {LaunchTemplateId: !Ref Base, Version: !GetAtt Base.LatestVersionNumber}}}`);
    expect(nodeIn(graph.instances, "Web").settings).toMatchObject({
      instanceType: "t3.micro",
      image: "ami-1",
      tokensRequired: true,
    });
    expect(nodeIn(graph.interfaces, "Web/eth0").groups).toEqual(["Group"]);
  });

  test("a launch template that is elsewhere leaves open what it would say", () => {
    const graph = withNetwork(
      "Web: {Type: AWS::EC2::Instance, Properties: {SubnetId: !Ref Private, LaunchTemplate: {LaunchTemplateId: lt-1, Version: '1'}}}",
    );
    expect(nodeIn(graph.instances, "Web").settings.tokensRequired).toEqual(unknown("lt-1"));
    expect(nodeIn(graph.interfaces, "Web/eth0")).toMatchObject({ isPublic: unknown("lt-1"), groups: [unknown("lt-1")] });
  });
});

describe("who has a public address", () => {
  const isPublic = (resources: string, id = "Web/eth0"): unknown => nodeIn(withNetwork(resources).interfaces, id).isPublic;
  const web = (properties: string): string => `Web: {Type: AWS::EC2::Instance, Properties: {${properties}}}\n`;

  test.each<[string, string, unknown]>([
    ["what is in a subnet that gives them", web("SubnetId: !Ref Public"), true],
    [
      "not who says no there",
      web("NetworkInterfaces: [{DeviceIndex: '0', SubnetId: !Ref Public, AssociatePublicIpAddress: false}]"),
      false,
    ],
    [
      "who asks for one elsewhere",
      web("NetworkInterfaces: [{DeviceIndex: '0', SubnetId: !Ref Private, AssociatePublicIpAddress: true}]"),
      true,
    ],
    [
      "who has an Elastic IP",
      `${web("SubnetId: !Ref Private")}Eip: {Type: AWS::EC2::EIP, Properties: {InstanceId: !Ref Web}}`,
      true,
    ],
    [
      "who is associated with one",
      `${web("SubnetId: !Ref Private")}Eip: {Type: AWS::EC2::EIP}\nOf: {Type: AWS::EC2::EIPAssociation, Properties: {InstanceId: !Ref Web, AllocationId: !GetAtt Eip.AllocationId}}`,
      true,
    ],
    [
      "not who has two interfaces",
      web("NetworkInterfaces: [{DeviceIndex: '0', SubnetId: !Ref Public}, {DeviceIndex: '1', SubnetId: !Ref Private}]"),
      false,
    ],
    ["nobody knows in a subnet that is elsewhere", web("SubnetId: subnet-1"), unknown("subnet-1 is not part of what was read")],
  ])("%s", (_, resources, expected) => {
    expect(isPublic(resources)).toEqual(expected);
  });

  test("an interface of its own keeps its id, with the address that is associated with it", () => {
    const graph = withNetwork(`
Nic: {Type: AWS::EC2::NetworkInterface, Properties: {SubnetId: !Ref Private, GroupSet: [!Ref Group], PrivateIpAddress: 10.0.1.9, SourceDestCheck: false}}
Eip: {Type: AWS::EC2::EIP}
Of: {Type: AWS::EC2::EIPAssociation, Properties: {NetworkInterfaceId: !Ref Nic, AllocationId: !GetAtt Eip.AllocationId}}
${web("NetworkInterfaces: [{DeviceIndex: '0', NetworkInterfaceId: !Ref Nic}]")}`);
    expect(nodeIn(graph.instances, "Web").interfaces).toEqual(["Nic"]);
    expect(nodeIn(graph.interfaces, "Nic")).toMatchObject({
      owner: { kind: "instance", id: "Web" },
      isPublic: true,
      address: "10.0.1.9",
      sourceDestCheck: false,
    });
    expect(nodeIn(graph.elasticIps, "Eip").owner).toBe("Nic");
  });

  test("a NAT gateway has one, unless it is private; an address that nobody has is idle", () => {
    const graph = withNetwork(`
Nat: {Type: AWS::EC2::NatGateway, Properties: {SubnetId: !Ref Public, AllocationId: !GetAtt Eip.AllocationId}}
Inner: {Type: AWS::EC2::NatGateway, Properties: {SubnetId: !Ref Private, ConnectivityType: private}}
Eip: {Type: AWS::EC2::EIP}
Idle: {Type: AWS::EC2::EIP}`);
    expect(nodeIn(graph.interfaces, "Nat/eth0")).toMatchObject({
      owner: { kind: "natGateway", id: "Nat" },
      isPublic: true,
      filtered: false,
    });
    expect(nodeIn(graph.interfaces, "Inner/eth0").isPublic).toBe(false);
    expect([nodeIn(graph.elasticIps, "Eip").owner, nodeIn(graph.elasticIps, "Idle").owner]).toEqual(["Nat", undefined]);
  });
});

describe("an instance that names no network is in the default VPC", () => {
  const graph = graphOfResources(
    "Group: {Type: AWS::EC2::SecurityGroup, Properties: {GroupDescription: d}}\nWeb: {Type: AWS::EC2::Instance, Properties: {SecurityGroups: [!Ref Group]}}",
  );

  test("which has a way out, and gives it a public address", () => {
    expect(nodeIn(graph.vpcs, "DefaultVpc")).toMatchObject({ isDefault: true, implicit: true, cidrs: ["172.31.0.0/16"] });
    expect(nodeIn(graph.securityGroups, "Group").vpc).toBe("DefaultVpc");
    expect(nodeIn(graph.interfaces, "Web/eth0")).toMatchObject({
      subnets: ["DefaultVpc/Subnet"],
      isPublic: true,
      groups: ["Group"],
    });
    expect(nodeIn(graph.routeTables, "DefaultVpc/MainRouteTable").routes.map(({ target }) => target)).toEqual([
      { kind: "local" },
      { kind: "internetGateway", id: "DefaultVpc/InternetGateway" },
    ]);
    expect(nodeIn(graph.instances, "Web").zone).toEqual(unknown("AWS chooses the zone"));
  });

  test("no default VPC is drawn where nothing needs one", () => {
    expect([...withNetwork("").vpcs.keys()]).toEqual(["Vpc"]);
  });
});

describe("an Auto Scaling group", () => {
  const graph = withNetwork(`
Base: {Type: AWS::EC2::LaunchTemplate, Properties: {LaunchTemplateData: {InstanceType: t3.large, SecurityGroupIds: [!Ref Group]}}}
Targets: {Type: AWS::ElasticLoadBalancingV2::TargetGroup, Properties: {VpcId: !Ref Vpc, Protocol: HTTP, Port: 8000}}
Hosts: {Type: AWS::AutoScaling::AutoScalingGroup, Properties: {MinSize: "2", MaxSize: "4", VPCZoneIdentifier: [!Ref Public, !Ref Private], TargetGroupARNs: [!Ref Targets], LaunchTemplate: {LaunchTemplateId: !Ref Base, Version: "1"}}}
OnCpu: {Type: AWS::AutoScaling::ScalingPolicy, Properties: {AutoScalingGroupName: !Ref Hosts, PolicyType: TargetTrackingScaling}}`);

  test("has AWS's defaults, and what its launch template says", () => {
    expect(nodeIn(graph.autoScalingGroups, "Hosts")).toMatchObject({
      minSize: 2,
      maxSize: 4,
      desiredCapacity: 2,
      healthCheckType: "EC2",
      healthCheckGracePeriod: 0,
      targetGroups: ["Targets"],
      scalingPolicies: ["OnCpu"],
      settings: { instanceType: "t3.large" },
    });
  });

  test("has one interface for all of its instances in a subnet", () => {
    expect(nodeIn(graph.autoScalingGroups, "Hosts").interfaces).toEqual(["Hosts/Public", "Hosts/Private"]);
    expect(nodeIn(graph.interfaces, "Hosts/Public")).toMatchObject({ isPublic: true, groups: ["Group"] });
    expect(nodeIn(graph.interfaces, "Hosts/Private")).toMatchObject({ isPublic: false, subnets: ["Private"] });
  });

  test("is a target of the groups that it registers with", () => {
    expect(nodeIn(graph.targetGroups, "Targets").targets).toEqual([{ target: { node: "Hosts" }, port: 8000 }]);
  });

  test("from a launch configuration has detailed monitoring", () => {
    const old = withNetwork(`
Base: {Type: AWS::AutoScaling::LaunchConfiguration, Properties: {InstanceType: t2.micro, ImageId: ami-1, AssociatePublicIpAddress: true}}
Hosts: {Type: AWS::AutoScaling::AutoScalingGroup, Properties: {MinSize: 1, MaxSize: 1, VPCZoneIdentifier: [!Ref Private], LaunchConfigurationName: !Ref Base}}`);
    expect(nodeIn(old.autoScalingGroups, "Hosts").settings).toMatchObject({ instanceType: "t2.micro", detailedMonitoring: true });
    expect(nodeIn(old.interfaces, "Hosts/Private").isPublic).toBe(true);
  });
});

describe("endpoints have interfaces", () => {
  test("one in each subnet; an Instance Connect Endpoint one in its own", () => {
    const graph = withNetwork(`
Logs: {Type: AWS::EC2::VPCEndpoint, Properties: {VpcEndpointType: Interface, VpcId: !Ref Vpc, ServiceName: com.amazonaws.eu-west-3.logs, SubnetIds: [!Ref Public, !Ref Private], SecurityGroupIds: [!Ref Group]}}
Ssh: {Type: AWS::EC2::InstanceConnectEndpoint, Properties: {SubnetId: !Ref Private, SecurityGroupIds: [!Ref Group]}}`);
    expect([...graph.interfaces.keys()]).toEqual(["Logs/Public", "Logs/Private", "Ssh/eth0"]);
    expect(nodeIn(graph.interfaces, "Ssh/eth0")).toMatchObject({
      owner: { kind: "instanceConnectEndpoint", id: "Ssh" },
      isPublic: false,
      groups: ["Group"],
    });
    expect(graph.unexamined).toEqual([]);
  });
});
