import { beforeAll, describe, expect, test } from "vitest";
import { ensureWire } from "../protocol/ensure-wire.js";
import { fake, startHarness, type Harness } from "./harness.js";
import { sign, type Raw } from "./signer.js";
import { speak, type Spoken } from "./speak.js";

beforeAll(ensureWire, 60_000);

const start = (patience?: { headers: number; request: number; looks: number; idle: number }) =>
  startHarness({
    operations: [fake("ec2", "DescribeVpcs", [], () => ({ Vpcs: [] })), fake("ssm", "GetParameter", ["Name"], () => ({}))],
    ...(patience === undefined ? {} : { patience }),
  });

const form = { "content-type": "application/x-www-form-urlencoded" };
const vpcs: Raw = { service: "ec2", headers: form, body: "Action=DescribeVpcs&Version=2016-11-15" };
const parameter: Raw = {
  service: "ssm",
  headers: { "content-type": "application/x-amz-json-1.1", "x-amz-target": "AmazonSSM.GetParameter" },
  body: '{"Name":"a"}',
};

/** A signed request as bytes. */
async function bytes(harness: Harness, raw: Raw, extra: readonly string[] = [], version = "1.1"): Promise<string> {
  const signed = await sign(harness.endpoint, raw);
  const body = (signed.body as string | undefined) ?? "";
  const query = Object.entries(signed.query ?? {}).map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`);
  const lines = [
    `${signed.method} ${signed.path}${query.length === 0 ? "" : `?${query.join("&")}`} HTTP/${version}`,
    ...Object.entries(signed.headers).map(([name, value]) => `${name}: ${value}`),
    ...extra,
    `content-length: ${Buffer.byteLength(body)}`,
  ];
  return `${lines.join("\r\n")}\r\n\r\n${body}`;
}

const last = "connection: close";

/** In some protocol's form: a request id in the header and, of XML, the same in the document; nothing about us inside. */
function expectDocument({ status, headers, body }: Spoken, code: string, form: "xml" | "ec2" | "json" = "xml"): void {
  const id = headers["x-amzn-requestid"];
  expect(id).toMatch(/^[0-9a-f-]{36}$/);
  expect(status).toBeGreaterThanOrEqual(400);
  if (form === "json") expect(JSON.parse(body)).toMatchObject({ __type: code, message: expect.any(String) as string });
  else {
    expect(body).toContain(`<Code>${code}</Code>`);
    expect(body).toContain(form === "ec2" ? `<RequestID>${id}</RequestID>` : `<RequestId>${id}</RequestId>`);
  }
  expect(body).not.toMatch(/\n\s+at |node:|\.ts\b|\.js\b/);
}

describe("what is not HTTP is answered with a document and a request id, and the connection is closed", () => {
  test.each([
    ["no HTTP at all", "hello\r\n\r\n", 400, "MalformedHttpRequestException"],
    ["the beginning of TLS", "\u0016\u0003\u0001\u0002\u0000\u0001", 400, "MalformedHttpRequestException"],
    ["HTTP/2 without asking", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400, "MalformedHttpRequestException"],
    ["a method that does not exist", "BREW / HTTP/1.1\r\nHost: x\r\n\r\n", 400, "MalformedHttpRequestException"],
    ["a tunnel", "CONNECT a:1 HTTP/1.1\r\nHost: x\r\n\r\n", 405, "MalformedHttpRequestException"],
    ["no Host", "GET / HTTP/1.1\r\nConnection: close\r\n\r\n", 400, "MalformedHttpRequestException"],
    ["an expectation", `GET / HTTP/1.1\r\nHost: x\r\nExpect: tea\r\n${last}\r\n\r\n`, 417, "MalformedHttpRequestException"],
    [
      "a header of 64 KiB",
      `GET / HTTP/1.1\r\nHost: x\r\nA: ${"x".repeat(64 << 10)}\r\n\r\n`,
      431,
      "RequestHeaderSectionTooLarge",
    ],
    ["a first line of 64 KiB", `GET /${"x".repeat(64 << 10)} HTTP/1.1\r\nHost: x\r\n\r\n`, 431, "RequestHeaderSectionTooLarge"],
    [
      "two lengths",
      "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
      400,
      "MalformedHttpRequestException",
    ],
    [
      "a length and chunks",
      "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      400,
      "MalformedHttpRequestException",
    ],
    [
      "a bad chunk",
      "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
      400,
      "MalformedHttpRequestException",
    ],
  ])("%s", async (_what, sent, status, code) => {
    await using harness = await start();
    const [answer, ...more] = await speak(harness.port, sent);
    expect([answer?.status, more]).toEqual([status, []]);
    expectDocument(answer!, code);
    expect(harness.log).toMatchObject([
      { status, result: code, requestId: answer?.headers["x-amzn-requestid"], sourceAddress: "127.0.0.1" },
    ]);
  });

  test("in the form of the protocol that its first lines look like", async () => {
    await using harness = await start();
    const target = "X-Amz-Target: AmazonSSM.GetParameter";
    const [json] = await speak(harness.port, `POST / HTTP/1.1\r\nHost: x\r\n${target}\r\nContent-Length: x\r\n\r\n`);
    expectDocument(json!, "MalformedHttpRequestException", "json");
    const scope = "Authorization: AWS4-HMAC-SHA256 Credential=a/20261121/r/ec2/aws4_request, SignedHeaders=host, Signature=x";
    const [ec2] = await speak(harness.port, `POST / HTTP/1.1\r\nHost: x\r\n${scope}\r\nContent-Length: x\r\n\r\n`);
    expectDocument(ec2!, "MalformedHttpRequestException", "ec2");
  });

  test.each([
    ["EC2", vpcs, "ec2" as const],
    ["Systems Manager", parameter, "json" as const],
  ])("a body that ends early, to %s", async (_service, raw, form) => {
    await using harness = await start();
    const whole = await bytes(harness, raw);
    const [answer, ...more] = await speak(harness.port, whole.slice(0, -3), true);
    expect(more).toEqual([]);
    expectDocument(answer!, "MalformedHttpRequestException", form);
  });

  test.each([
    ["in its headers", "POST / HTTP/1.1\r\nHost: x\r\n"],
    ["in its body", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n123"],
    ["before its first byte", ""],
  ])("a client that stops %s is told so when its time is up", async (_where, sent) => {
    await using harness = await start({ headers: 100, request: 100, looks: 20, idle: 1000 });
    const answers = await speak(harness.port, sent);
    answers.forEach((answer) => expect(answer.status).toBe(408));
    answers.forEach((answer) => expectDocument(answer, "RequestTimeoutException"));
    expect(answers).toHaveLength(1);
  });
});

describe("what is HTTP, only unusual, is answered like any other", () => {
  test("HTTP/1.0", async () => {
    await using harness = await start();
    const [answer, ...more] = await speak(harness.port, await bytes(harness, vpcs, [], "1.0"));
    expect([answer?.status, more]).toEqual([200, []]);
  });

  test("requests sent without waiting for the answers: all of them, in order", async () => {
    await using harness = await start();
    const [ec2, ssm] = [await bytes(harness, vpcs), await bytes(harness, parameter)];
    const end = await bytes(harness, vpcs, [last]);
    const answers = await speak(harness.port, [ec2 + ssm + ec2 + ssm + end]);
    expect(answers.map(({ status, headers }) => [status, headers["content-type"]])).toEqual([
      [200, "text/xml;charset=UTF-8"],
      [200, "application/x-amz-json-1.1"],
      [200, "text/xml;charset=UTF-8"],
      [200, "application/x-amz-json-1.1"],
      [200, "text/xml;charset=UTF-8"],
    ]);
  });

  test("a request followed by nonsense: the request's answer, whole", async () => {
    await using harness = await start();
    const answers = await speak(harness.port, [`${await bytes(harness, vpcs)}\u0000\u0001\u0002nonsense\r\n\r\n`], true);
    expect(answers[0]?.status).toBe(200);
    answers.slice(1).forEach((answer) => expectDocument(answer, "MalformedHttpRequestException"));
  });

  test("byte by byte", async () => {
    await using harness = await start();
    const answers = await speak(harness.port, (await bytes(harness, vpcs, [last])).split(""));
    expect(answers.map(({ status }) => status)).toEqual([200]);
  });

  test("in chunks, with a pause for 100-continue", async () => {
    await using harness = await start();
    const whole = await bytes(harness, parameter, [last, "expect: 100-continue", "transfer-encoding: chunked"]);
    const [head = "", body = ""] = whole
      .replace(/content-length: \d+\r\n/, "")
      .replace(/\r\n\r\n/, "\0")
      .split("\0");
    const chunks = body.split("").map((byte) => `1\r\n${byte}\r\n`);
    const answers = await speak(harness.port, [
      `${head.replace(/\r\ncontent-length: \d+$/, "")}\r\n\r\n`,
      ...chunks,
      "0\r\n\r\n",
    ]);
    expect(answers.map(({ status }) => status)).toEqual([200]);
  });
});

describe("a signed request that its protocol cannot read has the protocol's own answer", () => {
  test.each<[string, Raw, string, ("ec2" | "json")?]>([
    ["no Version", { ...vpcs, body: "Action=DescribeVpcs" }, "InvalidAction", "ec2"],
    ["no Action", { ...vpcs, body: "Version=2016-11-15" }, "MissingAction", "ec2"],
    ["an Action that does not exist", { ...vpcs, body: "Action=Make%00Tea&Version=2016-11-15" }, "InvalidAction", "ec2"],
    ["another method, to EC2", { ...vpcs, method: "PUT" }, "MalformedQueryString", "ec2"],
    ["JSON sent to EC2", { ...vpcs, headers: { "content-type": "application/json" }, body: "{}" }, "MissingAction", "ec2"],
    ["bytes that are no text, to EC2", { ...vpcs, body: "Action=\ufffd\u0000" }, "InvalidAction", "ec2"],
    ["no target", { ...parameter, headers: {} }, "UnknownOperationException", "json"],
    [
      "another service's target",
      { ...parameter, headers: { "x-amz-target": "Logs_20140328.X" } },
      "UnknownOperationException",
      "json",
    ],
    ["another method, to Systems Manager", { ...parameter, method: "PUT" }, "UnknownOperationException", "json"],
    ["a form sent to Systems Manager", { ...parameter, body: "Name=a" }, "SerializationException", "json"],
    ["compression", { ...vpcs, headers: { ...form, "content-encoding": "gzip" } }, "NotImplemented", "ec2"],
  ])("%s", async (_what, raw, code, form) => {
    await using harness = await start();
    const [answer] = await speak(harness.port, await bytes(harness, raw, [last]));
    expectDocument(answer!, code, form);
  });
});
