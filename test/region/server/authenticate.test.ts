import { STSClient, GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import { EC2Client, DescribeVpcsCommand } from "@aws-sdk/client-ec2";
import { beforeAll, describe, expect, test } from "vitest";
import { ensureWire } from "../protocol/ensure-wire.js";
import { accessKeyId, accountId, caller, credentials, fake, secretAccessKey, startHarness } from "./harness.js";
import { send, sign, transmit, type Raw } from "./signer.js";

beforeAll(ensureWire, 60_000);

const now = Date.parse("2026-11-21T10:00:00Z");
const temporary = { accessKeyId: "ASIATEMPORARY0000000", secretAccessKey: "short", sessionToken: "the/session+token==" };

const start = () =>
  startHarness({
    clock: () => now,
    operations: [
      fake("sts", "GetCallerIdentity", [], (call) => ({ Account: accountId, Arn: call.caller.arn, UserId: call.caller.userId })),
      fake("ec2", "DescribeVpcs", [], () => ({ Vpcs: [] })),
      fake("ssm", "GetParameter", ["Name"], () => ({})),
    ],
    findCredentials(key) {
      if (key === accessKeyId) return { secretAccessKey, caller };
      if (key === temporary.accessKeyId) return { ...temporary, expiresAt: now + 3_600_000, caller };
      if (key === "ASIAEXPIRED") return { ...temporary, expiresAt: now, caller };
      return undefined;
    },
  });

const form = { "content-type": "application/x-www-form-urlencoded" };
const identity: Raw = { headers: form, body: "Action=GetCallerIdentity&Version=2011-06-15", signingDate: new Date(now) };
const vpcs: Raw = { service: "ec2", headers: form, body: "Action=DescribeVpcs&Version=2016-11-15", signingDate: new Date(now) };
const parameter: Raw = {
  service: "ssm",
  headers: { "content-type": "application/x-amz-json-1.1", "x-amz-target": "AmazonSSM.GetParameter" },
  body: '{"Name":"a"}',
  signingDate: new Date(now),
};

const before = (seconds: number): { signingDate: Date } => ({ signingDate: new Date(now - seconds * 1000) });
const wrongSecret = { credentials: { accessKeyId, secretAccessKey: "wrong" } };
const presigned = (service: string): Raw => ({
  service,
  method: "GET",
  query: { Action: "GetCallerIdentity", Version: "2011-06-15" },
  expiresIn: 60,
});
const unknownKey = { credentials: { accessKeyId: "AKIANOBODY", secretAccessKey: "wrong" } };

describe("a request is answered", () => {
  test.each<[string, Raw]>([
    ["signed in its header", identity],
    ["signed 15 minutes ago", { ...identity, ...before(900) }],
    ["signed 15 minutes ahead", { ...identity, ...before(-900) }],
    ["with temporary credentials and their token", { ...identity, credentials: temporary }],
    [
      "presigned, within its time",
      { method: "GET", query: { Action: "GetCallerIdentity", Version: "2011-06-15" }, expiresIn: 60, ...before(59) },
    ],
    [
      "presigned with temporary credentials",
      {
        method: "GET",
        query: { Action: "GetCallerIdentity", Version: "2011-06-15" },
        expiresIn: 60,
        ...before(0),
        credentials: temporary,
      },
    ],
    ["to EC2", vpcs],
    ["to Systems Manager", parameter],
  ])("%s", async (_how, raw) => {
    await using harness = await start();
    const response = await send(harness.endpoint, raw);
    expect([response.status, await response.text()]).toEqual([200, expect.not.stringContaining("Error")]);
  });
});

describe("a request is refused", () => {
  test.each<[string, Raw, number, string, string?]>([
    ["with a wrong secret", { ...identity, ...wrongSecret }, 403, "SignatureDoesNotMatch"],
    ["with a wrong secret, to EC2", { ...vpcs, ...wrongSecret }, 403, "SignatureDoesNotMatch"],
    ["with a wrong secret, to Systems Manager", { ...parameter, ...wrongSecret }, 400, "InvalidSignatureException"],
    ["with an unknown key", { ...identity, ...unknownKey }, 403, "InvalidClientTokenId"],
    ["with an unknown key, to EC2", { ...vpcs, ...unknownKey }, 401, "AuthFailure"],
    ["with an unknown key, to S3", { ...vpcs, ...unknownKey, service: "s3" }, 403, "InvalidAccessKeyId"],
    ["with an unknown key, to Systems Manager", { ...parameter, ...unknownKey }, 400, "UnrecognizedClientException"],
    [
      "signed more than 15 minutes ago",
      { ...identity, ...before(901) },
      403,
      "SignatureDoesNotMatch",
      "Signature expired: 20261121T094459Z is now earlier than 20261121T094500Z (20261121T100000Z - 15 min.)",
    ],
    [
      "signed more than 15 minutes ahead",
      { ...identity, ...before(-901) },
      403,
      "SignatureDoesNotMatch",
      "Signature not yet current: 20261121T101501Z is still later than 20261121T101500Z (20261121T100000Z + 15 min.)",
    ],
    ["signed more than 15 minutes ago, to EC2", { ...vpcs, ...before(901) }, 400, "RequestExpired", "Request"],
    [
      "signed more than 15 minutes ago, to Systems Manager",
      { ...parameter, ...before(901) },
      400,
      "InvalidSignatureException",
      "Signature expired: 20261121T094459Z",
    ],
    ["signed more than 15 minutes ago, to S3", { ...vpcs, service: "s3", ...before(901) }, 403, "RequestTimeTooSkewed"],
    [
      "presigned, after its time",
      { ...presigned("sts"), ...before(61) },
      403,
      "SignatureDoesNotMatch",
      "(20261121T100000Z - 1 min.)",
    ],
    ["presigned, after its time, to EC2", { ...presigned("ec2"), ...before(61) }, 400, "RequestExpired", "Request has expired."],
    ["presigned, after its time, to S3", { ...presigned("s3"), ...before(61) }, 403, "AccessDenied", "Request has expired."],
    [
      "presigned for an hour, after 15 minutes, outside S3",
      { ...presigned("sts"), expiresIn: 3600, ...before(901) },
      403,
      "SignatureDoesNotMatch",
      "- 15 min.)",
    ],
    [
      "with temporary credentials without their token",
      { ...identity, credentials: { ...temporary, sessionToken: undefined! } },
      403,
      "InvalidClientTokenId",
    ],
    [
      "with temporary credentials and another token",
      { ...identity, credentials: { ...temporary, sessionToken: "x" } },
      403,
      "InvalidClientTokenId",
    ],
    [
      "with a token that the key does not have",
      { ...identity, credentials: { ...credentials, sessionToken: "x" } },
      403,
      "InvalidClientTokenId",
    ],
    ["with expired credentials", { ...identity, credentials: { ...temporary, accessKeyId: "ASIAEXPIRED" } }, 403, "ExpiredToken"],
    [
      "with expired credentials, to EC2",
      { ...vpcs, credentials: { ...temporary, accessKeyId: "ASIAEXPIRED" } },
      400,
      "RequestExpired",
    ],
    [
      "whose payload is not signed",
      { ...identity, headers: { ...form, "x-amz-content-sha256": "UNSIGNED-PAYLOAD" } },
      400,
      "NotImplemented",
    ],
    [
      "whose payload comes signed in chunks by another algorithm",
      { ...vpcs, service: "s3", headers: { "x-amz-content-sha256": "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD" } },
      400,
      "NotImplemented",
    ],
  ])("%s", async (_how, raw, status, code, message = "") => {
    await using harness = await start();
    const response = await send(harness.endpoint, raw);
    const text = await response.text();
    expect([response.status, text]).toEqual([status, expect.stringContaining(code)]);
    expect(text).toContain(message);
    expect(harness.log).toMatchObject([{ result: code, status }]);
    expect(harness.log[0]).not.toHaveProperty("operation");
  });

  test.each([
    ["a query", form, "Action=GetCallerIdentity&Version=2011-06-15", 403, "<Code>MissingAuthenticationToken</Code>"],
    [
      "EC2",
      form,
      "Action=DescribeVpcs&Version=2016-11-15",
      403,
      "<Response><Errors><Error><Code>MissingAuthenticationToken</Code>",
    ],
    [
      "JSON",
      { "content-type": "application/x-amz-json-1.1", "x-amz-target": "AmazonSSM.GetParameter" },
      "{}",
      400,
      '{"__type":"MissingAuthenticationTokenException"',
    ],
  ])("without any signature, in the form of %s", async (_form, headers, body, status, words) => {
    await using harness = await start();
    const response = await fetch(harness.endpoint, { method: "POST", body, headers });
    expect([response.status, await response.text()]).toEqual([status, expect.stringContaining(words)]);
    expect(response.headers.get("x-amzn-requestid")).toMatch(/^[0-9a-f-]{36}$/);
  });

  test.each<[string, (signed: Awaited<ReturnType<typeof sign>>) => void]>([
    ["body", (signed) => (signed.body = String(signed.body).replace("GetCallerIdentity", "GetSessionToken"))],
    ["path", (signed) => (signed.path = "/other")],
    ["query", (signed) => (signed.query = { a: "b" })],
    ["method", (signed) => (signed.method = "PUT")],
    [
      "host",
      (signed) =>
        (signed.headers["authorization"] = signed.headers["authorization"]!.replace("content-type;host;", "content-type;")),
    ],
    ["date", (signed) => (signed.headers["x-amz-date"] = "20261121T100001Z")],
    [
      "region",
      (signed) => (signed.headers["authorization"] = signed.headers["authorization"]!.replace("eu-west-3", "eu-west-1")),
    ],
    [
      "day of the scope",
      (signed) => (signed.headers["authorization"] = signed.headers["authorization"]!.replace("/20261121/", "/20261122/")),
    ],
  ])("whose %s was changed after it was signed", async (_what, change) => {
    await using harness = await start();
    const signed = await sign(harness.endpoint, identity);
    change(signed);
    const response = await transmit(harness.endpoint, signed);
    expect(response.status).toBeGreaterThanOrEqual(400);
    expect(await response.text()).toMatch(/SignatureDoesNotMatch|IncompleteSignature/);
  });
});

test("paths and queries with every kind of character verify as the SDK signs them", async () => {
  await using harness = await start();
  for (const service of ["s3", "sts"])
    for (const path of ["/", "/a%20b/c%2Fd", "/%E1%88%B4", "/a~b-c_d.e", "/%24%26%27%28%29%2A%2B%2C%3B%3D%3A%40"]) {
      const response = await send(harness.endpoint, {
        service,
        method: "GET",
        path,
        query: { Action: "Nothing", "a b": "c+d /?&=", é: ["2", "1"] },
        signingDate: new Date(now),
      });
      expect(await response.text(), `${service} ${path}`).toMatch(/MalformedQueryString|NotImplemented/);
    }
});

test("the SDK's clients see AWS's own codes", async () => {
  await using harness = await startHarness();
  const bad = { ...harness.client, credentials: { accessKeyId, secretAccessKey: "wrong" } };
  await expect(new STSClient(bad).send(new GetCallerIdentityCommand({}))).rejects.toMatchObject({
    name: "SignatureDoesNotMatch",
    $fault: "client",
    $metadata: { httpStatusCode: 403, requestId: expect.stringMatching(/^[0-9a-f-]{36}$/) },
  });
  const stranger = { ...harness.client, credentials: { accessKeyId: "AKIANOBODY", secretAccessKey: "wrong" } };
  await expect(new EC2Client(stranger).send(new DescribeVpcsCommand({}))).rejects.toMatchObject({ name: "AuthFailure" });
});
