import { type App, CfnOutput, CfnParameter, Fn, RemovalPolicy, Stack, Tags } from "aws-cdk-lib/core";
import { CfnInstance } from "aws-cdk-lib/aws-ec2";
import { CfnListener, CfnLoadBalancer, CfnTargetGroup } from "aws-cdk-lib/aws-elasticloadbalancingv2";
import { CfnInstanceProfile, ManagedPolicy, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { CfnDBInstance, CfnDBSubnetGroup } from "aws-cdk-lib/aws-rds";
import { userData } from "./application.js";
import { Groups, Network } from "./network.js";

/** E1: two Flask instances in two zones behind a Network Load Balancer, and PostgreSQL. Plain CDK, nothing of Sandtable's. */
class FlaskHa extends Stack {
  constructor(app: App, id: string) {
    super(app, id, { description: "Two Flask instances in two zones, a Network Load Balancer, PostgreSQL" });
    const network = new Network(this, "Network");
    const groups = new Groups(this, "Groups", network.vpc);
    const database = this.database(network, groups);
    const profile = this.profile();

    // Debian's own public parameter: the latest image in whatever region this is deployed to.
    const image = new CfnParameter(this, "Image", {
      type: "AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>",
      default: "/aws/service/debian/release/12/latest/amd64",
    });
    const script = userData({
      host: database.instance.attrEndpointAddress,
      port: database.instance.attrEndpointPort,
      name: "app",
      user: "app_admin",
      password: database.password.valueAsString,
    });
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

  private database(network: Network, groups: Groups) {
    const password = new CfnParameter(this, "DatabasePassword", {
      noEcho: true,
      minLength: 16,
      maxLength: 64,
      allowedPattern: "[A-Za-z0-9]+",
      description: "Password of the database's master user; `sandtable up` makes one up and remembers it",
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
      masterUserPassword: password.valueAsString,
      dbSubnetGroupName: subnetGroup.ref,
      vpcSecurityGroups: [groups.database.attrGroupId],
      storageEncrypted: true,
      publiclyAccessible: false,
    });
    // CloudFormation would keep a snapshot by default. This is an example: it goes with its stack.
    instance.applyRemovalPolicy(RemovalPolicy.DESTROY);
    return { instance, password };
  }

  /** Sessions instead of SSH: the role lets the Systems Manager agent register the instance. */
  private profile(): CfnInstanceProfile {
    const role = new Role(this, "Role", {
      roleName: "ec2-backend-role",
      assumedBy: new ServicePrincipal("ec2.amazonaws.com"),
      managedPolicies: [ManagedPolicy.fromAwsManagedPolicyName("AmazonSSMManagedInstanceCore")],
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
