import { connect } from "node:net";
import { once } from "node:events";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { services } from "../../../src/region/operations/operation.js";
import { loadWire } from "../../../src/region/protocol/wire.js";
import { ensureWire } from "../protocol/ensure-wire.js";
import { sample } from "../protocol/sample.js";
import { everyOperation, startHarness, type Harness } from "./harness.js";
import { send, type Raw } from "./signer.js";

/** Whatever is sent, there is an answer in some AWS form, it is not our own mistake, and the server goes on. */

/** `npm run soak` asks for more rounds. */
const runs = 200 * Number(process.env["SANDTABLE_SOAK_ROUNDS"] ?? 1);

let harness: Harness;
beforeAll(async () => {
  await ensureWire();
  const operations = Object.keys(services).flatMap((service) => {
    const wire = loadWire(service);
    return everyOperation(wire, (name) => {
      const { output } = wire.operation(name)!;
      return output.isStructSchema() ? sample(output, 3) : {};
    });
  });
  harness = await startHarness({ operations });
}, 60_000);
afterAll(() => harness.close());

const noise = fc.string({ unit: "binary", maxLength: 40 });
const service = fc.constantFrom(...Object.keys(services), "s3", "lambda", "sqs", "__proto__", "x");
const names = [
  "DescribeVpcs",
  "RunInstances",
  "CreateStack",
  "CreateDBInstance",
  "CreateLoadBalancer",
  "CreateRole",
  "AssumeRole",
  "PutParameter",
];
const operation = fc.oneof(fc.constantFrom(...names), noise);
const members = [
  "Filter",
  "1",
  "2",
  "member",
  "Name",
  "Value",
  "Tags",
  "Tag",
  "Key",
  "entry",
  "0",
  "-1",
  "1e9",
  "__proto__",
  "constructor",
  "MaxResults",
  "VpcId",
];
const parameterName = fc.array(fc.oneof({ weight: 5, arbitrary: fc.constantFrom(...members) }, { weight: 1, arbitrary: noise }), {
  maxLength: 6,
});
const parameterValue = fc.oneof(noise, fc.constantFrom("", "true", "1", "-1", "1e999", "2026-11-21T10:00:00Z", "YQ=="));
const query = fc
  .tuple(operation, fc.array(fc.tuple(parameterName, parameterValue), { maxLength: 8 }), fc.boolean())
  .map(([action, pairs, escaped]) => {
    const write = (text: string): string => (escaped ? encodeURIComponent(text) : text);
    return [["Action", action], ...pairs.map(([name, value]) => [name.join("."), value])]
      .map(([k, v]) => `${write(k!)}=${write(v!)}`)
      .join("&");
  });
const json = fc.oneof(
  fc.jsonValue().map((value) => JSON.stringify(value)),
  fc
    .dictionary(fc.constantFrom("Name", "Names", "Value", "Tags", "Filters", "__type", "__proto__"), fc.jsonValue())
    .map((value) => JSON.stringify(value)),
  fc.integer({ min: 1, max: 60_000 }).map((depth) => `${'{"Filters":['.repeat(depth)}`),
  noise,
);
const xml = fc.oneof(
  noise,
  fc
    .array(fc.constantFrom("<a>", "</a>", "<a", "/>", "&lt;", "&x;", "<![CDATA[", "]]>", "<?xml ?>", "<!DOCTYPE a [", "t"))
    .map((parts) => parts.join("")),
);

const request: fc.Arbitrary<Raw> = fc.record(
  {
    service,
    method: fc.constantFrom("POST", "POST", "POST", "GET", "PUT", "DELETE", "HEAD"),
    path: fc.oneof(
      fc.constant("/"),
      fc.array(noise, { maxLength: 4 }).map((parts) => `/${parts.map(encodeURIComponent).join("/")}`),
    ),
    headers: fc.oneof(
      fc.constant({ "content-type": "application/x-www-form-urlencoded" }),
      operation.filter((name) => /^[\x21-\x7e]+$/.test(name)).map((name) => ({ "x-amz-target": `AmazonSSM.${name}` })),
    ),
    body: fc.oneof(query, json, xml),
  },
  { requiredKeys: ["service", "body"] },
);

test("any signed request is answered", { timeout: 60_000 + runs * 200 }, async () => {
  await fc.assert(
    fc.asyncProperty(request, async (raw) => {
      const response = await send(harness.endpoint, raw);
      const text = await response.text();
      expect(response.status, text).not.toBe(500);
      expect([200, 204, 400, 404, 405, 413]).toContain(response.status);
      expect(text).not.toMatch(/\n\s+at /);
    }),
    { numRuns: runs },
  );
});

test("any bytes are answered or the connection is closed", { timeout: 60_000 + runs * 200 }, async () => {
  const line = fc.constantFrom(
    "POST / HTTP/1.1",
    "GET /%zz?%zz HTTP/1.1",
    "OPTIONS * HTTP/1.1",
    "GET http://a/ HTTP/1.1",
    "PRI * HTTP/2.0",
    "CONNECT a:1 HTTP/1.1",
  );
  const header = fc.constantFrom(
    "Host: x",
    "Authorization: AWS4-HMAC-SHA256 Credential=",
    "Authorization: AWS4-HMAC-SHA256 Credential=a/20261121/r/ec2/aws4_request, SignedHeaders=host, Signature=x",
    "X-Amz-Date: 20261399T999999Z",
    "X-Amz-Target: A.B",
    "Content-Length: 5",
    "Content-Length: -1",
    "Transfer-Encoding: chunked",
    "Expect: 100-continue",
    "Upgrade: websocket",
    "Connection: upgrade",
    "\u0000",
  );
  await fc.assert(
    fc.asyncProperty(line, fc.array(header, { maxLength: 5 }), fc.string({ maxLength: 20 }), async (first, headers, body) => {
      const socket = connect(harness.port, "127.0.0.1");
      socket.on("error", () => {});
      await once(socket, "connect");
      const closed = once(socket.resume(), "close");
      // Half-closing ends a request that promised more than it sends.
      socket.end([first, ...headers, "", body].join("\r\n"));
      await closed;
    }),
    { numRuns: runs / 2 },
  );
  expect((await send(harness.endpoint, { headers: {}, body: "Action=GetCallerIdentity&Version=2011-06-15" })).status).toBe(200);
  expect(harness.log.filter(({ result }) => result === "InternalFailure")).toEqual([]);
});
