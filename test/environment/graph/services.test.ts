import { describe, expect, test } from "vitest";
import { anyUnknown, graphOfResources, nodeIn, unknown } from "../../support/graphs.js";

const network = `
Vpc: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.0.0.0/16}}
A: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref Vpc, CidrBlock: 10.0.0.0/24, AvailabilityZone: eu-west-3a}}
B: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref Vpc, CidrBlock: 10.0.1.0/24, AvailabilityZone: eu-west-3b}}
Group: {Type: AWS::EC2::SecurityGroup, Properties: {VpcId: !Ref Vpc, GroupDescription: d}}
Subnets: {Type: AWS::RDS::DBSubnetGroup, Properties: {DBSubnetGroupDescription: d, SubnetIds: [!Ref A, !Ref B]}}
`;
const withNetwork = (resources: string) => graphOfResources(network + resources);

describe("load balancers", () => {
  const balancer = (properties: string) =>
    withNetwork(`Lb: {Type: AWS::ElasticLoadBalancingV2::LoadBalancer, Properties: {Subnets: [!Ref A, !Ref B], ${properties}}}`);

  test("an application one faces the internet, crosses zones and has its VPC's default group unless it says otherwise", () => {
    const graph = balancer("Name: shop");
    expect(nodeIn(graph.balancers, "Lb")).toMatchObject({
      kind: "application",
      scheme: "internet-facing",
      interfaces: ["Lb/A", "Lb/B"],
      crossZone: true,
      deletionProtection: false,
      dropsInvalidHeaders: false,
      accessLogs: false,
    });
    expect(nodeIn(graph.interfaces, "Lb/A")).toMatchObject({
      isPublic: true,
      filtered: true,
      groups: ["Vpc/DefaultSecurityGroup"],
    });
  });

  test("a network one has no groups unless it is made with some, and keeps to its zone", () => {
    expect(nodeIn(balancer("Type: network").interfaces, "Lb/B")).toMatchObject({ filtered: false, groups: [] });
    const graph = balancer("Type: network, Scheme: internal, SecurityGroups: [!Ref Group]");
    expect(nodeIn(graph.balancers, "Lb")).toMatchObject({ kind: "network", scheme: "internal", crossZone: false });
    expect(nodeIn(graph.interfaces, "Lb/B")).toMatchObject({ filtered: true, groups: ["Group"], isPublic: false });
  });

  test("attributes are pairs of text", () => {
    expect(
      nodeIn(
        balancer(
          "LoadBalancerAttributes: [{Key: deletion_protection.enabled, Value: 'true'}, {Key: routing.http.drop_invalid_header_fields.enabled, Value: 'true'}]",
        ).balancers,
        "Lb",
      ),
    ).toMatchObject({ deletionProtection: true, dropsInvalidHeaders: true });
  });

  test("a listener has its rules by priority, the default one last", () => {
    const graph = withNetwork(`
Lb: {Type: AWS::ElasticLoadBalancingV2::LoadBalancer, Properties: {Subnets: [!Ref A, !Ref B]}}
Api: {Type: AWS::ElasticLoadBalancingV2::TargetGroup, Properties: {VpcId: !Ref Vpc, Protocol: HTTP, Port: 8000}}
Https: {Type: AWS::ElasticLoadBalancingV2::Listener, Properties: {LoadBalancerArn: !Ref Lb, Port: 443, Protocol: HTTPS, Certificates: [{CertificateArn: "arn:aws:acm:1"}], DefaultActions: [{Type: fixed-response, FixedResponseConfig: {StatusCode: "404"}}]}}
Web: {Type: AWS::ElasticLoadBalancingV2::ListenerRule, Properties: {ListenerArn: !Ref Https, Priority: 200, Conditions: [], Actions: [{Type: redirect, RedirectConfig: {Protocol: HTTPS, StatusCode: HTTP_301}}]}}
ToApi: {Type: AWS::ElasticLoadBalancingV2::ListenerRule, Properties: {ListenerArn: !Ref Https, Priority: 100, Conditions: [], Actions: [{Type: authenticate-oidc}, {Type: forward, TargetGroupArn: !Ref Api}]}}
More: {Type: AWS::ElasticLoadBalancingV2::ListenerCertificate, Properties: {ListenerArn: !Ref Https, Certificates: [{CertificateArn: "arn:aws:acm:2"}]}}`);
    expect(nodeIn(graph.listeners, "Https")).toMatchObject({
      balancer: "Lb",
      port: 443,
      protocol: "HTTPS",
      certificates: ["arn:aws:acm:1", "arn:aws:acm:2"],
      rules: [
        {
          priority: 100,
          actions: [
            { kind: "other", name: "authenticate-oidc" },
            { kind: "forward", targetGroups: ["Api"] },
          ],
        },
        { priority: 200, actions: [{ kind: "redirect", protocol: "HTTPS", port: "#{port}" }] },
        { priority: "default", actions: [{ kind: "fixedResponse", status: "404" }] },
      ],
    });
  });

  test.each<[string, string, object]>([
    [
      "of HTTP",
      "Protocol: HTTP, Port: 80",
      {
        preservesClient: false,
        healthCheck: {
          protocol: "HTTP",
          port: "traffic-port",
          path: "/",
          interval: 30,
          timeout: 5,
          healthyThreshold: 5,
          unhealthyThreshold: 2,
        },
      },
    ],
    [
      "of TCP",
      "Protocol: TCP, Port: 80",
      { preservesClient: true, healthCheck: { protocol: "TCP", path: undefined, timeout: 10 } },
    ],
    [
      "of TCP, checked over HTTP",
      "Protocol: TCP, Port: 80, HealthCheckProtocol: HTTP",
      { healthCheck: { protocol: "HTTP", path: "/", timeout: 6 } },
    ],
    ["of TCP to addresses", "Protocol: TCP, Port: 80, TargetType: ip", { preservesClient: false }],
    [
      "that says so",
      "Protocol: TCP, Port: 80, TargetGroupAttributes: [{Key: preserve_client_ip.enabled, Value: 'false'}]",
      { preservesClient: false },
    ],
    [
      "with a port of its own for checks",
      "Protocol: HTTP, Port: 80, HealthCheckPort: '8080', HealthCheckIntervalSeconds: 60",
      { healthCheck: { port: 8080, interval: 60 } },
    ],
  ])("a target group %s", (_, properties, expected) => {
    const graph = withNetwork(
      `T: {Type: AWS::ElasticLoadBalancingV2::TargetGroup, Properties: {VpcId: !Ref Vpc, ${properties}}}`,
    );
    expect(nodeIn(graph.targetGroups, "T")).toMatchObject(expected);
  });

  test("targets are instances and addresses", () => {
    const graph = withNetwork(`
Web: {Type: AWS::EC2::Instance, Properties: {SubnetId: !Ref A}}
T: {Type: AWS::ElasticLoadBalancingV2::TargetGroup, Properties: {VpcId: !Ref Vpc, Protocol: TCP, Port: 80, Targets: [{Id: !Ref Web}, {Id: 10.0.0.9, Port: 81}, {Id: i-1}]}}`);
    expect(nodeIn(graph.targetGroups, "T").targets).toEqual([
      { target: { node: "Web" }, port: 80 },
      { target: { address: "10.0.0.9" }, port: 81 },
      { target: unknown("i-1"), port: 80 },
    ]);
  });
});

describe("databases", () => {
  const database = (properties: string, more = "") =>
    withNetwork(`Db: {Type: AWS::RDS::DBInstance, Properties: {${properties}}}\n${more}`);

  test("a DB instance has AWS's defaults", () => {
    const graph = database(
      "Engine: postgres, DBInstanceClass: db.t4g.micro, AllocatedStorage: '20', DBSubnetGroupName: !Ref Subnets, VPCSecurityGroups: [!Ref Group]",
    );
    expect(nodeIn(graph.databases, "Db")).toMatchObject({
      engine: "postgres",
      port: 5432,
      encrypted: false,
      deletionProtection: false,
      backupRetention: 1,
      subnetGroup: "Subnets",
      multiAz: false,
      zone: unknown("AWS chooses the zone among eu-west-3a, eu-west-3b"),
      publiclyAccessible: false,
      storage: 20,
      identifier: anyUnknown,
      deletionPolicy: "Snapshot",
      monitoringInterval: 0,
    });
    expect(nodeIn(graph.interfaces, "Db/eth0")).toMatchObject({
      owner: { kind: "database", id: "Db" },
      subnets: ["A", "B"],
      subnetUnknown: unknown("AWS chooses the subnet among A, B"),
      groups: ["Group"],
      isPublic: false,
    });
  });

  test.each([
    ["in a subnet group of one's own it is private, internet gateway or not", "mysql", "Subnets", false],
    ["without a subnet group it is public", "mysql", undefined, true],
    ["without one Aurora is private", "aurora-mysql", undefined, false],
  ])("without a word, %s", (_, engine, group, isPublic) => {
    const graph = database(
      `Engine: ${engine}${group === undefined ? "" : `, DBSubnetGroupName: !Ref ${group}`}`,
      "Gateway: {Type: AWS::EC2::InternetGateway}\nAttachment: {Type: AWS::EC2::VPCGatewayAttachment, Properties: {VpcId: !Ref Vpc, InternetGatewayId: !Ref Gateway}}",
    );
    expect(nodeIn(graph.databases, "Db")).toMatchObject({ publiclyAccessible: isPublic, port: 3306 });
    expect(nodeIn(graph.interfaces, "Db/eth0").isPublic).toBe(isPublic);
  });

  test("a replica and a restored one are what they are copied from", () => {
    const graph = database(
      "Engine: mariadb, StorageEncrypted: true, DBInstanceClass: db.m5.large, DBSubnetGroupName: !Ref Subnets",
      "Copy: {Type: AWS::RDS::DBInstance, Properties: {SourceDBInstanceIdentifier: !Ref Db}}\nOld: {Type: AWS::RDS::DBInstance, Properties: {DBSnapshotIdentifier: snap, DBInstanceClass: db.m5.large, DBSubnetGroupName: !Ref Subnets}}",
    );
    expect(nodeIn(graph.databases, "Copy")).toMatchObject({
      replicaOf: "Db",
      engine: "mariadb",
      encrypted: true,
      instanceClass: "db.m5.large",
    });
    expect(nodeIn(graph.databases, "Old")).toMatchObject({
      engine: unknown("restored from"),
      encrypted: unknown("restored from"),
    });
  });

  test("members have what their cluster says", () => {
    const graph = withNetwork(`
Cluster: {Type: AWS::RDS::DBCluster, Properties: {Engine: aurora-mysql, StorageEncrypted: true, BackupRetentionPeriod: 7, DBSubnetGroupName: !Ref Subnets, VpcSecurityGroupIds: [!Ref Group]}}
Writer: {Type: AWS::RDS::DBInstance, Properties: {Engine: aurora-mysql, DBClusterIdentifier: !Ref Cluster, DBInstanceClass: db.r6g.large, AvailabilityZone: eu-west-3a}}`);
    expect(nodeIn(graph.databaseClusters, "Cluster")).toMatchObject({
      members: ["Writer"],
      isMultiAzCluster: false,
      port: 3306,
      backupRetention: 7,
    });
    expect(nodeIn(graph.databases, "Writer")).toMatchObject({
      cluster: "Cluster",
      encrypted: true,
      backupRetention: 7,
      zone: "eu-west-3a",
      deletionPolicy: "Delete",
    });
    expect(nodeIn(graph.interfaces, "Writer/eth0")).toMatchObject({ subnets: ["A", "B"], groups: ["Group"] });
  });

  test("a Multi-AZ DB cluster has servers of its own", () => {
    const graph = withNetwork(
      "Cluster: {Type: AWS::RDS::DBCluster, Properties: {Engine: postgres, DBClusterInstanceClass: db.m5d.large, AllocatedStorage: 100, DBSubnetGroupName: !Ref Subnets}}",
    );
    expect(nodeIn(graph.databaseClusters, "Cluster")).toMatchObject({
      isMultiAzCluster: true,
      instanceClass: "db.m5d.large",
      members: [],
    });
    expect(nodeIn(graph.interfaces, "Cluster/eth0")).toMatchObject({
      owner: { kind: "database", id: "Cluster" },
      subnets: ["A", "B"],
    });
  });
});

describe("storage", () => {
  test("a bucket is private, blocked and encrypted unless it says otherwise", () => {
    const graph = graphOfResources("B: {Type: AWS::S3::Bucket}");
    const all = { blockPublicAcls: true, ignorePublicAcls: true, blockPublicPolicy: true, restrictPublicBuckets: true };
    expect(nodeIn(graph.buckets, "B")).toMatchObject({
      acl: "private",
      publicAccessBlock: all,
      encryption: "AES256",
      versioning: false,
      website: false,
      lifecycle: false,
      policy: undefined,
      deletionPolicy: "Delete",
    });
  });

  test("all that it states", () => {
    const graph = graphOfResources(`
Key: {Type: AWS::KMS::Key, Properties: {EnableKeyRotation: true, KeyPolicy: {Statement: {Effect: Allow, Principal: {AWS: "*"}, Action: "kms:*", Resource: "*"}}}}
Alias: {Type: AWS::KMS::Alias, Properties: {AliasName: alias/data, TargetKeyId: !Ref Key}}
B:
  Type: AWS::S3::Bucket
  DeletionPolicy: Retain
  Properties:
    BucketName: data
    AccessControl: PublicRead
    PublicAccessBlockConfiguration: {BlockPublicAcls: true}
    BucketEncryption: {ServerSideEncryptionConfiguration: [{ServerSideEncryptionByDefault: {SSEAlgorithm: "aws:kms", KMSMasterKeyID: !Ref Alias}}]}
    VersioningConfiguration: {Status: Enabled}
    WebsiteConfiguration: {IndexDocument: index.html}
OfB: {Type: AWS::S3::BucketPolicy, Properties: {Bucket: !Ref B, PolicyDocument: {Statement: [{Sid: All, Effect: Allow, Principal: "*", Action: ["s3:GetObject"], Resource: !Sub "\${B.Arn}/*", Condition: {StringEquals: {"aws:SourceVpc": vpc-1}}}]}}}`);
    expect(nodeIn(graph.buckets, "B")).toMatchObject({
      bucketName: "data",
      acl: "public-read",
      publicAccessBlock: { blockPublicAcls: true, blockPublicPolicy: false },
      encryption: "aws:kms",
      kmsKey: "Key",
      versioning: true,
      website: true,
      deletionPolicy: "Retain",
      policy: {
        statements: [
          {
            sid: "All",
            effect: "Allow",
            principals: "*",
            actions: ["s3:GetObject"],
            resources: ["${B.Arn}/*"],
            conditions: { StringEquals: { "aws:SourceVpc": ["vpc-1"] } },
          },
        ],
      },
    });
    expect(nodeIn(graph.keys, "Key")).toMatchObject({
      rotation: true,
      aliases: ["alias/data"],
      policy: { statements: [{ principals: { AWS: ["*"] }, actions: ["kms:*"] }] },
    });
  });

  test.each<[string, object]>([
    ["SecretString: hunter22", { literal: true, generated: false, rotation: false }],
    ["GenerateSecretString: {}", { literal: false, generated: true }],
  ])("a secret with %s", (properties, expected) => {
    expect(
      nodeIn(graphOfResources(`S: {Type: AWS::SecretsManager::Secret, Properties: {${properties}}}`).secrets, "S"),
    ).toMatchObject(expected);
  });
});

describe("identity", () => {
  const graph = graphOfResources(`
Role: {Type: AWS::IAM::Role, Properties: {RoleName: backend, AssumeRolePolicyDocument: {Statement: [{Effect: Allow, Principal: {Service: ec2.amazonaws.com}, Action: "sts:AssumeRole"}]}, ManagedPolicyArns: [!Sub "arn:\${AWS::Partition}:iam::aws:policy/AdministratorAccess", !Ref Shared], Policies: [{PolicyName: own, PolicyDocument: {Statement: {Effect: Deny, NotAction: "s3:*", Resource: "*"}}}]}}
Shared: {Type: AWS::IAM::ManagedPolicy, Properties: {ManagedPolicyName: shared, PolicyDocument: {Statement: []}}}
Apart: {Type: AWS::IAM::Policy, Properties: {PolicyName: apart, Roles: [!Ref Role], PolicyDocument: {Statement: []}}}
User: {Type: AWS::IAM::User, Properties: {Groups: [!Ref People], LoginProfile: {Password: x}}}
People: {Type: AWS::IAM::Group, Properties: {ManagedPolicyArns: ["arn:aws:iam::aws:policy/ReadOnlyAccess"]}}
Others: {Type: AWS::IAM::Group}
Addition: {Type: AWS::IAM::UserToGroupAddition, Properties: {GroupName: !Ref Others, Users: [!Ref User]}}
Key: {Type: AWS::IAM::AccessKey, Properties: {UserName: !Ref User}}
Github: {Type: AWS::IAM::OIDCProvider, Properties: {Url: "https://token.actions.githubusercontent.com", ClientIdList: [sts.amazonaws.com]}}`);

  test("a role has its own policies, those it names, and those that name it", () => {
    expect(nodeIn(graph.roles, "Role")).toMatchObject({
      name: "backend",
      trust: { statements: [{ principals: { Service: ["ec2.amazonaws.com"] }, actions: ["sts:AssumeRole"] }] },
      policies: [
        { name: "own", document: { statements: [{ effect: "Deny", actions: [], notActions: ["s3:*"], resources: ["*"] }] } },
        { name: "AdministratorAccess", arn: "arn:aws:iam::aws:policy/AdministratorAccess", document: undefined },
        { name: "shared", document: { statements: [] } },
        { name: "apart" },
      ],
    });
  });

  test("a user has groups, keys and a password; a second factor no template tells", () => {
    expect(nodeIn(graph.users, "User")).toMatchObject({
      groups: ["People", "Others"],
      accessKeys: 1,
      hasPassword: true,
      hasMfa: anyUnknown,
    });
    expect(nodeIn(graph.userGroups, "People").policies).toMatchObject([{ name: "ReadOnlyAccess" }]);
    expect(nodeIn(graph.identityProviders, "Github")).toMatchObject({
      url: "https://token.actions.githubusercontent.com",
      audiences: ["sts.amazonaws.com"],
    });
  });
});

describe("what looks on", () => {
  const graph = graphOfResources(`
Db: {Type: AWS::RDS::DBInstance, Properties: {DBInstanceIdentifier: orders, Engine: postgres}}
Topic: {Type: AWS::SNS::Topic, Properties: {Subscription: [{Protocol: email, Endpoint: a@example.com}]}}
Second: {Type: AWS::SNS::Subscription, Properties: {TopicArn: !Ref Topic, Protocol: sms, Endpoint: "+331"}}
Low: {Type: AWS::CloudWatch::Alarm, Properties: {Namespace: AWS/RDS, MetricName: FreeStorageSpace, Dimensions: [{Name: DBInstanceIdentifier, Value: orders}], ComparisonOperator: LessThanThreshold, Threshold: 5000, Statistic: Average, Period: 300, EvaluationPeriods: 2, AlarmActions: [!Ref Topic], OKActions: ["arn:aws:sns:eu-west-3:1:elsewhere"]}}
Sum: {Type: AWS::CloudWatch::Alarm, Properties: {ComparisonOperator: GreaterThanThreshold, Threshold: 1, EvaluationPeriods: 1, Metrics: [{Id: a, Expression: b+c}, {Id: b, MetricStat: {}}]}}
Both: {Type: AWS::CloudWatch::CompositeAlarm, Properties: {AlarmRule: "ALARM(Low)", AlarmActions: [!Ref Topic]}}
Trail: {Type: AWS::CloudTrail::Trail, Properties: {IsLogging: true, S3BucketName: b}}
Logs: {Type: AWS::Logs::LogGroup, Properties: {RetentionInDays: 30}}
Plan: {Type: AWS::Backup::BackupPlan, Properties: {BackupPlan: {BackupPlanName: p, BackupPlanRule: [{RuleName: daily, TargetBackupVault: v, ScheduleExpression: "cron(0 5 * * ? *)", Lifecycle: {DeleteAfterDays: 30}}]}}}
Selection: {Type: AWS::Backup::BackupSelection, Properties: {BackupPlanId: !Ref Plan, BackupSelection: {SelectionName: s, IamRoleArn: r, Resources: [!GetAtt Db.DBInstanceArn], ListOfTags: [{ConditionType: STRINGEQUALS, ConditionKey: backup, ConditionValue: "yes"}]}}}
Nightly: {Type: AWS::Events::Rule, Properties: {ScheduleExpression: rate(1 day), State: DISABLED, Targets: [{Id: a, Arn: b}]}}
Snapshots: {Type: AWS::DLM::LifecyclePolicy, Properties: {State: ENABLED, PolicyDetails: {TargetTags: [{Key: a, Value: b}], Schedules: [{CreateRule: {Interval: 12, IntervalUnit: HOURS}}]}}}
Acl: {Type: AWS::WAFv2::WebACL, Properties: {Scope: REGIONAL}}
Lb: {Type: AWS::ElasticLoadBalancingV2::LoadBalancer, Properties: {}}
OfLb: {Type: AWS::WAFv2::WebACLAssociation, Properties: {ResourceArn: !Ref Lb, WebACLArn: !GetAtt Acl.Arn}}`);

  test("an alarm knows what it is about and whom it tells", () => {
    expect(nodeIn(graph.alarms, "Low")).toMatchObject({
      metric: "FreeStorageSpace",
      dimensions: [{ name: "DBInstanceIdentifier", value: "orders", node: "Db" }],
      comparison: "LessThanThreshold",
      threshold: 5000,
      statistic: "Average",
      period: 300,
      evaluationPeriods: 2,
      treatMissingData: "missing",
      actionsEnabled: true,
      alarmActions: ["Topic"],
      okActions: ["arn:aws:sns:eu-west-3:1:elsewhere"],
      isComputed: false,
    });
    expect([nodeIn(graph.alarms, "Sum").isComputed, nodeIn(graph.alarms, "Both").isComputed]).toEqual([true, true]);
  });

  test.each<[string, () => unknown, object]>([
    [
      "a topic has all of its subscriptions",
      () => nodeIn(graph.topics, "Topic"),
      { subscriptions: [{ protocol: "email" }, { protocol: "sms" }], encrypted: false },
    ],
    [
      "a trail is of one region and not validated unless it says so",
      () => nodeIn(graph.trails, "Trail"),
      { multiRegion: false, validated: false, logging: true },
    ],
    ["a log group keeps for some days", () => nodeIn(graph.logGroups, "Logs"), { retention: 30 }],
    [
      "a backup plan has rules, and selections by reference and by tag",
      () => nodeIn(graph.backupPlans, "Plan"),
      {
        rules: [{ name: "daily", schedule: "cron(0 5 * * ? *)", deleteAfter: 30, continuous: false }],
        selections: [{ nodes: ["Db"], tags: [{ key: "backup", value: "yes" }] }],
      },
    ],
    [
      "a rule by the clock may be switched off",
      () => nodeIn(graph.schedules, "Nightly"),
      { expression: "rate(1 day)", enabled: false, targets: 1 },
    ],
    [
      "a lifecycle policy is a schedule",
      () => nodeIn(graph.schedules, "Snapshots"),
      { expression: "rate(12 hours)", enabled: true },
    ],
    ["a web ACL knows what it protects", () => nodeIn(graph.webAcls, "Acl"), { associated: ["Lb"] }],
    ["and is known by it", () => nodeIn(graph.balancers, "Lb"), { webAcl: "Acl" }],
  ])("%s", (_, node, expected) => {
    expect(node()).toMatchObject(expected);
  });
});

describe("what the graph does not hold is told", () => {
  test.each<[string, string, string]>([
    ["a type without a place", "X: {Type: AWS::ECS::Cluster}", "resources of type AWS::ECS::Cluster are not part of the graph"],
    ["a custom resource", "X: {Type: 'Custom::Thing'}", "what a custom resource does is up to the function behind it"],
    ["a nested stack", "X: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: a}}", "its template was not given"],
    [
      "a rule for a group that is elsewhere",
      "X: {Type: AWS::EC2::SecurityGroupIngress, Properties: {GroupId: sg-1, IpProtocol: -1, CidrIp: 0.0.0.0/0}}",
      "what it belongs to is not known: sg-1 is not part of what was read",
    ],
    ["a volume that nothing uses", "X: {Type: AWS::EC2::Volume, Properties: {Size: 1}}", "it is attached to no instance"],
  ])("%s", (_, resource, why) => {
    expect(graphOfResources(resource).unexamined).toEqual([
      {
        id: "X",
        type: expect.any(String) as string,
        why: expect.stringContaining(why) as string,
        place: expect.anything() as unknown,
      },
    ]);
  });

  test("the books of a deployment are nothing to examine", () => {
    expect(
      graphOfResources("X: {Type: AWS::CDK::Metadata}\nY: {Type: AWS::CloudFormation::WaitConditionHandle}").unexamined,
    ).toEqual([]);
  });
});
