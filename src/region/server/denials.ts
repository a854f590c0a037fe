import { ServiceFault } from "../operations/fault.js";

/**
 * Why a request's signature is not accepted, in the words of the service it is for: EC2 and S3 have codes of their own.
 * https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html,
 * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html, https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
 */
export type Denial =
  "missing" | "incomplete" | "unknownKey" | "wrongToken" | "expiredToken" | "stale" | "wrongSignature" | "wrongPayload";

type Codes = { readonly [denial in Denial]: readonly [code: string, status: number] };

const common: Codes = {
  missing: ["MissingAuthenticationToken", 403],
  incomplete: ["IncompleteSignature", 400],
  unknownKey: ["InvalidClientTokenId", 403],
  wrongToken: ["InvalidClientTokenId", 403],
  expiredToken: ["ExpiredToken", 403],
  stale: ["RequestExpired", 400],
  wrongSignature: ["SignatureDoesNotMatch", 403],
  wrongPayload: ["SignatureDoesNotMatch", 403],
};

const codes: { readonly [service: string]: Codes | undefined } = {
  ec2: { ...common, unknownKey: ["AuthFailure", 401], wrongToken: ["AuthFailure", 401], expiredToken: ["RequestExpired", 400] },
  s3: {
    ...common,
    missing: ["AccessDenied", 403],
    incomplete: ["AuthorizationHeaderMalformed", 400],
    unknownKey: ["InvalidAccessKeyId", 403],
    wrongToken: ["InvalidToken", 400],
    stale: ["RequestTimeTooSkewed", 403],
    wrongPayload: ["XAmzContentSHA256Mismatch", 400],
  },
};

const ours = "`sandtable env` prints the credentials of this region.";

const messages: { readonly [denial in Denial]: string } = {
  missing: `The request is not signed. ${ours}`,
  incomplete: "The request's signature is incomplete.",
  unknownKey: `The access key of the request is not known here. ${ours}`,
  wrongToken: "The session token of the request does not belong to its access key, or is missing.",
  expiredToken: "The temporary credentials of the request have expired. Fetch new ones.",
  stale: "The request has expired: it was signed more than 15 minutes from this machine's time, or after its X-Amz-Expires.",
  wrongSignature: `The request signature we calculated does not match the signature you provided. Check the secret access key and the signing method. ${ours}`,
  wrongPayload: "The body does not match the x-amz-content-sha256 it was signed with.",
};

export function denied(service: string | undefined, denial: Denial, message = messages[denial]): ServiceFault {
  const [code, status] = (service === undefined ? undefined : codes[service])?.[denial] ?? common[denial];
  return new ServiceFault(code, message, status);
}
