import { beforeAll, expect, test } from "vitest";
import { redact } from "../../../src/region/protocol/redact.js";
import { loadWire } from "../../../src/region/protocol/wire.js";
import { ensureWire } from "./ensure-wire.js";

beforeAll(ensureWire, 60_000);

const secret = "do-not-tell";
const bytes = new TextEncoder().encode(secret);

test.each<[string, string, "input" | "output", object]>([
  ["rds", "CreateDBInstance", "input", { DBInstanceIdentifier: "plain", MasterUserPassword: secret }],
  ["rds", "ModifyDBInstance", "input", { DBInstanceIdentifier: "plain", MasterUserPassword: secret }],
  ["ec2", "RunInstances", "input", { ImageId: "plain", UserData: secret }],
  ["ec2", "ModifyInstanceAttribute", "input", { InstanceId: "plain", UserData: { Value: new TextEncoder().encode(secret) } }],
  [
    "cloudformation",
    "CreateStack",
    "input",
    { StackName: "plain", TemplateBody: secret, Parameters: [{ ParameterKey: "plain", ParameterValue: secret }] },
  ],
  [
    "cloudformation",
    "CreateChangeSet",
    "input",
    { StackName: "plain", TemplateBody: secret, Parameters: [{ ParameterValue: secret }] },
  ],
  ["ssm", "PutParameter", "input", { Name: "plain", Value: secret }],
  ["ssm", "GetParameter", "output", { Parameter: { Name: "plain", Value: secret } }],
  ["sts", "AssumeRole", "output", { Credentials: { AccessKeyId: "plain", SecretAccessKey: secret, SessionToken: secret } }],
  ["secretsmanager", "CreateSecret", "input", { Name: "plain", SecretString: secret, SecretBinary: bytes }],
  ["secretsmanager", "PutSecretValue", "input", { SecretId: "plain", SecretString: secret, SecretBinary: bytes }],
  ["secretsmanager", "UpdateSecret", "input", { SecretId: "plain", SecretString: secret, SecretBinary: bytes }],
  ["secretsmanager", "GetSecretValue", "output", { Name: "plain", SecretString: secret, SecretBinary: bytes }],
  ["secretsmanager", "BatchGetSecretValue", "output", { SecretValues: [{ Name: "plain", SecretString: secret }] }],
  ["kms", "Encrypt", "input", { KeyId: "plain", Plaintext: bytes }],
  ["kms", "Decrypt", "output", { KeyId: "plain", Plaintext: bytes }],
  ["kms", "GenerateDataKey", "output", { KeyId: "plain", Plaintext: bytes }],
  ["cloudformation", "GetTemplate", "output", { TemplateBody: secret, StagesAvailable: ["plain"] }],
  ["cloudformation", "ValidateTemplate", "input", { TemplateBody: secret, TemplateURL: "plain" }],
  ["iam", "CreateAccessKey", "output", { AccessKey: { UserName: "plain", SecretAccessKey: secret } }],
])("what may be a secret of %s %s (%s) does not reach the log, and the rest does", (service, name, side, value) => {
  const text = JSON.stringify(redact(loadWire(service).operation(name)![side], value));
  expect(text).not.toContain(secret);
  expect(text).not.toContain(Buffer.from(secret).toString("base64"));
  expect(text).toContain("plain");
});
