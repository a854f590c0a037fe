import { once } from "node:events";
import { createServer, request, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, onTestFinished, test } from "vitest";
import type { LogEntry } from "../../../src/region/server/log.js";
import { WaitConditionBucket } from "../../../src/region/stacks/waiting/bucket.js";
import { readSignal, WaitConditionHandles } from "../../../src/region/stacks/waiting/handles.js";
import { openBench, type Bench } from "./support.js";

let bench: Bench;
afterEach(() => bench.close());

const waiting = (properties: string, handle = "H"): string =>
  `Resources:\n  ${handle}: { Type: AWS::CloudFormation::WaitConditionHandle }\n` +
  `  W: { Type: AWS::CloudFormation::WaitCondition, Properties: { Handle: !Ref ${handle}, ${properties} } }\n` +
  "  After: { Type: AWS::SNS::Topic, DependsOn: W }\n" +
  `Outputs:\n  Url: { Value: !Ref ${handle} }\n  Data: { Value: !GetAtt W.Data }\n`;

const body = (UniqueId: string, rest: object = {}): string =>
  JSON.stringify({ Status: "SUCCESS", Reason: "ready", UniqueId, Data: `of ${UniqueId}`, ...rest });

const log: LogEntry[] = [];

/** The bucket over HTTP, with requests as they come by its own name. */
async function openBucket(): Promise<(url: string, text?: string, method?: string) => Promise<{ status: number; body: string }>> {
  log.length = 0;
  const bucket = new WaitConditionBucket({
    regionName: "eu-west-3",
    scopes: () => [bench.scope],
    durable: () => bench.served.durable(),
    log: (entry) => void log.push(entry),
  });
  const server = createServer((incoming, outgoing) => {
    expect(bucket.owns(incoming)).toBe(true);
    void bucket.take(incoming, outgoing);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  return async (url, text = "", method = "PUT") => {
    const { host, pathname, search } = new URL(url);
    const asking = request({ host: "127.0.0.1", port, method, path: pathname + search, headers: { host }, agent: false });
    asking.end(text);
    const [answer] = (await once(asking, "response")) as [IncomingMessage];
    let said = "";
    for await (const chunk of answer as AsyncIterable<Buffer>) said += chunk.toString();
    return { status: answer.statusCode ?? 0, body: said };
  };
}

/** A stack that waits; gives the URL of its handle. */
async function begun(template: string): Promise<{ readonly url: string; readonly done: ReturnType<Bench["deploy"]> }> {
  bench = await openBench();
  const done = bench.deploy(template);
  await bench.scope.until(() => bench.scope.records.list(WaitConditionHandles).length > 0);
  return { url: bench.scope.records.list(WaitConditionHandles)[0]?.url ?? "", done };
}

const outputs = async (): Promise<Record<string, string>> =>
  Object.fromEntries(
    ((await bench.stack()).Outputs ?? []).map(({ OutputKey = "", OutputValue = "" }) => [OutputKey, OutputValue]),
  );

describe("a wait condition with a handle", () => {
  test("is complete when its URL has taken the signals, and gives what they brought", async () => {
    const { url, done } = await begun(waiting("Count: 2, Timeout: 600"));
    expect(url).toMatch(
      /^https:\/\/cloudformation-waitcondition-eu-west-3\.s3\.eu-west-3\.amazonaws\.com\/arn%3Aaws%3Acloudformation%3Aeu-west-3%3A000000000000%3Astack\/shop\/[0-9a-f-]{36}\/[0-9a-f-]{36}\/H\?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Date=\d{8}T\d{6}Z&X-Amz-SignedHeaders=host&X-Amz-Expires=86399&X-Amz-Credential=AKIA\w{16}%2F\d{8}%2Feu-west-3%2Fs3%2Faws4_request&X-Amz-Signature=[0-9a-f]{64}$/,
    );
    const send = await openBucket();
    expect(await send(url, body("one"))).toEqual({ status: 200, body: "" });
    expect(await send(url, body("one", { Status: "FAILURE" })), "sent again").toMatchObject({ status: 200 });
    expect(bench.script.told).not.toContain("create After");
    expect((await send(url, body("two"))).status).toBe(200);
    expect((await done).StackStatus).toBe("CREATE_COMPLETE");
    expect(await outputs()).toEqual({ Url: url, Data: '{"one":"of one","two":"of two"}' });
    expect((await send(url, body("late", { Status: "FAILURE" }))).status).toBe(200);
    expect((await outputs())["Data"]).toBe('{"one":"of one","two":"of two"}');
    expect(log[0]).toMatchObject({ operation: "PutObject", result: "OK", status: 200 });
    expect(JSON.stringify(log)).not.toContain("Signature");
    await bench.run("DeleteStack", { StackName: "shop" });
    await bench.formation.engine.settled((await done).StackId ?? "");
    expect((await send(url, body("three"))).body).toContain("<Code>InvalidAccessKeyId</Code>");
  });

  test.each<[string, string, string]>([
    [
      "a failure signal",
      body("i-1", { Status: "FAILURE", Reason: "no disk" }),
      "WaitCondition received failed message: 'no disk' for uniqueId: i-1",
    ],
    ["what is no signal", "hello", "Unparsable WaitCondition data"],
    ["a signal without an id", '{"Status":"SUCCESS"}', "Unparsable WaitCondition data"],
  ])("%s fails the stack", async (_what, text, reason) => {
    const { url, done } = await begun(waiting("Timeout: 600"));
    const send = await openBucket();
    expect((await send(url, text)).status).toBe(200);
    expect((await done).StackStatus).toBe("ROLLBACK_COMPLETE");
    expect(await bench.events()).toContain(`W CREATE_FAILED ${reason}`);
  });

  test("fails when they do not come in time", async () => {
    bench = await openBench();
    expect((await bench.deploy(waiting("Count: 3, Timeout: 1"))).StackStatus).toBe("ROLLBACK_COMPLETE");
    expect(await bench.events()).toContain("W CREATE_FAILED WaitCondition timed out. Received 0 conditions when expecting 3");
  });

  test("keeps waiting after a crash, with the signals it had", async () => {
    const { url, done } = await begun(waiting("Count: 2, Timeout: 600"));
    done.catch(() => undefined);
    await (
      await openBucket()
    )(url, body("one"));
    const { StackId = "" } = await bench.stack();
    bench = await bench.crash();
    bench.formation.engine.resume(bench.scope);
    await (
      await openBucket()
    )(url, body("two"));
    await bench.formation.engine.settled(StackId);
    expect((await bench.stack()).StackStatus).toBe("CREATE_COMPLETE");
  });

  test("cannot be changed, but another one can take its place", async () => {
    const { url, done } = await begun(waiting("Timeout: 600"));
    await (
      await openBucket()
    )(url, body("one"));
    expect((await done).StackStatus).toBe("CREATE_COMPLETE");
    await expect(bench.run("UpdateStack", { StackName: "shop", TemplateBody: waiting("Timeout: 900") })).rejects.toThrow(
      "Update to resource type AWS::CloudFormation::WaitCondition is not supported.",
    );
  });

  test.each<[string, RegExp]>([
    ["Resources: { W: { Type: AWS::CloudFormation::WaitCondition } }", /Property Handle cannot be empty/],
    [
      "Resources: { H: { Type: AWS::CloudFormation::WaitConditionHandle }, W: { Type: AWS::CloudFormation::WaitCondition, Properties: { Handle: !Ref H } } }",
      /Property Timeout cannot be empty/,
    ],
  ])("needs a handle and a time: %s", async (template, refusal) => {
    bench = await openBench();
    await expect(bench.deploy(template)).rejects.toThrow(refusal);
  });
});

test("nothing but a PUT under the whole URL, in time, is a signal", async () => {
  const { url, done } = await begun(waiting("Timeout: 600"));
  const send = await openBucket();
  const refusal = async (...sent: Parameters<typeof send>): Promise<string> => {
    const { status, body: said } = await send(...sent);
    return `${status} ${/<Code>(\w+)<\/Code>/.exec(said)?.[1] ?? ""}`;
  };
  const { origin, pathname } = new URL(url);
  const forged = url.replace(/Signature=./, (text) => (text.endsWith("0") ? "Signature=1" : "Signature=0"));
  expect(await refusal(forged, body("one"))).toBe("403 SignatureDoesNotMatch");
  expect(await refusal(url, "", "GET")).toBe("403 SignatureDoesNotMatch");
  expect(await refusal(url, "", "DELETE")).toBe("403 SignatureDoesNotMatch");
  expect(await refusal(url.replace("/H?", "/Other?"), body("one"))).toBe("403 SignatureDoesNotMatch");
  expect(await refusal(url.replace(/Expires=\d+/, "Expires=604800"), body("one"))).toBe("403 SignatureDoesNotMatch");
  expect(await refusal(`${origin}${pathname}`, body("one"))).toBe("403 AccessDenied");
  expect(await refusal(`${origin}/`, "", "GET")).toBe("403 AccessDenied");
  expect(
    await refusal(
      url.replace(/AKIA\w/, (text) => (text.endsWith("2") ? "AKIA3" : "AKIA2")),
      body("one"),
    ),
  ).toBe("403 InvalidAccessKeyId");
  expect(await refusal(url.replace("X-Amz-Date", "X-Amz-Day"), body("one"))).toBe("400 AuthorizationQueryParametersError");
  expect(await refusal(url, "x".repeat(100_000))).toBe("400 EntityTooLarge");
  const [handle] = bench.scope.records.list(WaitConditionHandles);
  expect(handle?.signals).toEqual([]);
  await bench.formation.engine.close();
  done.catch(() => undefined);
});

test.each<[string, unknown]>([
  ['{"Status":"SUCCESS","UniqueId":"a"}', { status: "SUCCESS", reason: "", uniqueId: "a", data: "" }],
  ['{"Status":"SUCCESS","UniqueId":"a","Data":{"b":1}}', { status: "SUCCESS", reason: "", uniqueId: "a", data: '{"b":1}' }],
  ['{"Status":"OK","UniqueId":"a"}', "unparsable"],
  [JSON.stringify({ Status: "SUCCESS", UniqueId: "a", Data: "x".repeat(4097) }), "unparsable"],
  ["[]", "unparsable"],
  ["null", "unparsable"],
])("signal %#", async (text, expected) => {
  bench = await openBench();
  expect(readSignal(text)).toEqual(expected);
});
