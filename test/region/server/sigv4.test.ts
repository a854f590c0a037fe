import { describe, expect, test } from "vitest";
import type { WireRequest } from "../../../src/region/protocol/protocol.js";
import {
  canonicalRequest,
  expectedSignature,
  Incomplete,
  readSignature,
  sameText,
  sha256,
  timeOf,
} from "../../../src/region/server/sigv4.js";

const secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

interface Case {
  readonly method?: string;
  readonly path?: string;
  readonly query?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
  readonly signed?: string;
}

const request = (one: Case): WireRequest => ({
  method: one.method ?? "GET",
  path: one.path ?? "/",
  query: one.query ?? "",
  headers: {
    host: "example.amazonaws.com",
    "x-amz-date": "20150830T123600Z",
    ...one.headers,
    authorization: `AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=${one.signed ?? "host;x-amz-date"}, Signature=unused`,
  },
  body: Buffer.from(one.body ?? ""),
});

function signatureOf(wire: WireRequest, key: string, payload = sha256(wire.body)): string {
  const signed = readSignature(wire)!;
  return expectedSignature(canonicalRequest(wire, signed, payload), signed, key);
}

describe("AWS's published test suite of Signature Version 4", () => {
  const vanilla = "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31";
  test.each<[string, Case, string]>([
    ["get-vanilla", {}, vanilla],
    ["get-slash, normalised", { path: "//" }, vanilla],
    ["get-slash-dot-slash, normalised", { path: "/./" }, vanilla],
    ["get-relative, normalised", { path: "/example/.." }, vanilla],
    ["get-relative-relative, normalised", { path: "/example1/example2/../.." }, vanilla],
    ["get-slashes, normalised", { path: "//example//" }, "9a624bd73a37c9a373b5312afbebe7a714a789de108f0bdfe846570885f57e84"],
    [
      "get-slash-pointless-dot, normalised",
      { path: "/./example" },
      "ef75d96142cf21edca26f06005da7988e4f8dc83a165a80865db7089db637ec5",
    ],
    ["get-space", { path: "/example space/" }, "652487583200325589f1fba4c7e578f72c47cb61beeca81406b39ddec1366741"],
    ["get-utf8", { path: "/ሴ" }, "8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85"],
    [
      "get-unreserved",
      { path: "/-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz" },
      "07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f",
    ],
    [
      "get-vanilla-empty-query-key",
      { query: "Param1=value1" },
      "a67d582fa61cc504c4bae71f336f98b97f1ea3c7a6bfe1b6e45aec72011b9aeb",
    ],
    [
      "get-vanilla-query-order-key-case",
      { query: "Param2=value2&Param1=value1" },
      "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500",
    ],
    [
      "get-header-value-trim",
      { headers: { "my-header1": "value1", "my-header2": '"a   b   c"' }, signed: "host;my-header1;my-header2;x-amz-date" },
      "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736",
    ],
    ["post-vanilla", { method: "POST" }, "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"],
    [
      "post-x-www-form-urlencoded",
      {
        method: "POST",
        headers: { "content-type": "application/x-www-form-urlencoded" },
        body: "Param1=value1",
        signed: "content-type;host;x-amz-date",
      },
      "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a",
    ],
  ])("%s", (_name, one, signature) => {
    expect(signatureOf(request(one), secret)).toBe(signature);
  });
});

describe("the worked examples of AWS's documentation", () => {
  test("IAM ListUsers, signed in the header", () => {
    const wire: WireRequest = {
      method: "GET",
      path: "/",
      query: "Action=ListUsers&Version=2010-05-08",
      headers: {
        host: "iam.amazonaws.com",
        "content-type": "application/x-www-form-urlencoded; charset=utf-8",
        "x-amz-date": "20150830T123600Z",
        authorization:
          "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, SignedHeaders=content-type;host;x-amz-date, Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7",
      },
      body: Buffer.alloc(0),
    };
    expect(signatureOf(wire, secret)).toBe(readSignature(wire)!.signature);
  });

  const s3Secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
  test("S3 GET Object, signed in the header", () => {
    const wire: WireRequest = {
      method: "GET",
      path: "/test.txt",
      query: "",
      headers: {
        host: "examplebucket.s3.amazonaws.com",
        range: "bytes=0-9",
        "x-amz-content-sha256": sha256(""),
        "x-amz-date": "20130524T000000Z",
        authorization:
          "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,SignedHeaders=host;range;x-amz-content-sha256;x-amz-date,Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
      },
      body: Buffer.alloc(0),
    };
    expect(signatureOf(wire, s3Secret)).toBe(readSignature(wire)!.signature);
  });

  test("S3 PUT Object, whose key has a character that must be encoded once", () => {
    const wire: WireRequest = {
      method: "PUT",
      path: "/test$file.text",
      query: "",
      headers: {
        date: "Fri, 24 May 2013 00:00:00 GMT",
        host: "examplebucket.s3.amazonaws.com",
        "x-amz-content-sha256": sha256("Welcome to Amazon S3."),
        "x-amz-date": "20130524T000000Z",
        "x-amz-storage-class": "REDUCED_REDUNDANCY",
        authorization:
          "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,SignedHeaders=date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class,Signature=98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd",
      },
      body: Buffer.from("Welcome to Amazon S3."),
    };
    expect(signatureOf(wire, s3Secret)).toBe(readSignature(wire)!.signature);
  });

  test("S3 GET Object, presigned", () => {
    const wire: WireRequest = {
      method: "GET",
      path: "/test.txt",
      query:
        "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404",
      headers: { host: "examplebucket.s3.amazonaws.com" },
      body: Buffer.alloc(0),
    };
    expect(signatureOf(wire, s3Secret, "UNSIGNED-PAYLOAD")).toBe(readSignature(wire)!.signature);
    expect(readSignature(wire)).toMatchObject({ expires: 86400, timestamp: "20130524T000000Z" });
  });
});

test("a request without any signature has none", () => {
  expect(readSignature({ method: "GET", path: "/", query: "", headers: { host: "x" }, body: Buffer.alloc(0) })).toBeUndefined();
});

test.each([
  ["another algorithm", "AWS4-ECDSA-P256-SHA256 Credential=a"],
  ["no credential", "AWS4-HMAC-SHA256 SignedHeaders=host, Signature=abc"],
  ["a credential that lacks its scope", "AWS4-HMAC-SHA256 Credential=AKID, SignedHeaders=host, Signature=abc"],
  [
    "a credential with another end",
    "AWS4-HMAC-SHA256 Credential=AKID/20150830/us-east-1/ec2/aws3, SignedHeaders=host, Signature=abc",
  ],
  ["no signed headers", "AWS4-HMAC-SHA256 Credential=AKID/20150830/us-east-1/ec2/aws4_request, Signature=abc"],
  ["no signature", "AWS4-HMAC-SHA256 Credential=AKID/20150830/us-east-1/ec2/aws4_request, SignedHeaders=host"],
  ["no date", "AWS4-HMAC-SHA256 Credential=AKID/20150830/us-east-1/ec2/aws4_request, SignedHeaders=host, Signature=abc"],
])("an Authorization header with %s is incomplete", (_what, authorization) => {
  const wire = { method: "GET", path: "/", query: "", headers: { host: "x", authorization }, body: Buffer.alloc(0) };
  expect(() => readSignature(wire)).toThrow(Incomplete);
});

test("the Date header stands in for X-Amz-Date", () => {
  const authorization =
    "AWS4-HMAC-SHA256 Credential=AKID/20150830/us-east-1/ec2/aws4_request, SignedHeaders=date;host, Signature=abc";
  const wire = {
    method: "GET",
    path: "/",
    query: "",
    headers: { date: "Sun, 30 Aug 2015 12:36:00 GMT", authorization },
    body: Buffer.alloc(0),
  };
  expect(readSignature(wire)?.timestamp).toBe("20150830T123600Z");
});

test("times are read to the second, and a day that does not exist is no time", () => {
  expect(timeOf("20150830T123600Z")).toBe(Date.UTC(2015, 7, 30, 12, 36, 0));
  expect(timeOf("20151330T123600Z")).toBeNaN();
});

test("texts are compared whole", () => {
  expect(sameText("abc", "abc")).toBe(true);
  expect(sameText("abc", "abcd")).toBe(false);
  expect(sameText("", "")).toBe(true);
});
