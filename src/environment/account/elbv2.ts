import {
  DescribeLoadBalancerAttributesCommand,
  DescribeTagsCommand,
  DescribeTargetGroupAttributesCommand,
  DescribeTargetHealthCommand,
  type ElasticLoadBalancingV2Client,
  type Listener,
  type LoadBalancer,
  paginateDescribeListeners,
  paginateDescribeLoadBalancers,
  paginateDescribeTargetGroups,
  type Tag,
  type TargetGroup,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import type { Described, Said } from "../described.js";
import { isUnknown, type Unknown } from "../maybe.js";
import { describeListener, describeRules, readRules } from "./listeners.js";
import type { Names } from "./names.js";
import { eachOf, type Reading } from "./reading.js";
import { told } from "../told.js";
import { type ReadRoom, tagsOf } from "./room.js";

const balancerType = "AWS::ElasticLoadBalancingV2::LoadBalancer";
const listenerType = "AWS::ElasticLoadBalancingV2::Listener";
const targetGroupType = "AWS::ElasticLoadBalancingV2::TargetGroup";

/** Load balancers, their listeners and target groups. */
export const readBalancing: ReadRoom = async (clients, reading) => {
  const client = await clients.elbv2();
  const [balancers, groups] = await Promise.all([
    reading.all(
      "elasticloadbalancing:DescribeLoadBalancers",
      [balancerType, listenerType],
      paginateDescribeLoadBalancers({ client }, {}),
      (page) => page.LoadBalancers,
    ),
    reading.all(
      "elasticloadbalancing:DescribeTargetGroups",
      [targetGroupType],
      paginateDescribeTargetGroups({ client }, {}),
      (page) => page.TargetGroups,
    ),
  ]);
  const [balancerMore, listeners, groupMore, tags] = await Promise.all([
    eachOf(balancers, (balancer) => balancerAttributes(client, reading, balancer)),
    eachOf(balancers, ({ LoadBalancerArn }) =>
      reading.all(
        "elasticloadbalancing:DescribeListeners",
        [listenerType],
        paginateDescribeListeners({ client }, { LoadBalancerArn }),
        (page) => page.Listeners,
      ),
    ),
    eachOf(groups, (group) => groupDetails(client, reading, group)),
    readTags(client, reading, [
      ...balancers.map(({ LoadBalancerArn }) => LoadBalancerArn),
      ...groups.map(({ TargetGroupArn }) => TargetGroupArn),
    ]),
  ]);
  const all: readonly Listener[] = listeners.flat();
  const rules = await eachOf(all, (listener) => readRules(client, reading, listener));
  return {
    register: (names) => {
      for (const { LoadBalancerArn = "" } of balancers) names.register({ type: balancerType, physicalId: LoadBalancerArn });
      for (const { ListenerArn = "" } of all) names.register({ type: listenerType, physicalId: ListenerArn });
      for (const { TargetGroupArn = "" } of groups) names.register({ type: targetGroupType, physicalId: TargetGroupArn });
    },
    describe: (names) => [
      ...balancers.map((balancer, index) => describeBalancer(balancer, balancerMore[index], tags, names)),
      ...all.flatMap((listener, index) => [
        describeListener(listener, names),
        ...describeRules(listener, rules[index] ?? [], names),
      ]),
      ...groups.map((group, index) => describeGroup(group, groupMore[index] ?? {}, tags, names)),
    ],
  };
};

const attributesOf = (attributes: readonly { Key?: string; Value?: string }[] | undefined): Said =>
  (attributes ?? []).map(({ Key = "", Value = "" }) => ({ Key, Value }));

async function balancerAttributes(
  client: ElasticLoadBalancingV2Client,
  reading: Reading,
  { LoadBalancerArn }: LoadBalancer,
): Promise<Said> {
  const answer = await reading.one(
    "elasticloadbalancing:DescribeLoadBalancerAttributes",
    client.send(new DescribeLoadBalancerAttributesCommand({ LoadBalancerArn })),
  );
  return isUnknown(answer) ? answer : attributesOf(answer?.Attributes);
}

interface GroupDetails {
  readonly attributes?: Said;
  readonly targets?: readonly { readonly Id?: string; readonly Port?: number; readonly AvailabilityZone?: string }[] | Unknown;
}

async function groupDetails(
  client: ElasticLoadBalancingV2Client,
  reading: Reading,
  { TargetGroupArn }: TargetGroup,
): Promise<GroupDetails> {
  const [attributes, health] = await Promise.all([
    reading.one(
      "elasticloadbalancing:DescribeTargetGroupAttributes",
      client.send(new DescribeTargetGroupAttributesCommand({ TargetGroupArn })),
    ),
    reading.one("elasticloadbalancing:DescribeTargetHealth", client.send(new DescribeTargetHealthCommand({ TargetGroupArn }))),
  ]);
  return {
    attributes: isUnknown(attributes) ? attributes : attributesOf(attributes?.Attributes),
    targets: isUnknown(health)
      ? health
      : (health?.TargetHealthDescriptions ?? []).flatMap(({ Target, TargetHealth }) =>
          // One that is leaving gets no new connections.
          Target === undefined || TargetHealth?.State === "draining" ? [] : [Target],
        ),
  };
}

type Tags = ReadonlyMap<string, readonly Tag[]> | Unknown;

/** DescribeTags takes twenty at a time. */
async function readTags(
  client: ElasticLoadBalancingV2Client,
  reading: Reading,
  arns: readonly (string | undefined)[],
): Promise<Tags> {
  const known = arns.filter((arn) => arn !== undefined);
  const portions = Array.from({ length: Math.ceil(known.length / 20) }, (_, n) => known.slice(n * 20, n * 20 + 20));
  const answers = await eachOf(portions, (ResourceArns) =>
    reading.one("elasticloadbalancing:DescribeTags", client.send(new DescribeTagsCommand({ ResourceArns }))),
  );
  const refused = answers.find(isUnknown);
  if (refused !== undefined) return refused;
  return new Map(
    answers.flatMap((answer) =>
      isUnknown(answer) ? [] : (answer?.TagDescriptions ?? []).map(({ ResourceArn = "", Tags = [] }) => [ResourceArn, Tags]),
    ),
  );
}

const tagsFor = (tags: Tags, arn: string): Said | undefined => (isUnknown(tags) ? tags : tagsOf(tags.get(arn)));

function describeBalancer(balancer: LoadBalancer, attributes: Said | undefined, tags: Tags, names: Names): Described {
  const { LoadBalancerArn = "", SecurityGroups, AvailabilityZones } = balancer;
  return {
    id: names.idOf(balancerType, LoadBalancerArn),
    type: balancerType,
    physicalId: LoadBalancerArn,
    properties: told({
      Name: balancer.LoadBalancerName,
      Type: balancer.Type,
      Scheme: balancer.Scheme,
      IpAddressType: balancer.IpAddressType,
      Subnets: names.refs(
        "AWS::EC2::Subnet",
        (AvailabilityZones ?? []).map(({ SubnetId }) => SubnetId),
      ),
      SecurityGroups: (SecurityGroups ?? []).length === 0 ? undefined : names.refs("AWS::EC2::SecurityGroup", SecurityGroups),
      LoadBalancerAttributes: attributes,
      Tags: tagsFor(tags, LoadBalancerArn),
    }),
    attributes: told({ DNSName: balancer.DNSName }),
  };
}

function describeGroup(group: TargetGroup, { attributes, targets }: GroupDetails, tags: Tags, names: Names): Described {
  const { TargetGroupArn = "", Matcher } = group;
  const targetOf = (id: string): Said =>
    group.TargetType === "instance"
      ? names.ref("AWS::EC2::Instance", id)
      : group.TargetType === "alb"
        ? names.ref(balancerType, id)
        : id;
  return {
    id: names.idOf(targetGroupType, TargetGroupArn),
    type: targetGroupType,
    physicalId: TargetGroupArn,
    properties: told({
      Name: group.TargetGroupName,
      Protocol: group.Protocol,
      Port: group.Port,
      VpcId: group.VpcId === undefined ? undefined : names.ref("AWS::EC2::VPC", group.VpcId),
      TargetType: group.TargetType,
      HealthCheckEnabled: group.HealthCheckEnabled,
      HealthCheckProtocol: group.HealthCheckProtocol,
      HealthCheckPort: group.HealthCheckPort,
      HealthCheckPath: group.HealthCheckPath,
      HealthCheckIntervalSeconds: group.HealthCheckIntervalSeconds,
      HealthCheckTimeoutSeconds: group.HealthCheckTimeoutSeconds,
      HealthyThresholdCount: group.HealthyThresholdCount,
      UnhealthyThresholdCount: group.UnhealthyThresholdCount,
      Matcher: Matcher === undefined ? undefined : told({ HttpCode: Matcher.HttpCode, GrpcCode: Matcher.GrpcCode }),
      Targets: isUnknown(targets)
        ? targets
        : (targets ?? [])
            .filter(({ Id = "" }) => !names.isRepresented(Id))
            .map(({ Id = "", Port, AvailabilityZone }) => told({ Id: targetOf(Id), Port, AvailabilityZone })),
      TargetGroupAttributes: attributes,
      Tags: tagsFor(tags, TargetGroupArn),
    }),
  };
}
