import { CreateEventSubscriptionCommand, ModifyDBInstanceCommand } from "@aws-sdk/client-rds";
import { GetSecretValueCommand, ListSecretsCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { afterAll, beforeAll, expect, test } from "vitest";
import { DatabaseJourney } from "./database-support.js";
import { JourneyRegion } from "./region.js";

/** A database whose password RDS makes and keeps, and a secret of the stack's own that is told where the database is. */
const region = new JourneyRegion();
let journey: DatabaseJourney;
let secrets: SecretsManagerClient;

beforeAll(async () => {
  await region.ok("region", "start", "--port", "0");
  journey = new DatabaseJourney(region);
  secrets = new SecretsManagerClient(region.client);
  await journey.deploy(
    "shop",
    { ManageMasterUserPassword: true, MasterUserPassword: undefined },
    {
      resources: {
        Own: {
          Type: "AWS::SecretsManager::Secret",
          Properties: { Name: "own", SecretString: '{"username":"reader","password":"of-its-own"}' },
        },
        Attachment: {
          Type: "AWS::SecretsManager::SecretTargetAttachment",
          Properties: { SecretId: { Ref: "Own" }, TargetId: { Ref: "Database" }, TargetType: "AWS::RDS::DBInstance" },
        },
      },
      outputs: { SecretArn: { Value: { "Fn::GetAtt": ["Database", "MasterUserSecret.SecretArn"] } } },
    },
  );
});
afterAll(() => region.purge());

const valueOf = async (SecretId: string): Promise<Record<string, unknown>> =>
  JSON.parse((await secrets.send(new GetSecretValueCommand({ SecretId }))).SecretString ?? "") as Record<string, unknown>;
const whoAmI = async (password: string): Promise<string | undefined> => {
  const host = (await journey.describe()).Endpoint?.Address ?? "";
  return (await journey.query("select current_user", { host, password }))[0]?.[0];
};

test("the password that RDS keeps is the database's, and another one once it is rotated", async () => {
  const arn = await journey.output("shop", "SecretArn");
  expect((await journey.describe()).MasterUserSecret).toMatchObject({ SecretArn: arn, SecretStatus: "active" });
  const { username, password } = await valueOf(arn);
  expect(username).toBe("keeper");
  expect(await whoAmI(String(password))).toBe("keeper");
  await journey.rds.send(
    new ModifyDBInstanceCommand({ DBInstanceIdentifier: "orders", RotateMasterUserPassword: true, ApplyImmediately: true }),
  );
  await journey.until("the password is rotated", (db) => db.MasterUserSecret?.SecretStatus === "active");
  expect(await whoAmI(String((await valueOf(arn)).password))).toBe("keeper");
  await expect(whoAmI(String(password))).rejects.toThrow("password authentication failed");
  expect(await journey.events(["configuration change"])).toEqual(["Reset master credentials"]);
});

test("subscriptions to events are refused by name", async () => {
  const wish = { SubscriptionName: "alarms", SnsTopicArn: "arn:aws:sns:eu-west-3:000000000000:alarms" };
  await expect(journey.rds.send(new CreateEventSubscriptionCommand(wish))).rejects.toThrow(/CreateEventSubscription/);
});

test("a secret that is attached to the database says where it is", async () => {
  expect(await valueOf("own")).toEqual({
    username: "reader",
    password: "of-its-own",
    engine: "postgres",
    host: (await journey.describe()).Endpoint?.Address,
    port: 5432,
    dbname: "app",
    dbInstanceIdentifier: "orders",
  });
});

test("no secret is left when the stack is deleted, and the deletion is told", async () => {
  await journey.delete("shop");
  expect((await secrets.send(new ListSecretsCommand({}))).SecretList).toEqual([]);
  expect(await journey.events(["deletion"])).toEqual(["DB instance deleted"]);
});
