import { GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import type { Description } from "../described.js";
import { isUnknown, Unknown } from "../maybe.js";
import type { NodeId, Unexamined } from "../node.js";
import type { AccountClients } from "./clients.js";
import { readScaling } from "./autoscaling.js";
import { readBackups } from "./backup.js";
import { readTrails } from "./cloudtrail.js";
import { readAlarms } from "./cloudwatch.js";
import { readConnections } from "./ec2/connections.js";
import { readFiltering } from "./ec2/filtering.js";
import { readImageNames } from "./ec2/images.js";
import { readInterfaces } from "./ec2/interfaces.js";
import { readMachines } from "./ec2/machines.js";
import { readNetworks } from "./ec2/networks.js";
import { readRouting } from "./ec2/routing.js";
import { readBalancing } from "./elbv2.js";
import { readRules } from "./events.js";
import { readIdentity } from "./iam.js";
import { readKeys } from "./kms.js";
import { readLogGroups } from "./logs.js";
import { Names, type StackResource } from "./names.js";
import { readDatabases } from "./rds.js";
import { Reading } from "./reading.js";
import { restrictTo } from "./restrict.js";
import type { ReadRoom } from "./room.js";
import { readBuckets } from "./s3.js";
import { readLifecycles, readSchedules } from "./schedules.js";
import { readSecrets } from "./secretsmanager.js";
import { readTopics } from "./sns.js";
import { readStacks } from "./stacks.js";
import { statedIn } from "./stated.js";
import { readWebAcls } from "./wafv2.js";

/** In the order in which they are named: a VPC before its main route table, whose name has the VPC's in it. */
const rooms: readonly ReadRoom[] = [
  readNetworks,
  readRouting,
  readFiltering,
  readConnections,
  readScaling,
  readMachines,
  readInterfaces,
  readBalancing,
  readDatabases,
  readBuckets,
  readIdentity,
  readKeys,
  readSecrets,
  readTopics,
  readAlarms,
  readTrails,
  readLogGroups,
  readBackups,
  readRules,
  readSchedules,
  readLifecycles,
  readWebAcls,
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
  const [identity, region, stacks, ...read] = await Promise.all([
    reading.one("sts:GetCallerIdentity", sts.send(new GetCallerIdentityCommand({}))),
    cloudformation.config.region(),
    readStacks(cloudformation, reading, options.stacks),
    ...rooms.map((room) => room(clients, reading)),
  ]);
  const made = stacks.resources;
  const names = new Names(made);
  for (const room of read) room.register(names);
  const isMade = (id: NodeId): boolean => names.isMade(id);
  const stated = statedIn(stacks, isMade);
  const all = read.flatMap((room) => room.describe(names)).map((resource) => stated.withPolicy(resource));
  const resources = options.stacks === undefined ? all : restrictTo(all, isMade);
  return {
    sources: ["live"],
    from: "account",
    region,
    account: isUnknown(identity) ? identity : (identity?.Account ?? new Unknown("AWS did not say whose account it is")),
    resources,
    imageNames: await readImageNames(await clients.ec2(), reading, resources),
    ...(stated.objectives === undefined ? {} : { objectives: stated.objectives }),
    unexamined: [
      ...reading.unexamined,
      ...stated.unexamined,
      ...notAsked.map(([type, of, id = type]) => ({
        id,
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
  "AWS::WAFv2::WebACLAssociation",
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
const notAsked: readonly (readonly [type: string, of: string, id?: string])[] = [
  ["AWS::ElasticLoadBalancing::LoadBalancer", "Classic Load Balancers"],
  ["AWS::EC2::VPNGateway", "EC2's VPN gateways"],
  ["AWS::EC2::TransitGateway", "EC2's transit gateways"],
  ["AWS::WAFv2::WebACL", "CloudFront's web ACLs", "AWS::WAFv2::WebACL (CLOUDFRONT)"],
];
