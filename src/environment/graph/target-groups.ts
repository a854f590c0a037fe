import type { HealthCheck, Target } from "../balancing.js";
import type { EnvironmentBuilder } from "../builder.js";
import { isKnown, Unknown, type Maybe } from "../maybe.js";
import type { Catalogue } from "./catalogue.js";
import { draftsOf } from "./node.js";
import type { Reading } from "./reading.js";
import { balancerType, instanceType, targetGroupType, vpcType } from "./types.js";

interface Attributes {
  flag(key: string, otherwise: boolean): Maybe<boolean>;
}

/** Attributes of load balancers and target groups: pairs of text. */
export function attributesOf(list: Reading): Attributes {
  const pairs = list.list();
  return {
    flag: (key, otherwise) => {
      const hidden = pairs.find((pair) => pair.unknown !== undefined || !isKnown(pair.at("Key").text("")));
      const pair = pairs.find((each) => each.at("Key").text() === key);
      if (pair !== undefined) return pair.at("Value").flag(otherwise);
      return hidden === undefined ? otherwise : (hidden.unknown ?? new Unknown(`which attribute it is about is not known`));
    },
  };
}

export function drawTargetGroups(catalogue: Catalogue, builder: EnvironmentBuilder): void {
  for (const { node, read } of draftsOf(catalogue, targetGroupType)) {
    const kind = read.at("TargetType").text("instance");
    const targetKind = kind === "ip" || kind === "lambda" || kind === "alb" || kind instanceof Unknown ? kind : "instance";
    const protocol = read.at("Protocol").text() ?? (targetKind === "lambda" ? "HTTP" : new Unknown(`${node.id} has no protocol`));
    const port = read.at("Port").number() ?? new Unknown(`${node.id} has no port`);
    const groups = builder
      .list("autoScalingGroups")
      .filter(({ targetGroups }) => targetGroups.includes(node.id))
      .map((group): Target => ({ target: group.presence ?? { node: group.id }, port }));
    builder.add("targetGroups", {
      ...node,
      vpc: read.at("VpcId").node(vpcType),
      protocol,
      port,
      targetKind,
      targets: [
        ...read
          .at("Targets")
          .list()
          .map((target) => targetOf(target, port)),
        ...groups,
      ],
      healthCheck: healthCheckOf(read, protocol, targetKind),
      preservesClient: preservesClient(read, protocol, targetKind),
    });
  }
}

function targetOf(read: Reading, port: Maybe<number>): Target {
  const id = read.at("Id");
  const node = id.node(instanceType, balancerType, "AWS::Lambda::Function") ?? new Unknown("it names no target");
  const address = typeof id.value === "string" && /^[\d.]+$/.test(id.value) ? id.value : undefined;
  return {
    target: read.unknown ?? (address !== undefined ? { address } : node instanceof Unknown ? node : { node }),
    port: read.at("Port").number() ?? port,
  };
}

const isHttp = (protocol: Maybe<string>): Maybe<boolean> =>
  protocol instanceof Unknown ? protocol : protocol === "HTTP" || protocol === "HTTPS";

/**
 * Defaults hang on the protocol of the group, and that of the check.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateTargetGroup.html
 */
function healthCheckOf(read: Reading, groupProtocol: Maybe<string>, kind: Maybe<string>): HealthCheck {
  const http = isHttp(groupProtocol);
  const protocol = read.at("HealthCheckProtocol").text() ?? (http instanceof Unknown ? http : http ? "HTTP" : "TCP");
  const overHttp = isHttp(protocol);
  const port = read.at("HealthCheckPort").text("traffic-port");
  const slow = kind === "lambda";
  const timeout =
    http instanceof Unknown
      ? http
      : http
        ? slow
          ? 30
          : 5
        : overHttp instanceof Unknown
          ? overHttp
          : protocol === "HTTP"
            ? 6
            : 10;
  return {
    protocol,
    port: port instanceof Unknown || port === "traffic-port" ? port : read.at("HealthCheckPort").number(0),
    path: read.at("HealthCheckPath").text() ?? (overHttp === true ? "/" : undefined),
    interval: read.at("HealthCheckIntervalSeconds").number(slow ? 35 : 30),
    timeout: read.at("HealthCheckTimeoutSeconds").number() ?? timeout,
    healthyThreshold: read.at("HealthyThresholdCount").number(5),
    unhealthyThreshold: read.at("UnhealthyThresholdCount").number(2),
  };
}

/**
 * An Application Load Balancer speaks for itself; a network one keeps the client's address unless told otherwise, but for
 * addresses reached by TCP or TLS.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/network/edit-target-group-attributes.html#client-ip-preservation
 */
function preservesClient(read: Reading, protocol: Maybe<string>, kind: Maybe<string>): Maybe<boolean> {
  const http = isHttp(protocol);
  if (http === true) return false;
  const attributes = attributesOf(read.at("TargetGroupAttributes"));
  const key = "preserve_client_ip.enabled";
  if (http instanceof Unknown) return http;
  if (kind instanceof Unknown) return kind;
  return attributes.flag(key, kind !== "ip" || protocol === "UDP" || protocol === "TCP_UDP");
}
