import { createHash } from "node:crypto";
import { request } from "node:http";
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { describe, expect, test } from "vitest";
import { decodeChunks } from "../../../../src/region/server/chunks.js";
import { readSignature, signText } from "../../../../src/region/server/sigv4.js";
import { credentials } from "../../server/harness.js";
import { send, sign, transmit } from "../../server/signer.js";
import { bucketIn, startS3 } from "./region.js";

const Bucket = "signed";

async function withBucket() {
  const region = await startS3();
  await region.client.send(new CreateBucketCommand({ Bucket, ...bucketIn }));
  const read = async (Key: string): Promise<string> =>
    (await region.client.send(new GetObjectCommand({ Bucket, Key }))).Body!.transformToString();
  return { ...region, read };
}

const hash = (text: string): string => createHash("sha256").update(text).digest("hex");

/** A PUT whose body comes in signed chunks, as the SDKs for Java and Go send it. */
async function putChunks(endpoint: string, pieces: readonly string[], change: { forge?: boolean; trailer?: string } = {}) {
  const { trailer } = change;
  const length = pieces.join("").length;
  const signed = await sign(endpoint, {
    ...{ service: "s3", method: "PUT", path: `/${Bucket}/chunks`, body: "" },
    headers: {
      "x-amz-content-sha256": `STREAMING-AWS4-HMAC-SHA256-PAYLOAD${trailer === undefined ? "" : "-TRAILER"}`,
      "x-amz-decoded-content-length": String(length),
      "content-encoding": "aws-chunked",
      ...(trailer === undefined ? {} : { "x-amz-trailer": "x-amz-checksum-sha256" }),
    },
  });
  const own = readSignature({ method: "PUT", path: "", query: "", headers: signed.headers, body: new Uint8Array() })!;
  let previous = own.signature;
  const next = (kind: string, lines: string[]): string =>
    (previous = signText(own, credentials.secretAccessKey, `AWS4-HMAC-SHA256-${kind}`, [previous, ...lines]));
  const chunk = (text: string): string => {
    const signature = next("PAYLOAD", [hash(""), hash(change.forge === true && text !== "" ? `${text}!` : text)]);
    return `${text.length.toString(16)};chunk-signature=${signature}\r\n${text}`;
  };
  let body = pieces.map((piece) => `${chunk(piece)}\r\n`).join("") + chunk("");
  if (trailer !== undefined) {
    const line = `x-amz-checksum-sha256:${trailer}\n`;
    body += `${line.trim()}\r\nx-amz-trailer-signature:${next("TRAILER", [hash(line)])}\r\n`;
  }
  return transmit(endpoint, Object.assign(signed, { body: `${body}\r\n` }));
}

describe("a body in signed chunks", () => {
  test("is what the chunks hold", async () => {
    const { endpoint, read } = await withBucket();
    expect((await putChunks(endpoint, ["hello ", "w".repeat(70_000)])).status).toBe(200);
    expect(await read("chunks")).toBe(`hello ${"w".repeat(70_000)}`);
  });

  test("is refused when one of them was changed on the way, and nothing of it is kept", async () => {
    const { endpoint, files } = await withBucket();
    const answer = await putChunks(endpoint, ["hello"], { forge: true });
    expect([answer.status, await answer.text()]).toEqual([403, expect.stringContaining("SignatureDoesNotMatch")]);
    expect(files()).toEqual([]);
  });

  test("is held against the checksum that follows it", async () => {
    const { endpoint, read, files } = await withBucket();
    const right = createHash("sha256").update("hello").digest("base64");
    const wrong = createHash("sha256").update("other").digest("base64");
    const answer = await putChunks(endpoint, ["hello"], { trailer: wrong });
    expect([answer.status, await answer.text()]).toEqual([400, expect.stringContaining("BadDigest")]);
    expect(files()).toEqual([]);
    expect((await putChunks(endpoint, ["hel", "lo"], { trailer: right })).status).toBe(200);
    expect(await read("chunks")).toBe("hello");
  });
});

test.each<[string, string[], string | RegExp]>([
  ["in one piece", ["5\r\nhello\r\n0\r\n\r\n"], "hello"],
  ["cut anywhere", "5\r\nhello\r\n3\r\nyou\r\n0\r\n\r\n".split(""), "helloyou"],
  ["without the last line", ["5\r\nhello\r\n0\r\n"], "hello"],
  ["of nothing", ["0\r\n\r\n"], ""],
  ["that ends early", ["5\r\nhel"], /IncompleteBody|number of bytes/],
  ["whose size is wrong", ["3\r\nhello\r\n0\r\n\r\n"], /not well-formed/],
  ["whose size is no number", ["x\r\nhello\r\n"], /not well-formed/],
  ["with a trailer nobody announced", ["0\r\nx-amz-meta-a:1\r\n\r\n"], /was not announced/],
])("unsigned chunks %s", async (_, pieces, expected) => {
  async function* source(): AsyncGenerator<Uint8Array> {
    for (const piece of pieces) yield Buffer.from(piece);
  }
  const read = async (): Promise<string> => {
    let text = "";
    for await (const piece of decodeChunks(source(), { announced: [], trailers: {} })) text += Buffer.from(piece).toString();
    return text;
  };
  if (typeof expected === "string") expect(await read()).toBe(expected);
  else await expect(read()).rejects.toThrow(expected);
});

test("a presigned URL is good for what it was signed for", async () => {
  const { endpoint, client, read } = await withBucket();
  const presigned = { service: "s3", expiresIn: 60, headers: { "x-amz-content-sha256": "UNSIGNED-PAYLOAD" } };
  const put = await send(endpoint, { ...presigned, method: "PUT", path: `/${Bucket}/up`, body: "sent" });
  expect(put.status).toBe(200);
  expect(await read("up")).toBe("sent");
  await client.send(new PutObjectCommand({ Bucket, Key: "k", Body: "x", ContentType: "text/plain" }));
  const query = { "response-content-type": "text/x-other" };
  const got = await send(endpoint, { ...presigned, method: "GET", path: `/${Bucket}/k`, query });
  expect([got.status, got.headers.get("content-type"), await got.text()]).toEqual([200, "text/x-other", "x"]);
  const other = await sign(endpoint, { ...presigned, method: "GET", path: `/${Bucket}/k` });
  expect((await transmit(endpoint, Object.assign(other, { path: `/${Bucket}/up` }))).status).toBe(403);
});

test("a body that is not the one signed is refused, and the connection serves on", async () => {
  const { endpoint, files, read } = await withBucket();
  const raw = { service: "s3", method: "PUT", path: `/${Bucket}/k`, headers: { "x-amz-content-sha256": hash("signed") } };
  const signed = await sign(endpoint, { ...raw, body: "signed" });
  const answer = await transmit(endpoint, Object.assign(signed, { body: "forged" }));
  expect([answer.status, await answer.text()]).toEqual([400, expect.stringContaining("XAmzContentSHA256Mismatch")]);
  expect(files()).toEqual([]);
  expect((await send(endpoint, { ...raw, body: "signed" })).status).toBe(200);
  expect(await read("k")).toBe("signed");
});

test.each(["signed.s3.eu-west-3.amazonaws.com", "signed.s3.amazonaws.com", "signed.localhost"])(
  "the bucket may stand in the host's name: %s",
  async (host) => {
    const { endpoint, read } = await withBucket();
    const headers = { host, "x-amz-content-sha256": hash("there") };
    const signed = await sign(endpoint, { service: "s3", method: "PUT", path: "/a/k", body: "there", headers });
    const status = await new Promise((resolve, reject) => {
      const { port } = new URL(endpoint);
      const asking = request({ host: "127.0.0.1", port, method: "PUT", path: "/a/k", headers: signed.headers }, (answer) =>
        resolve(answer.resume().statusCode),
      );
      asking.on("error", reject).end("there");
    });
    expect(status).toBe(200);
    expect(await read("a/k")).toBe("there");
  },
);

test("who asks at S3's name without a signature is answered by S3", async () => {
  const { endpoint } = await withBucket();
  const text = await new Promise<string>((resolve, reject) => {
    const { port } = new URL(endpoint);
    const headers = { host: "signed.s3.eu-west-3.amazonaws.com" };
    const asking = request({ host: "127.0.0.1", port, path: "/k", headers }, (answer) => {
      let said = "";
      answer.on("data", (piece: Buffer) => (said += piece.toString())).on("end", () => resolve(said));
    });
    asking.on("error", reject).end();
  });
  expect(text).toContain("<Error><Code>AccessDenied</Code>");
});
