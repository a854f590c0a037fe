import { GenerateDataKeyCommand, KMSClient } from "@aws-sdk/client-kms";
import {
  CreateSecretCommand,
  DeleteSecretCommand,
  GetRandomPasswordCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  ReplicateSecretToRegionsCommand,
  RotateSecretCommand,
  SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";
import { beforeAll, expect, test } from "vitest";
import { kmsOperations } from "../../../../src/region/services/kms/operations.js";
import { secretsmanagerOperations } from "../../../../src/region/services/secretsmanager/operations.js";
import { recordsAlone } from "../../../support/records.js";
import { ensureWire } from "../../protocol/ensure-wire.js";
import { startHarness } from "../../server/harness.js";

beforeAll(ensureWire, 60_000);

const serve = () => {
  const { call } = recordsAlone();
  return startHarness({ operations: [...secretsmanagerOperations, ...kmsOperations], callFor: () => call });
};

test("the SDK's client makes, reads, changes and deletes a secret; the token is the version, and no answer of another request", async () => {
  await using harness = await serve();
  const client = new SecretsManagerClient(harness.client);
  const ClientRequestToken = "0".repeat(32);
  const input = { Name: "shop", SecretString: "one", ClientRequestToken };
  const made = await client.send(new CreateSecretCommand(input));
  expect(made.VersionId).toBe(ClientRequestToken);
  await expect(client.send(new CreateSecretCommand({ ...input, SecretString: "two" }))).rejects.toMatchObject({
    name: "ResourceExistsException",
  });
  await client.send(new PutSecretValueCommand({ SecretId: "shop", SecretBinary: Uint8Array.of(1, 2) }));
  expect((await client.send(new GetSecretValueCommand({ SecretId: "shop" }))).SecretBinary).toEqual(Uint8Array.of(1, 2));
  await client.send(new DeleteSecretCommand({ SecretId: "shop", ForceDeleteWithoutRecovery: true }));
  // A new secret, not the remembered answer.
  expect((await client.send(new CreateSecretCommand(input))).ARN).not.toBe(made.ARN);
});

test("no value, password or key reaches the request log", async () => {
  await using harness = await serve();
  const client = new SecretsManagerClient(harness.client);
  const SecretBinary = new TextEncoder().encode("battery staple");
  await client.send(new CreateSecretCommand({ Name: "text", SecretString: "correct horse" }));
  await client.send(new CreateSecretCommand({ Name: "bytes", SecretBinary }));
  await client.send(new GetSecretValueCommand({ SecretId: "text" }));
  const { RandomPassword = "?" } = await client.send(new GetRandomPasswordCommand({ ExcludePunctuation: true }));
  const { Plaintext } = await new KMSClient(harness.client).send(
    new GenerateDataKeyCommand({ KeyId: "alias/aws/s3", KeySpec: "AES_256" }),
  );
  const log = JSON.stringify(harness.log);
  expect(log).toContain("GenerateDataKey");
  for (const secret of [
    "correct horse",
    "battery staple",
    RandomPassword,
    ...[Plaintext, SecretBinary].map((bytes) => Buffer.from(bytes ?? []).toString("base64")),
  ])
    expect(log).not.toContain(secret);
});

test.each([
  ["RotateSecret", new RotateSecretCommand({ SecretId: "shop" })],
  [
    "ReplicateSecretToRegions",
    new ReplicateSecretToRegionsCommand({ SecretId: "shop", AddReplicaRegions: [{ Region: "us-east-1" }] }),
  ],
])("%s is refused by name", async (name, command) => {
  await using harness = await serve();
  const client = new SecretsManagerClient(harness.client);
  await expect(client.send(command as RotateSecretCommand)).rejects.toThrow(`Sandtable does not model secretsmanager:${name}`);
});
