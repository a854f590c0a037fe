import type { Call } from "../../../operations/call.js";
import { ServiceFault } from "../../../operations/fault.js";
import { enforced, states, within } from "../../../operations/members.js";
import { fullName } from "../../../services/elbv2/arns.js";
import { preserveClientIpNote } from "../../../services/elbv2/attributes.js";
import { actionRules } from "../../../services/elbv2/listeneroperations.js";
import { createListener, deleteListener, modifyListener, type ActionWish } from "../../../services/elbv2/listeners.js";
import {
  createLoadBalancer,
  deleteLoadBalancer,
  existing,
  theLoadBalancer,
  updateLoadBalancer,
} from "../../../services/elbv2/loadbalancers.js";
import { Listeners, LoadBalancers, TargetGroups } from "../../../services/elbv2/records.js";
import { checkRules, usersOf } from "../../../services/elbv2/targetgroupoperations.js";
import {
  createTargetGroup,
  deleteTargetGroup,
  updateTargetGroup,
  type ChangeableTargetGroup,
} from "../../../services/elbv2/targetgroups.js";
import { theTargetGroup } from "../../../services/elbv2/targets.js";
import { hostedZoneOf } from "../../../services/elbv2/zones.js";
import type { Naming, Properties, ResourceProvider } from "../../provider.js";
import { optionalNumber, optionalText, structure, structures, tagRules, tagsOf, text, texts, unlessGone } from "../properties.js";

const attributeRules = within({ Key: enforced, Value: enforced });
const attributes = (given: Properties, name: string): { Key: string; Value: string }[] =>
  structures(given, name).map((each) => ({ Key: text(each, "Key"), Value: optionalText(each, "Value") ?? "" }));

/**
 * The service answers what is there already to a request for the same name and settings. A stack must not take that as its own, for
 * it would delete it one day. A creation that a crash cut short does not come here again: its entry has the ARN by then.
 */
function nameOfNew(type: string, name: string, others: readonly { readonly name: string }[]): string {
  if (!others.some((other) => other.name === name)) return name;
  throw new ServiceFault("AlreadyExists", `Resource of type '${type}' with identifier '${name}' already exists.`);
}

export const loadBalancer: ResourceProvider = {
  type: "AWS::ElasticLoadBalancingV2::LoadBalancer",
  record: LoadBalancers,
  properties: {
    Name: enforced,
    Type: enforced,
    Scheme: enforced,
    Subnets: enforced,
    SubnetMappings: within({ SubnetId: enforced, PrivateIPv4Address: enforced }),
    SecurityGroups: enforced,
    LoadBalancerAttributes: attributeRules,
    IpAddressType: states("ipv4"),
    EnablePrefixForIpv6SourceNat: states("off"),
    Tags: tagRules,
  },
  attributes: {
    DNSName: (call, arn) => theLoadBalancer(call, arn).dnsName,
    CanonicalHostedZoneID: (call) => {
      const zone = hostedZoneOf(call.regionName);
      if (zone === undefined)
        throw new ServiceFault(
          "ValidationError",
          `Sandtable does not know the hosted zone of Network Load Balancers in ${call.regionName}`,
        );
      return zone;
    },
    LoadBalancerArn: (_call, arn) => arn,
    LoadBalancerFullName: (_call, arn) => fullName(arn),
    LoadBalancerName: (call, arn) => theLoadBalancer(call, arn).name,
    SecurityGroups: (call, arn) => theLoadBalancer(call, arn).groupIds,
  },
  create: async (call, given, naming) => {
    const balancer = await createLoadBalancer(call, {
      name: nameOfNew(loadBalancer.type, optionalText(given, "Name") ?? naming.physicalName(32), existing(call)),
      type: optionalText(given, "Type"),
      scheme: optionalText(given, "Scheme"),
      subnets: [
        ...texts(given, "Subnets").map((subnetId) => ({ subnetId })),
        ...structures(given, "SubnetMappings").map((each) => ({
          subnetId: text(each, "SubnetId"),
          privateIp: optionalText(each, "PrivateIPv4Address"),
        })),
      ],
      groupIds: texts(given, "SecurityGroups"),
      attributes: attributes(given, "LoadBalancerAttributes"),
      tags: tagsOf(given, naming),
    });
    return balancer.arn;
  },
  settled: async (call, arn, signal) => {
    await call.until(() => call.records.get(LoadBalancers, arn)?.state !== "provisioning", signal);
    const balancer = theLoadBalancer(call, arn);
    if (balancer.state !== "active")
      throw new ServiceFault(
        "InternalFailure",
        `Load balancer ${balancer.name} is ${balancer.state}: ${balancer.stateReason ?? ""}`,
        500,
      );
  },
  updatable: ["SecurityGroups", "LoadBalancerAttributes", "Tags"],
  update: (call, arn, { to }, naming) =>
    updateLoadBalancer(call, arn, {
      groupIds: texts(to, "SecurityGroups"),
      attributes: attributes(to, "LoadBalancerAttributes"),
      tags: tagsOf(to, naming),
    }),
  delete: async (call, arn, _given, signal) => {
    deleteLoadBalancer(call, arn);
    await call.until(() => call.records.get(LoadBalancers, arn) === undefined, signal);
  },
};

const changeable = (given: Properties, naming: Naming): ChangeableTargetGroup => ({
  healthCheck: {
    protocol: optionalText(given, "HealthCheckProtocol"),
    port: optionalText(given, "HealthCheckPort"),
    path: optionalText(given, "HealthCheckPath"),
    matcher: optionalText(structure(given, "Matcher") ?? {}, "HttpCode"),
    intervalSeconds: optionalNumber(given, "HealthCheckIntervalSeconds"),
    timeoutSeconds: optionalNumber(given, "HealthCheckTimeoutSeconds"),
    healthyThreshold: optionalNumber(given, "HealthyThresholdCount"),
    unhealthyThreshold: optionalNumber(given, "UnhealthyThresholdCount"),
  },
  attributes: attributes(given, "TargetGroupAttributes"),
  targets: structures(given, "Targets").map((each) => ({
    id: text(each, "Id"),
    port: optionalNumber(each, "Port"),
    zone: optionalText(each, "AvailabilityZone"),
  })),
  tags: tagsOf(given, naming),
});

export const targetGroup: ResourceProvider = {
  type: "AWS::ElasticLoadBalancingV2::TargetGroup",
  record: TargetGroups,
  properties: {
    Name: enforced,
    Protocol: enforced,
    Port: enforced,
    VpcId: enforced,
    TargetType: enforced,
    Targets: within({ Id: enforced, Port: enforced, AvailabilityZone: enforced }),
    TargetGroupAttributes: attributeRules,
    IpAddressType: states("ipv4"),
    ...checkRules,
    Matcher: within({ HttpCode: enforced }),
    Tags: tagRules,
  },
  notes: (given) => {
    const because = preserveClientIpNote({
      targetType: optionalText(given, "TargetType") === "ip" ? "ip" : "instance",
      attributes: Object.fromEntries(attributes(given, "TargetGroupAttributes").map(({ Key, Value }) => [Key, Value])),
    });
    return because === undefined ? [] : [{ path: "TargetGroupAttributes", because }];
  },
  attributes: {
    TargetGroupArn: (_call, arn) => arn,
    TargetGroupFullName: (_call, arn) => fullName(arn),
    TargetGroupName: (call, arn) => theTargetGroup(call, arn).name,
    LoadBalancerArns: (call, arn) => usersOf(call.records, arn),
  },
  create: async (call, given, naming) =>
    createTargetGroup(call, {
      name: nameOfNew(targetGroup.type, optionalText(given, "Name") ?? naming.physicalName(32), call.records.list(TargetGroups)),
      protocol: optionalText(given, "Protocol"),
      port: optionalNumber(given, "Port"),
      vpcId: optionalText(given, "VpcId"),
      targetType: optionalText(given, "TargetType"),
      ...changeable(given, naming),
    }).arn,
  update: (call, arn, { to }, naming) => Promise.resolve(updateTargetGroup(call, arn, changeable(to, naming))),
  delete: (call, arn) => Promise.resolve(deleteTargetGroup(call, arn)),
};

const actionsOf = (given: Properties): readonly ActionWish[] =>
  structures(given, "DefaultActions").map((action) => ({
    type: optionalText(action, "Type"),
    targetGroupArn: optionalText(action, "TargetGroupArn"),
    forwardTo: structures(structure(action, "ForwardConfig") ?? {}, "TargetGroups").map((each) =>
      optionalText(each, "TargetGroupArn"),
    ),
  }));

export const listener: ResourceProvider = {
  type: "AWS::ElasticLoadBalancingV2::Listener",
  record: Listeners,
  properties: {
    LoadBalancerArn: enforced,
    Protocol: enforced,
    Port: enforced,
    DefaultActions: actionRules,
    AlpnPolicy: states([]),
    Certificates: states([]),
    Tags: tagRules,
  },
  attributes: { ListenerArn: (_call: Call, arn) => arn },
  create: (call, given, naming) =>
    Promise.resolve(
      createListener(call, {
        loadBalancerArn: text(given, "LoadBalancerArn"),
        protocol: optionalText(given, "Protocol"),
        port: optionalNumber(given, "Port"),
        actions: actionsOf(given),
        tags: tagsOf(given, naming),
      }).arn,
    ),
  update: async (call, arn, { to }, naming) => {
    modifyListener(call, arn, {
      protocol: optionalText(to, "Protocol"),
      port: optionalNumber(to, "Port"),
      actions: actionsOf(to),
      tags: tagsOf(to, naming),
    });
  },
  delete: (call, arn) => unlessGone(["ListenerNotFound"], () => deleteListener(call, arn)),
};
