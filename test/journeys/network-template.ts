/**
 * A network with two zones, two NAT gateways. The second variant has a subnet more and a NAT gateway less,
 * and another rule: an update between the two creates, changes and deletes.
 */
export function networkTemplate(variant: number): object {
  const zones = [0, 1].map((n) => ({ "Fn::Select": [n, { "Fn::GetAZs": "" }] }));
  const second = variant === 2;
  const ref = (Ref: string) => ({ Ref });
  const resource = (Type: string, Properties: object = {}, more: object = {}) => ({ Type, Properties, ...more });
  const subnet = (name: string, n: number, zone: number) => ({
    [name]: resource("AWS::EC2::Subnet", { VpcId: ref("Vpc"), CidrBlock: `10.0.${n}.0/24`, AvailabilityZone: zones[zone] }),
  });
  const nat = (letter: string) => ({
    [`Address${letter}`]: resource("AWS::EC2::EIP", { Domain: "vpc" }, { DependsOn: "Attachment" }),
    [`Nat${letter}`]: resource("AWS::EC2::NatGateway", {
      SubnetId: ref(`Public${letter}`),
      AllocationId: { "Fn::GetAtt": [`Address${letter}`, "AllocationId"] },
    }),
  });
  const table = (letter: string, gateway: object | undefined, members: readonly string[]) => ({
    [`Table${letter}`]: resource("AWS::EC2::RouteTable", { VpcId: ref("Vpc") }),
    ...(gateway === undefined
      ? {}
      : {
          [`Route${letter}`]: resource(
            "AWS::EC2::Route",
            { RouteTableId: ref(`Table${letter}`), DestinationCidrBlock: "0.0.0.0/0", ...gateway },
            { DependsOn: "Attachment" },
          ),
        }),
    ...Object.fromEntries(
      members.map((member) => [
        `${member}Table`,
        resource("AWS::EC2::SubnetRouteTableAssociation", { RouteTableId: ref(`Table${letter}`), SubnetId: ref(member) }),
      ]),
    ),
  });
  const group = (name: string, ...ports: readonly number[]) => ({
    [name]: resource("AWS::EC2::SecurityGroup", {
      VpcId: ref("Vpc"),
      GroupDescription: name,
      SecurityGroupIngress: ports.map((port) => ({ IpProtocol: "tcp", FromPort: port, ToPort: port, CidrIp: "10.0.0.0/16" })),
    }),
  });
  return {
    Resources: {
      Vpc: resource("AWS::EC2::VPC", { CidrBlock: "10.0.0.0/16" }),
      Gateway: resource("AWS::EC2::InternetGateway"),
      Attachment: resource("AWS::EC2::VPCGatewayAttachment", { VpcId: ref("Vpc"), InternetGatewayId: ref("Gateway") }),
      ...subnet("PublicA", 1, 0),
      ...subnet("PublicB", 2, 1),
      ...subnet("PrivateA", 11, 0),
      ...subnet("PrivateB", 12, 1),
      ...(second ? subnet("PrivateC", 13, 0) : {}),
      ...nat("A"),
      ...(second ? {} : nat("B")),
      ...table("Public", { GatewayId: ref("Gateway") }, ["PublicA", "PublicB"]),
      ...table("A", { NatGatewayId: ref("NatA") }, ["PrivateA", ...(second ? ["PrivateC"] : [])]),
      ...table("B", second ? undefined : { NatGatewayId: ref("NatB") }, ["PrivateB"]),
      ...group("Web", 80, ...(second ? [443] : [])),
      ...group("Database", 5432),
    },
  };
}
