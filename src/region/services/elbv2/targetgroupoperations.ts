import type {
  CreateTargetGroupCommandInput,
  CreateTargetGroupCommandOutput,
  DeleteTargetGroupCommandInput,
  DeregisterTargetsCommandInput,
  DescribeTargetGroupAttributesCommandInput,
  DescribeTargetGroupAttributesCommandOutput,
  DescribeTargetGroupsCommandInput,
  DescribeTargetGroupsCommandOutput,
  DescribeTargetHealthCommandInput,
  DescribeTargetHealthCommandOutput,
  Matcher,
  ModifyTargetGroupAttributesCommandInput,
  ModifyTargetGroupAttributesCommandOutput,
  ModifyTargetGroupCommandInput,
  ModifyTargetGroupCommandOutput,
  RegisterTargetsCommandInput,
  TargetDescription,
  TargetGroup as ApiTargetGroup,
  TargetGroupAttribute,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import type { Call } from "../../operations/call.js";
import { ServiceFault } from "../../operations/fault.js";
import { enforced, states, within } from "../../operations/members.js";
import { operation, type Operation, type Output } from "../../operations/operation.js";
import { paginate } from "../../protocol/paginate.js";
import type { Records } from "../../records/records.js";
import { listAttributes, targetGroupAttributes } from "./attributes.js";
import type { HealthCheckWish } from "./healthchecks.js";
import { theLoadBalancer } from "./loadbalancers.js";
import { Listeners, TargetGroups, type TargetGroup } from "./records.js";
import { createTargetGroup, deleteTargetGroup, modifyTargetGroup, modifyTargetGroupAttributes } from "./targetgroups.js";
import { targetHealth } from "./targethealth.js";
import { deregisterTargets, registerTargets, theTargetGroup, type TargetName } from "./targets.js";
import { fromTags, tagRules } from "./tags.js";

const service = "elasticloadbalancing";

/** The load balancers that use a group. */
export const usersOf = (records: Records, groupArn: string): string[] => [
  ...new Set(records.list(Listeners).flatMap((each) => (each.targetGroupArn === groupArn ? [each.loadBalancerArn] : []))),
];

export const describeTargetGroup = (records: Records, group: TargetGroup): ApiTargetGroup => ({
  TargetGroupArn: group.arn,
  TargetGroupName: group.name,
  Protocol: group.protocol,
  Port: group.port,
  VpcId: group.vpcId,
  TargetType: group.targetType,
  IpAddressType: "ipv4",
  HealthCheckEnabled: true,
  HealthCheckProtocol: group.healthCheck.protocol,
  HealthCheckPort: String(group.healthCheck.port),
  HealthCheckPath: group.healthCheck.path,
  Matcher: group.healthCheck.matcher === undefined ? undefined : { HttpCode: group.healthCheck.matcher },
  HealthCheckIntervalSeconds: group.healthCheck.intervalSeconds,
  HealthCheckTimeoutSeconds: group.healthCheck.timeoutSeconds,
  HealthyThresholdCount: group.healthCheck.healthyThreshold,
  UnhealthyThresholdCount: group.healthCheck.unhealthyThreshold,
  LoadBalancerArns: usersOf(records, group.arn),
});

const checkOf = (input: CreateTargetGroupCommandInput | ModifyTargetGroupCommandInput): HealthCheckWish => ({
  protocol: input.HealthCheckProtocol,
  port: input.HealthCheckPort,
  path: input.HealthCheckPath,
  matcher: input.Matcher?.HttpCode,
  intervalSeconds: input.HealthCheckIntervalSeconds,
  timeoutSeconds: input.HealthCheckTimeoutSeconds,
  healthyThreshold: input.HealthyThresholdCount,
  unhealthyThreshold: input.UnhealthyThresholdCount,
});

export const checkRules = {
  HealthCheckEnabled: states(true),
  HealthCheckProtocol: enforced,
  HealthCheckPort: enforced,
  HealthCheckPath: enforced,
  HealthCheckIntervalSeconds: enforced,
  HealthCheckTimeoutSeconds: enforced,
  HealthyThresholdCount: enforced,
  UnhealthyThresholdCount: enforced,
  Matcher: within<Matcher>({ HttpCode: enforced }),
};

const targetRules = within<TargetDescription>({ Id: enforced, Port: enforced, AvailabilityZone: enforced });

const namesOf = (list: readonly TargetDescription[] | undefined): TargetName[] =>
  (list ?? []).map((target) => ({ id: target.Id ?? "", port: target.Port, zone: target.AvailabilityZone }));

function describe(call: Call, input: DescribeTargetGroupsCommandInput): Output<DescribeTargetGroupsCommandOutput> {
  const { TargetGroupArns: arns, Names: names, LoadBalancerArn: balancerArn } = input;
  if (balancerArn !== undefined) theLoadBalancer(call, balancerArn);
  for (const arn of arns ?? []) theTargetGroup(call, arn);
  const all = call.records.list(TargetGroups);
  const missing = (names ?? []).filter((name) => !all.some((group) => group.name === name));
  if (missing.length > 0) throw new ServiceFault("TargetGroupNotFound", "One or more target groups not found");
  const kept = all.filter(
    (group) =>
      (arns === undefined || arns.length === 0 || arns.includes(group.arn)) &&
      (names === undefined || names.length === 0 || names.includes(group.name)) &&
      (balancerArn === undefined || usersOf(call.records, group.arn).includes(balancerArn)),
  );
  const page = paginate(kept, (group) => group.arn, { MaxResults: input.PageSize, NextToken: input.Marker });
  return { TargetGroups: page.items.map((group) => describeTargetGroup(call.records, group)), NextMarker: page.NextToken };
}

async function describeHealth(
  call: Call,
  input: DescribeTargetHealthCommandInput,
): Promise<Output<DescribeTargetHealthCommandOutput>> {
  const group = (): TargetGroup => theTargetGroup(call, input.TargetGroupArn);
  const named = (target: { id: string; port: number }): boolean =>
    input.Targets === undefined ||
    input.Targets.length === 0 ||
    input.Targets.some((each) => each.Id === target.id && (each.Port ?? target.port) === target.port);
  group();
  await call.holdWhile(() => {
    const now = call.records.get(TargetGroups, input.TargetGroupArn ?? "");
    return (
      now?.targets.some((target) => {
        const { State } = targetHealth(call.records, now, target);
        return named(target) && (State === "initial" || State === "draining");
      }) ?? false
    );
  });
  const now = group();
  const portOf = (port: number): string => String(now.healthCheck.port === "traffic-port" ? port : now.healthCheck.port);
  const strangers = namesOf(input.Targets).filter(
    (name) => !now.targets.some((target) => target.id === name.id && target.port === (name.port ?? target.port)),
  );
  return {
    TargetHealthDescriptions: [
      ...now.targets.filter(named).map((target) => ({
        Target: { Id: target.id, Port: target.port, AvailabilityZone: target.zone },
        HealthCheckPort: portOf(target.port),
        TargetHealth: targetHealth(call.records, now, target),
      })),
      ...strangers.map((name) => ({
        Target: { Id: name.id, Port: name.port ?? now.port },
        HealthCheckPort: portOf(name.port ?? now.port),
        TargetHealth: {
          State: "unused" as const,
          Reason: "Target.NotRegistered" as const,
          Description: "Target is not registered to the target group",
        },
      })),
    ],
  };
}

export const targetGroupOperations: readonly Operation[] = [
  operation<CreateTargetGroupCommandInput, CreateTargetGroupCommandOutput>(
    service,
    "CreateTargetGroup",
    {
      Name: enforced,
      Protocol: enforced,
      Port: enforced,
      VpcId: enforced,
      TargetType: enforced,
      IpAddressType: states("ipv4"),
      ...checkRules,
      Tags: tagRules,
    },
    (call, input) => ({
      TargetGroups: [
        describeTargetGroup(
          call.records,
          createTargetGroup(call, {
            name: input.Name ?? "",
            protocol: input.Protocol,
            port: input.Port,
            vpcId: input.VpcId,
            targetType: input.TargetType,
            healthCheck: checkOf(input),
            attributes: [],
            targets: [],
            tags: fromTags(input.Tags),
          }),
        ),
      ],
    }),
  ),
  operation<DescribeTargetGroupsCommandInput, DescribeTargetGroupsCommandOutput>(
    service,
    "DescribeTargetGroups",
    { TargetGroupArns: enforced, Names: enforced, LoadBalancerArn: enforced, PageSize: enforced, Marker: enforced },
    describe,
  ),
  operation<ModifyTargetGroupCommandInput, ModifyTargetGroupCommandOutput>(
    service,
    "ModifyTargetGroup",
    { TargetGroupArn: enforced, ...checkRules },
    (call, input) => ({
      TargetGroups: [describeTargetGroup(call.records, modifyTargetGroup(call, input.TargetGroupArn ?? "", checkOf(input)))],
    }),
  ),
  operation<DeleteTargetGroupCommandInput, object>(service, "DeleteTargetGroup", { TargetGroupArn: enforced }, (call, input) => {
    deleteTargetGroup(call, input.TargetGroupArn ?? "");
    return {};
  }),
  operation<DescribeTargetGroupAttributesCommandInput, DescribeTargetGroupAttributesCommandOutput>(
    service,
    "DescribeTargetGroupAttributes",
    { TargetGroupArn: enforced },
    (call, input) => {
      const group = theTargetGroup(call, input.TargetGroupArn);
      return { Attributes: listAttributes(targetGroupAttributes(group.targetType), group.attributes) };
    },
  ),
  operation<ModifyTargetGroupAttributesCommandInput, ModifyTargetGroupAttributesCommandOutput>(
    service,
    "ModifyTargetGroupAttributes",
    { TargetGroupArn: enforced, Attributes: within<TargetGroupAttribute>({ Key: enforced, Value: enforced }) },
    (call, input) => {
      const set = modifyTargetGroupAttributes(call, input.TargetGroupArn ?? "", input.Attributes ?? []);
      return { Attributes: listAttributes(targetGroupAttributes(theTargetGroup(call, input.TargetGroupArn).targetType), set) };
    },
  ),
  operation<RegisterTargetsCommandInput, object>(
    service,
    "RegisterTargets",
    { TargetGroupArn: enforced, Targets: targetRules },
    (call, input) => {
      registerTargets(call, input.TargetGroupArn ?? "", namesOf(input.Targets));
      return {};
    },
  ),
  operation<DeregisterTargetsCommandInput, object>(
    service,
    "DeregisterTargets",
    { TargetGroupArn: enforced, Targets: targetRules },
    (call, input) => {
      deregisterTargets(call, input.TargetGroupArn ?? "", namesOf(input.Targets));
      return {};
    },
  ),
  operation<DescribeTargetHealthCommandInput, DescribeTargetHealthCommandOutput>(
    service,
    "DescribeTargetHealth",
    { TargetGroupArn: enforced, Targets: targetRules },
    describeHealth,
  ),
];
