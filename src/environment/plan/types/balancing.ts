import type { Said } from "../../described.js";
import { told } from "../../told.js";
import type { Block } from "../block.js";
import { nothing, physicalIdOf, settingsOf, tagsOf, type Mapper, type Mappers } from "../part.js";
import { groupTypes } from "./filtering.js";
import { subnetTypes, vpcTypes } from "./network.js";

const balancerTypes = ["aws_lb", "aws_alb"] as const;
const listenerTypes = ["aws_lb_listener", "aws_alb_listener"] as const;
const targetGroupTypes = ["aws_lb_target_group", "aws_alb_target_group"] as const;
const attachmentTypes = ["aws_lb_target_group_attachment", "aws_alb_target_group_attachment"] as const;

const balancer: Mapper = (block) => {
  const internal = block.at("internal");
  const mappings = block.isUnknown("subnet_mapping") ? [] : block.blocks("subnet_mapping");
  const [logs] = block.blocks("access_logs");
  return [
    {
      type: "AWS::ElasticLoadBalancingV2::LoadBalancer",
      ...physicalIdOf(block, "arn"),
      properties: told({
        Name: block.at("name"),
        Type: block.at("load_balancer_type"),
        Scheme: typeof internal === "boolean" ? (internal ? "internal" : "internet-facing") : internal,
        IpAddressType: block.isUnknown("ip_address_type") ? undefined : block.at("ip_address_type"),
        Subnets: mappings.length > 0 ? undefined : block.refs("subnets", ...subnetTypes),
        SubnetMappings:
          mappings.length === 0
            ? undefined
            : mappings.map((mapping) =>
                told({
                  SubnetId: mapping.ref("subnet_id", ...subnetTypes),
                  AllocationId: mapping.ref("allocation_id", "aws_eip"),
                  PrivateIPv4Address: mapping.at("private_ipv4_address"),
                }),
              ),
        SecurityGroups: block.refs("security_groups", ...groupTypes),
        LoadBalancerAttributes: attributes({
          "deletion_protection.enabled": block.at("enable_deletion_protection"),
          "load_balancing.cross_zone.enabled": block.at("enable_cross_zone_load_balancing"),
          "routing.http.drop_invalid_header_fields.enabled": block.at("drop_invalid_header_fields"),
          "access_logs.s3.enabled": logs?.at("enabled"),
        }),
        Tags: tagsOf(block),
      }),
      attributes: told({ DNSName: block.isUnknown("dns_name") ? undefined : block.at("dns_name") }),
    },
  ];
};

/** Attributes are pairs of text. */
const attributes = (said: Readonly<Record<string, Said | undefined>>): Said =>
  Object.entries(said).flatMap(([Key, Value]) =>
    Value === undefined || Value === null ? [] : [{ Key, Value: typeof Value === "object" ? Value : String(Value) }],
  );

const actionOf = (action: Block): Said => {
  const [redirect] = action.blocks("redirect");
  const [fixed] = action.blocks("fixed_response");
  const [forward] = action.blocks("forward");
  return told({
    Type: action.at("type"),
    TargetGroupArn: action.ref("target_group_arn", ...targetGroupTypes),
    ForwardConfig:
      forward === undefined
        ? undefined
        : {
            TargetGroups: forward
              .blocks("target_group")
              .map((group) => told({ TargetGroupArn: group.ref("arn", ...targetGroupTypes), Weight: group.at("weight") })),
          },
    RedirectConfig:
      redirect === undefined
        ? undefined
        : told({ Protocol: redirect.at("protocol"), Port: redirect.at("port"), StatusCode: redirect.at("status_code") }),
    FixedResponseConfig: fixed === undefined ? undefined : told({ StatusCode: fixed.at("status_code") }),
  });
};

const listener: Mapper = (block) => {
  const certificate = block.ref("certificate_arn", "aws_acm_certificate", "aws_acm_certificate_validation");
  return [
    {
      type: "AWS::ElasticLoadBalancingV2::Listener",
      ...physicalIdOf(block, "arn"),
      properties: told({
        LoadBalancerArn: block.ref("load_balancer_arn", ...balancerTypes),
        Port: block.at("port"),
        // The provider puts in what AWS would, where it is not said: HTTP for an application load balancer.
        Protocol: block.at("protocol") ?? (onApplication(block) ? "HTTP" : undefined),
        SslPolicy: block.isUnknown("ssl_policy") ? undefined : block.at("ssl_policy"),
        Certificates: certificate === undefined ? undefined : [{ CertificateArn: certificate }],
        DefaultActions: block.blocks("default_action").map(actionOf),
      }),
    },
  ];
};

const onApplication = (block: Block): boolean =>
  block.plan
    .of(...balancerTypes)
    .some(
      (resource) =>
        resource.values["load_balancer_type"] === "application" &&
        settingsOf(block.of(resource), block.resource.type, "load_balancer_arn").some(
          (each) => each.resource.address === block.resource.address,
        ),
    );

const rule: Mapper = (block) => [
  {
    type: "AWS::ElasticLoadBalancingV2::ListenerRule",
    ...physicalIdOf(block, "arn"),
    properties: told({
      ListenerArn: block.ref("listener_arn", ...listenerTypes),
      Priority: block.at("priority"),
      Actions: block.blocks("action").map(actionOf),
    }),
  },
];

const targetGroup: Mapper = (block) => {
  const check = block.isUnknown("health_check") ? undefined : block.block("health_check");
  const attached = attachmentTypes.flatMap((type) => settingsOf(block, type, "target_group_arn"));
  const isHttp = block.values["protocol"] === "HTTP" || block.values["protocol"] === "HTTPS";
  const matcher = check?.at("matcher");
  return [
    {
      type: "AWS::ElasticLoadBalancingV2::TargetGroup",
      ...physicalIdOf(block, "arn"),
      properties: told({
        Name: block.at("name"),
        Protocol: block.at("protocol"),
        Port: block.at("port"),
        VpcId: block.ref("vpc_id", ...vpcTypes),
        TargetType: block.at("target_type"),
        HealthCheckEnabled: check?.at("enabled"),
        HealthCheckProtocol: check?.at("protocol"),
        HealthCheckPort: check?.at("port"),
        HealthCheckPath: check?.at("path"),
        HealthCheckIntervalSeconds: check?.at("interval"),
        HealthCheckTimeoutSeconds: check?.at("timeout"),
        // The provider says 3 where nothing is said; AWS says 5 (HTTP) and 2.
        HealthyThresholdCount: check?.at("healthy_threshold") ?? 3,
        UnhealthyThresholdCount: check?.at("unhealthy_threshold") ?? 3,
        Matcher: matcher === undefined || !isHttp ? undefined : { HttpCode: matcher },
        Targets: attached.map((each) =>
          told({
            Id: each.ref("target_id", "aws_instance", ...balancerTypes, "aws_lambda_function"),
            Port: each.at("port"),
          }),
        ),
        TargetGroupAttributes: attributes({
          "preserve_client_ip.enabled": block.isUnknown("preserve_client_ip") ? undefined : block.at("preserve_client_ip"),
          "deregistration_delay.timeout_seconds": block.at("deregistration_delay"),
        }),
        Tags: tagsOf(block),
      }),
    },
  ];
};

const listenerCertificate: Mapper = (block) => [
  {
    type: "AWS::ElasticLoadBalancingV2::ListenerCertificate",
    properties: told({
      ListenerArn: block.ref("listener_arn", ...listenerTypes),
      Certificates: [
        told({ CertificateArn: block.ref("certificate_arn", "aws_acm_certificate", "aws_acm_certificate_validation") }),
      ],
    }),
  },
];

/** Load balancers, under both names that the provider has for each. */
export const balancingMappers: Mappers = {
  aws_lb: balancer,
  aws_alb: balancer,
  aws_lb_listener: listener,
  aws_alb_listener: listener,
  aws_lb_listener_rule: rule,
  aws_alb_listener_rule: rule,
  aws_lb_listener_certificate: listenerCertificate,
  aws_alb_listener_certificate: listenerCertificate,
  aws_lb_target_group: targetGroup,
  aws_alb_target_group: targetGroup,
  aws_lb_target_group_attachment: nothing,
  aws_alb_target_group_attachment: nothing,
};
