import type { Scope } from "../operations/call.js";
import { ServiceFault } from "../operations/fault.js";
import { sectionsOf } from "../services/s3/ranges.js";
import { theVersion } from "../services/s3/reading.js";
import { theBucket } from "../services/s3/buckets.js";
import { Buckets } from "../services/s3/records.js";
import { validationError } from "./validation/prepare.js";

/** Where an object lies. */
export interface ObjectPlace {
  readonly bucket: string;
  readonly key: string;
  readonly versionId?: string;
}

/** Bytes of a template in S3: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html */
const largestTemplate = 1_000_000;

const region = String.raw`(?:dualstack[.])?[a-z]{2}(?:-[a-z]+)+-\d`;
const inPath = new RegExp(String.raw`^s3(?:[.-]${region})?\.amazonaws\.com$`);
const inHost = new RegExp(String.raw`^(.+)\.s3(?:[.-]${region})?\.amazonaws\.com$`);

/** The object that a URL of S3 names, in any of its forms; on this host's own address the bucket is in the path. Undefined: no such URL. */
export function placeOfUrl(text: string): ObjectPlace | undefined {
  if (!URL.canParse(text)) return undefined;
  const { protocol, hostname, pathname, searchParams } = new URL(text);
  if (protocol !== "https:" && protocol !== "http:") return undefined;
  let path: string;
  try {
    path = decodeURIComponent(pathname.slice(1));
  } catch {
    return undefined;
  }
  const named = inHost.exec(hostname)?.[1];
  if (named === undefined && !inPath.test(hostname) && !/^(127\.\d+\.\d+\.\d+|localhost)$/.test(hostname)) return undefined;
  const whole = named === undefined ? path : `${named}/${path}`;
  const slash = whole.indexOf("/");
  if (slash < 1 || slash === whole.length - 1) return undefined;
  const versionId = searchParams.get("versionId") ?? undefined;
  return { bucket: whole.slice(0, slash), key: whole.slice(slash + 1), ...(versionId === undefined ? {} : { versionId }) };
}

/** The text of the template at a URL. @throws ServiceFault ValidationError, in CloudFormation's words */
export async function fetchTemplate(scope: Scope, url: string): Promise<string> {
  if (url.length > 5120)
    throw validationError(
      "1 validation error detected: Value at 'templateURL' failed to satisfy constraint: Member must have length less than or equal to 5120",
    );
  const place = placeOfUrl(url);
  if (place === undefined) throw validationError("TemplateURL must be a supported URL.");
  const { bucket, key, versionId } = place;
  try {
    // A template may lie in a bucket of another region.
    const regionName = scope.records.get(Buckets, bucket)?.regionName ?? scope.regionName;
    theBucket({ ...scope, regionName }, { Bucket: bucket });
    const { files, size } = theVersion(scope, bucket, key, versionId);
    if (size > largestTemplate) throw validationError(`Template may not exceed ${largestTemplate} bytes in size.`);
    const pieces: Uint8Array[] = [];
    for await (const piece of scope.objects.read(sectionsOf(files, { first: 0, last: size - 1 }))) pieces.push(piece);
    return Buffer.concat(pieces).toString("utf8");
  } catch (error) {
    if (!(error instanceof ServiceFault) || error.code === "ValidationError") throw error;
    throw validationError(
      `S3 error: ${error.message} (${bucket}/${key})\nFor more information check http://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html`,
    );
  }
}
