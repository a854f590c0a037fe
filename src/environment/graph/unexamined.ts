import type { EnvironmentBuilder } from "../builder.js";
import type { Described } from "../described.js";
import { nodesOf } from "../environment.js";
import type { Catalogue } from "./catalogue.js";
import { draftOf } from "./node.js";
import { Reading } from "./reading.js";
import * as types from "./types.js";

/** Types that are no nodes and are taken into others, each with the members that say into which. */
const parts: Readonly<Record<string, readonly (readonly [members: readonly string[], ...types: readonly string[]])[]>> = {
  "AWS::AutoScaling::LaunchConfiguration": [],
  "AWS::AutoScaling::ScalingPolicy": [[["AutoScalingGroupName"], types.autoScalingGroupType]],
  "AWS::Backup::BackupSelection": [[["BackupPlanId"], "AWS::Backup::BackupPlan"]],
  "AWS::EC2::EIPAssociation": [[["InstanceId", "NetworkInterfaceId"], types.instanceType, types.interfaceType]],
  "AWS::EC2::NetworkAclEntry": [[["NetworkAclId"], types.aclType]],
  "AWS::EC2::NetworkInterfaceAttachment": [[["NetworkInterfaceId"], types.interfaceType]],
  "AWS::EC2::PrefixList": [],
  "AWS::EC2::Route": [[["RouteTableId"], types.tableType]],
  "AWS::EC2::SecurityGroupEgress": [[["GroupId"], types.groupType]],
  "AWS::EC2::SecurityGroupIngress": [[["GroupId", "GroupName"], types.groupType]],
  "AWS::EC2::SubnetNetworkAclAssociation": [[["SubnetId"], types.subnetType]],
  "AWS::EC2::SubnetRouteTableAssociation": [[["SubnetId"], types.subnetType]],
  "AWS::EC2::VPCCidrBlock": [[["VpcId"], types.vpcType]],
  "AWS::EC2::VPCGatewayAttachment": [[["VpcId"], types.vpcType]],
  "AWS::EC2::VolumeAttachment": [[["InstanceId"], types.instanceType]],
  "AWS::ElasticLoadBalancingV2::ListenerCertificate": [[["ListenerArn"], types.listenerType]],
  "AWS::ElasticLoadBalancingV2::ListenerRule": [[["ListenerArn"], types.listenerType]],
  "AWS::IAM::AccessKey": [[["UserName"], "AWS::IAM::User"]],
  "AWS::IAM::GroupPolicy": [[["GroupName"], "AWS::IAM::Group"]],
  "AWS::IAM::InstanceProfile": [],
  "AWS::IAM::Policy": [[["Roles", "Users", "Groups"], types.roleType, "AWS::IAM::User", "AWS::IAM::Group"]],
  "AWS::IAM::RolePolicy": [[["RoleName"], types.roleType]],
  "AWS::IAM::UserPolicy": [[["UserName"], "AWS::IAM::User"]],
  "AWS::IAM::UserToGroupAddition": [[["GroupName"], "AWS::IAM::Group"]],
  "AWS::IAM::VirtualMFADevice": [],
  "AWS::KMS::Alias": [[["TargetKeyId"], "AWS::KMS::Key"]],
  "AWS::S3::BucketPolicy": [[["Bucket"], types.bucketType]],
  "AWS::SNS::Subscription": [[["TopicArn"], "AWS::SNS::Topic"]],
  "AWS::SecretsManager::RotationSchedule": [[["SecretId"], "AWS::SecretsManager::Secret"]],
  "AWS::SecretsManager::SecretTargetAttachment": [[["SecretId"], "AWS::SecretsManager::Secret"]],
  "AWS::WAFv2::WebACLAssociation": [[["WebACLArn"], "AWS::WAFv2::WebACL"]],
};

/** Types with which a deployment keeps its own books: there is nothing of them on AWS afterwards. */
const ofDeployments = new Set([
  "AWS::CDK::Metadata",
  "AWS::CloudFormation::WaitCondition",
  "AWS::CloudFormation::WaitConditionHandle",
]);

/** Tells what the graph does not hold. After all else was drawn. */
export function leaveOutTheRest(catalogue: Catalogue, builder: EnvironmentBuilder): void {
  const drawn = new Set(
    [...nodesOf(builder.build({ sources: [], from: "template", region: "", account: "", objectives: {} }))].map(({ id }) => id),
  );
  // An endpoint that is no node of its own is one by its interfaces.
  for (const { owner } of builder.list("interfaces")) drawn.add(owner.id);
  for (const resource of catalogue.description.resources) {
    const why = drawn.has(resource.id) ? undefined : whyNot(catalogue, resource);
    if (why === undefined) continue;
    const { node } = draftOf(catalogue, resource);
    const { id, type, place, tags } = node;
    builder.leaveOut({
      id,
      type,
      why,
      ...(place === undefined ? {} : { place }),
      ...(Object.keys(tags).length === 0 ? {} : { tags }),
    });
  }
  for (const unexamined of catalogue.description.unexamined ?? []) builder.leaveOut(unexamined);
}

function whyNot(catalogue: Catalogue, resource: Described): string | undefined {
  const { type } = resource;
  if (ofDeployments.has(type)) return undefined;
  const belongs = Object.hasOwn(parts, type) ? parts[type] : undefined;
  if (belongs !== undefined) return withoutWhole(Reading.of(catalogue, resource), belongs);
  if (type === "AWS::CloudFormation::Stack") return "its template was not given; check it with this one, or by itself";
  if (type.startsWith("AWS::Serverless::"))
    return "the transform that makes resources of it runs at AWS; check the expanded template";
  if (type.startsWith("Custom::") || type === "AWS::CloudFormation::CustomResource")
    return "what a custom resource does is up to the function behind it";
  if (type === "AWS::EC2::Volume") return attachedVolume(catalogue, resource);
  return `resources of type ${type} are not part of the graph`;
}

/** A part of which the whole is not there changes something that nobody here can see. */
function withoutWhole(read: Reading, belongs: NonNullable<(typeof parts)[string]>): string | undefined {
  for (const [members, ...of] of belongs) {
    const named = members.flatMap((member) => read.at(member).nodes(...of));
    const missing = named.find((whole) => typeof whole !== "string");
    if (named.some((whole) => typeof whole === "string")) continue;
    return `what it belongs to is not known: ${missing === undefined ? "it names nothing" : missing.why}`;
  }
  return undefined;
}

function attachedVolume(catalogue: Catalogue, { id }: Described): string | undefined {
  const users = [...catalogue.of("AWS::EC2::VolumeAttachment"), ...catalogue.of(types.instanceType)].map((user) =>
    Reading.of(catalogue, user),
  );
  const isUsed = users
    .flatMap((user) => [
      user.at("VolumeId"),
      ...user
        .at("Volumes")
        .list()
        .map((volume) => volume.at("VolumeId")),
    ])
    .some((named) => named.node("AWS::EC2::Volume") === id);
  return isUsed ? undefined : "it is attached to no instance of the graph";
}
