import { Fn, Tags } from "aws-cdk-lib/core";
import {
  CfnEIP,
  CfnInternetGateway,
  CfnNatGateway,
  CfnRoute,
  CfnRouteTable,
  CfnSecurityGroup,
  CfnSubnet,
  CfnSubnetRouteTableAssociation,
  CfnVPC,
  CfnVPCGatewayAttachment,
} from "aws-cdk-lib/aws-ec2";
import { Construct } from "constructs";

/**
 * Two zones, each with a public subnet (the load balancer) and a private one (an instance, the database). The private
 * ones get out through one NAT gateway in zone 1; nothing gets in.
 */
export class Network extends Construct {
  readonly vpc: CfnVPC;
  readonly publicSubnets: readonly CfnSubnet[];
  readonly privateSubnets: readonly CfnSubnet[];
  /** The way in: what faces the internet must wait for it. */
  readonly attachment: CfnVPCGatewayAttachment;
  /** The way out: an instance that installs packages must wait for it. */
  readonly wayOut: readonly Construct[];

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.vpc = new CfnVPC(this, "Vpc", { cidrBlock: "10.0.0.0/16", enableDnsSupport: true, enableDnsHostnames: true });
    Tags.of(this.vpc).add("Name", "flask-ha");
    const gateway = new CfnInternetGateway(this, "InternetGateway");
    this.attachment = new CfnVPCGatewayAttachment(this, "Attachment", { vpcId: this.vpc.ref, internetGatewayId: gateway.ref });

    this.publicSubnets = [this.subnet("Public1", "10.0.1.0/24", 0), this.subnet("Public2", "10.0.4.0/24", 1)];
    this.privateSubnets = [this.subnet("Private1", "10.0.2.0/24", 0), this.subnet("Private2", "10.0.3.0/24", 1)];

    const publicTable = this.routeTable("PublicRouteTable", this.publicSubnets);
    const toInternet = new CfnRoute(this, "ToInternet", {
      routeTableId: publicTable.table.ref,
      destinationCidrBlock: "0.0.0.0/0",
      gatewayId: gateway.ref,
    });
    toInternet.node.addDependency(this.attachment);

    const address = new CfnEIP(this, "NatAddress", { domain: "vpc" });
    address.node.addDependency(this.attachment);
    const nat = new CfnNatGateway(this, "NatGateway", {
      subnetId: this.publicSubnets[0]!.ref,
      allocationId: address.attrAllocationId,
    });
    nat.node.addDependency(toInternet);

    const privateTable = this.routeTable("PrivateRouteTable", this.privateSubnets);
    const toNat = new CfnRoute(this, "ToNat", {
      routeTableId: privateTable.table.ref,
      destinationCidrBlock: "0.0.0.0/0",
      natGatewayId: nat.ref,
    });
    this.wayOut = [toNat, ...privateTable.associations, ...publicTable.associations];
  }

  /** The zone is one of the region's own, whatever they are called: the template deploys in any region. */
  private subnet(id: string, cidrBlock: string, zone: number): CfnSubnet {
    const subnet = new CfnSubnet(this, id, {
      vpcId: this.vpc.ref,
      cidrBlock,
      availabilityZone: Fn.select(zone, Fn.getAzs()),
    });
    Tags.of(subnet).add("Name", id);
    return subnet;
  }

  private routeTable(id: string, subnets: readonly CfnSubnet[]) {
    const table = new CfnRouteTable(this, id, { vpcId: this.vpc.ref });
    const associations = subnets.map(
      (subnet) =>
        new CfnSubnetRouteTableAssociation(this, `${subnet.node.id}Association`, {
          subnetId: subnet.ref,
          routeTableId: table.ref,
        }),
    );
    return { table, associations };
  }
}

/** The world reaches the balancer, the balancer the instances, the instances the database, each on its one port. */
export class Groups extends Construct {
  readonly balancer: CfnSecurityGroup;
  readonly instances: CfnSecurityGroup;
  readonly database: CfnSecurityGroup;

  constructor(scope: Construct, id: string, vpc: CfnVPC) {
    super(scope, id);
    this.balancer = this.group("nlb-sg", "HTTP from the world to the load balancer", vpc, 80, { cidrIp: "0.0.0.0/0" });
    this.instances = this.group("ec2-sg", "HTTP from the load balancer to the instances", vpc, 80, {
      sourceSecurityGroupId: this.balancer.attrGroupId,
    });
    this.database = this.group("rds-sg", "PostgreSQL from the instances to the database", vpc, 5432, {
      sourceSecurityGroupId: this.instances.attrGroupId,
    });
  }

  private group(
    name: string,
    description: string,
    vpc: CfnVPC,
    port: number,
    from: { cidrIp: string } | { sourceSecurityGroupId: string },
  ) {
    const group = new CfnSecurityGroup(this, name, {
      groupDescription: description,
      vpcId: vpc.ref,
      securityGroupIngress: [{ ipProtocol: "tcp", fromPort: port, toPort: port, description, ...from }],
    });
    Tags.of(group).add("Name", name);
    return group;
  }
}
