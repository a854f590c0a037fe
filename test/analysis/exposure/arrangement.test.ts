import { expect, test } from "vitest";
import { exposureRules } from "../../../src/analysis/exposure/rules.js";
import { anyone, group, host, judged, network, userData } from "../../support/analysed.js";

type Resources = Parameters<typeof judged>[2];

const database = (subnets: readonly unknown[], more: object = {}, routes: Resources = {}): Resources => ({
  ...network,
  ...routes,
  Subnets: ["RDS::DBSubnetGroup", { DBSubnetGroupDescription: "d", SubnetIds: subnets }],
  Db: [
    "RDS::DBInstance",
    {
      Engine: "postgres",
      DBInstanceClass: "db.t4g.micro",
      AllocatedStorage: "20",
      MasterUsername: "u",
      ManageMasterUserPassword: true,
      DBSubnetGroupName: { Ref: "Subnets" },
      ...more,
    },
  ],
});
const [open, closed] = [{ Ref: "Public" }, { Ref: "Private" }];

const run = "#!/bin/bash\ndocker run -d --restart always -p 80:80 nginx:1.27";
const containers = (options: object, text = run, more: object = { IamInstanceProfile: { Ref: "Profile" } }): Resources => ({
  ...network,
  Group: group(),
  Role: ["IAM::Role", { AssumeRolePolicyDocument: { Statement: [] } }],
  Profile: ["IAM::InstanceProfile", { Roles: [{ Ref: "Role" }] }],
  Host: host("Private", { ...userData(text), MetadataOptions: { HttpTokens: "required", ...options }, ...more }),
});

const three = (...tags: readonly object[]): Resources => ({
  Vpc: ["EC2::VPC", { CidrBlock: "10.0.0.0/16" }],
  One: ["S3::Bucket"],
  Two: ["S3::Bucket", { Tags: tags }],
});

const inPublic = "database-in-public-subnet";
const hops = "metadata-out-of-containers-reach";
const tagged = "nothing-tagged";

test.each<readonly [name: string, rule: string, resources: Resources, found: readonly string[]]>([
  ["a database in a public subnet", inPublic, database([open, closed]), ["Db fails"]],
  ["a database in private subnets", inPublic, database([closed]), []],
  ["a database in who knows which subnet", inPublic, database([closed, anyone]), ["Db unknown"]],
  ["a database in who knows which subnet group", inPublic, database([closed], { DBSubnetGroupName: anyone }), ["Db unknown"]],
  [
    "a database in a subnet that leads who knows where",
    inPublic,
    database(
      [open],
      {},
      {
        Out: ["EC2::Route", { RouteTableId: { Ref: "Routes" }, DestinationCidrBlock: "0.0.0.0/0", GatewayId: anyone }],
      },
    ),
    ["Db unknown"],
  ],
  ["containers one hop too far", hops, containers({ HttpPutResponseHopLimit: 1 }), ["Host fails"]],
  ["containers within two hops", hops, containers({ HttpPutResponseHopLimit: 2 }), []],
  ["containers who knows how far", hops, containers({ HttpPutResponseHopLimit: anyone }), ["Host unknown"]],
  ["no containers", hops, containers({ HttpPutResponseHopLimit: 1 }, "#!/bin/bash\nsystemctl start app"), []],
  ["containers without a role to have", hops, containers({ HttpPutResponseHopLimit: 1 }, run, {}), []],
  ["no tag at all", tagged, three(), ["Vpc fails"]],
  ["one tag", tagged, three({ Key: "app", Value: "shop" }), []],
  ["two things without a tag", tagged, { One: ["S3::Bucket"], Two: ["S3::Bucket"] }, []],
])("%s (%s)", (_, rule, resources, found) => {
  expect(judged(exposureRules, rule, resources)).toEqual(found);
});
