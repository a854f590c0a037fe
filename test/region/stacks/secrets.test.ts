import { beforeEach, describe, expect, test } from "vitest";
import { run } from "../../support/records.js";
import { theImage } from "../../../src/region/services/ec2/images.js";
import { Instances } from "../../../src/region/services/ec2/records.js";
import { readParameter } from "../../../src/region/services/ssm/parameters.js";
import { KmsAliases, KmsKeys } from "../../../src/region/services/kms/records.js";
import { DBInstances } from "../../../src/region/services/rds/records.js";
import { secretsmanagerOperations } from "../../../src/region/services/secretsmanager/operations.js";
import { readSecret } from "../../../src/region/services/secretsmanager/reading.js";
import { SealedValues, Secrets } from "../../../src/region/services/secretsmanager/records.js";
import { realStacks, type RealStacks } from "./real.js";

let stacks: RealStacks;
beforeEach(async () => {
  stacks = await realStacks();
});

const generated = {
  SecretStringTemplate: '{"username":"flask"}',
  GenerateStringKey: "password",
  PasswordLength: 20,
  ExcludePunctuation: true,
};
const secret = (properties: object): object => ({ Type: "AWS::SecretsManager::Secret", Properties: properties });
const only = (properties: object): object => ({ Resources: { Secret: secret(properties) } });
const theSecret = () => stacks.call.records.list(Secrets)[0];
const valueNow = (jsonKey?: string): string =>
  readSecret(stacks.call, { secretId: theSecret()?.arn ?? "", ...(jsonKey === undefined ? {} : { jsonKey }) });
const put = (SecretString: string) =>
  run(secretsmanagerOperations, "PutSecretValue", stacks.call, { SecretId: theSecret()?.arn, SecretString });

describe("AWS::SecretsManager::Secret", () => {
  test("generates what is asked for, under a name of its own, and goes at once with its stack", async () => {
    const made = await stacks.deploy({
      ...only({ GenerateSecretString: generated, Description: "of the shop", Tags: [{ Key: "a", Value: "1" }] }),
      Outputs: { Arn: { Value: { Ref: "Secret" } }, Id: { Value: { "Fn::GetAtt": ["Secret", "Id"] } } },
    });
    expect(made.StackStatus).toBe("CREATE_COMPLETE");
    expect(theSecret()).toMatchObject({
      name: expect.stringMatching(/^Secret-[A-Z0-9]{12}$/) as string,
      description: "of the shop",
      tags: { a: "1", "aws:cloudformation:logical-id": "Secret" },
    });
    expect(made.Outputs?.map(({ OutputValue }) => OutputValue)).toEqual([theSecret()?.arn, theSecret()?.arn]);
    expect(await stacks.ids()).toEqual({ Secret: theSecret()?.arn });
    expect(JSON.parse(valueNow())).toEqual({
      username: "flask",
      password: expect.stringMatching(/^[A-Za-z0-9]{20}$/) as string,
    });
    await stacks.remove();
    expect([stacks.call.records.list(Secrets), stacks.call.records.list(SealedValues)]).toEqual([[], []]);
  });

  test("is changed in place: the value only when its property changes", async () => {
    await stacks.deploy(only({ Name: "shop", GenerateSecretString: generated, Description: "one" }));
    const [arn, first] = [theSecret()?.arn, valueNow()];
    await stacks.deploy(only({ Name: "shop", GenerateSecretString: generated }));
    expect([theSecret()?.arn, theSecret()?.description, valueNow()]).toEqual([arn, undefined, first]);
    await stacks.deploy(only({ Name: "shop", GenerateSecretString: { ...generated, PasswordLength: 21 } }));
    expect(valueNow("password")).toHaveLength(21);
    await stacks.deploy(only({ Name: "shop", SecretString: "plain" }));
    expect([theSecret()?.arn, valueNow()]).toEqual([arn, "plain"]);
    await stacks.deploy(only({ Name: "other", SecretString: "plain" }));
    expect(stacks.call.records.list(Secrets).map(({ name }) => name)).toEqual(["other"]);
  });

  test.each([
    [{ SecretString: "a", GenerateSecretString: {} }, "both"],
    [{ GenerateSecretString: { SecretStringTemplate: "{}" } }, "or neither"],
    [{ GenerateSecretString: { SecretStringTemplate: "[]", GenerateStringKey: "k" } }, "not the JSON text of an object"],
    [{ GenerateSecretString: { PasswordLength: 3 } }, "too short"],
  ])("of %o fails and says why", async (properties, why) => {
    expect((await stacks.deploy(only(properties))).StackStatus).toBe("ROLLBACK_COMPLETE");
    expect((await stacks.failures())[0]).toContain(why);
    expect(theSecret()).toBeUndefined();
  });

  test("with a policy and a key of the same template", async () => {
    const template = (Statement: object[]) => ({
      Resources: {
        Key: { Type: "AWS::KMS::Key", Properties: { EnableKeyRotation: true, PendingWindowInDays: 7, KeyPolicy: { Statement } } },
        Alias: {
          Type: "AWS::KMS::Alias",
          Properties: { AliasName: "alias/shop", TargetKeyId: { "Fn::GetAtt": ["Key", "Arn"] } },
        },
        Secret: secret({ SecretString: "one", KmsKeyId: { Ref: "Alias" } }),
        Policy: {
          Type: "AWS::SecretsManager::ResourcePolicy",
          Properties: { SecretId: { Ref: "Secret" }, ResourcePolicy: { Version: "2012-10-17", Statement } },
        },
      },
    });
    expect((await stacks.deploy(template([]))).StackStatus).toBe("CREATE_COMPLETE");
    const { Key = "" } = await stacks.ids();
    expect(stacks.call.records.get(KmsKeys, Key)).toMatchObject({ state: "Enabled", rotation: { periodInDays: 365 } });
    expect(Object.values(theSecret()?.versions ?? {})).toMatchObject([{ encryptionKey: expect.stringContaining(Key) as string }]);
    expect(theSecret()?.policy).toBe('{"Version":"2012-10-17","Statement":[]}');
    await stacks.deploy(template([{ Effect: "Deny" }]));
    expect(theSecret()?.policy).toContain("Deny");
    expect(stacks.call.records.get(KmsKeys, Key)?.policy).toBe('{"Statement":[{"Effect":"Deny"}]}');
    await stacks.remove();
    const left = stacks.call.records.get(KmsKeys, Key);
    expect(left).toMatchObject({ state: "PendingDeletion" });
    expect(Math.round(((left?.deletionAt ?? 0) - stacks.call.now()) / 86_400_000)).toBe(7);
    expect(stacks.call.records.list(KmsAliases)).toEqual([]);
  });
});

/** The CDK writes it so: the secret's ARN in the middle of a text. */
const passwordOf = (name: string): object => ({
  "Fn::Join": ["", ["{{resolve:secretsmanager:", { Ref: name }, ":SecretString:password::}}"]],
});

const subnet = (number: number): object => ({
  Type: "AWS::EC2::Subnet",
  Properties: {
    VpcId: { Ref: "Vpc" },
    CidrBlock: `10.0.${number}.0/24`,
    AvailabilityZone: { "Fn::Select": [number, { "Fn::GetAZs": "" }] },
  },
});

const database = (properties: object, further: object = {}): object => ({
  Resources: {
    Vpc: { Type: "AWS::EC2::VPC", Properties: { CidrBlock: "10.0.0.0/16" } },
    A: subnet(0),
    B: subnet(1),
    Group: {
      Type: "AWS::RDS::DBSubnetGroup",
      Properties: { DBSubnetGroupDescription: "two zones", SubnetIds: [{ Ref: "A" }, { Ref: "B" }] },
    },
    Db: {
      Type: "AWS::RDS::DBInstance",
      Properties: {
        DBInstanceClass: "db.t4g.micro",
        Engine: "postgres",
        AllocatedStorage: "20",
        DBSubnetGroupName: { Ref: "Group" },
        MasterUsername: { "Fn::Sub": "{{resolve:secretsmanager:${Secret}::username}}" },
        MasterUserPassword: passwordOf("Secret"),
        ...properties,
      },
    },
    Secret: secret({ GenerateSecretString: generated }),
    ...further,
  },
  Outputs: { Secret: { Value: { Ref: "Secret" } } },
});

describe("a dynamic reference to a secret", () => {
  const db = () => stacks.call.records.list(DBInstances)[0];

  test("of the same template waits for it, and is nowhere shown", async () => {
    expect((await stacks.deploy(database({}))).StackStatus).toBe("CREATE_COMPLETE");
    const password = valueNow("password");
    expect(db()).toMatchObject({ masterUsername: "flask", masterPassword: password });
    const told = await stacks.told();
    expect(told.events).toContain(":SecretString:password::}}");
    for (const text of Object.values(told)) expect(text).not.toContain(password);
  });

  test("is read again when its resource changes, and an update without a change does nothing", async () => {
    await stacks.deploy(database({}));
    const password = valueNow("password");
    const { Db } = await stacks.ids();
    await put('{"username":"other","password":"another-password"}');
    await stacks.deploy(database({}, { Other: { Type: "AWS::EC2::VPC", Properties: { CidrBlock: "10.1.0.0/16" } } }));
    expect(db()?.masterPassword).toBe(password);
    await stacks.deploy(database({ DeletionProtection: true }));
    // The user's name could be changed only with the database itself.
    expect(db()).toMatchObject({ masterUsername: "flask", masterPassword: "another-password", deletionProtection: true });
    expect((await stacks.ids())["Db"]).toBe(Db);
  });

  test("in user data does not make another instance once the secret is another", async () => {
    const image = theImage(stacks.call, readParameter(stacks.call, "/aws/service/debian/release/12/latest/amd64")).imageId;
    const template = (team: string): object => ({
      Resources: {
        Vpc: { Type: "AWS::EC2::VPC", Properties: { CidrBlock: "10.0.0.0/16" } },
        A: subnet(0),
        Secret: secret({ SecretString: "one" }),
        Host: {
          Type: "AWS::EC2::Instance",
          Properties: {
            ImageId: image,
            InstanceType: "t3.small",
            SubnetId: { Ref: "A" },
            UserData: { "Fn::Base64": { "Fn::Sub": "echo {{resolve:secretsmanager:${Secret}}}" } },
            Tags: [{ Key: "team", Value: team }],
          },
        },
      },
    });
    await stacks.deploy(template("web"));
    const before = await stacks.ids();
    await put("two");
    expect((await stacks.deploy(template("net"))).StackStatus).toBe("UPDATE_COMPLETE");
    expect(await stacks.ids()).toEqual(before);
    expect(stacks.call.records.get(Instances, before["Host"] ?? "")).toMatchObject({
      userData: Buffer.from("echo one").toString("base64"),
      tags: { team: "net" },
    });
  });

  test("may be in the middle of a text, also one that is encoded, and name a version's label", async () => {
    await stacks.deploy({ Resources: { Secret: secret({ Name: "shop", SecretString: '{"port":5432,"list":[1]}' }) } });
    await put('{"port":5433}');
    await stacks.deploy({
      Resources: {
        Secret: secret({ Name: "shop", SecretString: '{"port":5432,"list":[1]}' }),
        Copy: secret({
          SecretString: {
            "Fn::Join": [
              "/",
              [
                "port {{resolve:secretsmanager:shop:SecretString:port}}",
                "{{resolve:secretsmanager:shop:SecretString:list:AWSPREVIOUS}}",
                { "Fn::Base64": "{{resolve:secretsmanager:shop}}" },
              ],
            ],
          },
        }),
      },
    });
    const copy = stacks.call.records.list(Secrets).find(({ name }) => name.startsWith("Copy"));
    const text = readSecret(stacks.call, { secretId: copy?.arn ?? "" });
    expect(text).toBe(`port 5433/[1]/${Buffer.from('{"port":5433}').toString("base64")}`);
  });

  test.each([
    ["{{resolve:secretsmanager:nobody}}", "Secrets Manager can't find the specified secret."],
    ["{{resolve:secretsmanager:shop:SecretString:colour}}", "shop has no key colour"],
    ["{{resolve:secretsmanager:shop:SecretString::AWSPENDING}}", "staging label: AWSPENDING"],
    [{ "Fn::Sub": "{{resolve:secretsmanager:${Shop}:x}}" }, "does not name a secret"],
  ])("%o fails its resource and says why", async (SecretString, why) => {
    const made = await stacks.deploy({
      Resources: {
        Shop: secret({ Name: "shop", SecretString: '{"port":5432}' }),
        Copy: { ...secret({ SecretString }), DependsOn: "Shop" },
      },
    });
    expect(made.StackStatus).toBe("ROLLBACK_COMPLETE");
    expect(await stacks.failures()).toEqual([expect.stringContaining(why)]);
  });
});
