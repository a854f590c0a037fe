import type { WireRequest } from "../protocol/protocol.js";

/**
 * S3's two ways to name a bucket: in the path, or in the host (https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html).
 * Pure. Everything behind this knows the first one only.
 */

/** The bucket that a host names: of S3's own names, and of `BUCKET.localhost`, which clients make of an endpoint on localhost. */
export function bucketOfHost(host: string): string | undefined {
  const name = host.replace(/:\d+$/, "").toLowerCase();
  const onAws = /^(.+)\.s3(?:[.-](?:dualstack\.)?[a-z]{2}(?:-[a-z]+)+-\d)?\.amazonaws\.com$/.exec(name)?.[1];
  return onAws ?? /^(?!s3\.localhost$)(.+?)(?:\.s3)?\.localhost$/.exec(name)?.[1];
}

/** Is this one of S3's own names? Whoever asks there without a signature is answered by S3. */
export const isHostOfS3 = (host: string): boolean => /^(.+\.)?s3([.-][a-z0-9.-]+)?\.amazonaws\.com(:\d+)?$/i.test(host);

/** Parameters of the signature itself. */
const ofSignature = new Set([
  "x-amz-algorithm",
  "x-amz-credential",
  "x-amz-date",
  "x-amz-expires",
  "x-amz-security-token",
  "x-amz-signature",
  "x-amz-signedheaders",
]);

/**
 * The request with its bucket in the path; and with what a presigned URL carries in its query instead of in headers
 * (`x-amz-tagging=…`) in the headers. After its signature was checked: that is over the request as it was sent.
 */
export function pathStyle(request: WireRequest): WireRequest {
  const bucket = bucketOfHost(request.headers["host"] ?? "");
  const hoisted = [...new URLSearchParams(request.query)]
    .map(([name, value]) => [name.toLowerCase(), value] as const)
    .filter(([name]) => name.startsWith("x-amz-") && !ofSignature.has(name) && !(name in request.headers));
  return {
    ...request,
    path: bucket === undefined ? request.path : `/${bucket}${request.path}`,
    headers: hoisted.length === 0 ? request.headers : { ...request.headers, ...Object.fromEntries(hoisted) },
  };
}
