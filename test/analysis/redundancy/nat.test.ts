import { expect, test } from "vitest";
import { redundancyRules } from "../../../src/analysis/redundancy/rules.js";
import { anyone, group, host, judged, network } from "../../support/analysed.js";

type Resources = Parameters<typeof judged>[2];

const nat = (name: string, subnet: string): Resources => ({
  [`${name}Ip`]: ["EC2::EIP", { Domain: "vpc" }],
  [name]: ["EC2::NatGateway", { SubnetId: { Ref: subnet }, AllocationId: { "Fn::GetAtt": [`${name}Ip`, "AllocationId"] } }],
});
/** Private subnets whose way out is the gateway `Nat` in the public one. */
const behind = (...zones: readonly unknown[]): Resources => ({
  ...network,
  ...nat("Nat", "Public"),
  Group: group(),
  Inner: ["EC2::RouteTable", { VpcId: { Ref: "Vpc" } }],
  Away: ["EC2::Route", { RouteTableId: { Ref: "Inner" }, DestinationCidrBlock: "0.0.0.0/0", NatGatewayId: { Ref: "Nat" } }],
  ...Object.fromEntries(
    zones.flatMap((zone, at): (readonly [string, Resources[string]])[] => {
      const subnet = `Subnet${String(at)}`;
      const block = `10.0.${String(at + 10)}.0/24`;
      return [
        [subnet, ["EC2::Subnet", { VpcId: { Ref: "Vpc" }, CidrBlock: block, AvailabilityZone: zone }]],
        [`Of${subnet}`, ["EC2::SubnetRouteTableAssociation", { RouteTableId: { Ref: "Inner" }, SubnetId: { Ref: subnet } }]],
        [`On${subnet}`, host(subnet)],
      ];
    }),
  ),
});
const beside = (multiAz: unknown, gateways: Resources): Resources => ({
  ...network,
  ...gateways,
  Db: [
    "RDS::DBInstance",
    {
      Engine: "mysql",
      DBInstanceClass: "db.t3.micro",
      AllocatedStorage: "20",
      MasterUsername: "u",
      ManageMasterUserPassword: true,
      MultiAZ: multiAz,
    },
  ],
});
const two = { ...nat("One", "Public"), ...nat("Two", "Private") };
const single = "one-nat-gateway-for-several-zones";
const paid = "nat-gateway-per-zone-but-database-in-one";

test.each<readonly [name: string, rule: string, resources: Resources, found: readonly string[]]>([
  ["hosts of two zones", single, behind("eu-west-3a", "eu-west-3b"), ["Nat fails"]],
  ["hosts of one zone", single, behind("eu-west-3a", "eu-west-3a"), []],
  ["hosts of who knows which zone", single, behind("eu-west-3a", anyone), ["Nat unknown"]],
  ["one subnet of hosts, wherever it is", single, behind(anyone), []],
  ["a database in one zone", paid, beside(false, two), ["Db fails"]],
  ["a database with a standby", paid, beside(true, two), []],
  ["a database of who knows how many zones", paid, beside(anyone, two), ["Db unknown"]],
  ["one gateway, as one database", paid, beside(false, nat("One", "Public")), []],
])("%s (%s)", (_, rule, resources, found) => {
  expect(judged(redundancyRules, rule, resources)).toEqual(found);
});
