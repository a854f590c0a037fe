import { expect, test } from "vitest";
import { faultOfBucketName } from "../../../../src/region/services/s3/names.js";
import { rangeOf, sectionsOf } from "../../../../src/region/services/s3/ranges.js";
import { bucketOfHost } from "../../../../src/region/server/bucket-host.js";
import { placeOfUrl } from "../../../../src/region/stacks/template-url.js";

test.each(["abc", "a.b-c", "123", "a".repeat(63), "cdk-hnb659fds-assets-000000000000-eu-west-3"])(
  "%s may be a bucket's name",
  (name) => {
    expect(faultOfBucketName(name)).toBeUndefined();
  },
);

test.each(["ab", "a".repeat(64), "Abc", "-abc", "abc-", "a..b", "192.168.1.1", "xn--abc", "a_b", "abc-s3alias", "sthree-abc"])(
  "%s may not",
  (name) => expect(faultOfBucketName(name)).toBeDefined(),
);

test.each<[string, string | undefined]>([
  ["files.s3.eu-west-3.amazonaws.com", "files"],
  ["a.b.s3.amazonaws.com", "a.b"],
  ["files.s3-us-west-2.amazonaws.com", "files"],
  ["files.s3.dualstack.eu-west-3.amazonaws.com:443", "files"],
  ["files.localhost:4566", "files"],
  ["files.s3.localhost", "files"],
  ["s3.eu-west-3.amazonaws.com", undefined],
  ["s3.amazonaws.com", undefined],
  ["s3.localhost", undefined],
  ["localhost:4566", undefined],
  ["127.0.0.1:4566", undefined],
])("the host %s names the bucket %s", (host, bucket) => expect(bucketOfHost(host)).toBe(bucket));

test.each<[string, object | undefined]>([
  ["https://s3.eu-west-3.amazonaws.com/b/a/k.yaml", { bucket: "b", key: "a/k.yaml" }],
  ["https://s3-us-west-2.amazonaws.com/b/k", { bucket: "b", key: "k" }],
  ["https://s3.amazonaws.com/b/k", { bucket: "b", key: "k" }],
  ["https://b.s3.amazonaws.com/k", { bucket: "b", key: "k" }],
  ["https://b.s3.eu-west-3.amazonaws.com/k%20k", { bucket: "b", key: "k k" }],
  ["https://b.s3.dualstack.eu-west-3.amazonaws.com/k?versionId=v", { bucket: "b", key: "k", versionId: "v" }],
  ["http://127.0.0.1:4566/b/k", { bucket: "b", key: "k" }],
  ["https://s3.eu-west-3.amazonaws.com/b", undefined],
  ["https://example.com/b/k", undefined],
  ["s3://b/k", undefined],
  ["nothing", undefined],
])("%s is the object %o", (url, place) => expect(placeOfUrl(url)).toEqual(place));

test("a range over several files takes what it needs of each", () => {
  const files = [
    { id: "a", size: 10 },
    { id: "empty", size: 0 },
    { id: "b", size: 5 },
  ];
  expect(sectionsOf(files, { first: 8, last: 11 })).toEqual([
    { id: "a", first: 8, last: 9 },
    { id: "b", first: 0, last: 1 },
  ]);
  expect(rangeOf("bytes=0-", 0)).toBe("unsatisfiable");
  expect(rangeOf("bytes=-0", 10)).toBe("unsatisfiable");
  expect(rangeOf("bytes=1-2,4-5", 10)).toBeUndefined();
});
