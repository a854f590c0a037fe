import { ServiceFault } from "../../operations/fault.js";
import type { Bucket } from "./records.js";

/** Codes and wording: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html */
const messages = {
  AccessDenied: [403, "Access Denied"],
  BadDigest: [400, "The Content-MD5 or checksum value that you specified did not match what the server received."],
  BucketAlreadyOwnedByYou: [409, "Your previous request to create the named bucket succeeded and you already own it."],
  BucketNotEmpty: [409, "The bucket that you tried to delete is not empty."],
  EntityTooLarge: [400, "Your proposed upload exceeds the maximum allowed object size."],
  EntityTooSmall: [400, "Your proposed upload is smaller than the minimum allowed object size."],
  InvalidArgument: [400, "Invalid Argument"],
  InvalidBucketName: [400, "The specified bucket is not valid."],
  InvalidDigest: [400, "The Content-MD5 that you specified is not valid."],
  InvalidPart: [
    400,
    "One or more of the specified parts could not be found. The part might not have been uploaded, or the specified entity tag might not have matched the part's entity tag.",
  ],
  InvalidPartOrder: [
    400,
    "The list of parts was not in ascending order. The parts list must be specified in order by part number.",
  ],
  InvalidRange: [416, "The requested range is not satisfiable"],
  InvalidRequest: [400, "Invalid Request"],
  InvalidTag: [400, "The tag provided was not a valid tag. This error can occur if the tag did not pass input validation."],
  KeyTooLongError: [400, "Your key is too long"],
  MalformedXML: [400, "The XML you provided was not well-formed or did not validate against our published schema"],
  MethodNotAllowed: [405, "The specified method is not allowed against this resource."],
  MissingContentLength: [411, "You must provide the Content-Length HTTP header."],
  NoSuchBucket: [404, "The specified bucket does not exist"],
  NoSuchKey: [404, "The specified key does not exist."],
  NoSuchTagSet: [404, "The TagSet does not exist"],
  NoSuchUpload: [
    404,
    "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.",
  ],
  NoSuchVersion: [404, "The specified version does not exist."],
  NotModified: [304, "Not Modified"],
  PreconditionFailed: [412, "At least one of the pre-conditions you specified did not hold"],
  TooManyBuckets: [400, "You have attempted to create more buckets than allowed"],
} as const satisfies Record<string, readonly [status: number, message: string]>;

export type S3Code = keyof typeof messages;

/** An error of S3. `detail` are further elements of its document. */
export function s3Fault(
  code: S3Code,
  options: {
    readonly message?: string;
    readonly detail?: Readonly<Record<string, unknown>>;
    readonly headers?: Readonly<Record<string, string>>;
  } = {},
): ServiceFault {
  const [status, message] = messages[code];
  return new ServiceFault(code, options.message ?? message, status, options.detail, options.headers);
}

/** A bucket of another region than the one the request is signed for: a client that follows it signs again. */
export const elsewhere = ({ name, regionName }: Bucket): ServiceFault =>
  new ServiceFault(
    "PermanentRedirect",
    "The bucket you are attempting to access must be addressed using the specified endpoint. Please send all future requests to this endpoint.",
    301,
    { Endpoint: `${name}.s3.${regionName}.amazonaws.com`, Bucket: name, Region: regionName },
    { "x-amz-bucket-region": regionName },
  );
