import { nodesOf } from "../../environment/environment.js";
import type { Rule } from "../finding.js";
import { ruleOver } from "../rule.js";

/** Kinds that cost money and can be tagged: what a search for leftovers must find. */
const taggable: readonly string[] = [
  "AWS::EC2::VPC",
  "AWS::EC2::Instance",
  "AWS::EC2::NatGateway",
  "AWS::EC2::EIP",
  "AWS::AutoScaling::AutoScalingGroup",
  "AWS::ElasticLoadBalancingV2::LoadBalancer",
  "AWS::RDS::DBInstance",
  "AWS::RDS::DBCluster",
  "AWS::S3::Bucket",
];

export const nothingTagged: Rule = ruleOver(
  {
    id: "nothing-tagged",
    subject: "template",
    severity: "low",
    summary: "An environment without a single tag: nothing of it can be searched for or billed apart",
    sources: ["AWS Whitepaper: Best Practices for Tagging AWS Resources"],
  },
  function* (environment) {
    const nodes = [...nodesOf(environment)].filter((node) => node.implicit !== true && taggable.includes(node.type));
    const [first] = nodes;
    if (first === undefined || nodes.length < 3 || nodes.some(({ tags }) => Object.keys(tags).length > 0)) return;
    yield [
      first,
      {
        title: `none of ${String(nodes.length)} resources that cost money has a tag`,
        reason: "A search by tag for what is left after deletion finds nothing, whatever is left; costs cannot be told apart.",
        fix: "tag the stack: CloudFormation passes a stack's tags on to its resources",
      },
    ];
  },
);
