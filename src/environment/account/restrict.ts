import { PartialText, Reference, type Described, type Said } from "../described.js";
import { Unknown } from "../maybe.js";
import type { NodeId } from "../node.js";

/** Types that say something about one resource that they name, by the property that names it. They come and go with that one. */
const pieces: Readonly<Record<string, string>> = {
  "AWS::AutoScaling::ScalingPolicy": "AutoScalingGroupName",
  "AWS::Backup::BackupSelection": "BackupPlanId",
  "AWS::EC2::EIPAssociation": "AllocationId",
  "AWS::EC2::NetworkAclEntry": "NetworkAclId",
  "AWS::EC2::NetworkInterfaceAttachment": "NetworkInterfaceId",
  "AWS::EC2::Route": "RouteTableId",
  "AWS::EC2::SubnetNetworkAclAssociation": "SubnetId",
  "AWS::EC2::SubnetRouteTableAssociation": "SubnetId",
  "AWS::EC2::VPCCidrBlock": "VpcId",
  "AWS::EC2::VPCGatewayAttachment": "VpcId",
  "AWS::ElasticLoadBalancingV2::ListenerRule": "ListenerArn",
  "AWS::IAM::AccessKey": "UserName",
  "AWS::KMS::Alias": "TargetKeyId",
  "AWS::S3::BucketPolicy": "Bucket",
  "AWS::SNS::Subscription": "TopicArn",
  "AWS::WAFv2::WebACLAssociation": "WebACLArn",
};

/**
 * What some stacks made, with what it stands on: everything that it names, the network around it (a VPC that another made, with its own ACLs and
 * routes), and what AWS made beside it.
 */
export function restrictTo(resources: readonly Described[], isMade: (id: NodeId) => boolean): readonly Described[] {
  const byId = new Map(resources.map((resource) => [resource.id, resource]));
  const following = new Map<NodeId, Described[]>();
  for (const resource of resources)
    for (const id of leadersOf(resource)) following.set(id, [...(following.get(id) ?? []), resource]);
  const kept = new Set<NodeId>();
  const queue = resources.filter(({ id, type }) => isMade(id) && pieces[type] === undefined);
  for (let resource = queue.pop(); resource !== undefined; resource = queue.pop()) {
    if (kept.has(resource.id)) continue;
    kept.add(resource.id);
    for (const id of namedIn(resource.properties)) {
      const named = byId.get(id);
      if (named !== undefined) queue.push(named);
    }
    queue.push(...(following.get(resource.id) ?? []));
  }
  return resources.filter(({ id }) => kept.has(id));
}

/** Whom it follows: the one it is a piece of, or the one that AWS made it beside. */
function leadersOf({ id, type, properties, implicit }: Described): readonly NodeId[] {
  const member = pieces[type];
  const named = member === undefined ? undefined : properties[member];
  if (named instanceof Reference) return [named.node];
  const slash = id.lastIndexOf("/");
  return implicit === true && slash > 0 ? [id.slice(0, slash)] : [];
}

function* namedIn(value: Said): Generator<NodeId> {
  if (value instanceof Reference) yield value.node;
  else if (value instanceof PartialText) for (const part of value.parts) yield* namedIn(part);
  else if (typeof value === "object" && value !== null && !(value instanceof Unknown))
    for (const member of Object.values(value)) yield* namedIn(member);
}
