import { connect } from "node:net";
import { once } from "node:events";
import { createServer } from "node:http";
import { DescribeVpcsCommand, EC2Client, RunInstancesCommand, RunScheduledInstancesCommand } from "@aws-sdk/client-ec2";
import { CreateDBInstanceCommand, DescribeDBInstancesCommand, RDSClient } from "@aws-sdk/client-rds";
import { GetParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import { beforeAll, describe, expect, test } from "vitest";
import { UserFault } from "../../../src/faults.js";
import { ServiceFault } from "../../../src/region/operations/fault.js";
import { enforced, recorded, states, within } from "../../../src/region/operations/members.js";
import { ensureWire } from "../protocol/ensure-wire.js";
import { fake, startHarness } from "./harness.js";
import { send } from "./signer.js";

beforeAll(ensureWire, 60_000);

const form = { "content-type": "application/x-www-form-urlencoded" };
const ec2 = (body: string) => ({ service: "ec2", headers: form, body: `${body}&Version=2016-11-15` });

describe("what is not modelled is refused by name, once", () => {
  test("an operation, to the SDK, which does not try again", async () => {
    await using harness = await startHarness();
    const client = new EC2Client({ ...harness.client, maxAttempts: 5 });
    const command = new RunScheduledInstancesCommand({ ScheduledInstanceId: "sci-1", LaunchSpecification: { ImageId: "ami-1" } });
    await expect(client.send(command)).rejects.toMatchObject({
      name: "NotImplemented",
      message: expect.stringContaining("ec2:RunScheduledInstances"),
      $metadata: { attempts: 1, httpStatusCode: 400 },
    });
    expect(harness.log).toHaveLength(1);
    expect(harness.log[0]).toMatchObject({ service: "ec2", operation: "RunScheduledInstances", result: "NotImplemented" });
  });

  test("an operation that AWS does not have either", async () => {
    await using harness = await startHarness();
    const query = await send(harness.endpoint, ec2("Action=MakeTea"));
    expect([query.status, await query.text()]).toEqual([400, expect.stringMatching(/<Code>InvalidAction<\/Code>.*MakeTea/)]);
    const json = await send(harness.endpoint, { service: "ssm", headers: { "x-amz-target": "AmazonSSM.MakeTea" }, body: "{}" });
    expect([json.status, await json.json()]).toEqual([
      400,
      { __type: "UnknownOperationException", message: expect.stringContaining("AmazonSSM.MakeTea") as string },
    ]);
  });

  test("another version of a service, such as the classic load balancers under the same name", async () => {
    await using harness = await startHarness();
    const body = "Action=DescribeLoadBalancers&Version=2012-06-01";
    const response = await send(harness.endpoint, { service: "elasticloadbalancing", headers: form, body });
    expect([response.status, await response.text()]).toEqual([
      400,
      expect.stringMatching(/InvalidAction.*2012-06-01.*2015-12-01/),
    ]);
  });

  test.each([
    [
      "lambda",
      { method: "POST", path: "/2015-03-31/functions/f/versions" },
      '"lambda" (POST /2015-03-31/functions/f/versions)',
      "application/json",
    ],
    [
      "logs",
      { headers: { "x-amz-target": "Logs_20140328.DescribeLogGroups" }, body: "{}" },
      '"logs" (DescribeLogGroups)',
      "application/x-amz-json-1.1",
    ],
    ["sns", { headers: form, body: "Action=ListTopics&Version=2010-03-31" }, '"sns" (ListTopics)', "text/xml"],
    ["constructor", { headers: form, body: "Action=ListTopics" }, '"constructor" (ListTopics)', "text/xml"],
  ])("the service %s, in the form its requests have", async (service, raw, named, type) => {
    await using harness = await startHarness();
    const response = await send(harness.endpoint, { service, ...raw });
    expect(response.status).toBe(400);
    expect(response.headers.get("content-type")).toBe(type);
    const text = (await response.text()).replaceAll("&quot;", '"').replaceAll('\\"', '"');
    expect(text).toContain(`Sandtable does not model the AWS service ${named}`);
  });

  test("members, all of them at once, with the reason", async () => {
    await using harness = await startHarness({
      operations: [
        fake(
          "ec2",
          "RunInstances",
          { ImageId: enforced, MinCount: states(1), Placement: within({ AvailabilityZone: enforced }) },
          () => ({}),
        ),
      ],
    });
    const command = new RunInstancesCommand({
      ImageId: "ami-1",
      MinCount: 2,
      MaxCount: 2,
      Placement: { AvailabilityZone: "eu-west-3a", Tenancy: "dedicated" },
    });
    await expect(new EC2Client(harness.client).send(command)).rejects.toMatchObject({
      name: "NotImplemented",
      message: expect.stringContaining(
        "this use of ec2:RunInstances: MaxCount (it is not modelled); MinCount (only 1 is modelled, not 2); Placement.Tenancy (it is not modelled).",
      ) as string,
    });
  });

  test("a parameter that AWS does not have", async () => {
    await using harness = await startHarness({ operations: [fake("ec2", "DescribeVpcs", ["Filters"], () => ({ Vpcs: [] }))] });
    const response = await send(harness.endpoint, ec2("Action=DescribeVpcs&Filter.1.Nmae=x&Fliter.1.Name=y"));
    const text = await response.text();
    expect(response.status).toBe(400);
    expect(text).toContain("<Code>UnknownParameter</Code>");
    expect(text).toContain("Filter.1.Nmae");
    expect(text).toContain("Fliter.1.Name");
  });
});

describe("errors", () => {
  test("a modelled error has AWS's code and status in the protocol's form", async () => {
    await using harness = await startHarness({
      operations: [
        fake("rds", "DescribeDBInstances", [], () => {
          throw new ServiceFault("DBInstanceNotFoundFault", "DBInstance db not found.");
        }),
        fake("ssm", "GetParameter", ["Name"], () => {
          throw new ServiceFault("ParameterNotFound", "no such parameter");
        }),
      ],
    });
    await expect(new RDSClient(harness.client).send(new DescribeDBInstancesCommand({}))).rejects.toMatchObject({
      name: "DBInstanceNotFoundFault",
      Code: "DBInstanceNotFound",
      Type: "Sender",
      message: "DBInstance db not found.",
      $metadata: { httpStatusCode: 404 },
    });
    await expect(new SSMClient(harness.client).send(new GetParameterCommand({ Name: "a" }))).rejects.toMatchObject({
      name: "ParameterNotFound",
      $metadata: { httpStatusCode: 400 },
    });
  });

  test("something unexpected is InternalFailure with the request id; the stack goes to the log only", async () => {
    await using harness = await startHarness({
      operations: [
        fake("ec2", "DescribeVpcs", [], () => {
          throw new TypeError("a secret place in the code");
        }),
      ],
    });
    const response = await send(harness.endpoint, ec2("Action=DescribeVpcs"));
    const text = await response.text();
    expect(response.status).toBe(500);
    expect(text).toContain("<Code>InternalFailure</Code>");
    expect(text).not.toMatch(/secret place|at .*\.ts/);
    const id = response.headers.get("x-amzn-requestid")!;
    expect(text).toContain(id);
    expect(harness.log).toMatchObject([
      { requestId: id, status: 500, result: "InternalFailure", stack: expect.stringContaining("a secret place") as string },
    ]);
  });

  test("what the person can put right is said as it is, and not as an error to try again", async () => {
    await using harness = await startHarness({
      operations: [fake("ec2", "DescribeVpcs", [], () => ({}))],
      durable: () =>
        Promise.reject(new UserFault("DiskFull", { message: "the disk of the region's state is full", fix: "free some space" })),
    });
    const response = await send(harness.endpoint, ec2("Action=DescribeVpcs"));
    expect([response.status, await response.text()]).toEqual([
      400,
      expect.stringMatching(
        /<Code>DiskFull<\/Code><Message>the disk of the region&apos;s state is full. To go on: free some space./,
      ),
    ]);
  });

  test.each([
    ["a broken escape", ec2("Action=DescribeVpcs&A=%zz"), 404, "MalformedQueryString"],
    ["a name given twice", ec2("Action=DescribeVpcs&A=1&A=2"), 404, "MalformedQueryString"],
    ["no action", ec2("A=1"), 400, "MissingAction"],
    ["a word where a number belongs", ec2("Action=DescribeVpcs&MaxResults=many"), 400, "InvalidParameterValue"],
    ["a value where a list belongs", ec2("Action=DescribeVpcs&Filter=x"), 400, "InvalidParameterValue"],
    [
      "broken JSON",
      { service: "ssm", headers: { "x-amz-target": "AmazonSSM.GetParameter" }, body: '{"Name":' },
      400,
      "SerializationException",
    ],
    [
      "JSON of another type",
      { service: "ssm", headers: { "x-amz-target": "AmazonSSM.GetParameter" }, body: '{"Name":1}' },
      400,
      "SerializationException",
    ],
    [
      "a list for a body",
      { service: "ssm", headers: { "x-amz-target": "AmazonSSM.GetParameter" }, body: "[]" },
      400,
      "SerializationException",
    ],
  ])("a malformed request has the protocol's own answer: %s", async (_what, raw, status, code) => {
    await using harness = await startHarness({
      operations: [
        fake("ec2", "DescribeVpcs", ["Filters", "MaxResults"], () => ({})),
        fake("ssm", "GetParameter", ["Name"], () => ({})),
      ],
    });
    const response = await send(harness.endpoint, raw);
    expect([response.status, await response.text()]).toEqual([status, expect.stringContaining(code)]);
  });
});

describe("the request log", () => {
  test("has who asked for what, without secrets, and what has no effect here", async () => {
    await using harness = await startHarness({
      operations: [
        fake(
          "rds",
          "CreateDBInstance",
          { DBInstanceIdentifier: enforced, MasterUserPassword: enforced, Tags: recorded("kept") },
          () => ({}),
        ),
      ],
    });
    const command = new CreateDBInstanceCommand({
      DBInstanceIdentifier: "db",
      MasterUserPassword: "do not tell",
      Tags: [{ Key: "a", Value: "x".repeat(3000) }],
      DBInstanceClass: undefined,
      Engine: undefined,
    });
    await new RDSClient(harness.client).send(command);
    expect(JSON.stringify(harness.log)).not.toContain("do not tell");
    expect(harness.log).toMatchObject([
      {
        service: "rds",
        operation: "CreateDBInstance",
        caller: {
          arn: "arn:aws:iam::000000000000:user/sandtable",
          accountId: "000000000000",
          userId: "AIDASANDTABLE",
          accessKeyId: "AKIASANDTABLE0000000",
        },
        sourceAddress: "127.0.0.1",
        userAgent: expect.stringContaining("aws-sdk-js") as string,
        region: "eu-west-3",
        parameters: {
          DBInstanceIdentifier: "db",
          MasterUserPassword: "(redacted)",
          Tags: [{ Key: "a", Value: expect.stringMatching(/^x{1024}… \(3000 characters\)$/) as string }],
        },
        recorded: ["Tags"],
        result: "OK",
        status: 200,
        time: expect.stringMatching(/^\d{4}-.*Z$/) as string,
        milliseconds: expect.any(Number) as number,
      },
    ]);
  });
});

test("an answer waits until everything is on disk", async () => {
  const order: string[] = [];
  await using harness = await startHarness({
    operations: [
      fake("ec2", "DescribeVpcs", [], () => {
        order.push("run");
        return { Vpcs: [] };
      }),
    ],
    durable: async () => {
      await new Promise((resolve) => setImmediate(resolve));
      order.push("durable");
    },
    log: () => order.push("answered"),
  });
  await send(harness.endpoint, ec2("Action=DescribeVpcs"));
  expect(order).toEqual(["run", "durable", "answered"]);
});

describe("connections", () => {
  test("a body above the limit is refused in the protocol's form, declared or not", async () => {
    await using harness = await startHarness();
    const body = `Action=DescribeVpcs&A=${"x".repeat(3 << 20)}`;
    const response = await send(harness.endpoint, { service: "ec2", headers: form, body });
    expect([response.status, await response.text()]).toEqual([
      413,
      expect.stringContaining("<Code>RequestEntityTooLargeException</Code>"),
    ]);
    const chunked = await speak(
      harness.port,
      `POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n300000\r\n${"x".repeat(0x300000)}\r\n`,
    );
    expect(chunked).toMatch(/^HTTP\/1.1 413 .*RequestEntityTooLarge/s);
  });

  test("the signal aborts when the client leaves", async () => {
    const left = deferred<unknown>();
    const held = deferred<void>();
    await using harness = await startHarness({
      operations: [fake("ec2", "DescribeVpcs", [], () => held.promise)],
      callFor(context) {
        context.signal.addEventListener("abort", () => left.resolve(context.signal.reason));
        asked.resolve();
        return context as never;
      },
    });
    const asked = deferred<void>();
    const abort = new AbortController();
    const client = new EC2Client(harness.client);
    const sending = client.send(new DescribeVpcsCommand({}), { abortSignal: abort.signal });
    await asked.promise;
    abort.abort();
    await expect(sending).rejects.toThrow();
    expect(await left.promise).toMatchObject({ message: "the client left" });
    held.resolve();
  });

  test("close releases what is held", async () => {
    const asked = deferred<void>();
    const harness = await startHarness({
      operations: [fake("ec2", "DescribeVpcs", [], (call) => (call as unknown as { hold: Promise<unknown> }).hold)],
      callFor: (context) => {
        asked.resolve();
        const hold = new Promise((_resolve, reject) =>
          context.signal.addEventListener("abort", () => reject(context.signal.reason as Error)),
        );
        return { hold } as never;
      },
    });
    const sending = send(harness.endpoint, ec2("Action=DescribeVpcs"));
    await asked.promise;
    await harness.close();
    const response = await sending;
    expect([response.status, await response.text()]).toEqual([503, expect.stringContaining("ServiceUnavailable")]);
  });

  test("close ends idle connections at once and lets an answer finish", async () => {
    const asked = deferred<void>();
    const held = deferred<object>();
    const harness = await startHarness({
      operations: [
        fake("ec2", "DescribeVpcs", [], () => {
          asked.resolve();
          return held.promise;
        }),
      ],
    });
    const idle = connect(harness.port, "127.0.0.1");
    await once(idle, "connect");
    const ended = once(idle.resume(), "close");
    const sending = send(harness.endpoint, ec2("Action=DescribeVpcs"));
    await asked.promise;
    const closing = harness.close();
    await ended;
    held.resolve({ Vpcs: [] });
    expect((await sending).status).toBe(200);
    await closing;
  });

  test("a port that is taken is said so, with what to do", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await once(other, "listening");
    const { port } = other.address() as { port: number };
    await expect(startHarness({ port })).rejects.toMatchObject({
      name: "UserFault",
      code: "PortTaken",
      message: expect.stringContaining(`127.0.0.1:${port}`) as string,
      fix: expect.stringContaining("--port") as string,
    });
    other.close();
  });
});

/** Send bytes, read the whole answer. */
async function speak(port: number, text: string): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => {});
  socket.write(text);
  let answer = "";
  socket.on("data", (chunk: Buffer) => (answer += chunk.toString("latin1")));
  await once(socket, "close");
  return answer;
}

/** `Promise.withResolvers`, which Node 20 lacks. */
function deferred<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve!: (value: T) => void;
  const promise = new Promise<T>((settle) => (resolve = settle));
  return { promise, resolve };
}
