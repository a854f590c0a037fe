import { beforeAll, expect, test } from "vitest";
import { redact } from "../../../src/region/protocol/redact.js";
import { loadWire } from "../../../src/region/protocol/wire.js";
import { ensureWire } from "./ensure-wire.js";

beforeAll(ensureWire, 60_000);

const secret = "do-not-tell";

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
  ["iam", "CreateAccessKey", "output", { AccessKey: { UserName: "plain", SecretAccessKey: secret } }],
])("what may be a secret of %s %s (%s) does not reach the log, and the rest does", (service, name, side, value) => {
  const text = JSON.stringify(redact(loadWire(service).operation(name)![side], value));
  expect(text).not.toContain(secret);
  expect(text).toContain("plain");
});
