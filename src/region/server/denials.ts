import { ServiceFault } from "../operations/fault.js";
import type { ProtocolName } from "../protocol/table.js";

/**
 * Why a request's signature is not accepted, in the words of the service it is for. The query services share theirs; EC2 and S3 have
 * codes of their own; the JSON services' end in `Exception`, with 400 (awsJson) or 403 (restJson1).
 * https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html,
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/signature-v4-troubleshooting.html (the messages about time),
 * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html, https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
 */
export type Denial =
  | "missing"
  | "incomplete"
  | "unknownKey"
  | "wrongToken"
  | "expiredToken"
  | "skewed"
  | "expired"
  | "wrongSignature"
  | "wrongPayload";

/** Who speaks: a service's own dialect where it has one, else that of its protocol. */
export type Speaker = "query" | "ec2" | "s3" | "json" | "restJson";

export function speakerOf(service: string | undefined, protocol: ProtocolName): Speaker {
  if (service === "s3") return "s3";
  if (protocol === "ec2Query") return "ec2";
  if (protocol === "restJson1") return "restJson";
  return protocol === "awsJson1_0" || protocol === "awsJson1_1" ? "json" : "query";
}

type Codes = { readonly [denial in Denial]: readonly [code: string, status: number] };

const query: Codes = {
  missing: ["MissingAuthenticationToken", 403],
  incomplete: ["IncompleteSignature", 400],
  unknownKey: ["InvalidClientTokenId", 403],
  wrongToken: ["InvalidClientTokenId", 403],
  expiredToken: ["ExpiredToken", 403],
  skewed: ["SignatureDoesNotMatch", 403],
  expired: ["SignatureDoesNotMatch", 403],
  wrongSignature: ["SignatureDoesNotMatch", 403],
  wrongPayload: ["SignatureDoesNotMatch", 403],
};

const json = (status: number): Codes => ({
  missing: ["MissingAuthenticationTokenException", status],
  incomplete: ["IncompleteSignatureException", status],
  unknownKey: ["UnrecognizedClientException", status],
  wrongToken: ["UnrecognizedClientException", status],
  expiredToken: ["ExpiredTokenException", status],
  skewed: ["InvalidSignatureException", status],
  expired: ["InvalidSignatureException", status],
  wrongSignature: ["InvalidSignatureException", status],
  wrongPayload: ["InvalidSignatureException", status],
});

const codes: { readonly [speaker in Speaker]: Codes } = {
  query,
  json: json(400),
  restJson: json(403),
  ec2: {
    ...query,
    unknownKey: ["AuthFailure", 401],
    wrongToken: ["AuthFailure", 401],
    expiredToken: ["RequestExpired", 400],
    skewed: ["RequestExpired", 400],
    expired: ["RequestExpired", 400],
  },
  s3: {
    ...query,
    missing: ["AccessDenied", 403],
    incomplete: ["AuthorizationHeaderMalformed", 400],
    unknownKey: ["InvalidAccessKeyId", 403],
    wrongToken: ["InvalidToken", 400],
    expiredToken: ["ExpiredToken", 400],
    skewed: ["RequestTimeTooSkewed", 403],
    expired: ["AccessDenied", 403],
    wrongPayload: ["XAmzContentSHA256Mismatch", 400],
  },
};

const ours = "`sandtable env` prints the credentials of this region.";

const messages: { readonly [denial in Denial]: string } = {
  missing: `Request is missing Authentication Token: it is not signed. ${ours}`,
  incomplete: "The request's signature is incomplete.",
  unknownKey: `The security token included in the request is invalid: its access key is not known here. ${ours}`,
  wrongToken:
    "The security token included in the request is invalid: the session token does not belong to the access key, or is missing.",
  expiredToken: "The security token included in the request is expired. Fetch new credentials.",
  skewed: "The difference between the request time and the current time is too large.",
  expired: "Request has expired.",
  wrongSignature: `The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. ${ours}`,
  wrongPayload: "The body does not match the x-amz-content-sha256 it was signed with.",
};

export function denied(speaker: Speaker, denial: Denial, message = messages[denial]): ServiceFault {
  const [code, status] = codes[speaker][denial];
  return new ServiceFault(code, message, status);
}

/** EC2 and S3 keep the times to themselves. */
export const tellsTimes = (speaker: Speaker): boolean => speaker !== "ec2" && speaker !== "s3";
