/** A stack that holds one of each kind that an account and a template both tell. `image`: a machine image that is there. */
export function everything(image: string): object {
  const ref = (Ref: string) => ({ Ref });
  const get = (name: string, attribute: string) => ({ "Fn::GetAtt": [name, attribute] });
  const zone = (n: number) => ({ "Fn::Select": [n, { "Fn::GetAZs": "" }] });
  const inVpc = { VpcId: ref("Vpc") };
  const tcp = (port: number, more: object) => ({ IpProtocol: "tcp", FromPort: port, ToPort: port, ...more });
  const resources: Record<string, readonly [type: string, properties?: object, more?: object]> = {
    Vpc: ["EC2::VPC", { CidrBlock: "10.0.0.0/16", EnableDnsHostnames: true, Tags: [{ Key: "Name", Value: "all" }] }],
    Peer: ["EC2::VPC", { CidrBlock: "10.1.0.0/16" }],
    Gateway: ["EC2::InternetGateway"],
    Attachment: ["EC2::VPCGatewayAttachment", { ...inVpc, InternetGatewayId: ref("Gateway") }],
    Public: ["EC2::Subnet", { ...inVpc, CidrBlock: "10.0.1.0/24", AvailabilityZone: zone(0), MapPublicIpOnLaunch: true }],
    Private: ["EC2::Subnet", { ...inVpc, CidrBlock: "10.0.2.0/24", AvailabilityZone: zone(0) }],
    Other: ["EC2::Subnet", { ...inVpc, CidrBlock: "10.0.3.0/24", AvailabilityZone: zone(1) }],
    Table: ["EC2::RouteTable", inVpc],
    ToInternet: [
      "EC2::Route",
      { RouteTableId: ref("Table"), DestinationCidrBlock: "0.0.0.0/0", GatewayId: ref("Gateway") },
      { DependsOn: "Attachment" },
    ],
    PublicTable: ["EC2::SubnetRouteTableAssociation", { SubnetId: ref("Public"), RouteTableId: ref("Table") }],
    PrivateRoutes: ["EC2::RouteTable", inVpc],
    PrivateTable: ["EC2::SubnetRouteTableAssociation", { SubnetId: ref("Private"), RouteTableId: ref("PrivateRoutes") }],
    Address: ["EC2::EIP", { Domain: "vpc" }, { DependsOn: "Attachment" }],
    Nat: ["EC2::NatGateway", { SubnetId: ref("Public"), AllocationId: get("Address", "AllocationId") }],
    ToNat: ["EC2::Route", { RouteTableId: ref("PrivateRoutes"), DestinationCidrBlock: "0.0.0.0/0", NatGatewayId: ref("Nat") }],
    Peering: ["EC2::VPCPeeringConnection", { ...inVpc, PeerVpcId: ref("Peer") }],
    ToPeer: [
      "EC2::Route",
      { RouteTableId: ref("PrivateRoutes"), DestinationCidrBlock: "10.1.0.0/16", VpcPeeringConnectionId: ref("Peering") },
    ],
    Endpoint: [
      "EC2::VPCEndpoint",
      { ...inVpc, ServiceName: { "Fn::Sub": "com.amazonaws.${AWS::Region}.s3" }, RouteTableIds: [ref("PrivateRoutes")] },
    ],
    Acl: ["EC2::NetworkAcl", inVpc],
    AclIn: [
      "EC2::NetworkAclEntry",
      {
        NetworkAclId: ref("Acl"),
        RuleNumber: 100,
        Protocol: 6,
        RuleAction: "allow",
        CidrBlock: "0.0.0.0/0",
        PortRange: { From: 1, To: 999 },
      },
    ],
    AclOut: [
      "EC2::NetworkAclEntry",
      { NetworkAclId: ref("Acl"), Egress: true, RuleNumber: 100, Protocol: -1, RuleAction: "allow", CidrBlock: "0.0.0.0/0" },
    ],
    AclOfOther: ["EC2::SubnetNetworkAclAssociation", { NetworkAclId: ref("Acl"), SubnetId: ref("Other") }],
    List: [
      "EC2::PrefixList",
      {
        PrefixListName: "office",
        AddressFamily: "IPv4",
        MaxEntries: 2,
        Entries: [{ Cidr: "192.0.2.0/24", Description: "office" }],
      },
    ],
    Front: [
      "EC2::SecurityGroup",
      { ...inVpc, GroupDescription: "front", SecurityGroupIngress: [tcp(80, { CidrIp: "0.0.0.0/0", Description: "the world" })] },
    ],
    Back: [
      "EC2::SecurityGroup",
      {
        ...inVpc,
        GroupDescription: "back",
        SecurityGroupIngress: [
          tcp(80, { SourceSecurityGroupId: get("Front", "GroupId") }),
          tcp(22, { SourcePrefixListId: get("List", "PrefixListId") }),
        ],
        SecurityGroupEgress: [tcp(5432, { CidrIp: "10.0.0.0/16" })],
      },
    ],
    Store: ["EC2::SecurityGroup", { ...inVpc, GroupDescription: "store" }],
    StoreIn: [
      "EC2::SecurityGroupIngress",
      { GroupId: get("Store", "GroupId"), ...tcp(5432, { SourceSecurityGroupId: get("Back", "GroupId") }) },
    ],
    Role: [
      "IAM::Role",
      {
        AssumeRolePolicyDocument: {
          Version: "2012-10-17",
          Statement: [{ Effect: "Allow", Principal: { Service: "ec2.amazonaws.com" }, Action: "sts:AssumeRole" }],
        },
        ManagedPolicyArns: ["arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore"],
        Policies: [
          {
            PolicyName: "read",
            PolicyDocument: { Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: "s3:GetObject", Resource: "*" }] },
          },
        ],
      },
    ],
    Profile: ["IAM::InstanceProfile", { Roles: [ref("Role")] }],
    Web: [
      "EC2::Instance",
      {
        ImageId: image,
        InstanceType: "t3.small",
        SubnetId: ref("Public"),
        SecurityGroupIds: [get("Back", "GroupId")],
        IamInstanceProfile: ref("Profile"),
        MetadataOptions: { HttpTokens: "required" },
        UserData: { "Fn::Base64": "#!/bin/sh\necho hello\n" },
        Tags: [{ Key: "Name", Value: "web" }],
      },
      { DependsOn: "ToInternet" },
    ],
    Card: ["EC2::NetworkInterface", { SubnetId: ref("Private"), GroupSet: [get("Back", "GroupId")], SourceDestCheck: false }],
    Inner: [
      "EC2::Instance",
      {
        ImageId: image,
        InstanceType: "t3.small",
        Monitoring: true,
        NetworkInterfaces: [{ DeviceIndex: "0", NetworkInterfaceId: ref("Card") }],
      },
    ],
    WebAddress: ["EC2::EIP", { Domain: "vpc", InstanceId: ref("Web") }, { DependsOn: "Attachment" }],
    Balancer: [
      "ElasticLoadBalancingV2::LoadBalancer",
      {
        Type: "network",
        Scheme: "internet-facing",
        Subnets: [ref("Public"), ref("Other")],
        SecurityGroups: [get("Front", "GroupId")],
        LoadBalancerAttributes: [{ Key: "load_balancing.cross_zone.enabled", Value: "true" }],
      },
      { DependsOn: "Attachment" },
    ],
    Targets: [
      "ElasticLoadBalancingV2::TargetGroup",
      { ...inVpc, Protocol: "TCP", Port: 80, TargetType: "instance", Targets: [{ Id: ref("Web") }, { Id: ref("Inner") }] },
    ],
    Listener: [
      "ElasticLoadBalancingV2::Listener",
      {
        LoadBalancerArn: ref("Balancer"),
        Port: 80,
        Protocol: "TCP",
        DefaultActions: [{ Type: "forward", TargetGroupArn: ref("Targets") }],
      },
    ],
    Key: ["KMS::Key", { Description: "for data", EnableKeyRotation: true }],
    KeyName: ["KMS::Alias", { AliasName: "alias/data", TargetKeyId: ref("Key") }],
    Password: ["SecretsManager::Secret", { Name: "orders", GenerateSecretString: { ExcludePunctuation: true } }],
    DbSubnets: ["RDS::DBSubnetGroup", { DBSubnetGroupDescription: "both", SubnetIds: [ref("Private"), ref("Other")] }],
    Database: [
      "RDS::DBInstance",
      {
        Engine: "postgres",
        EngineVersion: "15",
        DBInstanceClass: "db.t4g.micro",
        AllocatedStorage: "20",
        MasterUsername: "app",
        MasterUserPassword: "{{resolve:secretsmanager:orders}}",
        DBSubnetGroupName: ref("DbSubnets"),
        VPCSecurityGroups: [get("Store", "GroupId")],
        BackupRetentionPeriod: 7,
        MultiAZ: true,
        StorageEncrypted: true,
        PubliclyAccessible: false,
      },
      { DeletionPolicy: "Delete", DependsOn: "Password" },
    ],
    Files: [
      "S3::Bucket",
      {
        VersioningConfiguration: { Status: "Enabled" },
        PublicAccessBlockConfiguration: {
          BlockPublicAcls: true,
          IgnorePublicAcls: true,
          BlockPublicPolicy: true,
          RestrictPublicBuckets: false,
        },
      },
    ],
    Plain: ["S3::Bucket"],
    FilesPolicy: [
      "S3::BucketPolicy",
      {
        Bucket: ref("Files"),
        PolicyDocument: {
          Version: "2012-10-17",
          Statement: [
            {
              Effect: "Deny",
              Principal: "*",
              Action: "s3:*",
              Resource: "*",
              Condition: { Bool: { "aws:SecureTransport": "false" } },
            },
          ],
        },
      },
    ],
  };
  return {
    Resources: Object.fromEntries(
      Object.entries(resources).map(([id, [type, Properties = {}, more = {}]]) => [
        id,
        { Type: `AWS::${type}`, Properties, ...more },
      ]),
    ),
  };
}
