import type { Action, ListenerRule } from "../balancing.js";
import type { EnvironmentBuilder } from "../builder.js";
import { Unknown, type Maybe } from "../maybe.js";
import type { Node, NodeId } from "../node.js";
import type { Catalogue } from "./catalogue.js";
import { groupsOrDefault, interfacesBySubnet, type PublicAddresses } from "./interfaces.js";
import { draftsOf, unlessAbsent, type Draft } from "./node.js";
import type { Reading } from "./reading.js";
import { attributesOf, drawTargetGroups } from "./target-groups.js";
import { balancerType, groupType, listenerType, subnetType, targetGroupType } from "./types.js";

export function drawBalancing(catalogue: Catalogue, builder: EnvironmentBuilder, addresses: PublicAddresses): void {
  for (const draft of draftsOf(catalogue, balancerType)) drawBalancer(catalogue, builder, draft, addresses);
  drawListeners(catalogue, builder);
  drawTargetGroups(catalogue, builder);
}

const webAclType = "AWS::WAFv2::WebACL";

function drawBalancer(
  catalogue: Catalogue,
  builder: EnvironmentBuilder,
  { node, read }: Draft,
  addresses: PublicAddresses,
): void {
  const type = read.at("Type").text("application");
  const kind = type === "network" || type === "gateway" ? type : "application";
  const scheme = kind === "gateway" ? "internal" : read.at("Scheme").text("internet-facing");
  const mappings = read.at("SubnetMappings").list();
  const subnets =
    mappings.length > 0
      ? mappings.map((mapping) => mapping.at("SubnetId").node(subnetType) ?? new Unknown("it names no subnet"))
      : read.at("Subnets").nodes(subnetType);
  const groups = read.at("SecurityGroups").nodes(groupType);
  const attribute = attributesOf(read.at("LoadBalancerAttributes"));
  // A Network Load Balancer made without groups never has any; an Application Load Balancer has its VPC's default one.
  const filtered = kind === "application" || groups.length > 0;
  const isPublic = scheme instanceof Unknown ? scheme : scheme === "internet-facing";
  const side = addresses.get(node.id);
  const interfaces = interfacesBySubnet(node, subnets, (subnet) => ({
    owner: { kind: "balancer", id: node.id },
    isPublic,
    ...(side?.publicAddress === undefined || subnets.length > 1 ? {} : { publicAddress: side.publicAddress }),
    groups: filtered ? groupsOrDefault(builder, groups, subnet) : [],
    filtered,
  }));
  for (const each of interfaces) builder.add("interfaces", each);
  builder.add("balancers", {
    ...node,
    kind,
    scheme: scheme instanceof Unknown ? scheme : scheme === "internal" ? "internal" : "internet-facing",
    subnets,
    interfaces: interfaces.map(({ id }) => id),
    // API_LoadBalancerAttribute: always on for application, off for the others unless said.
    crossZone: attribute.flag("load_balancing.cross_zone.enabled", kind === "application"),
    deletionProtection: attribute.flag("deletion_protection.enabled", false),
    dropsInvalidHeaders: attribute.flag("routing.http.drop_invalid_header_fields.enabled", false),
    accessLogs: attribute.flag("access_logs.s3.enabled", false),
    webAcl: webAclOf(catalogue, node),
  });
}

function webAclOf(catalogue: Catalogue, { id }: Node): Maybe<NodeId> | undefined {
  const found = draftsOf(catalogue, "AWS::WAFv2::WebACLAssociation").find(
    ({ read }) => read.at("ResourceArn").node(balancerType) === id,
  );
  const acl = found?.read.at("WebACLArn").node(webAclType);
  return found === undefined || acl === undefined ? undefined : unlessAbsent(found.resource, acl);
}

function drawListeners(catalogue: Catalogue, builder: EnvironmentBuilder): void {
  const rules = draftsOf(catalogue, "AWS::ElasticLoadBalancingV2::ListenerRule");
  const certificates = draftsOf(catalogue, "AWS::ElasticLoadBalancingV2::ListenerCertificate");
  for (const { node, read } of draftsOf(catalogue, listenerType)) {
    const isOfIt = (draft: Draft): boolean => draft.read.at("ListenerArn").node(listenerType) === node.id;
    const own = rules.filter(isOfIt).map((draft): ListenerRule => {
      const priority = draft.read.at("Priority").number() ?? new Unknown(`${draft.node.id} has no priority`);
      return { ...ruleOf(draft.read.at("Actions")), priority: unlessAbsent(draft.resource, priority) };
    });
    const certified = [read, ...certificates.filter(isOfIt).map((draft) => draft.read)].flatMap((from) =>
      from.at("Certificates").list(),
    );
    builder.add("listeners", {
      ...node,
      balancer: read.at("LoadBalancerArn").node(balancerType) ?? new Unknown(`${node.id} names no load balancer`),
      port: read.at("Port").number() ?? new Unknown(`${node.id} has no port`),
      protocol: read.at("Protocol").text() ?? new Unknown(`${node.id} has no protocol`),
      certificates: certified.map((certificate) => certificate.at("CertificateArn").text("")),
      rules: [...own.sort(byPriority), { ...ruleOf(read.at("DefaultActions")), priority: "default" }],
    });
  }
}

const byPriority = ({ priority: a }: ListenerRule, { priority: b }: ListenerRule): number =>
  (typeof a === "number" ? a : Infinity) - (typeof b === "number" ? b : Infinity) || 0;

function ruleOf(actions: Reading): Omit<ListenerRule, "priority"> {
  const { place } = actions;
  return { actions: actions.list().map(actionOf), ...(place === undefined ? {} : { place }) };
}

function actionOf(action: Reading): Action {
  const kind = action.at("Type").text("");
  switch (kind) {
    case "forward": {
      const groups = action.at("ForwardConfig", "TargetGroups").list();
      const named = groups.length > 0 ? groups.map((group) => group.at("TargetGroupArn")) : [action.at("TargetGroupArn")];
      return {
        kind: "forward",
        targetGroups: named.map((group) => group.node(targetGroupType) ?? new Unknown("it names no target group")),
      };
    }
    case "redirect":
      // What is left out is the request's own: `#{protocol}`, `#{port}` (API_RedirectActionConfig).
      return {
        kind: "redirect",
        protocol: action.at("RedirectConfig", "Protocol").text("#{protocol}"),
        port: action.at("RedirectConfig", "Port").text("#{port}"),
      };
    case "fixed-response":
      return {
        kind: "fixedResponse",
        status: action.at("FixedResponseConfig", "StatusCode").text() ?? new Unknown("it says no status"),
      };
    default:
      return { kind: "other", name: kind instanceof Unknown ? kind.why : kind };
  }
}
