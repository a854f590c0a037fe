import type {
  CreateLoadBalancerCommandInput,
  CreateLoadBalancerCommandOutput,
  DeleteLoadBalancerCommandInput,
  DescribeLoadBalancerAttributesCommandInput,
  DescribeLoadBalancerAttributesCommandOutput,
  DescribeLoadBalancersCommandInput,
  DescribeLoadBalancersCommandOutput,
  LoadBalancer as ApiLoadBalancer,
  LoadBalancerAttribute,
  ModifyLoadBalancerAttributesCommandInput,
  ModifyLoadBalancerAttributesCommandOutput,
  SetSecurityGroupsCommandInput,
  SetSecurityGroupsCommandOutput,
  SubnetMapping,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import type { Call, Scope } from "../../operations/call.js";
import { ServiceFault } from "../../operations/fault.js";
import { enforced, states, within } from "../../operations/members.js";
import { operation, type Operation, type Output } from "../../operations/operation.js";
import { paginate } from "../../protocol/paginate.js";
import { listAttributes, loadBalancerAttributes } from "./attributes.js";
import {
  createLoadBalancer,
  deleteLoadBalancer,
  existing,
  modifyLoadBalancerAttributes,
  setSecurityGroups,
  theLoadBalancer,
} from "./loadbalancers.js";
import { LoadBalancers, type LoadBalancer } from "./records.js";
import { fromTags, tagRules } from "./tags.js";
import { hostedZoneOf } from "./zones.js";

/** A load balancer as DescribeLoadBalancers tells it. */
export const describeLoadBalancer = (scope: Scope, balancer: LoadBalancer): ApiLoadBalancer => ({
  LoadBalancerArn: balancer.arn,
  LoadBalancerName: balancer.name,
  DNSName: balancer.dnsName,
  CanonicalHostedZoneId: hostedZoneOf(scope.regionName),
  CreatedTime: new Date(balancer.createdAt),
  Scheme: balancer.scheme,
  Type: "network",
  VpcId: balancer.vpcId,
  State: {
    Code: balancer.state === "active" || balancer.state === "failed" ? balancer.state : "provisioning",
    Reason: balancer.stateReason,
  },
  AvailabilityZones: balancer.nodes.map((node) => ({ ZoneName: node.zone, SubnetId: node.subnetId, LoadBalancerAddresses: [] })),
  SecurityGroups: balancer.groupIds.length === 0 ? undefined : [...balancer.groupIds],
  IpAddressType: "ipv4",
  EnablePrefixForIpv6SourceNat: "off",
});

async function describe(
  call: Call,
  input: DescribeLoadBalancersCommandInput,
): Promise<Output<DescribeLoadBalancersCommandOutput>> {
  const arns = input.LoadBalancerArns ?? [];
  const names = input.Names ?? [];
  if (arns.length > 0 && names.length > 0)
    throw new ServiceFault("ValidationError", "Load balancer names and load balancer ARNs cannot be specified at the same time");
  const wanted = (): readonly LoadBalancer[] => {
    const all = existing(call);
    if (arns.length > 0) return arns.map((arn) => theLoadBalancer(call, arn));
    const missing = names.filter((name) => !all.some((balancer) => balancer.name === name));
    if (missing.length > 0) throw new ServiceFault("LoadBalancerNotFound", `Load balancers '[${missing.join(", ")}]' not found`);
    return names.length > 0 ? all.filter((balancer) => names.includes(balancer.name)) : all;
  };
  const [first, ...rest] = wanted();
  if (first !== undefined && rest.length === 0 && arns.length + names.length === 1)
    await call.holdWhile(() => call.records.get(LoadBalancers, first.arn)?.state === "provisioning");
  const page = paginate(wanted(), (balancer) => balancer.arn, { MaxResults: input.PageSize, NextToken: input.Marker });
  return { LoadBalancers: page.items.map((balancer) => describeLoadBalancer(call, balancer)), NextMarker: page.NextToken };
}

const attributeRules = within<LoadBalancerAttribute>({ Key: enforced, Value: enforced });
const service = "elasticloadbalancing";

export const loadBalancerOperations: readonly Operation[] = [
  operation<CreateLoadBalancerCommandInput, CreateLoadBalancerCommandOutput>(
    service,
    "CreateLoadBalancer",
    {
      Name: enforced,
      Type: enforced,
      Scheme: enforced,
      Subnets: enforced,
      SubnetMappings: within<SubnetMapping>({ SubnetId: enforced, PrivateIPv4Address: enforced }),
      SecurityGroups: enforced,
      IpAddressType: states("ipv4"),
      EnablePrefixForIpv6SourceNat: states("off"),
      Tags: tagRules,
    },
    async (call, input) => {
      if (input.Subnets !== undefined && input.SubnetMappings !== undefined)
        throw new ServiceFault("ValidationError", "You must specify either subnets or subnet mappings, not both");
      const balancer = await createLoadBalancer(call, {
        name: input.Name ?? "",
        type: input.Type,
        scheme: input.Scheme,
        subnets: [
          ...(input.Subnets ?? []).map((subnetId) => ({ subnetId })),
          ...(input.SubnetMappings ?? []).map((each) => ({ subnetId: each.SubnetId ?? "", privateIp: each.PrivateIPv4Address })),
        ],
        groupIds: input.SecurityGroups ?? [],
        attributes: [],
        tags: fromTags(input.Tags),
      });
      return { LoadBalancers: [describeLoadBalancer(call, balancer)] };
    },
  ),
  operation<DescribeLoadBalancersCommandInput, DescribeLoadBalancersCommandOutput>(
    service,
    "DescribeLoadBalancers",
    { LoadBalancerArns: enforced, Names: enforced, PageSize: enforced, Marker: enforced },
    describe,
  ),
  operation<DeleteLoadBalancerCommandInput, object>(
    service,
    "DeleteLoadBalancer",
    { LoadBalancerArn: enforced },
    (call, input) => {
      deleteLoadBalancer(call, input.LoadBalancerArn ?? "");
      return {};
    },
  ),
  operation<DescribeLoadBalancerAttributesCommandInput, DescribeLoadBalancerAttributesCommandOutput>(
    service,
    "DescribeLoadBalancerAttributes",
    { LoadBalancerArn: enforced },
    (call, input) => ({
      Attributes: listAttributes(loadBalancerAttributes, theLoadBalancer(call, input.LoadBalancerArn).attributes),
    }),
  ),
  operation<ModifyLoadBalancerAttributesCommandInput, ModifyLoadBalancerAttributesCommandOutput>(
    service,
    "ModifyLoadBalancerAttributes",
    { LoadBalancerArn: enforced, Attributes: attributeRules },
    (call, input) => ({
      Attributes: listAttributes(
        loadBalancerAttributes,
        modifyLoadBalancerAttributes(call, input.LoadBalancerArn ?? "", input.Attributes ?? []),
      ),
    }),
  ),
  operation<SetSecurityGroupsCommandInput, SetSecurityGroupsCommandOutput>(
    service,
    "SetSecurityGroups",
    { LoadBalancerArn: enforced, SecurityGroups: enforced, EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic: states("on") },
    async (call, input) => {
      await setSecurityGroups(call, input.LoadBalancerArn ?? "", input.SecurityGroups ?? []);
      return { SecurityGroupIds: input.SecurityGroups };
    },
  ),
];
