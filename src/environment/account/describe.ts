import { GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import type { Description } from "../described.js";
import { isUnknown, Unknown } from "../maybe.js";
import type { Unexamined } from "../node.js";
import type { AccountClients } from "./clients.js";
import { readConnections } from "./ec2/connections.js";
import { readFiltering } from "./ec2/filtering.js";
import { readInterfaces } from "./ec2/interfaces.js";
import { readMachines } from "./ec2/machines.js";
import { readNetworks } from "./ec2/networks.js";
import { readRouting } from "./ec2/routing.js";
import { readBalancing } from "./elbv2.js";
import { readIdentity } from "./iam.js";
import { readKeys } from "./kms.js";
import { Names, type StackResource } from "./names.js";
import { readDatabases } from "./rds.js";
import { Reading } from "./reading.js";
import { restrictTo } from "./restrict.js";
import type { ReadRoom } from "./room.js";
import { readBuckets } from "./s3.js";
import { readSecrets } from "./secretsmanager.js";
import { readStackResources } from "./stacks.js";

/** In the order in which they are named: a VPC before its main route table, whose name has the VPC's in it. */
const rooms: readonly ReadRoom[] = [
  readNetworks,
  readRouting,
  readFiltering,
  readConnections,
  readMachines,
  readInterfaces,
  readBalancing,
  readDatabases,
  readBuckets,
  readIdentity,
  readKeys,
  readSecrets,
];

export interface AccountOptions {
  /** Only what these stacks made, and what that stands on; the whole account and region when undefined. */
  readonly stacks?: readonly string[];
}

/**
 * What an account has in the clients' region, by Describe, List and Get calls alone. What is denied, or not modelled by the region that is asked, is
 * listed as not examined.
 * @throws UserFault StackNotFound; an SDK error when the credentials are wrong or nobody answers
 */
export async function describeAccount(clients: AccountClients, options: AccountOptions = {}): Promise<Description> {
  const reading = new Reading();
  const cloudformation = await clients.cloudformation();
  const sts = await clients.sts();
  const [identity, region, made, ...read] = await Promise.all([
    reading.one("sts:GetCallerIdentity", sts.send(new GetCallerIdentityCommand({}))),
    cloudformation.config.region(),
    readStackResources(cloudformation, reading, options.stacks),
    ...rooms.map((room) => room(clients, reading)),
  ]);
  const names = new Names(made);
  for (const room of read) room.register(names);
  const all = read.flatMap((room) => room.describe(names));
  const resources = options.stacks === undefined ? all : restrictTo(all, (id) => names.isMade(id));
  return {
    sources: ["live"],
    from: "account",
    region,
    account: isUnknown(identity) ? identity : (identity?.Account ?? new Unknown("AWS did not say whose account it is")),
    resources,
    unexamined: [
      ...reading.unexamined,
      ...notAsked.map(([type, of]) => ({
        id: type,
        type,
        why: `${of} of an account are not asked for; a template of them is examined`,
      })),
      ...notRead(made, names, reading.unexamined),
    ],
  };
}

/** Resources of stacks that are told as a part of others, or are nothing but a step of a deployment. */
const withinOthers = new Set([
  "AWS::CDK::Metadata",
  "AWS::CloudFormation::Stack",
  "AWS::CloudFormation::WaitCondition",
  "AWS::CloudFormation::WaitConditionHandle",
  "AWS::EC2::EIPAssociation",
  "AWS::EC2::NetworkAclEntry",
  "AWS::EC2::NetworkInterfaceAttachment",
  "AWS::EC2::Route",
  "AWS::EC2::SecurityGroupEgress",
  "AWS::EC2::SecurityGroupIngress",
  "AWS::EC2::SubnetNetworkAclAssociation",
  "AWS::EC2::SubnetRouteTableAssociation",
  "AWS::EC2::VPCCidrBlock",
  "AWS::EC2::VPCGatewayAttachment",
  "AWS::IAM::AccessKey",
  "AWS::IAM::Policy",
  "AWS::IAM::UserToGroupAddition",
  "AWS::S3::BucketPolicy",
  "AWS::SecretsManager::RotationSchedule",
  "AWS::SecretsManager::SecretTargetAttachment",
]);

/** What the stacks have beside that: of types that nothing here asks for, or of which nothing was told. */
const notRead = (made: readonly StackResource[], names: Names, refused: readonly Unexamined[]): readonly Unexamined[] =>
  made
    .filter(({ type, physicalId }) => !withinOthers.has(type) && names.find(type, physicalId) === undefined)
    .map(({ type, physicalId, stack, logicalId }) => ({
      id: names.nameOf(type, physicalId),
      type,
      why:
        refused.find((known) => known.type === type)?.why ??
        `the stack ${stack} says that it made ${logicalId}, and an account is not asked for resources of this type, or the service knows none by this id`,
    }));

/** Types of the graph that an account is not asked for yet; whoever has some must not take silence for an answer. */
const notAsked: readonly (readonly [type: string, of: string])[] = [
  ["AWS::AutoScaling::AutoScalingGroup", "Auto Scaling"],
  ["AWS::EC2::LaunchTemplate", "EC2's launch templates"],
  ["AWS::CloudWatch::Alarm", "CloudWatch"],
  ["AWS::SNS::Topic", "SNS"],
  ["AWS::CloudTrail::Trail", "CloudTrail"],
  ["AWS::Logs::LogGroup", "CloudWatch Logs"],
  ["AWS::Backup::BackupPlan", "AWS Backup"],
  ["AWS::Events::Rule", "EventBridge"],
  ["AWS::Scheduler::Schedule", "EventBridge Scheduler"],
  ["AWS::DLM::LifecyclePolicy", "Data Lifecycle Manager"],
  ["AWS::WAFv2::WebACL", "WAF"],
  ["AWS::ElasticLoadBalancing::LoadBalancer", "Classic Load Balancers"],
  ["AWS::EC2::VPNGateway", "EC2's VPN gateways"],
  ["AWS::EC2::TransitGateway", "EC2's transit gateways"],
];
