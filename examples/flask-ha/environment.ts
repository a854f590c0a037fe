import { type App, CfnOutput, CfnParameter, Fn, RemovalPolicy, Stack, Tags } from "aws-cdk-lib/core";
import { CfnInstance } from "aws-cdk-lib/aws-ec2";
import { CfnListener, CfnLoadBalancer, CfnTargetGroup } from "aws-cdk-lib/aws-elasticloadbalancingv2";
import { CfnInstanceProfile, ManagedPolicy, PolicyDocument, PolicyStatement, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { CfnDBInstance, CfnDBSubnetGroup } from "aws-cdk-lib/aws-rds";
import { CfnSecret, CfnSecretTargetAttachment } from "aws-cdk-lib/aws-secretsmanager";
import { userData } from "./application.js";
import { Groups, Network } from "./network.js";

/**
 * What this design can keep: by AWS's agreements a load balancer, instances in two zones and a Multi-AZ database promise
 * 99.93 %, and logs are uploaded every five minutes. The template says it, and `sandtable check` holds it against the rest.
 */
const objectives = { Availability: 99.9, RPO: "10m", RTO: "30m" };

/** E1: two Flask instances in two zones behind a Network Load Balancer, and PostgreSQL with a standby. Plain CDK. */
class FlaskHa extends Stack {
  constructor(app: App, id: string) {
    super(app, id, { description: "Two Flask instances in two zones, a Network Load Balancer, PostgreSQL with a standby" });
    this.templateOptions.metadata = { Sandtable: { Objectives: objectives } };
    const network = new Network(this, "Network");
    const groups = new Groups(this, "Groups", network.vpc);
    const secret = this.database(network, groups);
    const profile = this.profile(secret);

    // Debian's own public parameter: the latest image in whatever region this is deployed to.
    const image = new CfnParameter(this, "Image", {
      type: "AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>",
      default: "/aws/service/debian/release/12/latest/amd64",
    });
    const script = userData({ secret: secret.ref, region: this.region });
    const instances = network.privateSubnets.map((subnet, index) => {
      const name = `app-instance-${index + 1}`;
      const instance = new CfnInstance(this, name, {
        imageId: image.valueAsString,
        instanceType: "t2.micro",
        subnetId: subnet.ref,
        securityGroupIds: [groups.instances.attrGroupId],
        iamInstanceProfile: profile.ref,
        metadataOptions: { httpTokens: "required" },
        userData: Fn.base64(script),
      });
      Tags.of(instance).add("Name", name);
      instance.node.addDependency(...network.wayOut);
      return instance;
    });

    const balancer = this.balancer(network, groups, instances);
    new CfnOutput(this, "Address", { value: balancer.attrDnsName, description: "DNS name of the load balancer" });
  }

  /**
   * The secret knows user and password from the beginning and, once the database is there, where it is. The instances read
   * it with their role, so they need not wait for the database, and no password is in the template or in user data.
   */
  private database(network: Network, groups: Groups): CfnSecret {
    const secret = new CfnSecret(this, "DatabaseSecret", {
      description: "Where the database is, and its master user",
      generateSecretString: {
        secretStringTemplate: JSON.stringify({ username: "app_admin" }),
        generateStringKey: "password",
        passwordLength: 32,
        excludePunctuation: true,
      },
    });
    const subnetGroup = new CfnDBSubnetGroup(this, "DatabaseSubnets", {
      dbSubnetGroupDescription: "Both private subnets",
      subnetIds: network.privateSubnets.map((subnet) => subnet.ref),
    });
    const instance = new CfnDBInstance(this, "Database", {
      engine: "postgres",
      engineVersion: "15",
      dbInstanceClass: "db.t4g.micro",
      allocatedStorage: "20",
      dbName: "app",
      masterUsername: "app_admin",
      masterUserPassword: `{{resolve:secretsmanager:${secret.ref}:SecretString:password}}`,
      multiAz: true,
      backupRetentionPeriod: 7,
      dbSubnetGroupName: subnetGroup.ref,
      vpcSecurityGroups: [groups.database.attrGroupId],
      storageEncrypted: true,
      publiclyAccessible: false,
    });
    // CloudFormation would keep a snapshot by default. This is an example: it goes with its stack.
    instance.applyRemovalPolicy(RemovalPolicy.DESTROY);
    new CfnSecretTargetAttachment(this, "DatabaseAttachment", {
      secretId: secret.ref,
      targetId: instance.ref,
      targetType: "AWS::RDS::DBInstance",
    });
    return secret;
  }

  /** Sessions instead of SSH: the role lets the Systems Manager agent register the instance. And it reads the one secret. */
  private profile(secret: CfnSecret): CfnInstanceProfile {
    const readSecret = new PolicyStatement({ actions: ["secretsmanager:GetSecretValue"], resources: [secret.ref] });
    const role = new Role(this, "Role", {
      roleName: "ec2-backend-role",
      assumedBy: new ServicePrincipal("ec2.amazonaws.com"),
      managedPolicies: [ManagedPolicy.fromAwsManagedPolicyName("AmazonSSMManagedInstanceCore")],
      inlinePolicies: { "read-database-secret": new PolicyDocument({ statements: [readSecret] }) },
    });
    return new CfnInstanceProfile(this, "Profile", { roles: [role.roleName] });
  }

  private balancer(network: Network, groups: Groups, instances: readonly CfnInstance[]): CfnLoadBalancer {
    const balancer = new CfnLoadBalancer(this, "Balancer", {
      name: "flask-ha",
      type: "network",
      scheme: "internet-facing",
      subnets: network.publicSubnets.map((subnet) => subnet.ref),
      securityGroups: [groups.balancer.attrGroupId],
      loadBalancerAttributes: [{ key: "load_balancing.cross_zone.enabled", value: "true" }],
    });
    balancer.node.addDependency(network.attachment);
    const targets = new CfnTargetGroup(this, "Targets", {
      vpcId: network.vpc.ref,
      protocol: "TCP",
      port: 80,
      targetType: "instance",
      targets: instances.map((instance) => ({ id: instance.ref })),
      healthCheckIntervalSeconds: 10,
      // The instances see the balancer's address: that is what ec2-sg lets in.
      targetGroupAttributes: [{ key: "preserve_client_ip.enabled", value: "false" }],
    });
    new CfnListener(this, "Http", {
      loadBalancerArn: balancer.ref,
      protocol: "TCP",
      port: 80,
      defaultActions: [{ type: "forward", targetGroupArn: targets.ref }],
    });
    return balancer;
  }
}

export default function (app: App): void {
  new FlaskHa(app, "flask-ha");
}
