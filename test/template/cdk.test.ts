import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as cdk from "aws-cdk-lib/core";
import * as ec2 from "aws-cdk-lib/aws-ec2";
import * as elbv2 from "aws-cdk-lib/aws-elasticloadbalancingv2";
import * as targets from "aws-cdk-lib/aws-elasticloadbalancingv2-targets";
import * as iam from "aws-cdk-lib/aws-iam";
import * as rds from "aws-cdk-lib/aws-rds";
import { expect, onTestFinished, test } from "vitest";
import { bind } from "../../src/template/bind.js";
import { readTemplate } from "../../src/template/template.js";

/** E1 as the CDK's own constructs make it: two zones, two hosts, a balancer, a database. */
class FlaskHa extends cdk.Stack {
  constructor(app: cdk.App) {
    super(app, "FlaskHa", { synthesizer: new cdk.LegacyStackSynthesizer() });
    const vpc = new ec2.Vpc(this, "Vpc", {
      ipAddresses: ec2.IpAddresses.cidr("10.0.0.0/16"),
      maxAzs: 2,
      natGateways: 1,
      restrictDefaultSecurityGroup: false,
      subnetConfiguration: [
        { name: "public", subnetType: ec2.SubnetType.PUBLIC, cidrMask: 24 },
        { name: "app", subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS, cidrMask: 24 },
      ],
    });
    const group = new ec2.SecurityGroup(this, "Ec2Sg", { vpc });
    const role = new iam.Role(this, "Role", {
      assumedBy: new iam.ServicePrincipal("ec2.amazonaws.com"),
      managedPolicies: [iam.ManagedPolicy.fromAwsManagedPolicyName("AmazonSSMManagedInstanceCore")],
    });
    const database = new rds.DatabaseInstance(this, "Db", {
      engine: rds.DatabaseInstanceEngine.postgres({ version: rds.PostgresEngineVersion.VER_15 }),
      credentials: rds.Credentials.fromPassword(
        "app",
        cdk.SecretValue.cfnParameter(new cdk.CfnParameter(this, "Password", { noEcho: true })),
      ),
      vpc,
      removalPolicy: cdk.RemovalPolicy.DESTROY,
    });
    database.connections.allowDefaultPortFrom(group);
    const userData = ec2.UserData.forLinux();
    userData.addCommands(`export DB_HOST=${database.dbInstanceEndpointAddress}`, "echo ${NOT_OURS}");
    const hosts = vpc.privateSubnets.map(
      (subnet, index) =>
        new ec2.Instance(this, `App${index + 1}`, {
          vpc,
          vpcSubnets: { subnets: [subnet] },
          instanceType: new ec2.InstanceType("t3.micro"),
          machineImage: ec2.MachineImage.latestAmazonLinux2023(),
          securityGroup: group,
          role,
          userData,
          requireImdsv2: true,
        }),
    );
    const balancer = new elbv2.NetworkLoadBalancer(this, "Nlb", { vpc, internetFacing: true });
    balancer
      .addListener("Http", { port: 80 })
      .addTargets("Apps", { port: 80, targets: hosts.map((host) => new targets.InstanceTarget(host)) });
    new cdk.CfnOutput(this, "Url", { value: `http://${balancer.loadBalancerDnsName}/` });
  }
}

test("a template that the CDK makes of E1 is read without complaint, and what waits for what is known", () => {
  const outdir = mkdtempSync(join(tmpdir(), "sandtable-cdk-"));
  onTestFinished(() => rmSync(outdir, { recursive: true, force: true }));
  const app = new cdk.App({ outdir, analyticsReporting: false, builtinCloudFormationValidation: false });
  const { stackName } = new FlaskHa(app);
  const artifact = app.synth().getStackByName(stackName);
  const { template, problems } = readTemplate(JSON.stringify(artifact.template));
  expect(problems).toEqual([]);
  if (template === undefined) throw new Error("no template");
  const bound = bind(
    template,
    new Map([["Password", "hush hush"]]),
    {
      accountId: "000000000000",
      regionName: "eu-west-3",
      stackName: "FlaskHa",
      stackId: "arn",
      zones: () => ["eu-west-3a", "eu-west-3b", "eu-west-3c"],
    },
    () => "ami-0123",
  );
  expect(bound.problems).toEqual([]);
  const ofType = (type: string): string[] =>
    [...bound.resources.values()].filter((resource) => resource.type === type).map(({ logicalId }) => logicalId);
  expect(ofType("AWS::EC2::Instance")).toHaveLength(2);
  const [host = ""] = ofType("AWS::EC2::Instance");
  const [database = ""] = ofType("AWS::RDS::DBInstance");
  expect(bound.dependencies.get(host)).toContain(database);
});
