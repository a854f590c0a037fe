import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { RecordType } from "../../../src/region/records/records.js";
import { Store } from "../../../src/region/records/store.js";
import { theImage } from "../../../src/region/services/ec2/images.js";
import { Instances } from "../../../src/region/services/ec2/records.js";
import { KmsKeys } from "../../../src/region/services/kms/records.js";
import { DBInstances } from "../../../src/region/services/rds/records.js";
import { readSecret } from "../../../src/region/services/secretsmanager/reading.js";
import { Secrets } from "../../../src/region/services/secretsmanager/records.js";
import { readParameter } from "../../../src/region/services/ssm/parameters.js";
import { StackResources, Stacks } from "../../../src/region/stacks/records.js";
import { temporaryFolder } from "../../support/records.js";
import { realStacks, type RealStacks } from "./real.js";
import { ref } from "./templates.js";

const imageOf = ({ call }: RealStacks): string =>
  theImage(call, readParameter(call, "/aws/service/debian/release/12/latest/amd64")).imageId;

const zone = (index: number): object => ({ "Fn::Select": [index, { "Fn::GetAZs": "" }] });
const subnet = (index: number): object => ({
  Type: "AWS::EC2::Subnet",
  Properties: { VpcId: ref("Vpc"), CidrBlock: `10.0.${index}.0/24`, AvailabilityZone: zone(index) },
});

const template = (image: string): object => ({
  Parameters: { Token: { Type: "String", NoEcho: true } },
  Resources: {
    Vpc: { Type: "AWS::EC2::VPC", Properties: { CidrBlock: "10.0.0.0/16" } },
    A: subnet(0),
    B: subnet(1),
    Group: { Type: "AWS::RDS::DBSubnetGroup", Properties: { DBSubnetGroupDescription: "two", SubnetIds: [ref("A"), ref("B")] } },
    Written: { Type: "AWS::SecretsManager::Secret", Properties: { SecretString: "written-in-the-template" } },
    Given: { Type: "AWS::SecretsManager::Secret", Properties: { SecretString: ref("Token") } },
    Secret: { Type: "AWS::SecretsManager::Secret", Properties: { GenerateSecretString: { ExcludePunctuation: true } } },
    Db: {
      Type: "AWS::RDS::DBInstance",
      Properties: {
        DBInstanceClass: "db.t3.micro",
        Engine: "postgres",
        AllocatedStorage: "20",
        DBSubnetGroupName: ref("Group"),
        MasterUsername: "master",
        MasterUserPassword: { "Fn::Sub": "{{resolve:secretsmanager:${Secret}}}" },
      },
    },
    Host: {
      Type: "AWS::EC2::Instance",
      Properties: {
        ImageId: image,
        InstanceType: "t3.small",
        SubnetId: ref("A"),
        UserData: { "Fn::Base64": { "Fn::Sub": "#!/bin/sh\necho in-user-data {{resolve:secretsmanager:${Secret}}}" } },
      },
    },
  },
});

const filesUnder = (folder: string): readonly string[] =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? filesUnder(join(folder, entry.name)) : [join(folder, entry.name)],
  );

/** Which of the texts are in any file of a folder, as they are or in base64. */
const found = (folder: string, secrets: Readonly<Record<string, string>>): readonly string[] =>
  Object.keys(secrets).filter((name) =>
    filesUnder(folder).some((file) => {
      const bytes = readFileSync(file);
      const secret = secrets[name] ?? "";
      return bytes.includes(secret) || bytes.includes(Buffer.from(secret).toString("base64"));
    }),
  );

test("no secret of a stack, of what it makes or of its template can be read in the state folder", async () => {
  const folder = temporaryFolder();
  const stacks = await realStacks({ folder });
  const { call, store } = stacks;
  const made = await stacks.deploy(template(imageOf(stacks)), {
    Parameters: [{ ParameterKey: "Token", ParameterValue: "given-as-a-parameter" }],
  });
  expect(made.StackStatus, (await stacks.failures()).join("\n")).toBe("CREATE_COMPLETE");
  const password = readSecret(call, { secretId: (await stacks.ids())["Secret"] ?? "" });
  const [host] = call.records.list(Instances);
  const script = `#!/bin/sh\necho in-user-data ${password}`;
  expect(Buffer.from(host?.userData ?? "", "base64").toString()).toBe(script);
  const secrets = {
    password,
    script,
    written: "written-in-the-template",
    given: "given-as-a-parameter",
    material: call.records.list(KmsKeys)[0]?.material ?? "",
    template: "in-user-data",
  };
  expect(Object.values(secrets)).not.toContain("");
  // What is no secret is found in the same way.
  expect(found(folder, { identifier: call.records.list(DBInstances)[0]?.identifier ?? "" })).toEqual(["identifier"]);
  expect(found(folder, secrets)).toEqual([]);
  await store.compact();
  expect(found(folder, secrets)).toEqual([]);

  const types: readonly RecordType<object>[] = [Stacks, StackResources, Secrets, DBInstances, Instances, KmsKeys];
  const before = types.map((type) => call.records.list(type));
  const again = Store.open(folder);
  const records = again.records(call);
  expect(types.map((type) => records.list(type))).toEqual(before);
  again.close();
});
